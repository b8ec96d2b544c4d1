"""What files say beside a question and its answer: identities, enemies, tags, languages, rubric, competencies."""

import json
from dataclasses import replace

import pytest
from django.utils import translation

from accounts.models import AuditEntry
from questionbank.choices import GENERIC_ANCHORS, VersionState
from questionbank.formats.files import read_file
from questionbank.formats.reading import BankReading, ReadQuestion, ReadText
from questionbank.formats.writing import SUFFIXES
from questionbank.models import Question, QuestionVersion, Tag
from questionbank.selectors.enemies import enemies_of
from questionbank.services.exporting import export_questions
from questionbank.services.importing import import_files, preview
from questionbank.services.merging import new_content, next_content, stored_content, stored_questions
from questionbank.services.reading import file_fingerprint
from questionbank.services.shelves import Shelves
from questionbank.services.uploads import keep_upload
from questionbank.services.versions import create_question, publish, write_draft
from tests.factories import CategoryFactory, SeniorityFactory
from tests.questionbank.contents import ANCHORS, author, content, wording
from tests.questionbank.imports import counts, imported, work_off
from tests.questionbank.test_uploads import statuses, written

pytestmark = pytest.mark.django_db


def told(**changes):
    """A question as a JSON file has it."""
    return {"title": "When does a cache hurt?", "prompt": "Say when.", "reference_answer": "When stale."} | changes


def bank(*questions):
    return json.dumps({"questions": list(questions)}).encode()


def bring(defaults, *questions, name="bank.json"):
    return imported(bank(*questions), defaults, name=name)


def only(**which):
    return QuestionVersion.objects.newest().get(**which)


def stored(version):
    (question,) = stored_questions([version.question_id])
    return stored_content(question.versions.all()[0])


# Identities --------------------------------------------------------------------------------------------


def test_same_id_twice_in_a_file_is_one_question_and_the_other_is_named(defaults):
    report = bring(defaults, told(id="a-1"), told(id="a-1", title="What else?"))

    assert counts(report) == {"created": 1, "unreadable": 1}
    assert "a-1" in report.errors[0].message
    assert [question.source_key for question in Question.objects.all()] == ["key:a-1"]


def test_same_id_in_two_files_names_the_first_place(defaults):
    one, other = bank(told(id="a-1")), bank(told(id="a-1", title="What else?"))

    report = import_files(files=[("a.json", one), ("b.json", other)], author=author(), defaults=defaults)

    assert counts(report) == {"created": 1, "unreadable": 1}
    assert report.errors[0].file == "b.json"
    assert "a.json:" in report.errors[0].message


def test_id_of_a_question_of_the_bank_changes_that_question_whatever_its_title(defaults):
    question = create_question(author=author(), category=CategoryFactory(), content=content()).question

    report = bring(defaults, told(id=str(question.pk), title="Another title", category=str(question.category)))

    assert counts(report) == {"changed": 1}
    assert only().question == question
    assert [text.title for text in only().texts.all()] == ["Another title"]


def test_id_wins_over_the_title_of_another_question(defaults):
    writer, shelf = author(), CategoryFactory()
    first = create_question(author=writer, category=shelf, content=content()).question
    other = content(wordings=(wording(title="Why queues?"),))
    second = create_question(author=writer, category=shelf, content=other).question

    bring(defaults, told(id=str(first.pk), title="Why queues?"))

    assert only(question=first).texts.get().prompt == "Say when."
    assert only(question=second).texts.get().prompt == "When does a cache hurt?"


def test_two_questions_of_one_title_and_different_ids_are_two_and_worth_a_look(defaults):
    assert counts(bring(defaults, told(id="a-1"), told(id="a-2"))) == {"created": 1, "unsure": 1}
    assert Question.objects.count() == 2
    assert counts(bring(defaults, told(id="a-1"), told(id="a-2"))) == {"unchanged": 2}


# Enemies, tags -----------------------------------------------------------------------------------------


