"""Writing questions in the browser."""

import html
import json

import pytest

from accounts.choices import Role
from questionbank.choices import LEVELS
from questionbank.models import EditorDraft, Question, QuestionText, QuestionVersion
from questionbank.selectors.enemies import enemies_of
from questionbank.services.versions import create_question, write_draft
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import ANCHORS, author, content, wording
from tests.questionbank.pages import url, with_role

pytestmark = pytest.mark.django_db

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


# While somebody writes ------------------------------------------------------------------------------


def keep(client, question, fields, number=0, seen=""):
    address = url("draft-keep", question.pk) if question else url("draft-keep-new")
    return client.post(address, {"fields_left": json.dumps(fields), "number": number, "seen": seen})


def test_unfinished_words_are_kept_and_come_back(sign_in):
    version = VersionFactory()
    client = sign_in(author())
    seen = version.texts.get().pk
    fields = {"en-title": ["Half a"], "minutes": ["7"], "role_families": [], "en-anchor_3": ["So"], "tags": ["a, b"]}

    answer = keep(client, version.question, fields, seen=seen)
    assert (answer.status_code, answer.json()["number"]) == (200, 1)
    response = client.get(url("question-edit", version.question_id))

    page = response.content.decode()
    assert "Your unfinished words are back." in page
    assert not response.context["overtaken"]
    assert 'value="Half a"' in page
    assert 'value="7"' in page
    assert 'value="a, b"' in page
    assert f'value="{seen}"' in page
    assert 'data-number="1"' in page
    assert "Half a" not in sign_in(author()).get(url("question-edit", version.question_id)).content.decode()


def test_another_tab_gets_a_conflict_and_the_number_to_go_on_with(sign_in):
    client = sign_in(author())
    keep(client, None, {"en-title": ["One"]})

    answer = keep(client, None, {"en-title": ["Two"]})

    assert (answer.status_code, answer.json()["number"]) == (409, 1)
    assert keep(client, None, {"en-title": ["Two"]}, number=1).status_code == 200


def test_words_written_over_meanwhile_are_told(sign_in):
    version = VersionFactory()
    writer = author()
    client = sign_in(writer)
    keep(client, version.question, {"en-title": ["Mine"]}, seen=version.texts.get().pk)
    write_draft(question=version.question, author=author(), content=content())

    assert keep(client, version.question, {"en-title": ["Mine"]}, number=1).json()["overtaken"]
    response = client.get(url("question-edit", version.question_id))

    assert response.context["overtaken"]
    assert 'value="Mine"' in response.content.decode()


@pytest.mark.parametrize("fields", ["", "[]", "no json", '{"a": "b"}', '{"a": [1]}', '{"a": [{"b": []}]}'])
def test_what_the_editor_does_not_send_is_refused(fields, sign_in):
    answer = sign_in(author()).post(url("draft-keep-new"), {"fields_left": fields, "number": 0})

    assert answer.status_code == 422
    assert not EditorDraft.objects.exists()


def test_saving_the_draft_throws_the_unfinished_words_away(sign_in):
    client = sign_in(author())
    keep(client, None, {"en-title": ["Half"]})

    client.post(url("question-create"), about() | words("en"))

    assert Question.objects.exists()
    assert not EditorDraft.objects.exists()


def test_unfinished_words_can_be_thrown_away(sign_in):
    version = VersionFactory()
    client = sign_in(author())
    for question in (None, version.question):
        keep(client, question, {"en-title": ["Half"]})

    assert client.post(url("draft-forget-new")).url == url("question-create")
    address = url("question-edit", version.question_id)
    assert client.post(url("draft-forget", version.question_id)).url == address
    assert not EditorDraft.objects.exists()


def test_preview_draws_what_the_page_draws(sign_in):
    client = sign_in(author())

    answer = client.post(url("markdown-preview"), {"text": "**so** $x^2$ <script>"}).content.decode()

    assert "<strong>so</strong> <svg" in answer
    assert "&lt;script&gt;" in answer
    assert client.get(url("markdown-preview")).status_code == 405


def test_questions_are_found_by_number_and_words(sign_in):
    wanted = [wording(title="Size of a training step", prompt="How big?")]
    other = create_question(
        author=author(), category=CategoryFactory(), content=content(wordings=tuple(wanted))
    ).question
    create_question(author=author(), category=CategoryFactory(), content=content())
    client = sign_in(author())
    expected = [{"label": other.label, "title": "Size of a training step"}]

    assert client.get(url("question-find"), {"q": "training"}).json()["questions"] == expected
    assert client.get(url("question-find"), {"q": other.label}).json()["questions"] == expected
    assert client.get(url("question-find"), {"q": " "}).json()["questions"] == []


@pytest.mark.parametrize("role", [Role.RECRUITER, Role.ADMIN, Role.INTERVIEWER, None])
def test_only_authors_use_the_editor(role, sign_in):
    version = VersionFactory()
    client = sign_in(with_role(role))

    assert keep(client, None, {}).status_code == 403
    assert keep(client, version.question, {}).status_code == 404
    assert client.post(url("draft-forget-new")).status_code == 403
    assert client.post(url("markdown-preview"), {"text": "x"}).status_code == 403
    if role in (Role.INTERVIEWER, None):
        assert client.get(url("question-find"), {"q": "Title"}).json() == {"questions": []}


# Tags and enemies -----------------------------------------------------------------------------------


def test_tags_and_enemies_are_written_with_the_draft_and_shown_again(sign_in):
    other = VersionFactory().question
    client = sign_in(author())
    data = about(tags=" caches, 延迟，Caches ", enemies=f"{other.label} shares its numbers\r\n\r\n")

    client.post(url("question-create"), data | words("en"))

    question = Question.objects.exclude(pk=other.pk).get()
    assert sorted(question.tags.values_list("name", flat=True)) == ["caches", "延迟"]
    assert enemies_of([question]) == {question.pk: {other.pk}}
    page = client.get(url("question-edit", question.pk)).content.decode()
    assert f"{other.label} shares its numbers" in page
    client.post(url("question-edit", question.pk), about(tags="", enemies="") | words("en"))
    assert not question.tags.exists()
    assert enemies_of([question]) == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"enemies": "Q-0999 gone"}, "There is no question Q-0999."),
        ({"enemies": "the other one"}, "“the other one” does not begin with a number."),
        ({"tags": ",".join(f"tag{n}" for n in range(21))}, "At most 20 tags of at most 80 characters."),
        ({"tags": "x" * 81}, "At most 20 tags of at most 80 characters."),
    ],
)
def test_wrong_tags_and_enemies_are_named(changes, message, sign_in):
    response = sign_in(author()).post(url("question-create"), about(**changes) | words("en"))

    assert response.status_code == 422
    assert message in html.unescape(response.content.decode())
    assert not Question.objects.exists()


def test_a_question_is_not_its_own_enemy(sign_in):
    version = VersionFactory()
    label = version.question.label
    data = about(enemies=label) | words("en") | {"seen": version.texts.get().pk}

    response = sign_in(author()).post(url("question-edit", version.question_id), data)

    assert response.status_code == 422
    assert f"{label} cannot be its own enemy." in response.content.decode()
    version.refresh_from_db()
    assert version.minutes == 15
