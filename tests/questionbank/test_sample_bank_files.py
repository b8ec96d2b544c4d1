"""The sample bank's files are the product's first impression: every rule they promise is checked here."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

BANK = Path(__file__).resolve().parents[2] / "questionbank" / "sample_bank"
CATEGORIES = {
    "architecture",
    "training",
    "systems",
    "research",
    "performance",
    "leadership",
    "case-studies",
    "software",
    "people",
    "delivery",
}
# What a loop for the role is built from.
NEEDED = {
    "llm-engineer": {
        "architecture",
        "training",
        "systems",
        "performance",
        "research",
        "leadership",
        "communication",
    },
    "software-engineer": {
        "coding",
        "data",
        "reliability",
        "systems",
        "performance",
        "leadership",
        "communication",
    },
    "engineering-manager": {"people", "delivery", "leadership", "communication"},
}
# A beginner's loop asks about less.
NEEDED_OF_JUNIORS = {
    "llm-engineer": {"coding", "communication"},
    "software-engineer": {"coding", "data", "communication"},
}
LADDER = {
    "llm-engineer": ("mid", "senior", "staff"),
    "software-engineer": ("mid", "senior", "staff"),
    "engineering-manager": ("senior", "staff"),
}
RANK = {"junior": 1, "mid": 2, "senior": 3, "staff": 4}
QUESTION_KEYS = {
    "key",
    "role_families",
    "seniority",
    "minutes",
    "difficulty",
    "competencies",
    "en",
    "zh",
}
TEXT_KEYS = {"title", "prompt", "context", "reference_answer", "probes", "anchors"}
CJK = re.compile(r"[\u3400-\u9fff]")
HALF_WIDTH_AFTER_CJK = re.compile(r"[\u3400-\u9fff][,;:?!()]")
MARKDOWN = MarkdownIt("commonmark").enable("table")
CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)


def load_yaml(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


VOCABULARY = load_yaml(BANK / "vocabulary.yaml")
FILES = {slug: load_yaml(BANK / f"{slug}.yaml") for slug in sorted(CATEGORIES)}
QUESTIONS = [question for content in FILES.values() for question in content["questions"]]


def texts_of(text: dict[str, Any]) -> list[str]:
    """Return every string of one language, lists flattened."""
    return [piece for value in text.values() for piece in (value if isinstance(value, list) else [value])]


def each_question(function):
    return pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q["key"])(function)


def test_bank_has_its_categories_and_at_least_sixty_questions():
    assert {path.stem for path in BANK.glob("*.yaml")} == CATEGORIES | {"vocabulary"}
    assert len(QUESTIONS) >= 60


@pytest.mark.parametrize("slug", sorted(CATEGORIES))
def test_category_is_named_in_both_languages(slug):
    content = FILES[slug]
    assert set(content) == {"category", "questions"}
    category = content["category"]
    assert set(category) == {"slug", "name_en", "name_zh"}
    assert category["slug"] == slug
    assert not CJK.search(category["name_en"])
    assert CJK.search(category["name_zh"])
    assert content["questions"]


def test_vocabulary_knows_every_word_that_the_questions_use():
    slugs = {kind: {row["slug"] for row in VOCABULARY[kind]} for kind in ("role_families", "competencies")}
    assert set(VOCABULARY["categories"]) == CATEGORIES
    assert slugs["role_families"] == set(NEEDED)
    assert slugs["competencies"] == set().union(*NEEDED.values())
    ranks = {row["slug"]: row["rank"] for row in VOCABULARY["seniorities"]}
    assert {slug: ranks[slug] for slug in RANK} == RANK


def test_keys_and_titles_are_unique_over_the_bank():
    for values in (
        [question["key"] for question in QUESTIONS],
        [question["en"]["title"] for question in QUESTIONS],
        [question["zh"]["title"] for question in QUESTIONS],
    ):
        assert sorted(values) == sorted(set(values))


@each_question
def test_question_has_the_promised_structure(question):
    assert set(question) == QUESTION_KEYS
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", question["key"])
    families = question["role_families"]
    assert families
    assert len(families) == len(set(families))
    assert set(families) <= set(NEEDED)
    lowest, highest = question["seniority"]
    assert RANK[lowest] <= RANK[highest]
    assert 10 <= question["minutes"] <= 25
    assert 1 <= question["difficulty"] <= 5
    weights = question["competencies"]
    assert set(weights) <= set().union(*NEEDED.values())
    assert all(weight > 0 for weight in weights.values())
    assert sum(weights.values()) == 100


@each_question
@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_is_complete(question, language):
    text = question[language]
    assert set(text) == TEXT_KEYS
    assert all(isinstance(piece, str) and piece and piece == piece.strip() for piece in texts_of(text))
    assert len(text["anchors"]) == 5
    assert len(set(text["anchors"])) == 5
    assert 2 <= len(text["probes"]) <= 4
    assert len(text["probes"]) == len(question["en"]["probes"])


@each_question
def test_english_is_english_and_short_enough_to_read_out(question):
    text = question["en"]
    assert not CJK.search("".join(texts_of(text)))
    assert len(text["title"]) <= 45
    assert len(CODE.sub("", text["prompt"]).split()) <= 90


@each_question
def test_chinese_is_chinese_with_full_width_punctuation(question):
    for piece in texts_of(question["zh"]):
        assert CJK.search(piece), piece
        assert not HALF_WIDTH_AFTER_CJK.search(CODE.sub("", piece)), piece
    assert len(question["zh"]["title"]) <= 24


@each_question
def test_both_languages_show_the_same_code_and_tables(question):
    """Code may differ in comments only; a table keeps its number of rows."""
    english, chinese = (question[language]["reference_answer"] for language in ("en", "zh"))
    assert english.count("```") == chinese.count("```")
    assert count_tokens(english, "tr_open") == count_tokens(chinese, "tr_open")
    assert count_tokens(english, "list_item_open") == count_tokens(chinese, "list_item_open")


def count_tokens(markdown: str, kind: str) -> int:
    return sum(token.type == kind for token in MARKDOWN.parse(markdown))


@each_question
@pytest.mark.parametrize("language", ["en", "zh"])
def test_emphasis_renders_instead_of_showing_its_stars(question, language):
    """Chinese punctuation beside a star stops CommonMark from seeing emphasis."""
    text = question[language]
    for piece in (text["prompt"], text["context"], text["reference_answer"]):
        without_code = re.sub(r"<(pre|code).*?</\1>", "", MARKDOWN.render(piece), flags=re.DOTALL)
        assert "*" not in without_code


def test_reference_answers_exercise_the_markdown_that_we_render():
    answers = [question["en"]["reference_answer"] for question in QUESTIONS]
    nested = [answer for answer in answers if re.search(r"^ {2,3}- ", answer, re.MULTILINE)]
    tables = [answer for answer in answers if count_tokens(answer, "table_open")]
    code = [answer for answer in answers if count_tokens(answer, "fence")]
    assert min(len(nested), len(tables), len(code)) >= 5


@pytest.mark.parametrize(
    ("role", "seniority", "needed"),
    [(role, seniority, NEEDED[role]) for role, ladder in LADDER.items() for seniority in ladder]
    + [(role, "junior", needed) for role, needed in NEEDED_OF_JUNIORS.items()],
)
def test_every_needed_competency_has_four_questions(role, seniority, needed):
    counts = dict.fromkeys(needed, 0)
    for question in QUESTIONS:
        lowest, highest = question["seniority"]
        if role not in question["role_families"] or not RANK[lowest] <= RANK[seniority] <= RANK[highest]:
            continue
        for competency, weight in question["competencies"].items():
            if competency in counts and weight >= 30:
                counts[competency] += 1
    assert {competency: count for competency, count in counts.items() if count < 4} == {}


def test_enemies_are_pairs_of_different_questions_of_the_bank():
    keys = {question["key"] for question in QUESTIONS}
    pairs = [tuple(sorted(pair)) for pair in VOCABULARY["enemies"]]
    assert {key for pair in pairs for key in pair} <= keys
    assert sorted(set(pairs)) == sorted(pairs)
    assert all(one != other for one, other in pairs)