def test_enemies_are_named_by_id_before_and_after_each_other(defaults):
    bring(
        defaults,
        told(id="a-1", enemies=["a-3"]),
        told(id="a-2", title="What is a queue?", prompt="Draw one that is full."),
        told(id="a-3", title="Why tests at all?", prompt="Defend them.", enemies=["a-2", "nobody", "a-3"]),
    )

    one, two, three = Question.objects.order_by("number")
    assert enemies_of([one, two, three]) == {one.pk: {three.pk}, two.pk: {three.pk}, three.pk: {one.pk, two.pk}}


def test_enemy_may_stand_in_the_bank_already(defaults):
    bring(defaults, told(id="a-1"))
    there = create_question(author=author(), category=CategoryFactory(), content=content()).question

    bring(defaults, told(id="b-1", title="What is a queue?", prompt="Draw it.", enemies=["a-1", str(there.pk)]))

    new = Question.objects.get(source_key="key:b-1")
    assert enemies_of([new])[new.pk] == {there.pk, Question.objects.get(source_key="key:a-1").pk}


def test_tags_are_made_once_whatever_their_case_and_replaced_by_the_next_file(defaults):
    bring(defaults, told(tags=["Caching", "caching", "On call"]))
    assert sorted(Tag.objects.values_list("name", flat=True)) == ["Caching", "On call"]

    assert counts(bring(defaults, told(tags=["on call", "CACHING"]))) == {"unchanged": 1}
    assert counts(bring(defaults, told(tags=["On call"]))) == {"changed": 1}
    assert counts(bring(defaults, told())) == {"unchanged": 1}

    assert [tag.name for tag in Question.objects.get().tags.all()] == ["On call"]


# Languages, rubric, competencies -----------------------------------------------------------------------

CHINESE = {"language": "zh-hans", "title": "缓存何时有害？", "prompt": "说说看。", "reference_answer": "过期时。"}
LEVELS = [f"Level {level}" for level in range(1, 6)]


def test_translations_are_further_texts_and_a_file_without_them_leaves_them(defaults):
    bring(defaults, told(translations=[CHINESE]))
    assert {text.language: text.title for text in only().texts.all()} == {
        "en": "When does a cache hurt?",
        "zh-hans": "缓存何时有害？",
    }

    bring(defaults, told(reference_answer="When it lies."))

    answers = {text.language: text.reference_answer for text in only().texts.all()}
    assert answers == {"en": "When it lies.", "zh-hans": "过期时。"}


def test_rubric_of_the_file_is_kept_and_without_one_it_is_that_of_the_house(defaults):
    bring(defaults, told(anchors=LEVELS), told(title="What is a queue?", prompt="Draw it."))

    own, house = QuestionVersion.objects.order_by("question__number")
    assert (stored(own).wordings[0].anchors, own.rubric_is_generic) == (tuple(LEVELS), False)
    assert (stored(house).wordings[0].anchors, house.rubric_is_generic) == (GENERIC_ANCHORS["en"], True)


def test_competencies_are_found_by_name_or_made_and_weigh_as_the_file_says(defaults):
    bring(defaults, told(competencies={"Architecture": 60, "Caching": 40}))

    assert {row.competency.name: row.percent for row in only().weights.all()} == {"Architecture": 60, "Caching": 40}
    assert counts(bring(defaults, told(competencies={"caching": 40, "ARCHITECTURE": 60}))) == {"unchanged": 1}
    assert counts(bring(defaults, told(competencies={"Architecture": 100}))) == {"changed": 1}


def test_weights_that_do_not_add_up_are_not_taken(defaults):
    report = bring(defaults, told(competencies={"Architecture": 60, "Caching": 60}))

    assert report.usable + len(report.errors) == 1
    assert not QuestionVersion.objects.filter(weights__percent=60).exists()


# Our own exports, by the page ----------------------------------------------------------------------------


