"""Files of question banks become drafts, all of them or none."""

import pytest
from django.db import transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEntry
from questionbank.choices import GENERIC_ANCHORS, ImportStatus, VersionState
from questionbank.models import Category, Competency, Question, QuestionText, QuestionVersion
from questionbank.services.importing import Defaults, import_files, preview
from questionbank.services.versions import create_question, publish, write_draft
from questionbank.wording import PROBLEMS
from tests.factories import CategoryFactory, CompetencyFactory, RoleFamilyFactory, SeniorityFactory
from tests.questionbank.contents import ANCHORS, author, content, wording
from tests.questionbank.imports import BANK, counts, imported, rows, shelves

pytestmark = pytest.mark.django_db


def test_new_questions_become_drafts_on_shelves_of_their_headings(defaults):
    writer = author()

    report = imported(BANK, defaults, by=writer)

    assert counts(report) == {"created": 3}
    version = QuestionVersion.objects.get(texts__title="What is a stampede?")
    assert (version.state, version.author, version.minutes, version.difficulty) == (VersionState.DRAFT, writer, 20, 3)
    assert (version.lowest_seniority, version.highest_seniority) == (
        defaults.lowest_seniority,
        defaults.highest_seniority,
    )
    assert tuple(version.role_families.all()) == defaults.role_families
    assert version.question.category.name == "Caching"
    assert [(w.competency.name, w.percent) for w in version.weights.all()] == [("Caching", 100)]
    text = version.texts.get()
    assert (text.language, text.prompt, text.reference_answer) == ("en", "What is a stampede?", "Many misses at once.")
    assert version.rubric_is_generic
    assert tuple(level.anchor for level in text.levels.all()) == GENERIC_ANCHORS["en"]
    assert AuditEntry.objects.get(action="version.imported", subject_id=version.pk).detail == {"line": 5}


def test_importing_again_writes_nothing(defaults):
    imported(BANK, defaults)
    before = rows()

    report = imported(BANK, defaults, by=author())

    assert counts(report) == {"unchanged": 3}
    assert rows() == before


def test_changed_answer_is_the_next_draft_and_the_published_one_stays(defaults):
    imported(BANK, defaults)
    version = QuestionVersion.objects.get(texts__title="When does a cache hurt?")
    publish(version=version, actor=author())

    report = imported(BANK.replace("When it is stale.", "When it lies."), defaults)

    assert counts(report) == {"changed": 1, "unchanged": 2}
    assert list(version.question.versions.values_list("number", "state", "texts__reference_answer")) == [
        (1, "published", "When it is stale."),
        (2, "draft", "When it lies."),
    ]


def test_unchanged_file_leaves_what_a_person_wrote_since(defaults):
    imported(BANK, defaults)
    version = QuestionVersion.objects.get(texts__title="When does a cache hurt?")
    write_draft(question=version.question, author=author(), content=content(wordings=(wording(title="Better"),)))
    before = rows()

    report = imported(BANK, defaults)

    assert counts(report) == {"unchanged": 3}
    assert rows() == before
    assert version.texts.get().title == "Better"


def test_unchanged_file_leaves_the_version_after_a_published_one(defaults):
    imported(BANK, defaults)
    version = QuestionVersion.objects.get(texts__title="When does a cache hurt?")
    publish(version=version, actor=author())
    write_draft(question=version.question, author=author(), content=content())

    assert counts(imported(BANK, defaults)) == {"unchanged": 3}


def test_changed_file_keeps_what_files_do_not_say(defaults):
    imported(BANK, defaults)
    question = Question.objects.get(versions__texts__title="When does a cache hurt?")
    chinese = wording(language="zh-hans", title="缓存何时有害？")
    own = wording(title="When does a cache hurt?", context="Ask late.", probes=("Which one?",))
    decided = content(minutes=45, difficulty=5, wordings=(own, chinese))
    write_draft(question=question, author=author(), content=decided)

    imported(BANK.replace("When it is stale.", "When it lies."), defaults)

    version = question.versions.get()
    english = version.texts.get(language="en")
    assert english.reference_answer == "When it lies."
    assert tuple(level.anchor for level in english.levels.all()) == ANCHORS
    assert (english.context, english.probes) == ("Ask late.", ["Which one?"])
    assert version.texts.get(language="zh-hans").title == "缓存何时有害？"
    assert (version.minutes, version.difficulty, version.rubric_is_generic) == (45, 5, False)
    assert tuple(version.role_families.all()) == decided.role_families
    assert {weight.competency: weight.percent for weight in version.weights.all()} == decided.weights


def test_question_moves_with_its_heading(defaults):
    imported(BANK, defaults)

    report = imported(BANK.replace("## Queues", "## Messaging"), defaults)

    assert counts(report) == {"changed": 1, "unchanged": 2}
    assert Question.objects.get(versions__texts__title="When do you need a queue?").category.name == "Messaging"


