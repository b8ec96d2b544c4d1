"""Who may do what with jobs, loops and interviewers, beside what they may see."""

from accounts.choices import Role
from accounts.models import User
from interviews.models import Candidate, Interviewer, Job, Loop

JOB_READERS = {Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER, Role.API_CLIENT}
# Who works for every job as its recruiter does, as far as being one of the job is not asked for.
COORDINATORS = {Role.RECRUITER, Role.API_CLIENT}


def may_read_jobs(user: User) -> bool:
    return user.is_admin or bool(JOB_READERS & user.roles)


def may_open_jobs(user: User) -> bool:
    return bool(COORDINATORS & user.roles)


def may_edit_templates(user: User) -> bool:
    """Recruiters and administrators; which ones, ``LoopTemplateQuerySet.editable_by`` says."""
    return user.is_admin or bool(COORDINATORS & user.roles)


def may_run_job(user: User, job: Job) -> bool:
    """Build its plan, add candidates. One query."""
    return Job.objects.run_by(user).filter(pk=job.pk).exists()


def may_run_candidate(user: User, candidate: Candidate) -> bool:
    """Change what is known of them, enter them for a job. One query."""
    return Candidate.objects.run_by(user).filter(pk=candidate.pk).exists()


def may_run_loop(user: User, loop: Loop) -> bool:
    """Plan and book its panel. One query."""
    return Loop.objects.run_by(user).filter(pk=loop.pk).exists()


def may_follow_loop(user: User, loop: Loop) -> bool:
    """See the whole of it: members of the job and administrators, not the interviewers. One query."""
    return user.is_admin or Loop.objects.of_members(user).filter(pk=loop.pk).exists()


def may_edit_hours(user: User, interviewer: Interviewer) -> bool:
    """One's own; recruiters and administrators everybody's."""
    return interviewer.user_id == user.pk or user.is_admin or bool(COORDINATORS & user.roles)


def may_run_interviewers(user: User) -> bool:
    """Say who sits on panels and in which pools."""
    return user.is_admin or bool(COORDINATORS & user.roles)


def may_bring_people(user: User) -> bool:
    """Make an account for an interviewer who has none: administrators, and programs they have let in."""
    return user.is_admin or Role.API_CLIENT in user.roles
