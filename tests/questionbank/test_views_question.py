"""The question page: versions compared, review, enemies, leaks, history."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from questionbank.choices import ImportState, ImportStatus, LeakState, VersionState
from questionbank.models import Import, LeakFlag, VersionComment
from questionbank.services.enemies import set_enemies
from questionbank.services.leaks import suspect
from questionbank.services.reviews import comment
from questionbank.services.versions import create_question, publish, submit_for_review, write_draft
from tests.factories import CategoryFactory, UserFactory
from tests.questionbank.contents import author, content, wording
from tests.questionbank.pages import said, url, with_role

pytestmark = pytest.mark.django_db

QUERIES = 18


def drafted(writer, **changes):
    return create_question(author=writer, category=CategoryFactory(), content=content(**changes))


def in_review(writer=None):
    writer = writer or author()
    version = drafted(writer)
    submit_for_review(version=version, actor=writer)
    return version


def grown(count):
    """A question of so many versions, with comments on the last and as many enemies."""
    writer, reviewer = author(), author()
    version = drafted(writer)
    question = version.question
    for number in range(2, count + 1):
        publish(version=version, actor=reviewer)
        changed = content(wordings=(wording(prompt=f"Number {number}?"),))
        version = write_draft(question=question, author=writer, content=changed)
    for number in range(count):
        comment(version=version, actor=author(), body=f"Comment {number}.")
        set_enemies(question=question, enemies={drafted(writer).question: "alike"}, actor=writer)
    return question


@pytest.mark.parametrize("size", [1, 30])
def test_the_page_costs_the_same_at_any_size(size, sign_in, django_assert_num_queries):
    question = grown(size)
    client = sign_in(author())
    client.get(url("question-detail", question.pk))

    with django_assert_num_queries(QUERIES):
        response = client.get(url("question-detail", question.pk))

    assert len(response.context["versions"]) == size
    assert len(response.context["enemies"]) == len(response.context["comments"]) == size


def test_the_version_is_compared_with_the_one_before_or_any_other(sign_in):
    question = grown(9)
    client = sign_in(author())

    def numbers(query):
        comparison = client.get(url("question-detail", question.pk) + query).context["comparison"]
        return comparison and (comparison.old.number, comparison.new.number)

    assert numbers("") == (8, 9)
    assert numbers("?version=1") is None
    assert numbers("?version=1&against=9") == (1, 9)
    assert numbers("?version=9&against=2") == (2, 9)
    assert numbers("?version=9&against=9") == numbers("?version=99&against=x") == (8, 9)
    line = client.get(url("question-detail", question.pk) + "?against=2").context
    assert ([version.number for version in line["line"]], line["left_out"]) == ([2, 4, 5, 6, 7, 8, 9], 2)


def test_words_are_marked_and_side_by_side_shows_both(sign_in):
    page = sign_in(author()).get(url("question-detail", grown(3).pk)).content.decode()
    assert "Number <del>2</del><ins>3</ins>?" in page

    page = sign_in(author()).get(url("question-detail", grown(3).pk) + "?view=sides").content.decode()
    assert "</span>Number <del>2</del>?\n</dd>" in page
    assert "</span>Number <ins>3</ins>?\n</dd>" in page


def test_words_of_a_version_are_never_markup(sign_in):
    writer = author()
    version = drafted(writer)
    publish(version=version, actor=author())
    evil = content(wordings=(wording(prompt="<script>alert(1)</script>", title="<b>"),))
    write_draft(question=version.question, author=writer, content=evil)

    page = sign_in(author()).get(url("question-detail", version.question_id)).content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_newer_version_is_told(sign_in):
    page = sign_in(author()).get(url("question-detail", grown(3).pk) + "?version=2")

    assert page.context["newer"].number == 3
    assert "Version 3 is newer; you are reading version 2." in page.content.decode()


def test_a_reviewer_comments_and_sends_back(sign_in):
    version = in_review()
    client = sign_in(author())

    response = client.post(url("version-comment", version.pk), {"body": "Good."})
    assert response.url == url("question-detail", version.question_id) + "?version=1#review"
    client.post(url("version-send-back", version.pk), {"body": "Say\r\nwhy."})

    version.refresh_from_db()
    assert version.state == VersionState.DRAFT
    assert list(VersionComment.objects.values_list("body", "sent_back")) == [("Good.", False), ("Say\nwhy.", True)]
    page = client.get(url("question-detail", version.question_id)).content.decode()
    for words in ("sent back", "<p>Say<br>why.</p>", "sent it back", "commented"):
        assert words in page


def test_what_is_refused_is_said(sign_in):
    version = in_review()
    client = sign_in(author())

    assert said(client.post(url("version-comment", version.pk), {"body": " "})) == [
        "Write what has to change, or what you think."
    ]
    client.post(url("version-publish", version.pk), {"seen": version.texts.get().pk})
    late = client.post(url("version-send-back", version.pk), {"body": "Late."})
    assert said(late)[-1] == "This version is not in review."


def test_the_author_withdraws_and_nobody_else(sign_in):
    writer = author()
    version = in_review(writer)
    page = url("question-detail", version.question_id)

    assert "Withdraw from review" not in sign_in(author()).get(page).content.decode()
    assert sign_in(author()).post(url("version-withdraw", version.pk)).status_code == 403
    client = sign_in(writer)
    assert "Withdraw from review" in client.get(page).content.decode()
    assert said(client.post(url("version-withdraw", version.pk))) == ["It is a plain draft again."]
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN])
def test_readers_of_the_bank_read_comments_and_write_none(role, sign_in):
    version = in_review()
    comment(version=version, actor=author(), body="Between authors.")
    client = sign_in(with_role(role))

    page = client.get(url("question-detail", version.question_id)).content.decode()
    assert "Between authors." in page
    assert 'name="body"' not in page
    for name in ("version-comment", "version-send-back", "version-withdraw"):
        assert client.post(url(name, version.pk), {"body": "Me too."}).status_code == 403


@pytest.mark.parametrize("role", [Role.INTERVIEWER, None])
def test_others_find_nothing(role, sign_in):
    version = in_review()
    flag = suspect(question=version.question, actor=author(), reason="Seen on a forum.")
    client = sign_in(UserFactory(roles=[role] if role else []))

    addresses = [url(name, version.pk) for name in ("version-comment", "version-send-back", "version-withdraw")]
    for address in [*addresses, url("leak-decide", flag.pk)]:
        assert client.post(address, {"body": "Hm.", "reason": "Hm."}).status_code == 404


@pytest.mark.parametrize(
    ("decision", "state"), [("confirm", LeakState.CONFIRMED), ("clear", LeakState.CLEARED), ("odd", LeakState.CLEARED)]
)
def test_a_suspected_leak_is_shown_with_its_figures_and_decided(decision, state, sign_in):
    question = drafted(author()).question
    figures = {"mean_before": 2.9, "mean_after": 3.8, "shift": 0.9, "low": 0.4, "high": 1.4, "p": 0.0005}
    flag = suspect(question=question, drift=figures)
    client = sign_in(author())
    page = client.get(url("question-detail", question.pk)).content.decode()
    for words in ("Suspected leak", "2.9", "3.8", "0.9, surely between 0.4 and 1.4", "p = 0.0005"):
        assert words in page

    assert said(client.post(url("leak-decide", flag.pk), {"decision": decision, "reason": ""})) == ["Say why."]
    client.post(url("leak-decide", flag.pk), {"decision": decision, "reason": "Asked around."})

    assert LeakFlag.objects.get().state == state
    assert ('id="leak"' in client.get(url("question-detail", question.pk)).content.decode()) == (
        state == LeakState.CONFIRMED
    )


def test_near_duplicates_of_finished_imports_are_shown(sign_in):
    question = drafted(author()).question
    notes = [{"code": "similar_there", "params": {"likeness": 86}}]
    for number, state in enumerate((ImportState.DONE, ImportState.READY)):
        upload = Import.objects.create(created_by=author(), state=state, imported_at=timezone.now())
        for position, said_of_it in enumerate((notes, [])):
            upload.entries.create(
                position=position, file=f"bank{number}.md", line=7, title="Alike", question=question,
                status=ImportStatus.DUPLICATE, notes=said_of_it,
            )  # fmt: skip

    response = sign_in(author()).get(url("question-detail", question.pk))

    assert [(near.entry.file, near.likeness) for near in response.context["near_duplicates"]] == [("bank0.md", 86)]
    assert "86 % alike" in response.content.decode()


def test_figures_and_use_are_fetched_or_a_link_away(sign_in):
    question = drafted(author()).question
    page = sign_in(author()).get(url("question-detail", question.pk)).content.decode()

    for name in ("scoring:question-figures", "interviews:question-exposure"):
        address = reverse(name, args=[question.pk])
        assert f'hx-get="{address}"' in page
        assert f'href="{address}"' in page