def test_other_numbers_are_no_change(defaults):
    imported(BANK, defaults)

    assert counts(imported(BANK.replace("Q1", "Q11"), defaults)) == {"unchanged": 3}


def test_equal_headings_are_imported_once(defaults):
    again = BANK + "### Q4: When does a cache hurt?\n**Answer**: Another one.\n"

    report = imported(again, defaults)

    assert counts(report) == {"created": 3, "duplicates": 1}
    assert Question.objects.count() == 3
    assert counts(imported(again, defaults)) == {"unchanged": 3, "duplicates": 1}


def test_equal_headings_in_two_files_are_imported_once(defaults):
    files = [("a.md", BANK.encode()), ("b.md", BANK.encode())]

    report = import_files(files=files, author=author(), defaults=defaults)

    assert counts(report) == {"created": 3, "duplicates": 3}
    assert [item.file for item in report.items if item.status == ImportStatus.DUPLICATE] == ["b.md"] * 3


def test_title_of_a_question_that_somebody_wrote_is_a_duplicate(defaults):
    create_question(
        author=author(),
        category=CategoryFactory(),
        content=content(wordings=(wording(), wording(language="zh-hans", title="What is a STAMPEDE"))),
    )

    # The bank's question asks what the first one of the file asks.
    assert counts(imported(BANK, defaults)) == {"created": 1, "unsure": 1, "duplicates": 1}


def test_doubtful_question_is_a_draft_worth_a_look(defaults):
    report = imported(BANK + "### Q4: What is left?\n", defaults)

    assert counts(report) == {"created": 3, "unsure": 1}
    doubtful = report.items[-1]
    assert (doubtful.title, doubtful.line, doubtful.doubts) == ("What is left?", 10, ("no_answer",))
    assert doubtful.doubts_in_words == ("has no answer",)
    assert Question.objects.count() == 4


def test_chinese_national_encoding_is_read(defaults):
    text = "# 题库\n## 训练\n### Q1: 什么是过拟合？\n**参考答案**：在训练集上好，在新数据上差。\n"

    assert counts(imported(text.encode("gb18030"), defaults)) == {"created": 1}

    assert QuestionText.objects.get().reference_answer == "在训练集上好，在新数据上差。"
    assert counts(imported(text, defaults)) == {"unchanged": 1}


def test_endless_line_spoils_its_question_only(defaults):
    text = BANK.replace("Many misses at once.", "x" * 19_000_000)

    report = imported(text, defaults)

    assert counts(report) == {"created": 2, "unreadable": 1}
    (error,) = report.errors
    assert (error.line, error.file) == (6, "bank.md")
    assert error.message == "This line has 19000012 characters; 100000 are the most."


def test_half_a_bank_is_read_as_far_as_it_goes(defaults):
    text = "# 题库\n## 训练\n### Q1: 什么是过拟合？\n**参考答案**：差。\n### Q2: 什么是欠拟合？\n**参考答案**：两边都差"

    report = imported(text.encode()[:-1], defaults)

    assert counts(report) == {"created": 1, "unsure": 1, "unreadable": 1}
    assert [item.doubts for item in report.items if item.question] == [(), ("cut_off",)]
    assert Question.objects.count() == 2


def test_bank_that_breaks_off_in_a_heading_is_reported_once_and_read(defaults):
    text = BANK + "### Q4: Où est-ce qu’on é"

    report = imported(text.encode()[:-1], defaults)

    assert counts(report) == {"created": 3, "unsure": 1, "unreadable": 1}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Just a letter to a friend.\n\nYours\n", PROBLEMS["no_questions"]),
        (b"", PROBLEMS["empty_file"]),
        (b"\x00\x01\x02", PROBLEMS["binary"]),
        (b"### Q1: caf\xe9?\nyes", PROBLEMS["not_utf8"]),
        (b"\n" * 1_000_001 + b"x", "The file has 1000002 lines; 1000000 are the most."),
        (b"x" * (20 * 1024 * 1024 + 1), "The file is larger than 20971520 bytes."),
    ],
)
def test_file_without_questions_says_why(data, message, defaults):
    report = imported(data, defaults)

    assert counts(report) == {"unreadable": 1}
    assert [error.message for error in report.errors] == [message]
    assert report.usable == 0
    assert not Question.objects.exists()


def test_question_longer_than_its_column_is_refused_and_the_others_are_read(defaults):
    lines = "\n".join(["x" * 90_000] * 2)

    report = imported(BANK.replace("Many misses at once.", lines), defaults)

    assert counts(report) == {"created": 2, "unreadable": 1}
    assert report.errors[0].message.startswith("This question has 180001 characters in one part")


