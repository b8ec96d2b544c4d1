"""The pages of the bank, as each role meets them."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.choices import Role
from accounts.identifiers import new_id
from questionbank.choices import LEVELS, VersionState
from questionbank.models import Question, QuestionText, QuestionVersion
from questionbank.services.versions import submit_for_review, write_draft
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    QuestionFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    UserFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import ANCHORS, author, content

pytestmark = pytest.mark.django_db

LIST = "/questions/"
LIST_QUERIES = 11
DETAIL_QUERIES = 9
READERS = [Role.AUTHOR, Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN]


@pytest.fixture
def sign_in(client):
    def as_person(person):
        client.force_login(person)
        return client

    return as_person


def with_role(role):
    return UserFactory(roles=[role] if role else [])


def url(name, *args):
    return reverse(f"questionbank:{name}", args=args)


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def titles(response):
    return [row["text"].title for row in response.context["rows"]]


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
        "text": kept.texts.get().title,
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
    second = client.get(LIST, {"category": shelf.slug, "page": 2})

    assert (len(titles(first)), len(titles(second))) == (25, 1)
    assert f"?category={shelf.slug}&amp;page=2" in first.content.decode()


def test_row_shows_the_newest_version_in_the_readers_language(sign_in):
    question = QuestionFactory()
    publish(VersionFactory(question=question, number=1))
    newest = VersionFactory(question=question, number=2)
    newest.texts.create(language="zh-hans", title="新的问题", prompt="为什么？")
    person = with_role(Role.RECRUITER)
    person.language = "zh-hans"
    person.save()

    response = sign_in(person).get(LIST)

    assert [(row["version"].number, row["text"].title) for row in response.context["rows"]] == [(2, "新的问题")]


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


# Writing --------------------------------------------------------------------------------------------


def about(**changes):
    level = SeniorityFactory()
    values = {
        "category": CategoryFactory().pk,
        "role_families": [RoleFamilyFactory().pk],
        "lowest_seniority": level.pk,
        "highest_seniority": level.pk,
        "minutes": 25,
        "difficulty": 4,
        "competency_1": CompetencyFactory().pk,
        "percent_1": 100,
    }
    return values | changes


def words(language, **changes):
    values = {
        "title": f"Title {language}",
        "prompt": "One\r\nTwo",
        "probes": "First?\r\n\r\nSecond?",
        "context": "Hear",
    }
    values |= {"reference_answer": "```\r\n  code\r\n```"} | {f"anchor_{n}": ANCHORS[n - 1] for n in LEVELS} | changes
    return {f"{language}-{name}": value for name, value in values.items()}


def test_author_writes_a_question_in_both_languages(sign_in):
    writer = author()
    data = about(competency_2=CompetencyFactory().pk, percent_1=60, percent_2=40)

    response = sign_in(writer).post(url("question-create"), data | words("en") | words("zh-hans"))

    version = QuestionVersion.objects.get()
    assert response.url == url("question-detail", version.question_id)
    assert (version.author, version.minutes, version.difficulty) == (writer, 25, 4)
    assert sorted(version.weights.values_list("percent", flat=True)) == [40, 60]
    assert set(version.texts.values_list("language", "title")) == {("en", "Title en"), ("zh-hans", "Title zh-hans")}
    text = version.texts.get(language="en")
    assert (text.prompt, text.reference_answer, text.context) == ("One\nTwo", "```\n  code\n```", "Hear")
    assert text.probes == ["First?", "Second?"]
    assert [level.anchor for level in text.levels.all()] == list(ANCHORS)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_language_is_enough(language, sign_in):
    response = sign_in(author()).post(url("question-create"), about() | words(language))

    assert response.status_code == 302
    assert QuestionText.objects.get().language == language


def test_refused_question_names_every_field_and_loses_nothing(sign_in):
    data = about(minutes=999, difficulty=9, percent_1="", competency_2=CompetencyFactory().pk, category="")
    data |= words("en", title="t" * 201, prompt="", anchor_3="", reference_answer="Kept *answer* <b>", probes="Kept?")
    data |= words("zh-hans", title="", anchor_1="  ")

    response = sign_in(author()).post(url("question-create"), data)

    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"minutes", "difficulty", "percent_1", "percent_2", "category"}
    english, chinese = (words for _label, _language, words in response.context["parts"])
    assert set(english.errors) == {"title", "prompt", "anchor_3"}
    assert set(chinese.errors) == {"title", "anchor_1"}
    text = response.content.decode()
    for name in ("minutes", "difficulty", "percent_1", "percent_2", "category", "en-title", "en-prompt", "en-anchor_3"):
        assert f'id="id_{name}_error"' in text, name
    assert "t" * 201 in text
    assert "Kept *answer* &lt;b&gt;" in text
    assert "Kept?" in text
    assert 'value="999"' in text
    assert f'value="{data["competency_2"]}" selected' in text
    assert not Question.objects.exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"percent_1": 90}, "The weights of the competencies must add up to 100."),
        ({"no words": 1}, "Write the question in at least one language."),
    ],
)
def test_rule_of_the_bank_is_said_on_the_page(changes, message, sign_in):
    data = about(**changes) | ({} if "no words" in changes else words("en"))

    response = sign_in(author()).post(url("question-create"), data)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert not Question.objects.exists()


def test_upside_down_seniorities_are_refused(sign_in):
    low, high = SeniorityFactory(rank=801), SeniorityFactory(rank=802)

    response = sign_in(author()).post(
        url("question-create"), about(lowest_seniority=high.pk, highest_seniority=low.pk) | words("en")
    )

    assert response.status_code == 422
    assert "upside down" in response.content.decode()


def posted_again(response):
    """What a browser posts that saves the form as it stands."""
    data = {}
    forms = [response.context["form"], *[words for _label, _language, words in response.context["parts"]]]
    for form in forms:
        for field in form:
            value = field.value()
            if isinstance(value, list):
                data[field.html_name] = [getattr(one, "pk", one) for one in value]
            elif value is not None:
                data[field.html_name] = getattr(value, "pk", value)
    return data | {"seen": response.context["seen"]}


def test_saving_the_form_as_it_stands_changes_nothing_but_the_writer(sign_in):
    version = VersionFactory()
    version.texts.update(prompt="One\n\nTwo", reference_answer="- a\n  - b", context="Hear")
    before = list(version.texts.values_list("title", "prompt", "reference_answer", "context", "probes"))
    editor = author()
    client = sign_in(editor)
    edit = url("question-edit", version.question_id)

    response = client.post(edit, posted_again(client.get(edit)))

    assert response.url == url("question-detail", version.question_id)
    after = QuestionVersion.objects.get()
    assert (after.pk, after.author) == (version.pk, editor)
    assert list(after.texts.values_list("title", "prompt", "reference_answer", "context", "probes")) == before
    assert list(after.weights.values_list("competency", "percent")) == list(
        version.weights.values_list("competency", "percent")
    )


def test_editing_a_published_question_writes_the_next_draft_and_may_move_it(sign_in):
    version = publish(VersionFactory())
    shelf = CategoryFactory()
    client = sign_in(author())
    edit = url("question-edit", version.question_id)

    client.post(edit, posted_again(client.get(edit)) | {"minutes": 55, "category": shelf.pk})

    assert list(version.question.versions.values_list("number", "state", "minutes")) == [
        (1, "published", 15),
        (2, "draft", 55),
    ]
    assert Question.objects.get().category == shelf


def test_second_writer_is_told_before_anything_is_lost(sign_in):
    version = VersionFactory()
    client = sign_in(author())
    edit = url("question-edit", version.question_id)
    mine = posted_again(client.get(edit)) | {"minutes": 7}
    write_draft(question=version.question, author=author(), content=content(minutes=99))

    refused = client.post(edit, mine)

    assert refused.status_code == 422
    assert "Somebody has changed this version" in refused.content.decode()
    assert 'value="7"' in refused.content.decode()
    assert QuestionVersion.objects.get().minutes == 99
    assert client.post(edit, posted_again(refused)).status_code == 302
    assert QuestionVersion.objects.get().minutes == 7


def test_form_that_was_wrong_does_not_forget_which_words_it_started_from(sign_in):
    version = VersionFactory()
    client = sign_in(author())
    edit = url("question-edit", version.question_id)
    mine = posted_again(client.get(edit))
    write_draft(question=version.question, author=author(), content=content(minutes=99))

    wrong = client.post(edit, mine | {"minutes": 0})

    assert wrong.status_code == 422
    assert client.post(edit, posted_again(wrong) | {"minutes": 7}).status_code == 422
    assert QuestionVersion.objects.get().minutes == 99


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
    assert text.count('type="checkbox"') == 3
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
    assert not QuestionVersion.objects.published().exists()