def rich_bank():
    writer = author()
    words = (
        wording(reference_answer="| a | b |\n|---|---|\n\n```\n# x\n```", probes=("one\ntwo", "three; four")),
        wording(language="zh-hans", title="为什么？", prompt="缓存何时有害？", anchors=tuple("一二三四五")),
    )
    made = []
    for number in range(3):
        named = tuple(replace(one, title=f"{one.title} {number}", prompt=f"{one.prompt} {number}") for one in words)
        question = create_question(author=writer, category=CategoryFactory(), content=content(wordings=named)).question
        question.tags.add(Tag.objects.create(slug=f"tag-{number}", name=f"Tag {number}"))
        made.append(question)
    return made


@pytest.mark.parametrize("format", list(SUFFIXES))
def test_page_finds_every_question_of_an_export_unchanged(format):
    rich_bank()
    data = b"".join(export_questions(questions=Question.objects.all(), format=format))

    upload = looked_through_files(("bank" + SUFFIXES[format], data))

    assert statuses(upload) == {"unchanged": 3}
    assert not upload.entries.filter(is_chosen=True).exists()


@pytest.mark.parametrize("format", list(SUFFIXES))
def test_page_brings_an_export_into_an_empty_bank_with_all_it_says(format):
    rich_bank()
    data = b"".join(export_questions(questions=Question.objects.all(), format=format))
    before = said()
    QuestionVersion.objects.all().delete()
    Question.objects.all().delete()

    upload = written(looked_through_files(("bank" + SUFFIXES[format], data)))

    assert upload.outcome["created"] == 3
    assert said() == before


def looked_through_files(*files):
    upload = keep_upload(user=author(), files=files)
    work_off()
    upload.refresh_from_db()
    return upload


def said():
    data = b"".join(export_questions(questions=Question.objects.all(), format="json"))
    return [replace(read, key="", line=0, number="") for read in read_file("a.json", data).questions]


# The bulk writer and the one for single questions ---------------------------------------------------------

ODD = tuple(f" {anchor} " for anchor in ANCHORS)
PLAIN = ReadQuestion("When does a cache hurt?", "Say when.", "When stale.", "Caching", "Q1", 3, "en")
VARIETY = [
    PLAIN,
    replace(PLAIN, title="  Spaces \t", prompt="\n two lines \n\n", reference_answer="\n\n  indented\n\n"),
    replace(PLAIN, probes=(" one ", "", "two\nlines"), context="  Where from  ", anchors=ODD),
    replace(PLAIN, minutes=240, difficulty=5, tags=("Load", "load"), role_families=("Pilot", "pilot", "Cook")),
    replace(PLAIN, competencies=(("Speed", 99), ("Care", 1)), category=""),
    replace(PLAIN, competencies=(("Speed", 50), ("speed", 50))),
    replace(
        PLAIN,
        language="zh-hans",
        title="缓存何时有害？",
        prompt="说说看 🙂 \u2028",
        reference_answer="“过期”时 \\ ' %s",
    ),
    replace(
        PLAIN, reference_answer="", translations=(ReadText("zh-hans", " 何时？ ", "说。", "答\n", probes=("再说",)),)
    ),
]


@pytest.mark.parametrize("read", VARIETY)
def test_many_at_once_are_written_as_one_alone(read, defaults, monkeypatch):
    monkeypatch.setattr("questionbank.services.reading.read_file", lambda _name, _data: reading(read))
    imported("", defaults)
    by_import = written_rows(only())
    writer, shelves = author(), Shelves()
    category = shelves.category(read.category, read.language)
    alone = create_question(
        author=writer,
        category=category,
        content=new_content(read, category, shelves, defaults, file_fingerprint(read)),
    )

    assert by_import == written_rows(alone)


