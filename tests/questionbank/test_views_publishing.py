"""Reviewing, publishing and retiring in the browser."""

import pytest

from accounts.choices import Role
from questionbank.choices import VersionState
from questionbank.models import QuestionVersion
from questionbank.services.versions import submit_for_review, write_draft
from tests.factories import (
    VersionFactory,
    publish,
)
from tests.questionbank.contents import author, content
from tests.questionbank.pages import said, titles, url, with_role

pytestmark = pytest.mark.django_db

LIST = "/questions/"
LIST_QUERIES = 11
DETAIL_QUERIES = 9
READERS = [Role.AUTHOR, Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN]


# Reviewing, publishing, retiring ----------------------------------------------------------------------


def test_author_sends_their_draft_for_review_and_another_publishes_it(sign_in):
    version = VersionFactory()
    page = url("question-detail", version.question_id)
    own = sign_in(version.author).get(page).content.decode()
    assert url("version-submit", version.pk) in own
    assert url("version-publish", version.pk) not in own
    assert "Somebody other than the author has to publish it." in own

    response = sign_in(version.author).post(url("version-submit", version.pk))
    assert (response.url, said(response)) == (page, ["Sent for review."])

    client = sign_in(author())
    text = client.get(page).content.decode()
    assert url("version-publish", version.pk) in text
    response = client.post(url("version-publish", version.pk), {"seen": version.texts.get().pk})

    assert said(response) == ["Published. Its words never change from now on."]
    version.refresh_from_db()
    assert version.state == VersionState.PUBLISHED
    text = client.get(page).content.decode()
    assert url("version-publish", version.pk) not in text
    assert url("question-retire", version.question_id) in text


def test_own_version_cannot_be_published(sign_in):
    version = VersionFactory()
    submit_for_review(version=version, actor=version.author)

    response = sign_in(version.author).post(url("version-publish", version.pk))

    assert said(response) == ["Somebody other than the author has to publish it."]
    version.refresh_from_db()
    assert version.state == VersionState.IN_REVIEW


def test_words_that_changed_under_the_reader_are_not_published(sign_in):
    version = VersionFactory()
    seen = version.texts.get().pk
    write_draft(question=version.question, author=version.author, content=content())

    response = sign_in(author()).post(url("version-publish", version.pk), {"seen": seen})

    assert said(response) == ["Somebody has changed this version just now. Look at it again."]
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


def test_question_is_retired_by_an_author(sign_in):
    version = publish(VersionFactory())
    client = sign_in(author())

    response = client.post(url("question-retire", version.question_id))

    version.refresh_from_db()
    assert (version.state, said(response)) == (
        VersionState.RETIRED,
        ["Retired: no new plan asks it. Old loops keep it."],
    )
    again = client.post(url("question-retire", version.question_id))
    assert "This question is not in use." in said(again)


def test_drafts_of_others_are_chosen_and_published_together(sign_in):
    reader = author()
    theirs = [VersionFactory() for _ in range(3)]
    VersionFactory(author=reader)
    publish(VersionFactory())
    client = sign_in(reader)

    waiting = client.get(LIST, {"state": "waiting"})
    assert titles(waiting) == [version.texts.get().title for version in theirs]
    text = waiting.content.decode()
    assert text.count('type="checkbox" name="seen"') == 3
    response = client.post(url("version-publish-many"), {"seen": [version.texts.get().pk for version in theirs[:2]]})

    assert response.url == LIST + "?state=waiting"
    assert said(response) == ["2 questions are published."]
    assert [QuestionVersion.objects.get(pk=version.pk).state for version in theirs] == [
        *["published", "published", "draft"]
    ]


def test_readers_see_drafts_of_others_without_a_way_to_publish(sign_in):
    VersionFactory()

    text = sign_in(with_role(Role.RECRUITER)).get(LIST, {"state": "waiting"}).content.decode()

    assert "Title of question" in text
    assert url("version-publish-many") not in text


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ("changed", "Nothing was published. Somebody has changed this version just now. Look at it again."),
        ("own", "Nothing was published. Somebody other than the author has to publish it."),
        ("none", "Choose at least one question."),
        ("rubbish", "Choose at least one question."),
    ],
)
def test_publishing_together_is_all_or_none(chosen, message, sign_in):
    reader = author()
    good, changed, own = VersionFactory(), VersionFactory(), VersionFactory(author=reader)
    seen = {version.pk: str(version.texts.get().pk) for version in (good, changed, own)}
    write_draft(question=changed.question, author=changed.author, content=content())
    values = {
        "changed": [seen[good.pk], seen[changed.pk]],
        "own": [seen[good.pk], seen[own.pk]],
        "none": [],
        "rubbish": [seen[good.pk], "x"],
    }[chosen]

    response = sign_in(reader).post(url("version-publish-many"), {"seen": values})

    assert said(response) == [message]
    assert not QuestionVersion.objects.filter(state=VersionState.PUBLISHED).exists()
