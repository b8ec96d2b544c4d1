"""Writing, reviewing, publishing and retiring."""

import threading

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts.choices import Role
from accounts.identifiers import new_id
from accounts.models import AuditEntry
from questionbank.choices import GENERIC_ANCHORS, VersionState
from questionbank.models import Question, QuestionVersion
from questionbank.services.versions import (
    create_question,
    publish,
    publish_all,
    publish_seen,
    retire,
    submit_for_review,
    write_draft,
)
from tests.factories import CategoryFactory, CompetencyFactory, SeniorityFactory, UserFactory
from tests.questionbank.contents import ANCHORS, author, content, wording

pytestmark = pytest.mark.django_db


def actions(version):
    return list(AuditEntry.objects.filter(subject_id=version.pk).order_by("id").values_list("action", flat=True))


def drafted(**changes):
    return create_question(author=author(), category=CategoryFactory(), content=content(**changes))


def refusal_codes(caught):
    return [error.code for error in caught.value.error_list]


def test_question_starts_as_the_first_draft():
    writer = author()

    version = create_question(author=writer, category=CategoryFactory(), content=content())

    assert (version.question.label, version.number, version.state) == ("Q-0001", 1, VersionState.DRAFT)
    assert [level.anchor for level in version.texts.get().levels.all()] == list(ANCHORS)
    assert actions(version) == ["version.written"]


def test_questions_are_numbered_on():
    assert [drafted().question.number for _ in range(3)] == [1, 2, 3]


def test_question_keeps_what_the_author_wrote():
    two = {CompetencyFactory(): 70, CompetencyFactory(): 30}
    chinese = wording(
        language="zh-hans", title="为什么要缓存？", probes=(" 何时失效？ ", "  "), reference_answer="\n1. 一\n"
    )

    version = drafted(weights=two, wordings=(wording(), chinese))

    text = version.texts.get(language="zh-hans")
    assert (text.title, text.probes, text.reference_answer) == ("为什么要缓存？", ["何时失效？"], "1. 一")
    assert {weight.competency: weight.percent for weight in version.weights.all()} == two


def test_open_draft_is_written_over():
    version = drafted()
    other = author()

    again = write_draft(question=version.question, author=other, content=content(minutes=45))

    assert again.pk == version.pk
    assert (again.number, again.minutes, again.author) == (1, 45, other)
    assert again.texts.count() == 1


def test_draft_in_review_is_a_draft_again_when_written():
    version = drafted()
    submit_for_review(version=version, actor=version.author)

    again = write_draft(question=version.question, author=version.author, content=content())

    assert again.state == VersionState.DRAFT


def test_writing_after_publishing_makes_the_next_draft():
    version = drafted()
    publish(version=version, actor=author())

    draft = write_draft(question=version.question, author=author(), content=content(wordings=(wording(title="New"),)))

    assert (draft.number, draft.state) == (2, VersionState.DRAFT)
    version.refresh_from_db()
    assert (version.state, version.texts.get().title) == (VersionState.PUBLISHED, "Why caches?")


def test_writing_moves_the_question_to_another_category():
    version = drafted()
    shelf = CategoryFactory()

    write_draft(question=version.question, author=version.author, content=content(), category=shelf)

    assert Question.objects.get().category == shelf


def test_writing_is_refused_when_somebody_has_written_since():
    version = drafted()
    seen = version.texts.get().pk
    write_draft(question=version.question, author=author(), content=content(minutes=45), seen=seen)

    with pytest.raises(ValidationError) as caught:
        write_draft(question=version.question, author=version.author, content=content(minutes=5), seen=seen)

    assert refusal_codes(caught) == ["changed_since"]
    assert QuestionVersion.objects.get().minutes == 45


def test_generic_rubric_is_known_by_its_words():
    version = drafted(wordings=(wording(anchors=GENERIC_ANCHORS["en"]),))
    assert version.rubric_is_generic

    version = write_draft(question=version.question, author=version.author, content=content())

    assert not version.rubric_is_generic


def test_submitting_asks_for_a_second_person():
    version = drafted()

    submit_for_review(version=version, actor=version.author)

    assert version.state == VersionState.IN_REVIEW
    assert actions(version) == ["version.written", "version.submitted"]
    with pytest.raises(ValidationError) as caught:
        submit_for_review(version=version, actor=version.author)
    assert caught.value.code == "not_a_draft"