@pytest.mark.parametrize("state", [VersionState.DRAFT, VersionState.PUBLISHED])
@pytest.mark.parametrize("read", VARIETY)
def test_many_changes_at_once_are_written_as_one_alone(read, state, defaults, monkeypatch):
    first = content(
        wordings=(wording(), wording(language="zh-hans", title="缓存")), lowest_seniority=SeniorityFactory()
    )
    first = replace(first, highest_seniority=first.lowest_seniority)
    shelf = CategoryFactory()
    one, other = (create_question(author=author(), category=shelf, content=first) for _ in range(2))
    if state == VersionState.PUBLISHED:
        for version in (one, other):
            publish(version=version, actor=author())
    keyed = replace(read, key=str(one.question_id))
    monkeypatch.setattr("questionbank.services.reading.read_file", lambda _name, _data: reading(keyed))
    assert counts(imported("", defaults)) == {"changed": 1}

    (before,) = stored_questions([other.question_id])
    shelves = Shelves()
    new = next_content(keyed, before.versions.all()[0], shelves, file_fingerprint(keyed))
    category = shelves.category(read.category, read.language) if read.category else None
    alone = write_draft(question=other.question, author=author(), content=new, category=category)

    assert written_rows(only(question=one.question)) == written_rows(alone)


def reading(*questions):
    return BankReading(questions, ())


def written_rows(version):
    """Everything that is stored of a version, but for ids, people and times."""
    version = QuestionVersion.objects.get(pk=version.pk)
    plain = ("number", "state", "minutes", "difficulty", "rubric_is_generic", "fingerprint", "published_at")
    texts = ("language", "title", "prompt", "context", "reference_answer", "probes")
    trail = AuditEntry.objects.filter(subject_id=version.pk).exclude(action="version.imported")
    return (
        [getattr(version, name) for name in (*plain, "lowest_seniority_id", "highest_seniority_id")],
        version.question.category,
        set(version.role_families.all()),
        set(version.weights.values_list("competency", "percent")),
        sorted((*(str(getattr(text, name)) for name in texts), *_levels(text)) for text in version.texts.all()),
        sorted(trail.values_list("action", "subject_type")),
    )


def _levels(text):
    return [f"{row.level} {row.anchor}" for row in text.levels.order_by("level")]


# Nearly the same --------------------------------------------------------------------------------------


def test_preview_says_where_a_question_is_nearly_there_already(defaults):
    asked = "What happens when the entry that everybody asks for expires at the busiest hour of the day?"
    bring(defaults, told(title=asked, prompt=asked))
    again = asked.replace("busiest hour", "busiest minute")

    with translation.override("en"):
        report = preview(files=[("b.json", bank(told(title=again, prompt=again)))])

    assert report.items[0].doubts == ("similar_there",)
    assert "a question of the bank" in report.items[0].doubts_in_words[0]


BOTH = {
    "bank_en.md": [
        "How does a KV cache grow with the context?",
        "Why did RLHF give way to DPO?",
        "What is RAG good for?",
    ],
    "bank.md": ["KV cache 如何随上下文增长？", "为什么 DPO 取代了 RLHF？", "RAG 有什么用？"],
}


def numbered(titles):
    parts = [f"### Q{at}: {title}\n**Answer**: {at}.\n" for at, title in enumerate(titles, start=1)]
    return "".join(parts).encode()


def test_bank_in_two_languages_is_told_as_such_by_page_and_command():
    files = [(name, numbered(titles)) for name, titles in BOTH.items()]

    report = preview(files=files)
    upload = looked_through_files(*files)

    assert [item.doubts for item in report.items] == [()] * 3 + [("similar_other_language",)] * 3
    assert report.items[3].doubts_in_words == ("is perhaps the same as bank_en.md, line 1, in another language",)
    assert statuses(upload) == {"created": 3, "unsure": 3}
    assert upload.entries.filter(is_chosen=True).count() == 6


def test_files_of_two_banks_in_two_languages_are_not_compared():
    report = preview(files=[("caches.md", numbered(BOTH["bank_en.md"])), ("queues.md", numbered(BOTH["bank.md"]))])

    assert not any("similar_other_language" in item.doubts for item in report.items)
