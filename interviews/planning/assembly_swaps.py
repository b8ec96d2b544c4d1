"""Other questions for a place in a loop: every one that can be there, with one more change if need be, by loss.

Nothing is estimated. Questions that are alike for the rules (evidence, minutes, and between parallel forms the
difficulty) are looked at together, so that all of a large bank are gone through: of two alike, the one of higher
value is the better choice, whatever the rest of the loop, unless an enemy is there.

A change may not break a rule, nor make it worse where the loop breaks it already. The lock of the question that is
asked about is set aside, since somebody wants it out; other locks hold.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest

from .assembly_bank import SPARE_VALUE, Bank, Place
from .assembly_standing import Limits, Placed, Standing, require_known_places
from .assembly_types import Alternative, AssemblyRequest, Change, Item, Lock

Key = tuple[int, int, int]
"""What the rules see of a question in a round: evidence, minutes, and with parallel forms its lean."""
Pool = dict[str, dict[Key, list[Item]]]
"""The only question of the loop in the way, "" if none is, → questions alike, the most valuable first."""


def alternatives(
    request: AssemblyRequest, placed: Iterable[Placed], *, round_id: str, item_id: str, form: int = 1, limit: int = 5
) -> tuple[Alternative, ...]:
    """Other questions for the place of this one, the smallest loss first, then fewer changes, then in seed order.

    A question that fits as it is comes as it is; one that does not comes with the best single change that makes it
    fit: another question swapped, taken out or added anywhere in the loop. Raises ValueError if the question is not
    in that place.
    """
    loop = list(placed)
    if (round_id, item_id, form) not in loop:
        raise ValueError(f"{item_id} is not in {round_id}")
    return _Search(request, loop, round_id, item_id, form).best(limit)


def additions(
    request: AssemblyRequest, placed: Iterable[Placed], *, round_id: str, form: int = 1, limit: int = 5
) -> tuple[Alternative, ...]:
    """Questions that can be added to the round, likewise as they are or with one more change."""
    return _Search(request, list(placed), round_id, "", form).best(limit)


@dataclass(slots=True)
class _Repair:
    """The questions that can come in for `out` at a place, and the loop's worth but for their value."""

    worth: int
    place: Place
    out: str
    into: list[Item]

    def best(self, bank: Bank) -> int:
        return self.worth + (bank.value(self.into[0], self.place[1]) if self.into else 0)


@dataclass(slots=True)
class _Group:
    """Questions alike for the place asked about; `forced` is what has to leave its place for them."""

    key: Key
    forced: Placed | None
    items: list[Item] = field(default_factory=list)


