from django.db import models
from django.utils.translation import gettext_lazy as _


class JobState(models.TextChoices):
    """Life of a durable job."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    DEAD = "dead", _("Failed for good")


class EventType(models.TextChoices):
    """What programs are told of. A type is never renamed."""

    LOOP_BUILT = "loop.built", _("A loop was built")
    LOOP_CHANGED = "loop.changed", _("A loop has changed")
    PLAN_READY = "plan.ready", _("A panel was proposed")
    BOOKING_CONFIRMED = "booking.confirmed", _("A panel was booked")
    BOOKING_CHANGED = "booking.changed", _("A booking has changed")
    BOOKING_CANCELLED = "booking.cancelled", _("A booking was taken back")
    INVITATION_ANSWERED = "invitation.answered", _("An invitation was answered")
    SCORECARD_SUBMITTED = "scorecard.submitted", _("A scorecard was submitted")
    SCORECARD_AMENDED = "scorecard.amended", _("A scorecard was amended")
    DEBRIEF_OPENED = "debrief.opened", _("A debrief has opened")
    DECISION_RECORDED = "decision.recorded", _("A decision was recorded")
    PACKET_READY = "packet.ready", _("A packet is ready")
    QUESTION_PUBLISHED = "question.published", _("A question was published")
    CANDIDATE_ERASED = "candidate.erased", _("A candidate was erased")
    # Sent by the test button alone.
    WEBHOOK_TESTED = "webhook.tested", _("A webhook was tested")


class DeliveryState(models.TextChoices):
    """Life of one event for one endpoint."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")
    # The endpoint went out of use first.
    DROPPED = "dropped", _("Not sent")
