"""Openings, the people on them, and those who apply."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.choices import Language
from accounts.models import User
from accounts.services.trail import record
from interviews.choices import JobRole
from interviews.models import Application, Candidate, CandidateWindow, Job, JobMember
from interviews.services.values import give
from questionbank.models import RoleFamily, SeniorityLevel

Window = tuple[datetime, datetime]


@transaction.atomic
def create_job(
    *,
    actor: User,
    title: str,
    role_family: RoleFamily,
    seniority: SeniorityLevel,
    time_zone: str,
    recruiters: Iterable[User],
    hiring_managers: Iterable[User] = (),
    team: str = "",
    place: str = "",
    language: str = Language.EN,
) -> Job:
    """Open a job with its people.

    Raises ``ValidationError`` with code ``no_recruiter``, or for a field.
    """
    job = Job(
        title=title.strip(),
        team=team.strip(),
        place=place.strip(),
        role_family=role_family,
        seniority=seniority,
        language=language,
        time_zone=time_zone,
    )
    job.full_clean()
    members = [JobMember(job=job, user=user, role=JobRole.RECRUITER) for user in dict.fromkeys(recruiters)]
    if not members:
        raise _no_recruiter()
    members += [JobMember(job=job, user=user, role=JobRole.HIRING_MANAGER) for user in dict.fromkeys(hiring_managers)]
    job.save(force_insert=True)
    JobMember.objects.bulk_create(members)
    record(actor=actor, action="job.created", subject=job)
    return job


@transaction.atomic
def change_job(
    *,
    actor: User,
    job: Job,
    recruiters: Iterable[User] | None = None,
    hiring_managers: Iterable[User] | None = None,
    **values: str,
) -> bool:
    """Give a job these values (title, team, place, time zone) and people; says whether any was another than before.

    Role, seniority and language stay: plans were built for them. Raises ``ValidationError`` with code
    ``no_recruiter``, or for a field. Three queries, and those of what changes.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)  # two at once must not leave it without recruiter
    changed = give(job, values)
    if changed:
        job.full_clean()
        job.save(update_fields=changed)
    for role, users in ((JobRole.RECRUITER, recruiters), (JobRole.HIRING_MANAGER, hiring_managers)):
        if users is not None and _set_members(job, role, users):
            changed.append(f"{role}s")
    if changed:
        record(actor=actor, action="job.changed", subject=job, fields=" ".join(changed))
    return bool(changed)


def _set_members(job: Job, role: JobRole, users: Iterable[User]) -> bool:
    wanted = {user.pk for user in users}
    if role == JobRole.RECRUITER and not wanted:
        raise _no_recruiter()
    kept = set(job.members.filter(role=role).values_list("user", flat=True))
    job.members.filter(role=role, user__in=kept - wanted).delete()
    JobMember.objects.bulk_create(JobMember(job=job, user_id=pk, role=role) for pk in sorted(wanted - kept))
    return wanted != kept


def _no_recruiter() -> ValidationError:
    return ValidationError(_("A job needs a recruiter: somebody has to build and book its loops."), "no_recruiter")


@transaction.atomic
def add_candidate(
    *,
    actor: User,
    name: str,
    email: str,
    time_zone: str,
    native_name: str = "",
    language: str = Language.EN,
) -> Candidate:
    """Add a person who may apply. Raises ``ValidationError`` for a field."""
    candidate = Candidate(
        name=name.strip(),
        native_name=native_name.strip(),
        email=email.strip(),
        time_zone=time_zone,
        language=language,
    )
    candidate.full_clean()
    candidate.save(force_insert=True)
    record(actor=actor, action="candidate.added", subject=candidate)
    return candidate


@transaction.atomic
def change_candidate(*, actor: User, candidate: Candidate, **values: str) -> bool:
    """Give a candidate these values; says whether any was another than before.

    Raises ``ValidationError`` for a field.
    """
    changed = give(candidate, values)
    if changed:
        candidate.full_clean()
        candidate.save(update_fields=changed)
        record(actor=actor, action="candidate.changed", subject=candidate, fields=" ".join(changed))
    return bool(changed)


@transaction.atomic
def add_applicant(*, actor: User, job: Job, email: str, **person: str) -> Application:
    """Enter somebody for a job by e-mail address: who has it already is the same candidate, not a second one.

    Raises ``ValidationError`` for a field, or with code ``applied_already``.
    """
    known = Candidate.objects.filter(email__iexact=email.strip()).first()
    candidate = known or add_candidate(actor=actor, email=email, **person)
    return apply(actor=actor, job=job, candidate=candidate)


@transaction.atomic
def apply(*, actor: User, job: Job, candidate: Candidate) -> Application:
    """Enter a candidate for a job. Raises ``ValidationError`` with code ``applied_already``."""
    application = Application(job=job, candidate=candidate)
    application.full_clean()
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:  # lost a race that full_clean() could not see: now it can
        application.full_clean()
        raise
    record(actor=actor, action="application.made", subject=application, job=str(job.pk))
    return application


@transaction.atomic
def set_candidate_windows(*, actor: User, candidate: Candidate, windows: Iterable[Window]) -> list[CandidateWindow]:
    """Replace the spans in which a candidate can be interviewed; none means their office hours.

    Raises ``ValidationError`` with code ``window_ends_first`` or ``windows_overlap``.
    """
    ordered = sorted(windows)
    if any(ends_at <= starts_at for starts_at, ends_at in ordered):
        raise ValidationError(_("A window has to end after it starts."), "window_ends_first")
    if any(earlier[1] > later[0] for earlier, later in pairwise(ordered)):
        raise ValidationError(_("Two of the windows overlap."), "windows_overlap")
    candidate.windows.all().delete()
    made = CandidateWindow.objects.bulk_create(
        CandidateWindow(candidate=candidate, starts_at=starts_at, ends_at=ends_at) for starts_at, ends_at in ordered
    )
    record(actor=actor, action="candidate.windows_set", subject=candidate, windows=len(made))
    return made
