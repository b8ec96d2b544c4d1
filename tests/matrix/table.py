"""The table of the API: who reads which noun of a company, and what each write is answered.

Of the first company: ``recruiter`` and ``manager`` of its job, ``done`` and ``writing`` of its panel, ``author`` of its
draft. Those of the second company are ``other_…``, and ``outside`` and ``outside_writing`` of its panel.
"""

PANEL = "done writing"
OUTSIDE = "outside outside_writing"
AUTHORS = "author other_author program"
RECRUITERS = "admin recruiter other_recruiter program"
OF_JOB = "recruiter program"
NOT_OF_JOB = f"{PANEL} {OUTSIDE} author other_recruiter other_manager other_author"
NOT_OF_LOOP = f"author other_recruiter other_manager other_author {OUTSIDE}"
NOT_OF_DEBRIEF = f"admin writing {NOT_OF_LOOP}"
NO_AUTHORS = f"admin recruiter manager {PANEL} {OUTSIDE} other_recruiter other_manager"
EVERYBODY = f"{NO_AUTHORS} {AUTHORS}"
JOB = "admin recruiter manager program"
LOOP = f"{JOB} {PANEL}"
DEBRIEF = "recruiter manager done program"
BANK = f"admin recruiter manager other_recruiter other_manager {AUTHORS}"
INTERVIEWER = f"done {RECRUITERS}"

READERS = {
    "jobs": JOB,
    "candidates": JOB,
    "applications": JOB,
    "loop-plans": JOB,
    "loops": LOOP,
    "rounds": LOOP,
    "kits": LOOP,
    "ats-interviews": LOOP,
    "bookings": LOOP,
    "invitations": f"{JOB} done",
    "plans": OF_JOB,
    "interviewers": INTERVIEWER,
    "availabilities": INTERVIEWER,
    "busy-periods": INTERVIEWER,
    "scorecards": DEBRIEF,
    "ats-scorecards": DEBRIEF,
    "scores": DEBRIEF,
    "draft": "writing",
    "debriefs": DEBRIEF,
    "results": DEBRIEF,
    "decisions": DEBRIEF,
    "packets": DEBRIEF,
    "policies": f"{RECRUITERS} manager other_manager",
    "loop-templates": f"{RECRUITERS} manager other_manager",
    "pools": f"{RECRUITERS} manager other_manager",
    "questions": BANK,
    "question-versions": BANK,
    "question-version-comments": BANK,
    "published": BANK,
    "published version": BANK,
    "imports": "author",
    "competencies": EVERYBODY,
    "categories": EVERYBODY,
    "roles": EVERYBODY,
    "seniorities": EVERYBODY,
    "tags": EVERYBODY,
    "users": EVERYBODY,
    "events": "admin program",
    "webhooks": "admin",
    "webhook-deliveries": "admin",
    "exports": "admin",
    "tokens": "admin",
    "audit": "admin",
}
# Lists of parts: who reads the thing above reads them.
PARTS = {"import-entries-list": "imports", "alternatives-list": "loop-plans", "additions-list": "loop-plans"}
# Nouns without single things, what is taken along, and files that are not there yet.
ONLY_LISTED = {"deletions-list"}
TAKEN_ALONG = {"questions-export": BANK}
FILES = {"kits-file": "kits", "packets-file": "packets", "exports-file": "exports"}

