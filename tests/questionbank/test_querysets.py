"""Who sees the bank, and what is found in it."""

import pytest

from accounts.choices import Role
from questionbank.choices import VersionState
from questionbank.models import Import, Question, QuestionVersion
from questionbank.services.uploads import keep_upload
from tests.factories import QuestionFactory, UserFactory, VersionFactory, publish
from tests.questionbank.contents import author

pytestmark = pytest.mark.django_db


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
