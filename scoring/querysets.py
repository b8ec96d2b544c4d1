"""Blind until submitted: the one rule for scores, debriefs and packets, whatever the channel."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.choices import Role
from accounts.models import User
from interviews.models import JobMember, PanelSeat
from scoring.choices import CardState


class DebriefQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Opened debriefs that the person may read.

        Recruiters and hiring managers of the job, API clients, interviewers of the loop, and administrators who
        recorded a reason. Whoever sits on the panel is an interviewer first: none of it before all their cards are in.
        """
        seats = PanelSeat.objects.of(user).filter(round__loop=OuterRef("loop"))
        after_own_cards = self.exclude(Exists(seats.exclude(scorecard__state=CardState.SUBMITTED)))
        if Role.API_CLIENT in user.roles:
            return after_own_cards
        member = JobMember.objects.filter(user=user, job=OuterRef("loop__application__job"))
        allowed = Q(Exists(member)) | Q(Exists(seats))
        if user.is_admin:
            allowed |= Q(pk__in=self.model.objects.filter(accesses__user=user).values("pk"))
        return after_own_cards.filter(allowed)


class ScorecardQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """A person's own cards always; others' once submitted, where the debrief is readable for the person."""
        readable = _debriefs(user).values("loop")
        return self.filter(
            Q(seat__interviewer__user=user) | Q(state=CardState.SUBMITTED, seat__round__loop__in=readable)
        )

    def of(self, user: User) -> Self:
        """The person's own cards, in seats they still fill."""
        return self.filter(seat__in=PanelSeat.objects.of(user))

    def submitted(self) -> Self:
        return self.filter(state=CardState.SUBMITTED)


class QuestionScoreQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As the cards they stand on."""
        cards = ScorecardQuerySet(apps.get_model("scoring.Scorecard")).visible_to(user)
        return self.filter(scorecard__in=cards.values("pk"))


class DecisionPolicyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Administrators, recruiters, hiring managers and API clients."""
        readers = {Role.RECRUITER, Role.HIRING_MANAGER, Role.API_CLIENT}
        return self if user.is_admin or readers & user.roles else self.none()


class DecisionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As the debrief they end."""
        return self.filter(debrief__in=_debriefs(user))


class PacketQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """As the debrief they show."""
        return self.filter(debrief__in=_debriefs(user))


def _debriefs(user: User) -> DebriefQuerySet:
    """The debriefs that the person may read. By name: the models import this module."""
    return DebriefQuerySet(apps.get_model("scoring.Debrief")).visible_to(user)
