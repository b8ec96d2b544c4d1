"""Unfinished writing is kept, and two tabs never overwrite each other unseen."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.choices import Role
from accounts.identifiers import new_id
from questionbank.models import EditorDraft
from questionbank.services.editing import MOST_CHARACTERS, MOST_FIELDS, draft_of, forget, is_overtaken, keep, revise
from questionbank.services.versions import create_question, write_draft
from tests.factories import CategoryFactory, QuestionFactory, UserFactory
from tests.questionbank.contents import author, content

pytestmark = pytest.mark.django_db


def words(text):
    return {"en-title": [text]}


@pytest.fixture(params=["a question", "a new one"])
def question(request):
    return QuestionFactory() if request.param == "a question" else None


def test_saves_follow_each_other(question):
    writer, seen = author(), new_id()

    first = keep(user=writer, question=question, fields=words("H"), number=0, seen=seen)
    second = keep(user=writer, question=question, fields=words("Half"), number=1)

    assert (first.taken, first.draft.number) == (True, 1)
    assert (second.taken, second.draft.number, second.draft.fields) == (True, 2, words("Half"))
    assert second.draft.seen == seen
    assert second.draft.saved_at > first.draft.saved_at
    assert draft_of(user=writer, question=question) == second.draft


def test_another_tab_is_not_overwritten(question):
    writer = author()
    keep(user=writer, question=question, fields=words("first tab"), number=0)
    keep(user=writer, question=question, fields=words("first tab, more"), number=1)

    late = [keep(user=writer, question=question, fields=words("second tab"), number=n) for n in (0, 1)]

    assert [(kept.taken, kept.draft.number, kept.draft.fields) for kept in late] == [
        (False, 2, words("first tab, more"))
    ] * 2
    chosen = keep(user=writer, question=question, fields=words("second tab"), number=2)
    assert (chosen.taken, chosen.draft.number) == (True, 3)


def test_a_save_whose_answer_was_lost_is_taken_once(question):
    writer = author()

    kept = [keep(user=writer, question=question, fields=words("same"), number=0) for _ in range(2)]

    assert [(one.taken, one.draft.number) for one in kept] == [(True, 1)] * 2


def test_what_was_thrown_away_elsewhere_is_kept_anew(question):
    writer = author()
    keep(user=writer, question=question, fields=words("a"), number=0)
    forget(user=writer, question=question)
    forget(user=writer, question=question)

    kept = keep(user=writer, question=question, fields=words("b"), number=1)

    assert (kept.taken, kept.draft.number, kept.draft.fields) == (True, 1, words("b"))


def test_everybody_has_their_own(question):
    one, other = author(), author()
    keep(user=one, question=question, fields=words("mine"), number=0)

    kept = keep(user=other, question=question, fields=words("yours"), number=0)
    forget(user=one, question=question)

    assert kept.taken
    assert draft_of(user=one, question=question) is None
    assert draft_of(user=other, question=question).fields == words("yours")


@pytest.mark.parametrize(
    "fields", [{"en-title": ["x" * MOST_CHARACTERS]}, {f"field{n}": [] for n in range(MOST_FIELDS + 1)}]
)
def test_there_is_an_end(fields):
    with pytest.raises(ValidationError) as caught:
        keep(user=author(), question=None, fields=fields, number=0)

    assert caught.value.code == "too_long"
    assert not EditorDraft.objects.exists()


def test_only_authors_write():
    with pytest.raises(PermissionDenied):
        keep(user=UserFactory(roles=[Role.RECRUITER]), question=None, fields={}, number=0)


def test_a_draft_knows_when_somebody_has_written_since():
    writer = author()
    version = create_question(author=writer, category=CategoryFactory(), content=content())
    begun = version.texts.get().pk
    kept = keep(user=writer, question=version.question, fields=words("mine"), number=0, seen=begun).draft

    assert not is_overtaken(kept)
    write_draft(question=version.question, author=author(), content=content())
    assert is_overtaken(kept)
    assert not is_overtaken(keep(user=writer, question=None, fields=words("new"), number=0).draft)


def test_only_what_is_different_is_written():
    writer = author()
    version = create_question(author=writer, category=CategoryFactory(), content=content())
    question = version.question

    same = revise(question=question, author=writer, rewrite=lambda last: last, tags=[], enemies={})
    sorted_otherwise = revise(question=question, author=writer, category=CategoryFactory(), tags=["Caching"])

    assert (same, sorted_otherwise) == (False, True)
    assert question.versions.get().updated_at == version.updated_at
    assert revise(question=question, author=writer, rewrite=lambda last: replace(last, minutes=45))
    assert question.versions.get().minutes == 45


def test_a_refused_part_leaves_everything_as_it_was():
    writer = author()
    question = create_question(author=writer, category=CategoryFactory(), content=content()).question

    with pytest.raises(ValidationError) as caught:
        revise(
            question=question, author=writer, rewrite=lambda last: replace(last, minutes=45), enemies={question: "x"}
        )

    assert caught.value.code == "own_enemy"
    assert question.versions.get().minutes == 20


def test_only_writers_revise():
    question = QuestionFactory()

    with pytest.raises(PermissionDenied):
        revise(question=question, author=UserFactory(roles=[Role.RECRUITER]), tags=["x"])
