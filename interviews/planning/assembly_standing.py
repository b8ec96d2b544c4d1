"""What a loop put together so far has and is worth, and which rules it breaks."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from .assembly_bank import SPARE_VALUE, UNEVEN_COST, Bank, Place
from .assembly_reasons import Chosen, coverage, in_asking_order, needs_met, placements
from .assembly_types import AssemblyRequest, Evaluation, Item, Lock, Need, Shortfall
from .codes import Params, Remedy, Value

Placed = tuple[str, str, int]
"""Round id, item id, form."""


class Standing:
    """Sums over a loop that changes question by question. Questions the bank does not know count for nothing."""

    def __init__(self, bank: Bank, placed: Iterable[Placed] = ()) -> None:
        self.bank = bank
        self.value = 0
        self.used: dict[Place, int] = dict.fromkeys(bank.places, 0)
        self.number: dict[Place, int] = dict.fromkeys(bank.places, 0)
        self.lean: dict[Place, int] = dict.fromkeys(bank.places, 0)
        self.seen: dict[tuple[int, str, str], int] = defaultdict(int)
        self._bits = [(need, bank.mask((need.competency,))) for need in bank.request.needs]
        for round_id, item_id, form in placed:
            if item_id in bank.by_id:
                self.put(bank.by_id[item_id], round_id, form)

    def put(self, item: Item, round_id: str, form: int, sign: int = 1) -> None:
        """Take a question in, or out where `sign` is -1."""
        place, bank = (form, round_id), self.bank
        self.value += sign * bank.value(item, round_id)
        self.used[place] += sign * item.minutes
        self.number[place] += sign
        self.lean[place] += sign * bank.lean(item, round_id)
        topic = bank.topic(item, round_id)
        for need, bit in self._bits:
            if topic & bit:
                self.seen[form, need.competency, round_id] += sign

    def questions(self, form: int, competency: str) -> int:
        """How many questions of the form give evidence for the competency."""
        return sum(self.seen[form, competency, spec.id] for spec in self.bank.request.rounds)

    def interviewers(self, form: int, competency: str) -> int:
        """How many interviewers of the form see the competency."""
        return sum(spec.seats for spec in self.bank.request.rounds if self.seen[form, competency, spec.id])

    def tight(self, form: int) -> int:
        """The competencies, as bits, for which one question more would be the spare one."""
        return sum(bit for need, bit in self._bits if self.questions(form, need.competency) == need.questions)

    def worth(self) -> int:
        """The objective."""
        forms, rounds = self.bank.forms, self.bank.request.rounds
        total = self.value
        for need, _ in self._bits:
            has = [self.questions(form, need.competency) for form in forms]
            total += SPARE_VALUE * sum(count > need.questions for count in has)
            total -= UNEVEN_COST * (max(has) - min(has))
        for spec in rounds:
            leans = [self.lean[form, spec.id] for form in forms]
            total -= UNEVEN_COST * (max(leans) - min(leans))
        return total


def evaluate(request: AssemblyRequest, placed: Iterable[Placed]) -> Evaluation:
    """What a loop put together by hand is worth and covers, and every rule it breaks.

    Raises ValueError for a round or a form that is not there.
    """
    bank, loop = Bank(request), list(placed)
    require_known_places(bank, loop)
    chosen = chosen_of(bank, loop)
    return Evaluation(
        placements=placements(bank, chosen),
        objective=Standing(bank, loop).worth(),
        coverage=coverage(bank, chosen),
        needs_met=needs_met(bank, chosen),
        broken=tuple(broken_rules(bank, loop)),
    )


def require_known_places(bank: Bank, placed: Iterable[Placed]) -> None:
    """Raises ValueError for a round or a form that is not there."""
    known = set(bank.places)
    for round_id, _, form in placed:
        if (form, round_id) not in known:
            raise ValueError(f"there is no round {round_id} in form {form}")


def chosen_of(bank: Bank, placed: Iterable[Placed]) -> Chosen:
    """The known questions of every form and round in the order asked."""
    inside: dict[Place, set[str]] = {place: set() for place in bank.places}
    for round_id, item_id, form in placed:
        if item_id in bank.by_id:
            inside[form, round_id].add(item_id)
    return in_asking_order(bank, inside)


def broken_rules(bank: Bank, placed: list[Placed]) -> Iterator[Shortfall]:
    """Every rule the loop breaks, with what would mend it."""
    standing = Standing(bank, placed)
    seen: set[str] = set()
    for round_id, item_id, form in placed:
        if item_id in seen:
            yield _out("question_twice", bank, round_id, item_id, form, {})
        elif item_id not in bank.by_id:
            yield _out("question_unknown", bank, round_id, item_id, form, {})
        else:
            yield from _broken_by_question(bank, bank.by_id[item_id], round_id, form)
        seen.add(item_id)
    yield from _enemies_that_meet(bank, placed)
    for lock in sorted(bank.locks - {Lock(*one) for one in placed}):
        params = _params(bank, lock.form, {"round": lock.round_id, "item": lock.item_id})
        yield Shortfall("lock_broken", params, Remedy("unlock", params))
    for form in bank.forms:
        yield from _broken_by_form(bank, standing, form)


def _broken_by_question(bank: Bank, item: Item, round_id: str, form: int) -> Iterator[Shortfall]:
    if not bank.topic(item, round_id):
        yield _out("question_off_topic", bank, round_id, item.id, form, {})
    spread, away = bank.request.difficulty_spread, abs(bank.lean(item, round_id))
    if away > spread:
        params: dict[str, Value] = {"round": round_id, "item": item.id, "difficulty": item.difficulty}
        params |= {"target": bank.targets[round_id], "spread": spread}
        remedy = Remedy("widen_difficulty", {"round": round_id, "spread": away})
        yield Shortfall("question_difficulty", _params(bank, form, params), remedy)
    if item.resting_days and Lock(round_id, item.id, form) not in bank.locks:
        params = {"round": round_id, "item": item.id, "days": item.resting_days}
        remedy = Remedy("shorten_rest", {"item": item.id, "days": item.resting_days})
        yield Shortfall("question_rests", _params(bank, form, params), remedy)


def _enemies_that_meet(bank: Bank, placed: list[Placed]) -> Iterator[Shortfall]:
    for number, (round_id, item_id, form) in enumerate(placed):
        for _, other, other_form in placed[:number]:
            if form == other_form and other in bank.enemies.get(item_id, ()):
                yield _out("enemies_meet", bank, round_id, item_id, form, {"other": other})


def _broken_by_form(bank: Bank, standing: Standing, form: int) -> Iterator[Shortfall]:
    for spec in bank.request.rounds:
        used = standing.used[form, spec.id]
        if not standing.number[form, spec.id]:
            params = _params(bank, form, {"round": spec.id})
            yield Shortfall("no_question", params, Remedy("add_question", params))
        if used > spec.minutes:
            params = _params(bank, form, {"round": spec.id, "minutes": spec.minutes, "needed": used})
            remedy = Remedy("add_minutes", {"round": spec.id, "minutes": used - spec.minutes})
            yield Shortfall("round_minutes", params, remedy)
    for need in bank.request.needs:
        yield from _broken_need(bank, standing, need, form)


def _broken_need(bank: Bank, standing: Standing, need: Need, form: int) -> Iterator[Shortfall]:
    questions = standing.questions(form, need.competency)
    interviewers = standing.interviewers(form, need.competency)
    remedy = Remedy("add_question", _params(bank, form, {"competency": need.competency}))
    for code, needed, has in (
        ("too_few_questions", need.questions, questions),
        ("too_few_interviewers", need.interviewers, interviewers),
    ):
        if has < needed:
            params: dict[str, Value] = {"competency": need.competency, "needed": needed, "has": has}
            yield Shortfall(code, _params(bank, form, params), remedy)


def _out(code: str, bank: Bank, round_id: str, item_id: str, form: int, more: Params) -> Shortfall:
    params = _params(bank, form, {"round": round_id, "item": item_id})
    return Shortfall(code, {**params, **more}, Remedy("take_out", params))


def _params(bank: Bank, form: int, params: Params) -> Params:
    """The form is named only where there are several."""
    return {**params, "form": form} if bank.request.forms > 1 else params


class Limits:
    """What a change must keep: the rules, moved to what the loop already breaks, so that nothing gets worse."""

    def __init__(self, bank: Bank, standing: Standing) -> None:
        forms, rounds, needs = bank.forms, bank.request.rounds, bank.request.needs
        self.minutes = {(f, spec.id): max(spec.minutes, standing.used[f, spec.id]) for f in forms for spec in rounds}
        self.fewest = {place: min(1, number) for place, number in standing.number.items()}
        self.needs = [
            (
                form,
                need.competency,
                min(need.questions, standing.questions(form, need.competency)),
                min(need.interviewers, standing.interviewers(form, need.competency)),
            )
            for form in forms
            for need in needs
        ]

    def kept_by(self, standing: Standing) -> bool:
        """Whether the loop keeps them."""
        return (
            all(standing.used[place] <= most for place, most in self.minutes.items())
            and all(standing.number[place] >= fewest for place, fewest in self.fewest.items())
            and all(
                standing.questions(form, competency) >= questions
                and standing.interviewers(form, competency) >= interviewers
                for form, competency, questions, interviewers in self.needs
            )
        )

    def asked_of(self, standing: Standing, place: Place) -> int | None:
        """What one more question at the place must give evidence for, as bits; None if none there can help."""
        form, round_id = place
        bank, asked = standing.bank, 0
        if any(standing.used[one] > most for one, most in self.minutes.items()):
            return None
        if any(standing.number[one] < fewest and one != place for one, fewest in self.fewest.items()):
            return None
        for other, competency, questions, interviewers in self.needs:
            short = questions - standing.questions(other, competency)
            unseen = interviewers - standing.interviewers(other, competency)
            if short <= 0 and unseen <= 0:
                continue
            seats = 0 if standing.seen[form, competency, round_id] else bank.rounds[round_id].seats
            bit = bank.mask((competency,)) & bank.masks[round_id]
            if other != form or not bit or short > 1 or unseen > seats:
                return None
            asked |= bit
        return asked
