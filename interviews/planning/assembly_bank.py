"""A request made ready for work: who may be asked where, what it is worth there, who is whose enemy."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from .assembly_types import EVIDENCE_WEIGHT, AssemblyRequest, Item, Lock, RoundSpec

MINUTE_VALUE = 2
"""Per minute of a round that is used."""
DIFFICULTY_COST = 20
"""Per question and step away from the difficulty its round aims at: ten minutes' worth."""
EXPOSURE_COST = 2
"""Per question and recent use, up to EXPOSURE_CAP uses."""
EXPOSURE_CAP = 20
SPARE_VALUE = 10
"""For a competency that has one question more than it needs; a second spare adds nothing."""
UNEVEN_COST = 10
"""Between parallel forms: per question by which they differ in a competency, per step of difficulty in a round."""

Place = tuple[int, str]
"""A form and a round."""


def item_value(item: Item, target: int) -> int:
    """What placing this question adds to the objective in a round that aims at this difficulty."""
    return (
        MINUTE_VALUE * item.minutes
        - DIFFICULTY_COST * abs(item.difficulty - target)
        - EXPOSURE_COST * min(item.exposure, EXPOSURE_CAP)
    )


def in_seed_order(items: Iterable[Item], seed: int) -> list[Item]:
    """The items in an order that depends on their ids and the seed only: how ties are broken."""

    def key(item: Item) -> tuple[bytes, str]:
        return hashlib.sha256(f"{seed}:{item.id}".encode()).digest(), item.id

    return sorted(items, key=key)


def enemies_of(items: Iterable[Item]) -> dict[str, set[str]]:
    """Both ways, among the items that are there; items without enemies have no entry."""
    known = {item.id for item in items}
    enemies: dict[str, set[str]] = defaultdict(set)
    for item in items:
        for enemy in item.enemies:
            if enemy in known and enemy != item.id:
                enemies[item.id].add(enemy)
                enemies[enemy].add(item.id)
    return dict(enemies)


class Bank:
    """The questions of a request, indexed. Sets of competencies are bits of an integer."""

    def __init__(self, request: AssemblyRequest) -> None:
        self.request = request
        self.items = in_seed_order(request.items, request.seed)
        self.by_id = {item.id: item for item in self.items}
        self.rank = {item.id: rank for rank, item in enumerate(self.items)}
        self.rounds = {spec.id: spec for spec in request.rounds}
        assessed = sorted(frozenset[str]().union(*(spec.competencies for spec in request.rounds)))
        self.bits = {competency: 1 << number for number, competency in enumerate(assessed)}
        self.masks = {spec.id: self.mask(spec.competencies) for spec in request.rounds}
        self.needed = self.mask(need.competency for need in request.needs)
        self.targets = {spec.id: target(request, spec) for spec in request.rounds}
        bits = self.bits
        self.evidence = {
            item.id: sum(bits[c] for c, weight in item.weights.items() if weight >= EVIDENCE_WEIGHT and c in bits)
            for item in self.items
        }
        self.enemies = enemies_of(self.items)
        self.locks = frozenset(request.locks)
        self.forms = range(1, request.forms + 1)
        self.places: list[Place] = [(form, spec.id) for form in self.forms for spec in request.rounds]

    def mask(self, competencies: Iterable[str]) -> int:
        """The bits of these competencies, as far as any round may assess them."""
        return sum(self.bits.get(competency, 0) for competency in set(competencies))

    def topic(self, item: Item, round_id: str) -> int:
        """The competencies the question gives evidence for in the round, as bits; 0 if it does not belong there."""
        return self.evidence[item.id] & self.masks[round_id]

    def value(self, item: Item, round_id: str) -> int:
        """What the question is worth in the round."""
        return item_value(item, self.targets[round_id])

    def lean(self, item: Item, round_id: str) -> int:
        """How many steps harder than aimed at the question is in the round."""
        return item.difficulty - self.targets[round_id]

    def suits(self, item: Item, round_id: str, form: int = 1) -> bool:
        """Whether every rule about a single question but its length lets it in; a lock overrides its rest."""
        return (
            self.topic(item, round_id) != 0
            and abs(self.lean(item, round_id)) <= self.request.difficulty_spread
            and (not item.resting_days or Lock(round_id, item.id, form) in self.locks)
        )

    def may_place(self, item: Item, round_id: str, form: int = 1) -> bool:
        """Whether every rule about a single question lets it into the round."""
        return item.minutes <= self.rounds[round_id].minutes and self.suits(item, round_id, form)


def target(request: AssemblyRequest, spec: RoundSpec) -> int:
    """The difficulty the round aims at."""
    return request.difficulty if spec.difficulty is None else spec.difficulty