class _Search:
    def __init__(self, request: AssemblyRequest, loop: list[Placed], round_id: str, out: str, form: int) -> None:
        self.bank = bank = Bank(request)
        require_known_places(bank, [*loop, (round_id, out, form)])
        self.place: Place = (form, round_id)
        self.out = out
        self.standing = Standing(bank, loop)
        self.limits = Limits(bank, self.standing)
        self.before = self.standing.worth()
        self.rest = [one for one in loop if one != (round_id, out, form) and one[1] in bank.by_id]
        self.where = {item_id: (r, item_id, f) for r, item_id, f in self.rest}
        if out in bank.by_id:
            self.standing.put(bank.by_id[out], round_id, form, -1)
        self._pools: dict[Place, Pool] = {}

    def best(self, limit: int) -> tuple[Alternative, ...]:
        """The best alternatives, one for each question."""
        found: list[Alternative] = []
        crooked = []
        for group in self._groups():
            worth = self._worth_with(group)
            if worth is None:
                crooked.append(group)
                continue
            for item in group.items[:limit]:
                loss = self.before - worth - self._value(item)
                found.append(Alternative(item.id, loss, (self._change(item),)))
        for group in crooked:
            found = nsmallest(limit, found, key=self._order)
            found += self._with_one_more_change(group, limit, found)
        return tuple(nsmallest(limit, found, key=self._order))

    def _order(self, found: Alternative) -> tuple[int, int, int]:
        return found.loss, len(found.changes), self.bank.rank[found.item_id]

    def _value(self, item: Item) -> int:
        return self.bank.value(item, self.place[1])

    def _change(self, item: Item) -> Change:
        return Change(self.place[1], self.out, item.id, self.place[0])

    def _groups(self) -> Iterable[_Group]:
        """Every question that suits the place and has at most one other in its way, the most valuable first."""
        groups: dict[tuple[Key, Placed | None], _Group] = {}
        form, round_id = self.place
        for item in self._suitable(self.place):
            if item.id == self.out:
                continue
            in_way = {self.where[item.id]} if item.id in self.where else set()
            in_way |= {self.where[enemy] for enemy in self._enemies_in(item, form)}
            forced = next(iter(in_way), None)
            if len(in_way) > 1 or forced == (round_id, item.id, form):
                continue
            key = self._key(item, self.place)
            groups.setdefault((key, forced), _Group(key, forced)).items.append(item)
        return groups.values()

    def _suitable(self, place: Place) -> list[Item]:
        form, round_id = place
        bank, room = self.bank, self.limits.minutes[place]
        inside = [item for item in bank.items if item.minutes <= room and bank.suits(item, round_id, form)]
        inside.sort(key=lambda item: -bank.value(item, round_id))
        return inside

    def _key(self, item: Item, place: Place) -> Key:
        lean = self.bank.lean(item, place[1]) if self.bank.request.forms > 1 else 0
        return self.bank.topic(item, place[1]), item.minutes, lean

    def _enemies_in(self, item: Item, form: int) -> list[str]:
        enemies = self.bank.enemies.get(item.id, ())
        return [enemy for enemy in enemies if enemy in self.where and self.where[enemy][2] == form]

    def _worth_with(self, group: _Group) -> int | None:
        """What the loop is worth with one of the group, but for its value; None if that breaks a rule."""
        form, round_id = self.place
        item = group.items[0]
        if group.forced:
            return None
        self.standing.put(item, round_id, form)
        worth = self.standing.worth() - self._value(item) if self.limits.kept_by(self.standing) else None
        self.standing.put(item, round_id, form, -1)
        return worth

    def _with_one_more_change(self, group: _Group, limit: int, known: list[Alternative]) -> list[Alternative]:
        """The best of the group that become possible by one more change, as far as they can be among the best."""
        form, round_id = self.place
        first = group.items[0]
        self.standing.put(first, round_id, form)
        bare = self._value(first)
        repairs = sorted(self._repairs(group), key=lambda repair: -repair.best(self.bank))
        self.standing.put(first, round_id, form, -1)
        found: list[Alternative] = []
        losses = sorted(one.loss for one in known)
        for item in group.items:
            if not repairs:
                break
            worth = self._value(item) - bare
            if len(losses) >= limit and losses[limit - 1] < self.before - worth - repairs[0].best(self.bank):
                break
            if (repaired := self._repaired(item, repairs, worth)) is not None:
                found.append(repaired)
                losses = sorted([*losses, repaired.loss])
        return found

    def _repaired(self, item: Item, repairs: list[_Repair], worth: int) -> Alternative | None:
        """The question with the best change that goes with it; `worth` is its value less its group's first."""
        best: tuple[int, Change] | None = None
        enemies = self.bank.enemies.get(item.id, ())
        for repair in repairs:
            if best is not None and best[0] >= repair.best(self.bank):
                break
            form, round_id = repair.place
            apart = enemies if form == self.place[0] else ()
            into = next((one for one in repair.into if one.id != item.id and one.id not in apart), None)
            if repair.into and into is None:
                continue
            reached = repair.worth + (self.bank.value(into, round_id) if into else 0)
            if best is None or reached > best[0]:
                best = reached, Change(round_id, repair.out, into.id if into else "", form)
        if best is None:
            return None
        return Alternative(item.id, self.before - worth - best[0], (self._change(item), best[1]))

    def _repairs(self, group: _Group) -> Iterator[_Repair]:
        """Every change that makes the loop keep its rules again, now that the group's first is in it."""
        for out in [group.forced] if group.forced else [None, *self.rest]:
            if out is None:
                for place in self.bank.places:
                    yield from self._fillings(place, "")
            elif Lock(*out) not in self.bank.locks:
                round_id, item_id, form = out
                item = self.bank.by_id[item_id]
                self.standing.put(item, round_id, form, -1)
                if self.limits.kept_by(self.standing):
                    yield _Repair(self.standing.worth(), (form, round_id), item_id, [])
                yield from self._fillings((form, round_id), item_id)
                self.standing.put(item, round_id, form)

    def _fillings(self, place: Place, out: str) -> Iterator[_Repair]:
        """What may come in at the place, now that `out` is gone."""
        asked = self.limits.asked_of(self.standing, place)
        if asked is None:
            return
        room = self.limits.minutes[place] - self.standing.used[place]
        gain = _Gain(self.standing, place)
        pool = self._pool(place)
        for in_way in ("", out) if out else ("",):
            for key, items in pool.get(in_way, {}).items():
                if key[1] <= room and key[0] & asked == asked:
                    yield _Repair(gain.worth_with(key, items[0]), place, out, items)

    def _pool(self, place: Place) -> Pool:
        """The questions that are not in the rest of the loop, by the only one of it that is in their way."""
        if place not in self._pools:
            pool: Pool = defaultdict(lambda: defaultdict(list))
            for item in self._suitable(place):
                in_way = self._enemies_in(item, place[0])
                if item.id in self.where or len(in_way) > 1 or (item.id == self.out and place == self.place):
                    continue
                pool[in_way[0] if in_way else ""][self._key(item, place)].append(item)
            self._pools[place] = pool
        return self._pools[place]


class _Gain:
    """What the loop is worth with one more question at a place, but for its value."""

    def __init__(self, standing: Standing, place: Place) -> None:
        self.standing, self.place = standing, place
        self.worth = standing.worth()
        self.tight = standing.tight(place[0])

    def worth_with(self, key: Key, item: Item) -> int:
        """Quick where there is one form: only the spare questions count then."""
        form, round_id = self.place
        if self.standing.bank.request.forms == 1:
            return self.worth + SPARE_VALUE * (key[0] & self.tight).bit_count()
        self.standing.put(item, round_id, form)
        worth = self.standing.worth() - self.standing.bank.value(item, round_id)
        self.standing.put(item, round_id, form, -1)
        return worth
