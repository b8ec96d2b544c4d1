"""Nobody in two places, on SQLite (PostgreSQL has an exclusion constraint, migration 0002); no plan loses its rules."""

from accounts.triggers import Effect, Trigger, remembered, touched, touches, tracked
from interviews.choices import LIVE_OCCUPANCY

_LIVE = ", ".join(f"'{state.value}'" for state in LIVE_OCCUPANCY)
_TABLE = "interviews_occupancy"
# Half-open spans: one may start at the moment another ends.
_OVERLAP = (
    f"NEW.state IN ({_LIVE}) AND EXISTS (SELECT 1 FROM {_TABLE} o WHERE o.resource_id = NEW.resource_id"
    f" AND o.id <> NEW.id AND o.state IN ({_LIVE}) AND o.starts_at < NEW.ends_at AND o.ends_at > NEW.starts_at)"
)

_TEMPLATE = "interviews_looptemplate"
_KEPT = (
    "id",
    "slug",
    "name_en",
    "name_zh",
    "role_family_id",
    "seniority_id",
    "job_id",
    "version",
    "difficulty",
    "difficulty_spread",
    "rest_days",
)
_MESSAGE = "a template that a plan was built from never changes"
_PLANS = "EXISTS (SELECT 1 FROM interviews_loopplan p {join} WHERE {key} = {value})"
_ROUND_JOIN = "JOIN interviews_roundtemplate r ON r.template_id = p.template_id"


def _used(value: str) -> str:
    return _PLANS.format(join="", key="p.template_id", value=value)


def _parts(table: str, column: str, *, of_round: bool = False) -> list[Trigger]:
    """Nothing that belongs to a used template is added, changed or taken away."""
    found = []
    join, key = (_ROUND_JOIN, "r.id") if of_round else ("", "p.template_id")
    for event, rows in (("INSERT", ("NEW",)), ("UPDATE", ("OLD", "NEW")), ("DELETE", ("OLD",))):
        condition = " OR ".join(_PLANS.format(join=join, key=key, value=f"{row}.{column}") for row in rows)
        found.append(Trigger(f"{table}_used_{event.lower()}", table, event, _MESSAGE, condition))
    return found


TRIGGERS: list[Trigger | Effect] = [
    *(
        Trigger(
            f"{_TABLE}_no_overlap_{event.lower()}", _TABLE, event, "occupancy_no_overlap", _OVERLAP, vendor="sqlite"
        )
        for event in ("INSERT", "UPDATE")
    ),
    Trigger(
        f"{_TEMPLATE}_used_update",
        _TEMPLATE,
        "UPDATE",
        _MESSAGE,
        # It may stop being the current one, no more.
        f"{_used('OLD.id')} AND ("
        + " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in _KEPT)
        + ")",
    ),
    Trigger(f"{_TEMPLATE}_used_delete", _TEMPLATE, "DELETE", _MESSAGE, _used("OLD.id")),
    *_parts("interviews_roundtemplate", "template_id"),
    *_parts("interviews_competencyneed", "template_id"),
    *_parts("interviews_seattemplate", "round_template_id", of_round=True),
    *_parts("interviews_roundtemplate_competencies", "roundtemplate_id", of_round=True),
    *tracked(_TEMPLATE, "loop-templates"),
    *tracked("interviews_job", "jobs"),
    *tracked("interviews_candidate", "candidates"),
    *tracked("interviews_application", "applications"),
    *tracked("interviews_loopplan", "loop-plans"),
    *tracked("interviews_loop", "loops"),
    *tracked("interviews_round", "rounds"),
    *tracked("interviews_interviewer", "interviewers"),
    *tracked("interviews_pool", "pools"),
    *tracked("interviews_scheduleplan", "plans"),
    *tracked("interviews_panelseat", "seats"),
    *tracked("interviews_invitation", "invitations"),
    touched("interviews_atsconnection"),
    *touches("interviews_jobmember", "job_id", "interviews_job"),
    *touches(_TEMPLATE, "job_id", "interviews_job"),
    *touches("interviews_loopplan", "job_id", "interviews_job"),
    *touches("interviews_candidatewindow", "candidate_id", "interviews_candidate"),
    *touches("interviews_loop", "application_id", "interviews_application"),
    *touches("interviews_plannedquestion", "plan_id", "interviews_loopplan"),
    *touches("interviews_panelseat", "round_id", "interviews_round"),
    *touches("interviews_askedquestion", "round_id", "interviews_round"),
    *touches("interviews_busyperiod", "interviewer_id", "interviews_interviewer"),
    remembered("interviews_busyperiod", "busy-periods"),
    *touches("interviews_workinghours", "interviewer_id", "interviews_interviewer"),
    *touches("interviews_pool_members", "pool_id", "interviews_pool"),
    *touches("interviews_pool_members", "interviewer_id", "interviews_interviewer"),
]
