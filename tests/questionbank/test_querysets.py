"""Who sees the bank, and what is found in it."""

import pytest

from accounts.choices import Role
from questionbank.choices import VersionState
from questionbank.models import Import, Question, QuestionVersion
from questionbank.services.uploads import keep_upload
from tests.factories import QuestionFactory, UserFactory, VersionFactory, publish
from tests.questionbank.contents import author

pytestmark = pytest.mark.django_db


def chinese(version, title, prompt):
    version.texts.create(language="zh-hans", title=title, prompt=prompt)


@pytest.mark.parametrize(
    ("roles", "sees"),
    [
        ([Role.AUTHOR], True),
        ([Role.RECRUITER], True),
        ([Role.HIRING_MANAGER], True),
        ([Role.ADMIN], True),
        ([Role.INTERVIEWER], False),
        ([], False),
        ([Role.INTERVIEWER, Role.RECRUITER], True),
    ],
)
def test_bank_is_read_by_those_who_plan_and_write(roles, sees):
    VersionFactory()
    person = UserFactory(roles=roles)

    assert Question.objects.visible_to(person).exists() is sees
    assert QuestionVersion.objects.visible_to(person).exists() is sees
    assert Question.objects.editable_by(person).exists() is (Role.AUTHOR in roles)


def test_administrators_of_the_installation_read_the_bank():
    VersionFactory()

    assert Question.objects.visible_to(UserFactory(is_superuser=True)).exists()


def test_upload_is_its_authors_alone():
    mine = author()
    keep_upload(user=mine, files=[("bank.md", b"")])

    assert Import.objects.visible_to(mine).count() == 1
    assert not Import.objects.visible_to(author()).exists()
    mine.role_grants.all().delete()
    del mine.roles
    assert not Import.objects.visible_to(mine).exists()


def test_newest_is_the_highest_number_and_askable_the_published_one():
    question = QuestionFactory()
    first = publish(VersionFactory(question=question, number=1))
    second = VersionFactory(question=question, number=2)
    draft_only = VersionFactory()
    retired = publish(VersionFactory())
    retired.state = VersionState.RETIRED
    retired.save()

    assert set(QuestionVersion.objects.newest()) == {second, draft_only, retired}
    assert set(QuestionVersion.objects.askable()) == {first}
    assert set(QuestionVersion.objects.filter(state=VersionState.PUBLISHED)) == {first}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("缓存", ["cache"]),
        ("失效", ["cache"]),
        ("训练", ["training"]),
        ("CACHE", ["cache"]),
        ("Q-0012", ["cache"]),
        ("q-0012", ["cache"]),
        ("Q-12", ["cache"]),
        ("12", ["cache"]),
        ("0012", ["cache"]),
        ("0", []),
        ("Q-", []),
        ("1" * 30, []),
        ("²", []),
        ("100%", []),
        ("_", []),
        ("nothing of the kind", []),
    ],
)
def test_questions_are_found_by_words_in_any_language_and_by_number(text, found):
    cache = VersionFactory(question__number=12)
    cache.texts.update(title="When does a cache hurt?")
    chinese(cache, "缓存何时有害？", "说说失效与击穿。")
    training = VersionFactory(question__number=13)
    chinese(training, "训练为何发散？", "先看哪里？")
    names = {cache.question_id: "cache", training.question_id: "training"}

    assert [names[question.pk] for question in Question.objects.matching(text)] == found


def test_question_is_found_once_however_many_versions_match():
    question = QuestionFactory(number=7)
    publish(VersionFactory(question=question, number=1))
    VersionFactory(question=question, number=2)

    assert list(Question.objects.matching("question 7")) == [question]
