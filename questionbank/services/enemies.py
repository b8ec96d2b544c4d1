"""Questions that never stand in one loop, because one gives the other away."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services.trail import record
from questionbank.models import EnemyPair, Question
from questionbank.policies import may_write
from questionbank.selectors.enemies import pairs_of

# Both questions of a pair, the one with the lower id first, as the database keeps them.
_Both = tuple[UUID, UUID]


def set_enemies(*, question: Question, enemies: Mapping[Question, str], actor: User) -> None:
    """Name enemies of a question, each with a reason; pairs that are there already stay.

    Naming a pair again, from either side, is naming it once; an empty reason keeps the one there is.
    Raises ``ValidationError`` with code ``own_enemy`` or ``too_long``. One query, and one per pair that changes.
    """
    set_pairs(pairs=[(question, other, reason) for other, reason in enemies.items()], actor=actor)


@transaction.atomic
def set_pairs(*, pairs: Iterable[tuple[Question, Question, str]], actor: User) -> int:
    """As ``set_enemies``, for pairs of many questions at once. Returns how many pairs are new."""
    if not may_write(actor):
        raise PermissionDenied
    named, questions = _named(pairs)
    there = {(pair.first_id, pair.second_id): pair for pair in pairs_of(list(questions.values()))}
    new = [EnemyPair(first_id=a, second_id=b, created_by=actor) for a, b in named if (a, b) not in there]
    for pair in new:
        pair.reason = named[pair.first_id, pair.second_id]
        record(actor=actor, action="question.enemy_named", subject=questions[pair.first_id], enemy=str(pair.second_id))
    # Somebody else may name the same pair at the same moment: once is enough.
    EnemyPair.objects.bulk_create(new, ignore_conflicts=True)
    for key, reason in named.items():
        if key in there and reason and there[key].reason != reason:
            EnemyPair.objects.filter(pk=there[key].pk).update(reason=reason)
    return len(new)


@transaction.atomic
def replace_enemies(*, question: Question, enemies: Mapping[Question, str], actor: User) -> bool:
    """Make these the only enemies of a question, with exactly these reasons; says whether any are others than before.

    Raises as ``set_enemies``.
    """
    reasons = {other.pk: reason.strip() for other, reason in enemies.items()}
    before = {_other(pair, question): pair.reason for pair in pairs_of([question])}
    if before == reasons:
        return False
    set_enemies(question=question, enemies=enemies, actor=actor)
    for pair in pairs_of([question]):
        other = _other(pair, question)
        if other not in reasons:
            pair.delete()
            record(actor=actor, action="question.enemy_removed", subject=question, enemy=str(other))
        elif pair.reason != reasons[other]:
            EnemyPair.objects.filter(pk=pair.pk).update(reason=reasons[other])
    return True


def _other(pair: EnemyPair, question: Question) -> UUID:
    return pair.second_id if pair.first_id == question.pk else pair.first_id


def _named(pairs: Iterable[tuple[Question, Question, str]]) -> tuple[dict[_Both, str], dict[UUID, Question]]:
    """The reasons by pair, and the questions by id."""
    named: dict[_Both, str] = {}
    questions: dict[UUID, Question] = {}
    limit = EnemyPair._meta.get_field("reason").max_length or 0
    for one, other, given in pairs:
        reason = given.strip()
        if one.pk == other.pk:
            raise ValidationError(_("%(question)s cannot be its own enemy."), "own_enemy", {"question": one.label})
        if len(reason) > limit:
            values = {"length": len(reason), "limit": limit}
            raise ValidationError(_("A text has %(length)s characters; %(limit)s are the most."), "too_long", values)
        both = (one.pk, other.pk) if one.pk < other.pk else (other.pk, one.pk)
        named[both] = reason or named.get(both, "")
        questions |= {one.pk: one, other.pk: other}
    return named, questions
