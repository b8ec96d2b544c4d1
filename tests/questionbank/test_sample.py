"""The bank that comes with Loopwright, loaded."""

from pathlib import Path

import pytest
import yaml

import questionbank
from questionbank.choices import VersionState
from questionbank.models import Category, Competency, EnemyPair, Question, QuestionVersion, RoleFamily, SeniorityLevel
from questionbank.services.sample import ensure_vocabulary, load_sample_bank
from tests.questionbank.contents import author

pytestmark = pytest.mark.django_db
FOLDER = Path(questionbank.__file__).parent / "sample_bank"
SHELVES = [
    yaml.safe_load(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.yaml") if path.name != "vocabulary.yaml"
]


def test_every_question_of_the_files_is_published_in_both_languages():
    keys = {f"sample:{entry['key']}" for shelf in SHELVES for entry in shelf["questions"]}
    writer, publisher = author(), author()

    added = load_sample_bank(author=writer, publisher=publisher)

    assert added == len(keys) > 30
    assert set(Question.objects.values_list("source_key", flat=True)) == keys
    versions = QuestionVersion.objects.prefetch_related("texts__levels", "weights")
    for version in versions:
        assert (version.state, version.author, version.published_by) == (VersionState.PUBLISHED, writer, publisher)
        assert sorted(text.language for text in version.texts.all()) == ["en", "zh-hans"]
        assert all(len(text.levels.all()) == 5 for text in version.texts.all())
        assert sum(weight.percent for weight in version.weights.all()) == 100
        assert not version.rubric_is_generic


def test_question_says_what_its_file_says():
    load_sample_bank(author=author(), publisher=author())
    shelf = SHELVES[0]
    entry = shelf["questions"][0]

    version = QuestionVersion.objects.get(question__source_key=f"sample:{entry['key']}")

    text = version.texts.get(language="zh-hans")
    assert (text.title, text.probes) == (entry["zh"]["title"], entry["zh"]["probes"])
    assert [level.anchor for level in text.levels.all()] == entry["zh"]["anchors"]
    assert (version.minutes, version.difficulty) == (entry["minutes"], entry["difficulty"])
    assert {weight.competency.slug: weight.percent for weight in version.weights.all()} == entry["competencies"]
    assert [version.lowest_seniority.slug, version.highest_seniority.slug] == entry["seniority"]
    assert {role.slug for role in version.role_families.all()} == set(entry["role_families"])
    assert version.question.category.slug == shelf["category"]["slug"]


def test_questions_that_give_each_other_away_are_enemies():
    load_sample_bank(author=author(), publisher=author())

    named = yaml.safe_load((FOLDER / "vocabulary.yaml").read_text(encoding="utf-8"))["enemies"]
    pairs = EnemyPair.objects.values_list("first__source_key", "second__source_key")
    assert {frozenset(pair) for pair in pairs} == {frozenset(f"sample:{key}" for key in pair) for pair in named}


def test_loading_again_adds_nothing():
    load_sample_bank(author=author(), publisher=author())
    before = [model.objects.count() for model in (Question, QuestionVersion, Category, EnemyPair)]

    assert load_sample_bank(author=author(), publisher=author()) == 0

    assert [model.objects.count() for model in (Question, QuestionVersion, Category, EnemyPair)] == before


def test_vocabulary_has_the_ladder_in_order_and_is_kept_as_it_was_changed():
    ensure_vocabulary()
    RoleFamily.objects.filter(slug="llm-engineer").update(name_en="Model engineer")

    ensure_vocabulary()

    assert list(SeniorityLevel.objects.values_list("slug", flat=True)) == [
        *["junior", "mid", "senior", "staff", "principal"]
    ]
    assert RoleFamily.objects.get(slug="llm-engineer").name == "Model engineer"
    assert Competency.objects.count() == 12
