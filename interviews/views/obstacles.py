"""What stands in the way of a plan, with a button for each rule that can give way for one job."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from interviews.models import Job
from interviews.planning.assembly import Shortfall
from interviews.planning.codes import Remedy
from interviews.services.templates import template_for
from interviews.wording import PlanNames, relaxation_text
from questionbank.models import Competency

MOST_REMEDIES = 40
MOST_CHARACTERS = 400
MOST_NUMBER = 10_000


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One sentence, and what can be done about it here: relax a rule, or look for questions."""

    text: str
    relax: str = ""
    remedy: str = ""
    competency: str = ""
    forms: int = 0


@dataclass(frozen=True, slots=True)
class Obstacles:
    """``remedies`` are all that can be done at once; ``whole`` says that they are enough."""

    items: list[Obstacle]
    remedies: list[str]
    whole: bool

    @property
    def forms(self) -> int:
        """So many parallel forms are possible, where that stands in the way; else 0."""
        return next((it.forms for it in self.items if it.forms), 0)


def obstacles_of(error: ValidationError, job: Job) -> Obstacles:
    """What a refusal says, for ``_obstacles.html``. Three queries where rules of the template are in the way."""
    single = error.error_list
    found = [(it.params or {}).get("shortfall") for it in single]
    names = _names(job) if any(found) else None
    items = [_obstacle(" ".join(it.messages), shortfall, names) for it, shortfall in zip(single, found, strict=True)]
    remedies = list(dict.fromkeys(it.remedy for it in items if it.remedy))
    return Obstacles(items, remedies, whole=all(it.remedy or it.forms for it in items))


def _names(job: Job) -> PlanNames:
    return PlanNames(
        competencies={competency.slug: competency.name for competency in Competency.objects.all()},
        rounds={f"R{it.position}": it.name for it in template_for(job).rounds.all()},
        language=job.get_language_display(),
    )


def _obstacle(text: str, shortfall: Shortfall | None, names: PlanNames | None) -> Obstacle:
    if shortfall is None or names is None:
        return Obstacle(text)
    if shortfall.remedy.code == "fewer_forms":
        forms = shortfall.remedy.params["forms"]
        return Obstacle(text, forms=forms if isinstance(forms, int) else 0)
    relax = relaxation_text(shortfall.remedy, names)
    competency = shortfall.remedy.params.get("competency") if shortfall.remedy.code == "publish_questions" else ""
    return Obstacle(text, relax, _as_field(shortfall.remedy) if relax else "", str(competency or ""))


def _as_field(remedy: Remedy) -> str:
    return json.dumps({"code": remedy.code, "params": dict(remedy.params)}, sort_keys=True)


def remedies_from(fields: Sequence[str]) -> list[Remedy]:
    """The remedies that a page sent back. Raises ``ValidationError`` with code ``unreadable``."""
    unreadable = ValidationError(_("This cannot be done. Build the plan again and choose."), code="unreadable")
    if not 0 < len(fields) <= MOST_REMEDIES:
        raise unreadable
    remedies = []
    for text in fields:
        if (remedy := _remedy(text)) is None:
            raise unreadable
        remedies.append(remedy)
    return remedies


def _remedy(text: str) -> Remedy | None:
    try:
        read = json.loads(text) if len(text) <= MOST_CHARACTERS else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, dict):
        return None
    code, params = read.get("code"), read.get("params")
    if not isinstance(code, str) or not isinstance(params, dict):
        return None
    values = params.values()
    whole = all(isinstance(it, str) or (type(it) is int and 0 <= it <= MOST_NUMBER) for it in values)
    return Remedy(code, params) if whole else None
