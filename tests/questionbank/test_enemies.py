"""Pairs of questions that never stand together."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.models import EnemyPair, Question
from questionbank.selectors.enemies import enemies_of
from questionbank.services.enemies import replace_enemies, set_enemies, set_pairs
from tests.factories import QuestionFactory, UserFactory, VersionFactory, publish
from tests.questionbank.contents import author

pytestmark = pytest.mark.django_db


def questions(count):
    return [QuestionFactory() for _ in range(count)]


def reasons():
    return sorted(EnemyPair.objects.values_list("reason", flat=True))


def test_a_pair_is_known_from_both_sides():
    first, second, third = questions(3)

    set_enemies(question=second, enemies={first: "shares its numbers"}, actor=author())

    assert enemies_of([first, second, third]) == {first.pk: {second.pk}, second.pk: {first.pk}}
    assert enemies_of([first]) == {first.pk: {second.pk}}
    assert enemies_of(Question.objects.filter(pk=second.pk))[second.pk] == {first.pk}


def test_pairs_named_both_ways_and_in_a_circle_stay_three():
    a, b, c = questions(3)
    writer = author()

    for one, other in ((a, b), (b, c), (c, a), (b, a), (a, b)):
        set_enemies(question=one, enemies={other: ""}, actor=writer)

    assert EnemyPair.objects.count() == 3
    assert enemies_of([a, b, c]) == {a.pk: {b.pk, c.pk}, b.pk: {a.pk, c.pk}, c.pk: {a.pk, b.pk}}
    assert AuditEntry.objects.filter(action="question.enemy_named").count() == 3


def test_an_empty_reason_keeps_the_one_there_is_and_another_replaces_it():
    a, b = questions(2)
    writer = author()
    set_enemies(question=a, enemies={b: "gives the figure away"}, actor=writer)

    set_enemies(question=b, enemies={a: ""}, actor=writer)
    assert reasons() == ["gives the figure away"]

    set_enemies(question=b, enemies={a: " says the formula "}, actor=writer)
    assert reasons() == ["says the formula"]


def test_many_pairs_at_once_count_the_new_ones():
    a, b, c = questions(3)
    writer = author()

    assert set_pairs(pairs=[(a, b, ""), (b, a, "twice"), (c, a, "")], actor=writer) == 2
    assert set_pairs(pairs=[(a, b, ""), (b, c, "")], actor=writer) == 1
    assert set_pairs(pairs=[], actor=writer) == 0
    assert reasons() == ["", "", "twice"]


def test_a_question_is_not_its_own_enemy_and_nothing_is_half_written():
    a, b = questions(2)

    with pytest.raises(ValidationError) as caught:
        set_enemies(question=a, enemies={b: "", a: ""}, actor=author())

    assert caught.value.code == "own_enemy"
    assert caught.value.messages == [f"{a.label} cannot be its own enemy."]
    assert not EnemyPair.objects.exists()


def test_a_reason_has_an_end():
    a, b = questions(2)

    with pytest.raises(ValidationError) as caught:
        set_enemies(question=a, enemies={b: "x" * 201}, actor=author())

    assert caught.value.code == "too_long"


def test_replacing_takes_away_what_is_not_named():
    a, b, c = questions(3)
    writer = author()
    set_enemies(question=a, enemies={b: "old", c: "kept"}, actor=writer)
    set_enemies(question=b, enemies={c: "of others"}, actor=writer)

    replace_enemies(question=a, enemies={c: ""}, actor=writer)

    assert enemies_of([a]) == {a.pk: {c.pk}}
    assert reasons() == ["", "of others"]
    assert AuditEntry.objects.get(action="question.enemy_removed").detail == {"enemy": str(b.pk)}


def test_enemies_are_named_after_publishing_too():
    version = publish(VersionFactory())
    other = QuestionFactory()

    set_enemies(question=version.question, enemies={other: "came up later"}, actor=author())
    replace_enemies(question=version.question, enemies={}, actor=author())

    assert not EnemyPair.objects.exists()


def test_only_authors_name_enemies():
    a, b = questions(2)

    with pytest.raises(PermissionDenied):
        set_enemies(question=a, enemies={b: ""}, actor=UserFactory(roles=[Role.RECRUITER]))


def test_the_database_refuses_a_pair_the_wrong_way_round():
    a, b = sorted(questions(2), key=lambda question: question.pk)

    for first, second in ((b, a), (a, a)):
        with pytest.raises(IntegrityError), transaction.atomic():
            EnemyPair.objects.create(first=first, second=second)


@pytest.mark.parametrize("size", [1, 30, 501])
def test_enemies_of_asks_once(size, django_assert_num_queries):
    centre = QuestionFactory()
    others = Question.objects.bulk_create(Question(number=1_000_000 + n, category=centre.category) for n in range(size))
    set_enemies(question=centre, enemies=dict.fromkeys(others, ""), actor=author())

    with django_assert_num_queries(1):
        found = enemies_of(others)

    assert found == {other.pk: {centre.pk} for other in others}
