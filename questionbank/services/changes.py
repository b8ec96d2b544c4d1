"""What is to change of many questions, and what would happen to each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from questionbank.choices import LEVELS
from questionbank.models import Category, Competency, Question, QuestionVersion, RoleFamily, SeniorityLevel, Tag
from questionbank.services.versions import MOST_MINUTES


class Step(StrEnum):
    """What moves a question on; its words stay."""

    SUBMIT = "submit"
    PUBLISH = "publish"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be different; what is left out stays as it is."""

    category: Category | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[Tag, ...] = ()
    role_families: tuple[RoleFamily, ...] = ()
    lowest_seniority: SeniorityLevel | None = None
    highest_seniority: SeniorityLevel | None = None
    minutes: int | None = None
    difficulty: int | None = None
    weights: Mapping[Competency, int] = field(default_factory=dict)
    step: Step | None = None

    def check(self) -> None:
        """Raises ``ValidationError`` with code ``nothing``, ``either``, ``weights``, ``minutes`` or ``difficulty``."""
        parts = (self.category, self.add_tags, self.remove_tags, self.of_versions)
        if not any(parts) and not self.step:
            raise ValidationError(_("Say what is to change."), code="nothing")
        if self.of_versions and self.step:
            raise ValidationError(_("Change what questions say, or move them on: not both at once."), code="either")
        if self.weights and (sum(self.weights.values()) != 100 or min(self.weights.values()) < 1):
            raise ValidationError(_("The weights of the competencies must add up to 100."), code="weights")
        if self.minutes is not None and not 1 <= self.minutes <= MOST_MINUTES:
            raise ValidationError(_("A question takes 1 to 240 minutes."), code="minutes")
        if self.difficulty is not None and self.difficulty not in LEVELS:
            raise ValidationError(_("Difficulty goes from 1 to 5."), code="difficulty")

    @property
    def of_versions(self) -> bool:
        """Whether it changes what a version says, so that published ones get a next draft."""
        values = (self.role_families, self.lowest_seniority, self.highest_seniority, self.weights)
        return any(values) or self.minutes is not None or self.difficulty is not None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of one question, before and after. ``name`` is a code, see wording.bulk_label."""

    name: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Line:
    """What happens to one question. ``refused`` is a code where nothing can."""

    question: Question
    version: QuestionVersion
    differences: tuple[Difference, ...]
    refused: str = ""
    makes_draft: bool = False
    # Whether the version changes, and not only where the question stands.
    of_version: bool = False
