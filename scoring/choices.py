"""Words with a fixed meaning in scorecards, debriefs and packets."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CardState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")


class Recommendation(models.TextChoices):
    STRONG_NO = "strong_no", _("Strong no")
    NO = "no", _("No")
    YES = "yes", _("Yes")
    STRONG_YES = "strong_yes", _("Strong yes")


class DebriefState(models.TextChoices):
    OPEN = "open", _("Open")
    DECIDED = "decided", _("Decided")


class Outcome(models.TextChoices):
    HIRE = "hire", _("Hire")
    HIRE_LOWER = "hire_lower", _("Hire at a lower level")
    ANOTHER_ROUND = "another_round", _("One more round")
    NO_HIRE = "no_hire", _("No hire")


# How many questions speak to a competency before its result counts, unless a policy says otherwise.
LEAST_QUESTIONS = 2
