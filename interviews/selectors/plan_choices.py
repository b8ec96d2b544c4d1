"""What else could stand in a plan: alternatives, additions, what is barred and why; and how the plan is proved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from interviews.models import LoopPlan, PlannedQuestion
from interviews.planning import assembly
from interviews.planning.assembly_bank import item_value
from interviews.planning.assembly_types import Alternative, Change, Item
from interviews.selectors.planning_inputs import Placing, PlanningInputs, placings, plan_inputs, round_label
from interviews.wording import listed
from questionbank.models import Competency, EnemyPair, LeakFlag, QuestionText

ALTERNATIVES = 5
BARRED = 4


@dataclass(frozen=True, slots=True)
class Choice:
    """A question that can come in: ``loss`` in words, ``notes`` what changes, ``changes`` as a form sends them back."""

    item_id: str
    title: str
    minutes: int
    difficulty: int
    points: int
    loss: str
    notes: list[str]
    changes: list[str]

    @property
    def is_two(self) -> bool:
        return len(self.changes) > 1


@dataclass(frozen=True, slots=True)
class Barred:
    """A question that would fit and may not be asked here."""

    item_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What could stand in the place of one question, best first, and what may not."""

    alternatives: list[Choice]
    barred: list[Barred]


@dataclass(slots=True)
class Standing:
    """A plan on its bank, as it is now."""

    plan: LoopPlan
    rows: list[PlannedQuestion]
    inputs: PlanningInputs
    placings: list[Placing]
    names: Mapping[str, str]

    def item(self, name: str) -> Item:
        return self.inputs.items[name]

    def used(self, round_id: str, form: int) -> int:
        return sum(self.item(name).minutes for where, name, its in self.placings if (where, its) == (round_id, form))


def standing_of(plan: LoopPlan) -> Standing:
    """Eleven queries at any size of bank and plan."""
    rows = list(plan.questions.all())
    inputs = plan_inputs(plan=plan, planned=rows)
    names = {competency.slug: competency.name for competency in Competency.objects.all()}
    return Standing(plan, rows, inputs, placings(rows, inputs), names)


def choices_for(*, plan: LoopPlan, question: PlannedQuestion) -> Choices:
    """What could be asked instead of a question. Thirteen queries at any size, up to two more for what is barred."""
    here = standing_of(plan)
    round_id = round_label(question.round_template.position)
    name = here.inputs.names[question.version_id]
    found = assembly.alternatives(
        here.inputs.request, here.placings, round_id=round_id, item_id=name, form=question.form, limit=ALTERNATIVES
    )
    return Choices(_worded(here, found), _barred(here, round_id, name, question.form))


def additions_for(*, plan: LoopPlan, round_id: str, form: int) -> list[Choice]:
    """What could be asked in a round beside what is there. Twelve queries at any size of bank and plan."""
    here = standing_of(plan)
    if round_id not in here.inputs.rounds:
        return []
    found = assembly.additions(here.inputs.request, here.placings, round_id=round_id, form=form, limit=ALTERNATIVES)
    return _worded(here, found)


def as_field(change: Change) -> str:
    """A change as a form sends it back."""
    return "|".join((change.round_id, change.out, change.into, str(change.form)))


def from_field(text: str) -> Change | None:
    """The change that ``as_field`` wrote, or None."""
    parts = text.split("|")
    if len(parts) != 4 or not (parts[3].isdecimal() and len(parts[3]) == 1):
        return None
    return Change(parts[0], parts[1], parts[2], int(parts[3]))


def _worded(here: Standing, found: Sequence[Alternative]) -> list[Choice]:
    titles = _titles(here, [it.item_id for it in found])
    return [
        Choice(
            item_id=it.item_id,
            title=titles.get(here.inputs.versions[it.item_id], ""),
            minutes=here.item(it.item_id).minutes,
            difficulty=here.item(it.item_id).difficulty,
            points=it.loss,
            loss=loss_text(it.loss, here.plan.objective),
            notes=list(_notes(here, it)),
            changes=[as_field(change) for change in it.changes],
        )
        for it in found
    ]


