"""Comments, the way back to the author, and what the database keeps whatever happens."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import Error, transaction

from accounts.choices import Role
from accounts.models import AuditEntry
from questionbank.choices import VersionState
from questionbank.models import Tag, VersionComment
from questionbank.services.enemies import set_enemies
from questionbank.services.reviews import comment, send_back, withdraw
from questionbank.services.versions import create_question, publish, submit_for_review, write_draft
from tests.factories import CategoryFactory, UserFactory
from tests.questionbank.contents import author, content, wording

pytestmark = pytest.mark.django_db


def in_review(writer=None):
    writer = writer or author()
    version = create_question(author=writer, category=CategoryFactory(), content=content())
    submit_for_review(version=version, actor=writer)
    return version


def actions(version):
    return list(AuditEntry.objects.filter(subject_id=version.pk).order_by("id").values_list("action", flat=True))


def test_a_reviewer_sends_a_version_back_with_words():
    version, reviewer = in_review(), author()

    said = send_back(version=version, actor=reviewer, body="  Say which cache.\r\nAnd when. ")

    version.refresh_from_db()
    assert version.state == VersionState.DRAFT
    assert (said.body, said.sent_back, said.author) == ("Say which cache.\nAnd when.", True, reviewer)
    assert actions(version) == ["version.written", "version.submitted", "version.sent_back"]


def test_sending_back_twice_is_refused_and_changes_nothing():
    version = in_review()
    send_back(version=version, actor=author(), body="Once.")

    with pytest.raises(ValidationError) as caught:
        send_back(version=version, actor=author(), body="Twice.")

    assert caught.value.code == "not_in_review"
    assert VersionComment.objects.count() == 1


def test_a_published_version_is_not_sent_back():
    version, reviewer = in_review(), author()
    publish(version=version, actor=reviewer)

    with pytest.raises(ValidationError) as caught:
        send_back(version=version, actor=reviewer, body="Too late.")

    version.refresh_from_db()
    assert (caught.value.code, version.state) == ("not_in_review", VersionState.PUBLISHED)


def test_authors_withdraw_their_own_and_others_send_back():
    writer = author()
    version = in_review(writer)

    with pytest.raises(ValidationError) as caught:
        send_back(version=version, actor=writer, body="My own.")
    assert caught.value.code == "own_version"
    with pytest.raises(PermissionDenied):
        withdraw(version=version, actor=author())

    withdraw(version=version, actor=writer)
    assert version.state == VersionState.DRAFT
    with pytest.raises(ValidationError) as caught:
        withdraw(version=version, actor=writer)
    assert caught.value.code == "not_in_review"
    assert actions(version)[-1] == "version.withdrawn"


def test_the_same_comment_twice_in_a_row_is_said_once():
    version, reviewer = in_review(), author()

    first = comment(version=version, actor=reviewer, body="Good.")
    again = comment(version=version, actor=reviewer, body="Good. ")
    other = comment(version=version, actor=author(), body="Good.")

    assert first == again != other
    assert [c.body for c in version.comments.all()] == ["Good.", "Good."]


@pytest.mark.parametrize(("body", "code"), [("", "no_words"), (" \n", "no_words"), ("x" * 5_001, "too_long")])
def test_a_comment_has_words_and_an_end(body, code):
    version = in_review()

    for say in (comment, send_back):
        with pytest.raises(ValidationError) as caught:
            say(version=version, actor=author(), body=body)
        assert caught.value.code == code
    assert version.state == VersionState.IN_REVIEW


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER, None])
def test_only_authors_write_comments(role):
    version, reader = in_review(), UserFactory(roles=[role] if role else [])

    for say in (comment, send_back):
        with pytest.raises(PermissionDenied):
            say(version=version, actor=reader, body="May I?")


def test_after_publishing_words_stay_and_what_is_said_about_them_goes_on():
    version = in_review()
    publish(version=version, actor=author())
    question = version.question

    comment(version=version, actor=author(), body="Worked well today.")
    question.tags.add(Tag.objects.create(slug="caches", name="Caches"))
    set_enemies(question=question, enemies={in_review().question: "same figures"}, actor=author())

    text = version.texts.get()
    for change in (
        lambda: version.texts.update(prompt="Another one."),
        lambda: text.levels.update(anchor="Anything."),
        lambda: version.weights.update(percent=99),
        lambda: version.role_families.clear(),
        lambda: type(version).objects.filter(pk=version.pk).update(minutes=1),
        lambda: type(version).objects.filter(pk=version.pk).update(state=VersionState.DRAFT),
    ):
        with pytest.raises(Error, match="never changes"), transaction.atomic():
            change()


def test_a_publish_that_an_edit_overtakes_is_refused():
    writer, reviewer = author(), author()
    version = in_review(writer)
    read = version.texts.get().pk
    write_draft(
        question=version.question, author=writer, content=content(wordings=(wording(prompt="Something else."),))
    )

    with pytest.raises(ValidationError) as caught:
        publish(version=version, actor=reviewer, seen=read)

    assert caught.value.code == "changed_since"
