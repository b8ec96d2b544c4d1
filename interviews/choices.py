"""Words with a fixed meaning in loops, panels and bookings."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class JobRole(models.TextChoices):
    """What a person is on one job."""

    RECRUITER = "recruiter", _("Recruiter")
    HIRING_MANAGER = "hiring_manager", _("Hiring manager")


class RoundFormat(models.TextChoices):
    INTERVIEW = "interview", _("Interview")
    WHITEBOARD = "whiteboard", _("Whiteboard")
    EDITOR = "editor", _("Shared editor")
    CASE = "case", _("Case study")
    CONVERSATION = "conversation", _("Conversation")


class SeatRole(models.TextChoices):
    LEAD = "lead", _("Lead")
    SECOND = "second", _("Second interviewer")


class PlanState(models.TextChoices):
    """Of a job's loop plan."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    REPLACED = "replaced", _("Replaced")


class LoopState(models.TextChoices):
    """How far a candidate's loop is."""

    BUILT = "built", _("Built")
    BOOKED = "booked", _("Booked")
    DEBRIEF = "debrief", _("In debrief")
    DECIDED = "decided", _("Decided")
    CANCELLED = "cancelled", _("Cancelled")


class SubstitutionReason(models.TextChoices):
    """Why one candidate is asked another question than the plan says."""

    SEEN = "seen", _("The candidate was asked it before")
    LEAKED = "leaked", _("It has leaked")
    RETIRED = "retired", _("It is no longer in use")


class ProposalState(models.TextChoices):
    """Of a proposed schedule."""

    SEARCHING = "searching", _("Being searched")
    FAILED = "failed", _("Not found")
    PROPOSED = "proposed", _("Proposed")
    BOOKED = "booked", _("Booked")
    DROPPED = "dropped", _("Dropped")


class OccupancyState(models.TextChoices):
    HELD = "held", _("Held")
    CONFIRMED = "confirmed", _("Confirmed")
    RELEASED = "released", _("Released")


# Nobody may be in two places while one of these stands.
LIVE_OCCUPANCY = (OccupancyState.HELD, OccupancyState.CONFIRMED)


class SeatState(models.TextChoices):
    CONFIRMED = "confirmed", _("Confirmed")
    RELEASED = "released", _("Released")


class CancelReason(models.TextChoices):
    """Why a booking is taken back."""

    CANDIDATE = "candidate", _("The candidate cannot come")
    INTERVIEWER = "interviewer", _("An interviewer cannot come")
    MOVED = "moved", _("Another time suits better")
    CLOSED = "closed", _("The job is closed or the candidate has withdrawn")


class AtsVendor(models.TextChoices):
    """Applicant tracking systems whose webhooks we read."""

    GENERIC = "generic", _("Any system, by our own format")
    GREENHOUSE = "greenhouse", "Greenhouse"


class AtsMessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    DONE = "done", _("Done")
    IGNORED = "ignored", _("Nothing to do")
    FAILED = "failed", _("Could not be used")


class InvitationState(models.TextChoices):
    QUEUED = "queued", _("Being sent")
    SENT = "sent", _("Sent")


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")
