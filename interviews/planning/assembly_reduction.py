"""Fewer questions to choose from, exactly: what is left out or put together cannot change the best value.

**Groups.** In a round, questions form a group if they are alike for the rules: the needed competencies they give
evidence for, and their minutes. A group *dominates* another if it gives evidence for the same and perhaps more, in no
more minutes. Questions are gone through from the most valuable down, ties in seed order; whatever comes before a
question in its own or a dominating group could take its place in any loop without breaking a rule or lowering the
value, if only it is not asked elsewhere and meets no enemy. It is *free*, we say.

**Who is in the way.** The closed neighbourhood N[q] of a question is the question with its enemies. Take questions
whose closed neighbourhoods have nothing in common, a *packing*. Any question of a loop is in at most one of them, so
it keeps at most one member of the packing from being free. How many others a loop can hold at most is known: no round
holds more than its minutes divided by the shortest question that may be asked in it, and only rounds in which
some N[q] of the packing may be asked count, each for at most as many members as that. A packing with more members
than that always has a free one.

**Classes.** As soon as the packing of a group, gathered from it and from those that dominate it, is that large, let v
be the value of the last member. All questions of the group, and of those it dominates, that are worth v or less are
left out; instead the model may take any number of one interchangeable question worth v. Nothing is lost: each
question left out becomes one of those. Nothing is gained: one after the other, each of those is made a free member of
the packing, which is worth v or more. So both models have the same best value. Questions worth more stay as they are.

**Twins.** A question is also left out if an enemy of it comes before it in its own or a dominating group and
has no enemies that it has not itself: wherever the one is asked the other is free. (Not with parallel forms, where the
enemy may be asked in another form.)

**Cutoff.** A question costs what difficulty and exposure take from the value of its minutes. So no loop is worth more
than its `ceiling`: all minutes of all rounds and every spare question, less what locked questions cost; and one
that asks for a question of cost c is worth at most the ceiling less c. Where questions that cost more than
a cutoff are left out and the best of the rest is worth at least the ceiling less the cutoff, it is the best
of all. If it is worth less, then the ceiling less its value is a cutoff that leaves the best in.

**Locks.** A locked question is asked in its place and nowhere else, and with one form its enemies nowhere.

**Parallel forms** are compared in coverage and difficulty: there the difficulty is part of the group, a group
dominates only itself, and every form adds its own questions to those that can be in the way.

**When rules give way** (`elastic`), values do not matter; instead groups are also told apart by the days of rest they
lack and the steps beyond the spread, and the one that lacks less dominates. Of the cheapest ways out,
take one with the fewest questions. Each of them is then needed: for a need that is just met, for a round that
would be empty, to be seen by enough interviewers, or for a lock. That bounds their number, whatever the minutes.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import itemgetter, or_

from .assembly_bank import MINUTE_VALUE, SPARE_VALUE, Bank, item_value
from .assembly_types import Item, Lock, RoundSpec

MOST_MORE_MINUTES = 120
"""By how much a round may be stretched when rules give way."""

Key = tuple[int, int, int, int]
"""Evidence for needed competencies, minutes, and what else has to be no more, or with parallel forms alike."""
Entry = tuple[int, Item, Key]
"""The value that counts, a question, its group."""


@dataclass(frozen=True, slots=True)
class Option:
    """What may be taken in a round: one question, or any number of a `pool` in which one is always free.

    `over` is how many steps it is beyond the spread; a lock's option is for that lock only.
    """

    round_id: str
    topic: int
    minutes: int
    value: int
    lean: int = 0
    over: int = 0
    rest: int = 0
    item: Item | None = None
    pool: tuple[Item, ...] = ()
    lock: Lock | None = None


def all_options(bank: Bank) -> list[Option]:
    """Every question in every round where it may be asked: what `options` is measured against."""
    locked = {lock.item_id for lock in bank.locks}
    return _locks(bank) + [
        _single(bank, item, spec.id)
        for spec in bank.request.rounds
        for item in bank.items
        if item.id not in locked and not item.resting_days and bank.may_place(item, spec.id)
    ]


def options(bank: Bank, cutoff: int | None = None) -> list[Option]:
    """As many as the best value needs; questions that cost more than the cutoff are left out."""
    locks = _locks(bank)
    entries = _entries(bank, cutoff)
    crowd = _Crowd(bank, entries, locks)
    found = list(locks)
    for number, spec in enumerate(bank.request.rounds):
        found += _Reduction(crowd, number).of(entries[spec.id])
    return found


def elastic_options(bank: Bank, most: int) -> list[Option]:
    """As many as the cheapest way out needs, if that takes at most so many questions."""
    locks = [
        _single(bank, bank.by_id[lock.item_id], lock.round_id, lock)
        for lock in sorted(bank.locks)
        if lock.item_id in bank.by_id and lock.round_id in bank.rounds
    ]
    locks = [option for option in locks if option.topic]
    entries = {spec.id: _elastic_entries(bank, spec) for spec in bank.request.rounds}
    crowd = _Crowd(bank, entries, locks)
    found = list(locks)
    for number, spec in enumerate(bank.request.rounds):
        found += _Reduction(crowd, number, most).of(entries[spec.id])
    return found


def ceiling(bank: Bank) -> int:
    """What no loop is worth more than."""
    minutes = MINUTE_VALUE * sum(spec.minutes for spec in bank.request.rounds)
    cost = sum(MINUTE_VALUE * option.minutes - option.value for option in _locks(bank))
    return len(bank.forms) * (minutes + SPARE_VALUE * len(bank.request.needs)) - cost


def _locks(bank: Bank) -> list[Option]:
    """A locked question stands in its place and nowhere else."""
    return [
        _single(bank, bank.by_id[lock.item_id], lock.round_id, lock)
        for lock in sorted(bank.locks)
        if lock.item_id in bank.by_id
        and lock.round_id in bank.rounds
        and bank.may_place(bank.by_id[lock.item_id], lock.round_id, lock.form)
    ]


def _single(bank: Bank, item: Item, round_id: str, lock: Lock | None = None) -> Option:
    lean = bank.lean(item, round_id)
    over = max(0, abs(lean) - bank.request.difficulty_spread)
    rest = 0 if lock else item.resting_days
    topic = bank.topic(item, round_id)
    return Option(round_id, topic, item.minutes, bank.value(item, round_id), lean, over, rest, item, lock=lock)


def _entries(bank: Bank, cutoff: int | None) -> dict[str, list[Entry]]:
    """The questions of every round from the most valuable down, ties in seed order."""
    spread, has_forms = bank.request.difficulty_spread, len(bank.forms) > 1
    shut = {lock.item_id for lock in bank.locks}
    if not has_forms:
        shut |= {enemy for item_id in shut for enemy in bank.enemies.get(item_id, ())}
    free = [item for item in bank.items if not item.resting_days and item.id not in shut]
    least = {item.id: MINUTE_VALUE * item.minutes - cutoff for item in free} if cutoff is not None else {}
    sorted_for = {
        (target, mask): sorted(
            (
                (value, item, bank.evidence[item.id])
                for item in free
                if bank.evidence[item.id] & mask
                and abs(item.difficulty - target) <= spread
                and (value := item_value(item, target)) >= least.get(item.id, value)
            ),
            key=itemgetter(0),
            reverse=True,
        )
        for target, mask in {(bank.targets[spec.id], bank.masks[spec.id]) for spec in bank.request.rounds}
    }
    entries: dict[str, list[Entry]] = {}
    for spec in bank.request.rounds:
        mask, most = bank.masks[spec.id], spec.minutes
        entries[spec.id] = [
            (value, item, (topic & mask & bank.needed, item.minutes, item.difficulty if has_forms else 0, 0))
            for value, item, topic in sorted_for[bank.targets[spec.id], mask]
            if item.minutes <= most
        ]
    return entries


def _elastic_entries(bank: Bank, spec: RoundSpec) -> list[Entry]:
    """The questions of a round from the one that breaks least up; their value does not count."""
    most, seen = spec.minutes + MOST_MORE_MINUTES, bank.masks[spec.id] & bank.needed
    entries = []
    for item in bank.items:
        if bank.topic(item, spec.id) and item.minutes <= most:
            over = max(0, abs(bank.lean(item, spec.id)) - bank.request.difficulty_spread)
            entries.append((0, item, (bank.evidence[item.id] & seen, item.minutes, over, item.resting_days)))
    entries.sort(key=lambda entry: (entry[2][3], entry[2][2], entry[2][1], -entry[2][0].bit_count()))
    return entries


class _Crowd:
    """Who can be in whose way, and how many of them a loop holds."""

    def __init__(self, bank: Bank, entries: dict[str, list[Entry]], locks: list[Option]) -> None:
        self.bank = bank
        self.rounds_of: dict[str, int] = defaultdict(int)
        self.shortest = []
        for number, spec in enumerate(bank.request.rounds):
            here = [item for _, item, _ in entries[spec.id]]
            here += [option.item for option in locks if option.item and option.round_id == spec.id]
            for item in here:
                self.rounds_of[item.id] |= 1 << number
            self.shortest.append(min((item.minutes for item in here), default=spec.minutes + 1))
        self.near = {
            item_id: frozenset(enemy for enemy in enemies if enemy in self.rounds_of) | {item_id}
            for item_id, enemies in bank.enemies.items()
            if item_id in self.rounds_of
        }
        self.near_rounds = {
            item_id: reduce(or_, (self.rounds_of[one] for one in near)) for item_id, near in self.near.items()
        }

    def most_others(self, number: int, minutes: int) -> list[int]:
        """How many questions each round holds at most, beside one of so many minutes in this one."""
        forms, rounds = len(self.bank.forms), self.bank.request.rounds
        most = [forms * (spec.minutes // short) for spec, short in zip(rounds, self.shortest, strict=True)]
        spec, short = rounds[number], self.shortest[number]
        most[number] += (spec.minutes - minutes) // short - spec.minutes // short
        return most


class _Group:
    """Questions alike; closed at a level once questions of that value or less need not be told apart."""

    __slots__ = (
        "below",
        "crowd",
        "in_round",
        "is_class",
        "key",
        "level",
        "most",
        "own",
        "packing",
        "singles",
        "touched",
    )

    def __init__(self, crowd: _Crowd, key: Key, most: int | list[int]) -> None:
        self.crowd, self.key, self.most = crowd, key, most
        self.level: int | None = None
        self.is_class = False
        self.singles: list[tuple[int, Item]] = []
        self.own: list[Item] = []
        self.packing: list[Item] = []
        self.touched: set[str] = set()
        self.in_round = [0] * len(crowd.shortest)
        self.below: list[_Group] = [self]

    def dominates(self, key: Key) -> bool:
        mine = self.key
        if len(self.crowd.bank.forms) > 1 and isinstance(self.most, list):
            return mine == key
        return mine[0] & key[0] == key[0] and mine[1] <= key[1] and mine[2] <= key[2] and mine[3] <= key[3]

    def offer(self, item: Item) -> None:
        """Take it into the packing if nothing in it is near."""
        crowd = self.crowd
        near = crowd.near.get(item.id)
        rounds = crowd.rounds_of[item.id]
        if near:
            if not self.touched.isdisjoint(near):
                return
            self.touched |= near
            rounds = crowd.near_rounds[item.id]
        self.packing.append(item)
        for number in range(len(self.in_round)):
            self.in_round[number] += rounds >> number & 1

    def has_a_free_one(self) -> bool:
        """Whether the rest of a loop cannot be in the way of the whole packing."""
        if isinstance(self.most, int):
            return len(self.packing) >= self.most
        return len(self.packing) > sum(map(min, self.most, self.in_round))

    def close(self, level: int) -> None:
        """Put what is worth that much or less together, here and in every group it dominates."""
        self.is_class = True
        for group in self.below:
            if group.level is None:
                group.level = level
                group.singles = [pair for pair in group.singles if pair[0] > level]


class _Reduction:
    """One round; `most` questions in all, or as many as the minutes of the rounds allow."""

    def __init__(self, crowd: _Crowd, number: int, most: int | None = None) -> None:
        self.crowd, self.number, self.most = crowd, number, most
        self.spec: RoundSpec = crowd.bank.request.rounds[number]
        self.groups: dict[Key, _Group] = {}
        self.seen: dict[str, _Group] = {}

    def of(self, entries: Iterable[Entry]) -> Iterator[Option]:
        """What is left of the questions."""
        near = self.crowd.near
        for level, item, key in entries:
            group = self.groups.get(key) or self._new_group(key)
            if group.level is None:
                if item.id in near and self._has_twin(item, group):
                    continue
                group.singles.append((level, item))
                group.own.append(item)
                for other in group.below:
                    if other.level is None:
                        other.offer(item)
                        if other.has_a_free_one():
                            other.close(level)
            if item.id in near:
                self.seen[item.id] = group
        for group in self.groups.values():
            yield from self._options(group)

    def _new_group(self, key: Key) -> _Group:
        most = self.crowd.most_others(self.number, key[1]) if self.most is None else self.most
        new = self.groups[key] = _Group(self.crowd, key, most)
        for group in list(self.groups.values()):
            if group is not new and group.dominates(key):
                if group.level is not None:
                    new.level = group.level if new.level is None else max(new.level, group.level)
                group.below.append(new)
                for item in group.own if new.level is None else ():
                    new.offer(item)
            if group is not new and new.dominates(group.key):
                new.below.append(group)
        return new

    def _has_twin(self, item: Item, group: _Group) -> bool:
        near = self.crowd.near[item.id]
        if len(self.crowd.bank.forms) > 1:
            return False
        return any(
            enemy in self.seen and self.seen[enemy].dominates(group.key) and self.crowd.near[enemy] <= near
            for enemy in near
        )

    def _options(self, group: _Group) -> Iterator[Option]:
        bank = self.crowd.bank
        for _, item in group.singles:
            yield _single(bank, item, self.spec.id)
        if group.is_class and group.level is not None:
            topic, minutes, third, rest = group.key
            has_forms = self.most is None and len(bank.forms) > 1
            lean, over = (third - bank.targets[self.spec.id], 0) if has_forms else (0, third)
            yield Option(self.spec.id, topic, minutes, group.level, lean, over, rest, pool=tuple(group.packing))