def _titles(here: Standing, names: Iterable[str]) -> dict[UUID, str]:
    versions = [here.inputs.versions[name] for name in names]
    texts = QuestionText.objects.filter(version__in=versions, language=here.plan.job.language)
    return dict(texts.values_list("version_id", "title"))


def loss_text(loss: int, objective: int) -> str:
    """What a change costs the plan: in per cent of its value, in points where that says nothing."""
    sign = "−" if loss > 0 else "+" if loss < 0 else "±"
    if objective <= 0:
        return _("%(points)s points") % {"points": f"{sign}{number_format(abs(loss))}"}
    return f"{sign}{number_format(round(100 * abs(loss) / objective, 1), 1)} %"


def _notes(here: Standing, alternative: Alternative) -> Iterable[str]:
    """What changes with it, in short sentences; nothing where nothing does."""
    first, *others = alternative.changes
    for it in others:
        yield _also(it, first)
    new = here.item(first.into)
    if first.out:
        yield from _compared(here, first, new)
    yield _free_minutes(here, alternative.changes, first)
    if new.exposure:
        yield ngettext("Asked %(n)s time elsewhere of late", "Asked %(n)s times elsewhere of late", new.exposure) % {
            "n": new.exposure
        }


def _also(change: Change, first: Change) -> str:
    place = change.round_id
    if change.form != first.form:
        place = _("%(round)s of form %(form)s") % {"round": change.round_id, "form": change.form}
    params = {"out": change.out, "into": change.into, "round": place}
    if not change.into:
        return _("Also takes %(out)s out of %(round)s") % params
    if not change.out:
        return _("Also needs %(into)s in %(round)s") % params
    return _("Also needs %(into)s for %(out)s in %(round)s") % params


def _compared(here: Standing, change: Change, new: Item) -> Iterable[str]:
    old, allowed = here.item(change.out), here.inputs.rounds[change.round_id].competencies.all()
    slugs = frozenset(competency.slug for competency in allowed)
    had, has = old.evidence_for(slugs), new.evidence_for(slugs)
    if gained := has - had:
        yield _("Adds %(competencies)s") % {"competencies": listed(sorted(here.names[it] for it in gained))}
    if lost := had - has:
        yield _("One fewer for %(competencies)s") % {"competencies": listed(sorted(here.names[it] for it in lost))}
    if new.difficulty != old.difficulty:
        yield _("Difficulty %(new)s instead of %(old)s") % {"new": new.difficulty, "old": old.difficulty}


def _free_minutes(here: Standing, changes: Sequence[Change], first: Change) -> str:
    """How much of the round is left for the interviewer to close earlier."""
    used = here.used(first.round_id, first.form)
    for it in changes:
        if (it.round_id, it.form) == (first.round_id, first.form):
            used += here.item(it.into).minutes if it.into else 0
            used -= here.item(it.out).minutes if it.out else 0
    free = here.inputs.rounds[first.round_id].question_minutes - used
    if not free:
        return _("Fills %(round)s to the minute") % {"round": first.round_id}
    text = ngettext("Leaves %(n)s minute of %(round)s free", "Leaves %(n)s minutes of %(round)s free", free)
    return text % {"n": free, "round": first.round_id}


def _barred(here: Standing, round_id: str, name: str, form: int) -> list[Barred]:
    """The best of those that would fit here if one rule did not bar them. Up to two queries."""
    inputs, old = here.inputs, here.item(name)
    place = inputs.rounds[round_id]
    slugs = frozenset(competency.slug for competency in place.competencies.all())
    topic, room = old.evidence_for(slugs), place.question_minutes - here.used(round_id, form) + old.minutes
    target, placed = inputs.target(round_id), {it for _round, it, _form in here.placings}
    others = {it for _round, it, its in here.placings if its == form and it != name}
    found = [
        item
        for item in inputs.items.values()
        if item.id not in placed
        and item.minutes <= room
        and abs(item.difficulty - target) <= inputs.template.difficulty_spread
        and item.evidence_for(slugs) & topic
        and (item.id in inputs.flagged or item.resting_days or item.enemies & others)
    ]
    found.sort(key=lambda item: (-item_value(item, target), item.id))
    return _barred_because(here, found[:BARRED], others)