def test_heading_without_words_is_refused_and_the_others_are_read(defaults):
    report = imported("### Q1: Why?\n**Answer**: Because.\n### \n**Answer**: b\n", defaults)

    assert counts(report) == {"created": 1, "unreadable": 1}
    assert [(error.line, error.message) for error in report.errors] == [(3, PROBLEMS["empty_question"])]


def test_unclosed_code_is_named_where_it_starts(defaults):
    report = imported(BANK + "```python\nnever = 'closed'\n", defaults)

    assert [(error.line, error.message) for error in report.errors] == [(10, PROBLEMS["unclosed_code"])]
    assert counts(report) == {"created": 2, "unsure": 1, "unreadable": 1}


# Names of categories ---------------------------------------------------------------------------------


def test_categories_that_slugs_cannot_tell_apart_stay_apart(defaults):
    imported(shelves("C", "C++", "C#", "🚀", "🎉", "!!!"), defaults)

    names = {question.category.name for question in Question.objects.all()}
    assert names == {"C", "C++", "C#", "🚀", "🎉", "!!!"}
    assert Competency.objects.count() == 6


def test_category_is_found_whatever_its_case_width_and_language(defaults):
    shelf = CategoryFactory(name_en="Über Caches", name_zh="缓存")

    imported(shelves("ÜBER  caches", "缓存", "Ｕ̈ber Caches"), defaults)

    assert {question.category for question in Question.objects.all()} == {shelf}


def test_category_whose_slug_is_taken_by_another_name_gets_its_own(defaults):
    CategoryFactory(slug="queues", name_en="Waiting lines")
    CompetencyFactory(slug="queues", name_en="Lines")

    imported(shelves("Queues"), defaults)

    category = Question.objects.get().category
    assert (category.name, category.slug, category.competency.name) == ("Queues", "queues-2", "Queues")


def test_category_takes_the_competency_of_its_name(defaults):
    known = CompetencyFactory(name_en="Caching", name_zh="缓存")

    imported(shelves("caching"), defaults)

    assert Question.objects.get().category.competency == known


def test_long_category_name_is_shortened_and_found_again(defaults):
    text = shelves("n" * 190)
    imported(text, defaults)

    report = imported(text.replace("It is 0.", "It is nought."), defaults)

    assert counts(report) == {"changed": 1}
    assert Category.objects.get().name == "n" * 119 + "…"


def test_questions_without_category_stand_on_one_shelf_in_both_languages(defaults):
    with translation.override("zh-hans"):
        imported("### Q1: Why?\n**Answer**: Because.\n", defaults)
    imported("### Q1: 为什么要这样做？\n**参考答案**：因为。\n", defaults)

    category = Category.objects.get()
    assert (category.name_en, category.name_zh) == ("General", "综合")


def test_title_that_unfolds_beyond_the_column_is_kept(defaults):
    text = f"### Q1: {'ﷺ' * 199}?\n**Answer**: Yes.\n"

    assert counts(imported(text, defaults)) == {"created": 1}
    assert counts(imported(text, defaults)) == {"unchanged": 1}


_MARKS = ["**Answer**: ", "参考答案：", "```\n", "<!--", "-->", "\n", "\n\n", "- ", "> ", "Minutes: 240\n", "时间：0\n"]
_SIGNS = ["a?", "A？", "🚀", "\u200b", "\u2028", "\x1c", "\x85", "\ufeff", "ﷺ", "x" * 230, "题", " ", "\t", "C#", "c"]
_ODD = ["__", "[]()", "&nbsp;", "\\", "\u202e", "İ", "ß", "\x7f", "Ω", "1.", "Q2", "*", "|", "#"]
_TEXT = st.lists(st.sampled_from(_SIGNS + _ODD), max_size=5).map("".join)
_QUESTION = st.tuples(st.sampled_from(["### Q1: ", "### Q2：", "## ", "# ", "### "]), _TEXT).map("".join)
_BODY = st.lists(st.one_of(_TEXT, st.sampled_from(_MARKS)), max_size=5).map("".join)
NASTY = st.lists(st.one_of(_QUESTION, _BODY).map(lambda text: text + "\n"), max_size=20).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=NASTY)
def test_whatever_the_preview_promises_is_imported(text):
    files = [("bank.md", text.encode())]
    with transaction.atomic():
        role, level = RoleFamilyFactory(), SeniorityFactory()
        defaults = Defaults(role_families=(role,), lowest_seniority=level, highest_seniority=level)
        promised = preview(files=files)

        done = import_files(files=files, author=author(), defaults=defaults)

        again = preview(files=files)
        transaction.set_rollback(True)
    assert done == promised
    assert (again.drafts, again.counts["unchanged"]) == (0, done.drafts)
