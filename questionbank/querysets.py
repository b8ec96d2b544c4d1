"""Which questions a person may see. The same rule serves pages, files and the API."""

from typing import Any, Self

from django.db import models
from django.db.models import OuterRef, Subquery

from accounts.choices import Role
from accounts.models import User
from questionbank.choices import STANDING_LEAKS, VersionState

# These roles read the whole bank, reference answers and rubrics included (an interviewer reads those of
# their own round through the interview kit, not here).
READERS = {Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER, Role.AUTHOR, Role.API_CLIENT}
WRITERS = {Role.AUTHOR, Role.API_CLIENT}


class WordQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Everybody with an account: the words stand on scorecards and jobs too."""
        return self if user.is_active else self.none()


class QuestionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_superuser or READERS & user.roles else self.none()

    def editable_by(self, user: User) -> Self:
        return self if WRITERS & user.roles else self.none()


class QuestionVersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        return self if user.is_superuser or READERS & user.roles else self.none()

    def newest(self) -> Self:
        """One version per question: the one with the highest number."""
        newest = self.model.objects.filter(question=OuterRef("question")).order_by("-number")
        return self.filter(pk=Subquery(newest.values("pk")[:1]))

    def askable(self) -> Self:
        """The newest published version of each question that has not been retired."""
        newest = self.model.objects.filter(question=OuterRef("question"), state=VersionState.PUBLISHED)
        return self.filter(state=VersionState.PUBLISHED, pk=Subquery(newest.order_by("-number").values("pk")[:1]))


class ImportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """An unfinished import is its uploader's alone."""
        return self.filter(created_by=user) if WRITERS & user.roles else self.none()

    def unfinished(self) -> Self:
        return self.filter(imported_at=None)


class LeakFlagQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Not cleared."""
        return self.filter(state__in=STANDING_LEAKS)


class SavedSearchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """One's own."""
        return self.filter(user=user)