@pytest.mark.parametrize("reviewed", [False, True])
def test_publishing_retires_the_version_before(reviewed):
    first = drafted()
    publish(version=first, actor=author())
    second = write_draft(question=first.question, author=author(), content=content())
    if reviewed:
        submit_for_review(version=second, actor=second.author)
    publisher = author()

    publish(version=second, actor=publisher)

    first.refresh_from_db()
    assert (first.state, second.state) == (VersionState.RETIRED, VersionState.PUBLISHED)
    assert (second.published_by, second.published_at is None) == (publisher, False)
    assert actions(second)[-1] == "version.published"


def test_nobody_publishes_their_own_words():
    version = drafted()

    with pytest.raises(ValidationError) as caught:
        publish(version=version, actor=version.author)

    assert caught.value.code == "own_version"
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


def test_nobody_publishes_words_that_have_become_their_own():
    stale = drafted()
    second = author()
    write_draft(question=stale.question, author=second, content=content())

    with pytest.raises(ValidationError) as caught:
        publish(version=stale, actor=second)

    assert caught.value.code == "own_version"


def test_what_is_published_is_what_was_read():
    version = drafted()
    seen = version.texts.get().pk
    write_draft(question=version.question, author=version.author, content=content())

    with pytest.raises(ValidationError) as caught:
        publish(version=version, actor=author(), seen=seen)

    assert caught.value.code == "changed_since"
    publish(version=version, actor=author(), seen=version.texts.get().pk)


def test_published_version_is_not_published_again():
    version = drafted()
    publish(version=version, actor=author())

    with pytest.raises(ValidationError) as caught:
        publish(version=version, actor=author())

    assert caught.value.code == "not_open"
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED


def test_publishing_all_publishes_each():
    versions = [drafted() for _ in range(3)]

    assert publish_all(versions=versions, actor=author()) == 3

    assert set(QuestionVersion.objects.values_list("state", flat=True)) == {VersionState.PUBLISHED}


def test_publishing_all_publishes_none_when_one_is_refused():
    mine = drafted()
    others = [drafted(), drafted()]

    with pytest.raises(ValidationError) as caught:
        publish_all(versions=[*others, mine], actor=mine.author)

    assert caught.value.code == "own_version"
    assert set(QuestionVersion.objects.values_list("state", flat=True)) == {VersionState.DRAFT}
    assert not AuditEntry.objects.filter(action="version.published").exists()


def test_publishing_what_was_seen_counts_a_question_with_two_languages_once():
    version = drafted(wordings=(wording(), wording(language="zh-hans")))

    assert publish_seen(seen=list(version.texts.values_list("pk", flat=True)), actor=author()) == 1


def test_publishing_what_was_seen_publishes_none_when_one_has_changed():
    kept, changed = drafted(), drafted()
    seen = [version.texts.get().pk for version in (kept, changed)]
    write_draft(question=changed.question, author=author(), content=content())

    with pytest.raises(ValidationError) as caught:
        publish_seen(seen=seen, actor=author())

    assert caught.value.code == "changed_since"
    assert set(QuestionVersion.objects.values_list("state", flat=True)) == {VersionState.DRAFT}


def test_publishing_unknown_texts_is_refused():
    with pytest.raises(ValidationError) as caught:
        publish_seen(seen=[new_id()], actor=author())

    assert caught.value.code == "changed_since"


def test_retiring_takes_the_question_out_of_use():
    version = drafted()
    publish(version=version, actor=author())

    retire(question=version.question, actor=author())

    assert not QuestionVersion.objects.askable().exists()
    assert actions(version.question) == ["question.retired"]
    with pytest.raises(ValidationError) as caught:
        retire(question=version.question, actor=author())
    assert caught.value.code == "not_published"