# Write → status → who is answered so. Whoever stands in no cell is answered 403, or 404 where they do not read it.
# 409 and 422 are for those who may: here the state of things, or an id in the body, is in the way.
WRITERS = {
    ("competencies", "post"): {201: f"admin {AUTHORS}"},
    ("competencies", "patch"): {200: f"admin {AUTHORS}"},
    ("categories", "post"): {201: f"admin {AUTHORS}"},
    ("categories", "patch"): {200: f"admin {AUTHORS}"},
    ("roles", "post"): {201: f"admin {AUTHORS}"},
    ("roles", "patch"): {200: f"admin {AUTHORS}"},
    ("seniorities", "post"): {201: "admin"},
    ("seniorities", "patch"): {200: "admin"},
    ("questions", "post"): {201: AUTHORS},
    ("questions", "patch"): {200: AUTHORS},
    ("questions-bulk", "post"): {200: AUTHORS, 207: NO_AUTHORS},
    ("questions-publish", "post"): {200: "other_author program", 409: "author"},
    ("questions-retire", "post"): {200: AUTHORS},
    ("questions-send-back", "post"): {409: AUTHORS},
    ("questions-submit", "post"): {200: AUTHORS},
    ("questions-withdraw", "post"): {409: "author"},
    ("question-version-comments", "post"): {201: AUTHORS},
    ("imports", "post"): {202: AUTHORS},
    ("imports", "patch"): {200: "author"},
    ("imports", "delete"): {204: "author"},
    ("imports-retry", "post"): {409: "author"},
    ("imports-write", "post"): {409: "author"},
    ("loop-templates", "post"): {409: RECRUITERS},
    ("loop-templates", "patch"): {422: RECRUITERS},
    ("loop-templates", "delete"): {204: RECRUITERS},
    ("jobs", "post"): {201: OF_JOB, 422: "other_recruiter"},
    ("jobs", "patch"): {200: OF_JOB},
    ("jobs-relax", "post"): {409: OF_JOB},
    ("loop-plans", "post"): {409: OF_JOB, 422: NOT_OF_JOB},
    ("loop-plans-add", "post"): {409: OF_JOB},
    ("loop-plans-approve", "post"): {409: OF_JOB},
    ("loop-plans-lock", "post"): {422: OF_JOB},
    ("loop-plans-move", "post"): {422: OF_JOB},
    ("loop-plans-rebuild", "post"): {409: OF_JOB},
    ("loop-plans-remove", "post"): {422: OF_JOB},
    ("loop-plans-swap", "post"): {409: OF_JOB},
    ("candidates", "post"): {201: "recruiter other_recruiter program"},
    ("candidates", "patch"): {200: OF_JOB},
    ("candidates-bulk", "post"): {
        200: "recruiter other_recruiter program",
        207: f"admin manager other_manager author other_author {PANEL} {OUTSIDE}",
    },
    ("applications", "post"): {409: OF_JOB, 422: NOT_OF_JOB},
    ("applications", "patch"): {200: OF_JOB},
    ("loops", "post"): {200: OF_JOB, 422: NOT_OF_JOB},
    ("kits-draw", "post"): {202: LOOP},
    ("interviewers", "post"): {201: RECRUITERS},
    ("interviewers", "patch"): {200: INTERVIEWER},
    ("interviewers-bulk", "post"): {200: RECRUITERS},
    ("pools", "post"): {201: RECRUITERS},
    ("pools", "patch"): {200: RECRUITERS},
    ("availabilities", "patch"): {200: INTERVIEWER},
    ("busy-periods", "post"): {
        201: INTERVIEWER,
        422: f"manager writing author other_manager other_author {OUTSIDE}",
    },
    ("busy-periods", "delete"): {204: INTERVIEWER},
    ("plans", "post"): {409: OF_JOB, 422: NOT_OF_LOOP},
    ("plans-confirm", "post"): {409: OF_JOB},
    ("bookings-cancel", "post"): {409: OF_JOB},
    ("scorecards", "post"): {
        200: "writing",
        422: f"admin recruiter manager done program {NOT_OF_LOOP}",
    },
    ("scorecards", "patch"): {200: "writing"},
    ("scorecards-submit", "post"): {422: "writing"},
    ("policies", "post"): {409: "admin"},
    ("policies", "patch"): {200: "admin"},
    ("debriefs", "post"): {409: "recruiter manager", 422: NOT_OF_LOOP},
    ("debriefs-access", "post"): {200: "admin"},
    ("decisions", "post"): {409: "manager", 422: NOT_OF_DEBRIEF},
    ("packets", "post"): {202: DEBRIEF, 422: NOT_OF_DEBRIEF},
    ("webhooks", "post"): {201: "admin program"},
    ("webhooks", "patch"): {200: "admin"},
    ("webhooks", "delete"): {204: "admin"},
    ("webhooks-replay", "post"): {202: "admin"},
    ("webhooks-rotate-secret", "post"): {200: "admin"},
    ("webhooks-test", "post"): {202: "admin"},
    ("webhook-deliveries-replay", "post"): {202: "admin"},
    ("exports", "post"): {202: "admin"},
    ("users", "post"): {201: "admin"},
    ("tokens", "post"): {201: "admin"},
    ("tokens", "delete"): {204: "admin"},
    ("tokens-rotate", "post"): {201: "admin"},
}
