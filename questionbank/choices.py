"""Words with a fixed meaning in the bank."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LEVELS = (1, 2, 3, 4, 5)


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


# A version in one of these states never changes its words again.
FROZEN_STATES = (VersionState.PUBLISHED, VersionState.RETIRED)


class ImportStatus(models.TextChoices):
    """What an import did, or would do, with one question of a file."""

    CREATED = "created", _("New")
    CHANGED = "changed", _("Changed: a new draft version")
    UNCHANGED = "unchanged", _("Unchanged")
    DUPLICATE = "duplicates", _("Possible duplicate")
    UNSURE = "unsure", _("Unsure")
    UNREADABLE = "unreadable", _("Could not be read")
