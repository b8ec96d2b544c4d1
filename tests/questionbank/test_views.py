"""Reading the bank in the browser, as each role meets it."""

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.identifiers import new_id
from questionbank.choices import VersionState
from tests.factories import (
    CategoryFactory,
    QuestionFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import author
from tests.questionbank.pages import titles, url, with_role

pytestmark = pytest.mark.django_db

LIST = "/questions/"
LIST_QUERIES = 11
DETAIL_QUERIES = 15
READERS = [Role.AUTHOR, Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN]


# Who may see what -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", READERS)
def test_bank_is_read_by_those_who_plan_and_write(role, sign_in):
    version = VersionFactory()
    client = sign_in(with_role(role))

    found = client.get(LIST)
    page = client.get(url("question-detail", version.question_id))

    assert version.texts.get().title in found.content.decode()
    text = page.content.decode()
    assert "It depends on <em>two</em> things." in text
    assert "What level 5 looks like." in text
    assert "Which would you check first?" in text
    may_write = role == Role.AUTHOR
    assert (url("question-create") in found.content.decode()) is may_write
    assert (url("import-create") in found.content.decode()) is may_write
    assert (url("question-edit", version.question_id) in text) is may_write
    assert (url("version-publish", version.pk) in text) is may_write


@pytest.mark.parametrize("role", [Role.INTERVIEWER, None])
def test_interviewers_do_not_read_the_bank(role, sign_in):
    version = publish(VersionFactory())
    client = sign_in(with_role(role))

    assert client.get(LIST).status_code == 403
    assert client.get(url("question-detail", version.question_id)).status_code == 404
    assert client.post(url("version-publish", version.pk)).status_code == 404
    assert client.post(url("version-submit", version.pk)).status_code == 404
    assert client.post(url("question-retire", version.question_id)).status_code == 404


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN, Role.INTERVIEWER, None])
def test_only_authors_change_the_bank(role, sign_in):
    version = VersionFactory()
    seen = version.texts.get().pk
    client = sign_in(with_role(role))
    edit = url("question-edit", version.question_id)

    answers = [
        client.get(url("question-create")),
        client.post(url("question-create"), {}),
        client.get(edit),
        client.post(edit, {}),
        client.get(url("import-create")),
        client.post(url("version-publish-many"), {"seen": seen}),
        client.post(url("version-publish", version.pk)),
        client.post(url("version-submit", version.pk)),
        client.post(url("question-retire", version.question_id)),
    ]

    hidden = role in {Role.INTERVIEWER, None}
    assert [answer.status_code for answer in answers] == [403, 403, 404, 404, 403, 403, *[404 if hidden else 403] * 3]
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


@pytest.mark.parametrize("name", ["question-list", "question-create", "import-create"])
def test_strangers_are_asked_to_sign_in(name, client):
    assert client.get(url(name)).url.startswith(reverse("account_login"))


def test_question_that_is_not_there_is_not_found(sign_in):
    client = sign_in(author())

    for name in ("question-detail", "question-edit", "import-detail"):
        assert client.get(url(name, new_id())).status_code == 404


# The list -----------------------------------------------------------------------------------------


def test_filters_narrow_the_list(sign_in):
    kept = publish(VersionFactory())
    VersionFactory()
    chosen = {
        "text": f'"{kept.texts.get().title}"',
        "category": kept.question.category.slug,
        "competency": kept.weights.get().competency.slug,
        "role": kept.role_families.get().slug,
        "state": "published",
    }
    client = sign_in(with_role(Role.RECRUITER))

    for name, value in chosen.items():
        response = client.get(LIST, {name: value})
        assert titles(response) == [kept.texts.get().title], name
    assert titles(client.get(LIST, chosen)) == [kept.texts.get().title]


def test_filters_that_name_nothing_are_left_out(sign_in):
    VersionFactory()

    response = sign_in(with_role(Role.RECRUITER)).get(
        LIST, {"category": "gone", "state": "odd", "text": "\0", "page": "x"}
    )

    assert len(titles(response)) == 1


def test_list_says_when_nothing_matches_and_when_the_bank_is_empty(sign_in):
    client = sign_in(author())

    assert "The bank is empty" in client.get(LIST).content.decode()
    assert "No question matches" in client.get(LIST, {"text": "cache"}).content.decode()
    assert "No draft waits for you" in client.get(LIST, {"state": "waiting"}).content.decode()


def test_list_has_pages_that_keep_the_filter(sign_in):
    shelf = CategoryFactory()
    for _ in range(26):
        VersionFactory(question__category=shelf)
    client = sign_in(with_role(Role.RECRUITER))

    first = client.get(LIST, {"category": shelf.slug})
    second = client.get(LIST, {"category": shelf.slug, "after": first.context["page"].after})

    assert (len(titles(first)), len(titles(second))) == (25, 1)
    assert f"?category={shelf.slug}&amp;after={first.context['page'].after}" in first.content.decode()


def test_row_shows_the_newest_version_in_the_readers_language(sign_in):
    question = QuestionFactory()
    publish(VersionFactory(question=question, number=1))
    newest = VersionFactory(question=question, number=2)
    newest.texts.create(language="zh-hans", title="新的问题", prompt="为什么？")
    person = with_role(Role.RECRUITER)
    person.language = "zh-hans"
    person.save()

    response = sign_in(person).get(LIST)

    assert [(row.version.number, row.text.title) for row in response.context["rows"]] == [(2, "新的问题")]


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize("query", ["", "?state=waiting"])
def test_list_costs_the_same_at_any_size(size, query, sign_in, django_assert_num_queries):
    for _ in range(size):
        VersionFactory()
    client = sign_in(author())

    with django_assert_num_queries(LIST_QUERIES):
        response = client.get(LIST + query)

    assert len(titles(response)) == size


@pytest.mark.parametrize("size", [1, 3])
def test_question_costs_the_same_at_any_size(size, sign_in, django_assert_num_queries):
    question = QuestionFactory()
    for number in range(1, size):
        publish(VersionFactory(question=question, number=number))
        question.versions.update(state=VersionState.RETIRED)
    VersionFactory(question=question, number=size)
    client = sign_in(author())

    with django_assert_num_queries(DETAIL_QUERIES):
        response = client.get(url("question-detail", question.pk))

    assert len(response.context["versions"]) == size


def test_question_shows_the_version_and_language_asked_for(sign_in):
    question = QuestionFactory()
    publish(VersionFactory(question=question, number=1))
    VersionFactory(question=question, number=2)
    client = sign_in(with_role(Role.HIRING_MANAGER))
    page = url("question-detail", question.pk)

    def shown(**asked):
        context = client.get(page, asked).context
        return context["version"].number, context["text"].language

    assert shown() == (2, "en")
    assert shown(version="1") == (1, "en")
    assert shown(version="99", language="zh-hans") == (2, "en")
    assert shown(version="x") == (2, "en")


def test_markdown_of_a_question_brings_no_script(sign_in):
    version = VersionFactory()
    version.texts.update(
        title="<b>bold</b>",
        prompt='<script>alert(1)</script><img src=x onerror="alert(2)">',
        reference_answer="[x](javascript:alert(3))",
    )

    text = sign_in(author()).get(url("question-detail", version.question_id)).content.decode()

    assert "<script>alert" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text
    assert "&lt;b&gt;bold&lt;/b&gt;" in text