@pytest.mark.parametrize("role", [None, Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, Role.ADMIN])
def test_only_authors_write_and_publish(role):
    version = drafted()
    person = UserFactory(roles=[role] if role else [])
    attempts = [
        lambda: create_question(author=person, category=CategoryFactory(), content=content()),
        lambda: write_draft(question=version.question, author=person, content=content()),
        lambda: submit_for_review(version=version, actor=person),
        lambda: publish(version=version, actor=person),
        lambda: publish_all(versions=[version], actor=person),
        lambda: publish_seen(seen=[version.texts.get().pk], actor=person),
        lambda: retire(question=version.question, actor=person),
    ]

    for attempt in attempts:
        with pytest.raises(PermissionDenied):
            attempt()

    assert QuestionVersion.objects.get().state == VersionState.DRAFT


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"wordings": ()}, ["no_text"]),
        ({"weights": {}}, ["no_competency"]),
        ({"role_families": ()}, ["no_role"]),
        ({"wordings": (wording(anchors=ANCHORS[:4]),)}, ["anchors"]),
        ({"wordings": (wording(anchors=(*ANCHORS[:4], "  ")),)}, ["anchors"]),
        ({"wordings": (), "weights": {}, "role_families": ()}, ["no_text", "no_competency", "no_role"]),
        ({"minutes": 0}, ["minutes"]),
        ({"difficulty": 6}, ["difficulty"]),
        ({"wordings": (wording(title="t" * 201),)}, ["max_length"]),
        ({"wordings": (wording(title="  "),)}, ["blank"]),
        ({"wordings": (wording(prompt="p" * 10_001),)}, ["too_long"]),
        ({"wordings": (wording(anchors=(*ANCHORS[:4], "a" * 2_001)),)}, ["too_long"]),
        ({"wordings": (wording(language="tlh"),)}, ["invalid_choice"]),
        ({"wordings": (wording(), wording())}, ["unique_together"]),
    ],
)
def test_content_is_checked_before_anything_is_written(changes, codes):
    with pytest.raises(ValidationError) as caught:
        drafted(**changes)

    assert codes_of(caught.value) == codes
    assert not Question.objects.exists()


@pytest.mark.parametrize("percents", [(99,), (60, 60), (150, -50), (100, 0)])
def test_weights_add_up_to_a_hundred_parts(percents):
    with pytest.raises(ValidationError) as caught:
        drafted(weights={CompetencyFactory(): percent for percent in percents})

    assert codes_of(caught.value) == ["weights"]


def test_seniority_range_is_not_upside_down():
    low, high = SeniorityFactory(rank=901), SeniorityFactory(rank=902)

    with pytest.raises(ValidationError) as caught:
        drafted(lowest_seniority=high, highest_seniority=low)

    assert codes_of(caught.value) == ["seniority_range"]


def codes_of(error):
    errors = [one for found in error.error_dict.values() for one in found] if hasattr(error, "error_dict") else None
    return [one.code for one in (errors or error.error_list)]


@pytest.mark.django_db(transaction=True)
def test_questions_created_at_once_get_numbers_of_their_own():
    shelf, words, writer = CategoryFactory(), content(), author()
    count = 8
    together = threading.Barrier(count)
    failures = []

    def create():
        together.wait(30)
        try:
            create_question(author=writer, category=shelf, content=words)
        except Exception as error:  # noqa: BLE001 -- a thread must not die unseen
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=create) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert list(Question.objects.values_list("number", flat=True)) == list(range(1, count + 1))


@pytest.mark.django_db(transaction=True)
def test_drafts_written_at_once_stay_one_draft():
    version = drafted()
    publish(version=version, actor=author())
    words, writers = content(), [author() for _ in range(4)]
    together = threading.Barrier(len(writers))
    failures = []

    def write(writer):
        together.wait(30)
        try:
            write_draft(question=version.question, author=writer, content=words)
        except Exception as error:  # noqa: BLE001 -- a thread must not die unseen
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=[writer]) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failures == []
    assert list(version.question.versions.values_list("number", "state")) == [(1, "published"), (2, "draft")]


@pytest.mark.django_db(transaction=True)
def test_writing_and_publishing_at_once_take_turns():
    words, writer, publisher = content(), author(), author()
    for _ in range(6):
        version = drafted()
        together = threading.Barrier(2)
        failures = []

        def attempt(act, together=together, failures=failures):
            together.wait(30)
            try:
                act()
            except Exception as error:  # noqa: BLE001 -- a thread must not die unseen
                failures.append(error)
            finally:
                connection.close()

        acts = [
            lambda question=version.question: write_draft(question=question, author=writer, content=words),
            lambda version=version: publish(version=version, actor=publisher),
        ]
        threads = [threading.Thread(target=attempt, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert failures == []
        assert list(version.question.versions.values_list("number", "state")) in (
            [(1, "published")],
            [(1, "published"), (2, "draft")],
        )
