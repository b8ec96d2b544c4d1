"""Writing questions in the browser."""

import pytest

from accounts.choices import Role
from questionbank.choices import LEVELS
from questionbank.models import Question, QuestionText, QuestionVersion
from questionbank.services.versions import write_draft
from tests.factories import (
    CategoryFactory,
    CompetencyFactory,
    RoleFamilyFactory,
    SeniorityFactory,
    VersionFactory,
    publish,
)
from tests.questionbank.contents import ANCHORS, author, content
from tests.questionbank.pages import url

pytestmark = pytest.mark.django_db

LIST = "/questions/"
LIST_QUERIES = 11
DETAIL_QUERIES = 9
READERS = [Role.AUTHOR, Role.RECRUITER, Role.HIRING_MANAGER, Role.ADMIN]


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
