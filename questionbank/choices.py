"""Words with a fixed meaning in the bank."""

from django.db import models
from django.utils.translation import gettext_lazy as _

LEVELS = (1, 2, 3, 4, 5)


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


# A question has at most one version in these states.
OPEN_STATES = (VersionState.DRAFT, VersionState.IN_REVIEW)
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


class ImportState(models.TextChoices):
    """How far an import is."""

    READING = "reading", _("Reading the files")
    READY = "ready", _("Ready to look through")
    WRITING = "writing", _("Writing drafts")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Failed")


class LeakState(models.TextChoices):
    """What is thought of a question that candidates may know beforehand."""

    SUSPECTED = "suspected", _("Suspected leak")
    CONFIRMED = "confirmed", _("Leaked")
    CLEARED = "cleared", _("Cleared")


# New plans do not ask a question while one of these stands.
STANDING_LEAKS = (LeakState.SUSPECTED, LeakState.CONFIRMED)


# What a level means where a question has no anchors of its own yet; shown as generic until someone writes them.
GENERIC_ANCHORS: dict[str, tuple[str, str, str, str, str]] = {
    "en": (
        "No usable answer, or one that is wrong in its core; hints do not change that.",
        "Parts of the answer are right; the main point is missing or comes only from hints.",
        "The main point is right and explained; details or limits come out when asked.",
        "Complete and well reasoned without hints; names limits and costs of the choice.",
        "As 4, and goes further: compares alternatives, gives figures or own experience, says when it would not hold.",
    ),
    "zh-hans": (
        "没有可用的回答，或核心有误；提示后也没有改善。",
        "部分正确；缺少要点，或要点只在提示后出现。",
        "要点正确并能解释；追问后能说出细节或局限。",
        "无需提示即完整且论证清楚；能说明所选方案的局限与代价。",
        "在4级之上更进一步：比较不同方案，给出数字或亲身经验，并说明何时不成立。",
    ),
}
