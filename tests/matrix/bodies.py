"""A body that can be taken for every write of the API, and the noun whose thing it is about, if it is about one."""

WHEN = {"starts_at": "2031-01-06T09:00:00Z", "ends_at": "2031-01-06T10:00:00Z"}
NAME = {"name_en": "Name"}
PLANNED = {"question": "{random}"}
CHANGES = {"changes": [{"round": "R1", "out": "{random}", "into": "{random}", "form": 1}]}
TEXT = {"language": "en", "title": "Why?", "prompt": "Why?", "reference_answer": "Because.", "anchors": list("abcde")}
QUESTION = {
    "category": "{categories}",
    "lowest_seniority": "{seniorities}",
    "highest_seniority": "{seniorities}",
    "roles": ["{roles}"],
    "competencies": [{"competency": "{competencies}", "percent": 100}],
    "texts": [TEXT],
}
CANDIDATE = {"name": "Cleo", "email": "cleo@example.org", "time_zone": "UTC"}

# Route → method → (noun of the thing, body). Words in braces are ids of the things of a company.
BODIES = {
    "competencies": {"post": ("", {"slug": "new"} | NAME), "patch": ("competencies", NAME)},
    "categories": {"post": ("", {"slug": "new", "competency": "{competencies}"} | NAME), "patch": ("categories", NAME)},
    "roles": {"post": ("", {"slug": "new"} | NAME), "patch": ("roles", NAME)},
    "seniorities": {"post": ("", {"slug": "new", "rank": 99} | NAME), "patch": ("seniorities", NAME)},
    "questions": {"post": ("", QUESTION), "patch": ("questions", {"minutes": 12})},
    "questions-bulk": {"post": ("", {"items": [QUESTION | {"external_ids": {"hr": "1"}}]})},
    "questions-publish": {"post": ("questions", {})},
    "questions-retire": {"post": ("published", {})},
    "questions-send-back": {"post": ("questions", {"comment": "Shorter"})},
    "questions-submit": {"post": ("questions", {})},
    "questions-withdraw": {"post": ("questions", {})},
    "question-version-comments": {"post": ("question-versions", {"body": "Shorter?"})},
    "imports": {
        "post": ("", {"files": [{"name": "bank.md", "content": "# Bank"}]}),
        "patch": ("imports", {}),
        "delete": ("imports", None),
    },
    "imports-retry": {"post": ("imports", {})},
    "imports-write": {"post": ("imports", {})},
    "loop-templates": {
        "post": (
            "",
            {
                "role": "{roles}",
                "seniority": "{seniorities}",
                "rounds": [{"minutes": 60, "competencies": ["{competencies}"], "lead": "{pools}"}],
                "needs": [{"competency": "{competencies}"}],
            },
        ),
        "patch": ("loop-templates", {"rest_days": 20}),
        "delete": ("loop-templates", None),
    },
    "jobs": {
        "post": (
            "",
            {
                "title": "Job",
                "time_zone": "UTC",
                "role": "{roles}",
                "seniority": "{seniorities}",
                "recruiters": ["{users}"],
            },
        ),
        "patch": ("jobs", {"place": "Here"}),
    },
    "jobs-relax": {"post": ("jobs", {"remedies": [{"code": "rest_days", "params": {"days": 10}}]})},
    "loop-plans": {"post": ("", {"job": "{jobs}"})},
    "loop-plans-add": {"post": ("loop-plans", CHANGES)},
    "loop-plans-approve": {"post": ("loop-plans", {})},
    "loop-plans-lock": {"post": ("loop-plans", PLANNED | {"is_locked": True})},
    "loop-plans-move": {"post": ("loop-plans", PLANNED | {"round": "R1", "position": 1})},
    "loop-plans-rebuild": {"post": ("loop-plans", {})},
    "loop-plans-remove": {"post": ("loop-plans", PLANNED)},
    "loop-plans-swap": {"post": ("loop-plans", CHANGES)},
    "candidates": {"post": ("", CANDIDATE), "patch": ("candidates", {"name": "Cleo"})},
    "candidates-bulk": {"post": ("", {"items": [CANDIDATE | {"external_ids": {"hr": "1"}}]})},
    "applications": {
        "post": ("", {"job": "{jobs}", "candidate": "{candidates}"}),
        "patch": ("applications", {"external_ids": {"hr": "9"}}),
    },
    "loops": {"post": ("", {"application": "{applications}"})},
    "kits-draw": {"post": ("kits", {"language": "en"})},
    "interviewers": {"post": ("", {"user": "{users}"}), "patch": ("interviewers", {"notice_hours": 30})},
    "interviewers-bulk": {"post": ("", {"items": [{"user": "{users}", "external_ids": {"hr": "1"}}]})},
    "pools": {"post": ("", {"slug": "new"} | NAME), "patch": ("pools", NAME)},
    "availabilities": {"patch": ("availabilities", {"hours": []})},
    "busy-periods": {"post": ("", {"interviewer": "{interviewers}"} | WHEN), "delete": ("busy-periods", None)},
    "plans": {"post": ("", {"loop": "{loops}"})},
    "plans-confirm": {"post": ("plans", {})},
    "bookings-cancel": {"post": ("bookings", {"reason": "moved"})},
    "scorecards": {"post": ("", {"seat": "{seat}"}), "patch": ("draft", {"summary": "So far"})},
    "scorecards-submit": {"post": ("draft", {})},
    "policies": {
        "post": ("", {"role": "{roles}", "seniority": "{seniorities}"}),
        "patch": ("policies", {"overall_line": 3.4}),
    },
    "debriefs": {"post": ("", {"loop": "{loops}", "reason": "Early"})},
    "debriefs-access": {"post": ("debriefs", {"reason": "Complaint"})},
    "decisions": {"post": ("", {"debrief": "{debriefs}", "outcome": "hire", "rationale": "Good"})},
    "packets": {"post": ("", {"loop": "{loops}", "language": "en"})},
    "webhooks": {
        "post": ("", {"url": "https://hooks.example.com/y"}),
        "patch": ("webhooks", {"description": "Ours"}),
        "delete": ("webhooks", None),
    },
    "webhooks-replay": {"post": ("webhooks", {"after": "2026-11-01T00:00:00Z", "until": "2026-11-02T00:00:00Z"})},
    "webhooks-rotate-secret": {"post": ("webhooks", {})},
    "webhooks-test": {"post": ("webhooks", {})},
    "webhook-deliveries-replay": {"post": ("webhook-deliveries", {})},
    "exports": {"post": ("", {})},
    "users": {"post": ("", {"email": "new@example.org", "display_name": "New", "roles": ["recruiter"]})},
    "tokens": {"post": ("", {"name": "New", "scopes": ["jobs:read"]}), "delete": ("tokens", None)},
    "tokens-rotate": {"post": ("tokens", {})},
}
