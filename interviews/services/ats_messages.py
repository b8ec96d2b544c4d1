"""Work through one message of an applicant tracking system: "this application has come to this stage"."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from accounts.choices import Language
from accounts.sealing import Unreadable, unseal
from accounts.services.external_ids import external_ids_of, object_of, set_external_ids
from delivery.handlers import JobRun
from interviews.ats.adapter import Malformed, Nothing, Person, StageReached
from interviews.ats.registry import ADAPTERS
from interviews.choices import AtsMessageState
from interviews.models import Application, AtsConnection, AtsMessage, Candidate, Job, Loop, StageRule
from interviews.services.ats import stage_key
from interviews.services.jobs import add_candidate, apply
from interviews.services.loops import start_loop

# What could not be used names a candidate; longer than this nobody will ask for it again.
KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message, as a code with its parameters (ids and codes, no personal data)."""

    state: AtsMessageState
    code: str
    params: dict[str, str] = field(default_factory=dict)
    application: Application | None = None


class Refusal(Exception):  # noqa: N818 -- an outcome, not a mistake
    """The message ends here, and what was written for it is taken back."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.code)
        self.outcome = outcome


def process_message(run: JobRun) -> None:
    """Give the candidate a loop if the message asks for one. What was done before is not done again."""
    waiting = AtsMessage.objects.filter(pk=run.input["message"], state=AtsMessageState.WAITING)
    message = waiting.select_related("connection__user").first()
    if message is None:
        return
    found, outcome = _work_through(message)
    with run.commit():  # whoever holds it is the only one to write the message
        _finish(message, found, outcome)


@transaction.atomic
def forget_messages(*, now: datetime) -> int:
    """Empty what could not be used for ``KEPT``. Returns how many. One query."""
    gone = {"code": "forgotten", "params": {}}
    old = AtsMessage.objects.filter(received_at__lt=now - KEPT).exclude(body="")
    return old.update(body="", state=AtsMessageState.FAILED, outcome=gone, finished_at=now)


def _work_through(message: AtsMessage) -> tuple[StageReached | None, Outcome]:
    try:
        found = ADAPTERS[message.connection.vendor].read(unseal(message.body).encode("latin-1"))
    except Unreadable:
        return None, Outcome(AtsMessageState.FAILED, "key_lost")
    except Malformed as error:
        return None, Outcome(AtsMessageState.FAILED, "malformed", {"path": error.path, "problem": error.problem})
    if isinstance(found, Nothing):
        return None, Outcome(AtsMessageState.IGNORED, found.code, found.params)
    try:
        return found, _use(message, found)
    except Refusal as refusal:
        return found, refusal.outcome


def _use(message: AtsMessage, found: StageReached) -> Outcome:
    connection = message.connection
    rules = [rule for rule in connection.rules.all() if stage_key(rule.stage) == stage_key(found.stage)]
    if not rules:
        return Outcome(AtsMessageState.IGNORED, "no_rule", {"stage": found.stage})
    if _is_overtaken(message, found):
        return Outcome(AtsMessageState.IGNORED, "overtaken", {"stage": found.stage})
    application = _application_for(connection, rules, found)
    if Loop.objects.filter(application=application).exists():
        return Outcome(AtsMessageState.DONE, "loop_there", application=application)
    try:
        start_loop(application=application, actor=connection.user)
    except ValidationError as error:
        first = error.error_list[0]
        params = {key: str(value) for key, value in (first.params or {}).items() if key == "questions"}
        return Outcome(AtsMessageState.FAILED, str(first.code), params, application)
    return Outcome(AtsMessageState.DONE, "loop_started", application=application)


def _moment(message: AtsMessage, found: StageReached) -> datetime | None:
    # A clock that runs ahead must not outdo every message to come.
    return min(found.occurred_at, message.received_at) if found.occurred_at else None


def _is_overtaken(message: AtsMessage, found: StageReached) -> bool:
    """A newer message about this application is through already: whatever this one says was then."""
    moment = _moment(message, found)
    if moment is None:
        return False
    others = message.connection.messages.filter(subject=found.application, occurred_at__gt=moment)
    return others.exclude(pk=message.pk).exists()


@transaction.atomic
def _application_for(connection: AtsConnection, rules: list[StageRule], found: StageReached) -> Application:
    """The application that the message is about, made if it is not there, with the ids of the other system.

    Raises ``Refusal``.
    """
    # Two messages about one new candidate at once would make two of them.
    AtsConnection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    known = _known_application(connection, found)
    job = _job_of(connection, found, known)
    if all(rule.job_id not in (None, job.pk) for rule in rules):
        raise Refusal(Outcome(AtsMessageState.IGNORED, "no_rule_for_job", {"stage": found.stage}))
    if known and known.job_id == job.pk:
        return known
    if known:  # moved to another job: from now on the id means the application there
        set_external_ids(resource="applications", object_id=known.pk, ids={connection.system: ""})
    candidate = known.candidate if known else _candidate_for(connection, found, job)
    application = Application.objects.filter(job=job, candidate=candidate).first()
    application = application or apply(actor=connection.user, job=job, candidate=candidate)
    _call(connection, "applications", application, found.application)
    return application


def _known_application(connection: AtsConnection, found: StageReached) -> Application | None:
    known = object_of(resource="applications", system=connection.system, external_id=found.application)
    return Application.objects.select_related("job", "candidate").filter(pk=known).first() if known else None


def _job_of(connection: AtsConnection, found: StageReached, known: Application | None) -> Job:
    if known and not found.job:
        return known.job
    job_id = object_of(resource="jobs", system=connection.system, external_id=found.job)
    job = Job.objects.filter(pk=job_id).first() if job_id else None
    if job is None:
        params = {"job": found.job, "title": found.job_title}
        raise Refusal(Outcome(AtsMessageState.FAILED, "job_unknown", params))
    return job


def _candidate_for(connection: AtsConnection, found: StageReached, job: Job) -> Candidate:
    """Known by id, else by e-mail address, else new."""
    known = object_of(resource="candidates", system=connection.system, external_id=found.candidate)
    if known and (candidate := Candidate.objects.filter(pk=known).first()):
        return candidate
    emails = [email for email in found.person.emails if _is_address(email)]
    if not emails:
        raise Refusal(Outcome(AtsMessageState.FAILED, "no_address"))
    candidate = next(filter(None, (Candidate.objects.filter(email__iexact=email).first() for email in emails)), None)
    candidate = candidate or _new_candidate(connection, found.person, emails[0], job)
    _call(connection, "candidates", candidate, found.candidate)
    return candidate


def _new_candidate(connection: AtsConnection, person: Person, email: str, job: Job) -> Candidate:
    try:
        return add_candidate(
            actor=connection.user,
            name=person.name,
            email=email,
            time_zone=person.time_zone or job.time_zone,
            language=_language(person.language) or job.language,
        )
    except ValidationError as error:
        params = {"fields": ", ".join(sorted(error.error_dict))}
        raise Refusal(Outcome(AtsMessageState.FAILED, "candidate_refused", params)) from error


def _language(tag: str) -> str:
    """Ours for a language tag (BCP 47); "" for one that we do not write in."""
    primary = tag.casefold().replace("_", "-").split("-")[0]
    return {"en": Language.EN.value, "zh": Language.ZH_HANS.value}.get(primary, "")


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return True


def _call(connection: AtsConnection, resource: str, thing: Application | Candidate, external_id: str) -> None:
    """Remember the other system's id of a thing; who came there twice keeps the first."""
    if connection.system not in external_ids_of(resource=resource, object_ids=[thing.pk]).get(thing.pk, {}):
        set_external_ids(resource=resource, object_id=thing.pk, ids={connection.system: external_id})


def _finish(message: AtsMessage, found: StageReached | None, outcome: Outcome) -> None:
    message.state, message.outcome = outcome.state, {"code": outcome.code, "params": outcome.params}
    message.application, message.finished_at = outcome.application, timezone.now()
    if found:
        message.subject, message.occurred_at = found.application, _moment(message, found)
    if outcome.state != AtsMessageState.FAILED:
        message.body = ""  # it names a candidate, and nobody needs it any more
    message.save(update_fields=["state", "outcome", "application", "finished_at", "subject", "occurred_at", "body"])