def _barred_because(here: Standing, items: Sequence[Item], others: set[str]) -> list[Barred]:
    questions = here.inputs.questions
    flags = {
        flag.question_id: flag
        for flag in LeakFlag.objects.standing().filter(question__in=[questions[it.id] for it in items])
    }
    meeting = {(item.id, other) for item in items for other in item.enemies & others}
    reasons = _enemy_reasons({(questions[item], questions[other]) for item, other in meeting})
    barred = []
    for item in items:
        if flag := flags.get(questions[item.id]):
            reason = _("%(state)s: %(why)s") if flag.reason else "%(state)s"
            text = reason % {"state": flag.get_state_display(), "why": flag.reason}
        elif enemies := sorted(item.enemies & others):
            text = _enemy_text(enemies[0], reasons.get(frozenset((questions[item.id], questions[enemies[0]])), ""))
        else:
            text = _rest_text(here, item)
        barred.append(Barred(item.id, text))
    return barred


def _enemy_reasons(pairs: set[tuple[UUID, UUID]]) -> dict[frozenset[UUID], str]:
    if not pairs:
        return {}
    wanted = Q()
    for one, other in pairs:
        wanted |= Q(first=min(one, other), second=max(one, other))
    rows = EnemyPair.objects.filter(wanted).values_list("first_id", "second_id", "reason")
    return {frozenset((first, second)): reason for first, second, reason in rows}


def _enemy_text(other: str, reason: str) -> str:
    label = other.split(" ")[0]
    if reason:
        return _("Enemy of %(question)s: %(reason)s") % {"question": label, "reason": reason}
    return _("Enemy of %(question)s: one gives the other away") % {"question": label}


def _rest_text(here: Standing, item: Item) -> str:
    last = here.inputs.uses[here.inputs.questions[item.id]].last_on
    text = ngettext(
        "Rests %(days)s day more: another job asked it on %(date)s",
        "Rests %(days)s days more: another job asked it on %(date)s",
        item.resting_days,
    )
    return text % {"days": item.resting_days, "date": date_format(last, "MONTH_DAY_FORMAT")}


@dataclass(frozen=True, slots=True)
class ProofLine:
    """One question and what it adds to the plan's value."""

    round_label: str
    form: int
    item_id: str
    minutes: int
    difficulty: int
    target: int
    exposure: int
    value: int


@dataclass(frozen=True, slots=True)
class Proof:
    """How the value of a plan comes about, and what the planner could not use; both by the bank as it is today."""

    lines: list[ProofLine]
    questions_value: int
    rest: int
    total: int
    askable: int
    resting: int
    flagged: int
    other_language: int
    enemies: int


def plan_proof(*, plan: LoopPlan) -> Proof:
    """Eleven queries at any size of bank and plan."""
    here = standing_of(plan)
    inputs = here.inputs
    placed = {name for _round, name, _form in here.placings}
    lines = []
    for round_id, name, form in here.placings:
        item, target = here.item(name), inputs.target(round_id)
        value = item_value(item, target)
        lines.append(ProofLine(round_id, form, name, item.minutes, item.difficulty, target, item.exposure, value))
    total = assembly.evaluate(inputs.request, here.placings).objective
    questions_value = sum(line.value for line in lines)
    free = [item for item in inputs.items.values() if item.id not in placed]
    return Proof(
        lines=lines,
        questions_value=questions_value,
        rest=total - questions_value,
        total=total,
        askable=len(inputs.items) - len(inputs.flagged - placed),
        resting=sum(bool(item.resting_days) for item in free),
        flagged=sum(item.id in inputs.flagged for item in free),
        other_language=inputs.other_language,
        enemies=sum(bool(item.enemies & placed) for item in free),
    )
