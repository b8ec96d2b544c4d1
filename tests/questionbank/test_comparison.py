"""What a version changes, part by part; which language stayed behind."""

import pytest
from django.utils import translation

from questionbank.formats.diff import ADDED, REMOVED
from questionbank.selectors.comparison import compare, lagging
from questionbank.selectors.questions import question_versions
from questionbank.services.versions import create_question, publish, write_draft
from tests.factories import CategoryFactory, CompetencyFactory, RoleFamilyFactory, SeniorityFactory
from tests.questionbank.contents import ANCHORS, author, content, wording

pytestmark = pytest.mark.django_db

ENGLISH, CHINESE = wording(), wording(language="zh-hans", title="为何缓存？", prompt="缓存何时有害？")
KINDS = {REMOVED: "-", ADDED: "+"}


def written(*contents):
    """The versions of one question, oldest first, each published before the next."""
    category, question = CategoryFactory(), None
    for wanted in contents:
        if question is None:
            version = create_question(author=author(), category=category, content=wanted)
            question = version.question
        else:
            publish(version=version, actor=author())
            version = write_draft(question=question, author=author(), content=wanted)
    return question_versions(question=question)[::-1]


def changes(comparison):
    return {
        part.name: "".join(KINDS[run.kind] + run.text for run in part.runs if run.kind in KINDS)
        for part in comparison.parts
    }


def test_every_part_is_compared_and_what_is_equal_is_named():
    first, second = SeniorityFactory(), SeniorityFactory()
    performance, design = CompetencyFactory(name_en="Performance"), CompetencyFactory(name_en="Design")
    engineer, manager = RoleFamilyFactory(name_en="Engineer"), RoleFamilyFactory(name_en="Manager")
    level = {"lowest_seniority": first, "highest_seniority": first}
    before = content(**level, weights={performance: 100}, role_families=(engineer,))
    after = content(
        minutes=25,
        difficulty=4,
        lowest_seniority=first,
        highest_seniority=second,
        weights={performance: 60, design: 40},
        role_families=(engineer, manager),
        wordings=(
            wording(
                title="Why not caches?",
                prompt="When does a hot cache hurt?",
                context="New.",
                reference_answer="It depends.",
                probes=("Which?",),
                anchors=(*ANCHORS[:4], "Level 5 looks like that."),
            ),
        ),
    )

    old, new = written(before, after)
    comparison = compare(old, new, "en")

    told = changes(comparison)
    assert told.pop("Seniority")
    assert told == {
        "Title": "+not ",
        "Prompt": "+hot ",
        "Note for the interviewer": "+New.",
        "Reference answer": "+It depends.",
        "Follow-up questions": "+Which?",
        "Anchor 5": "-this+that",
        "Minutes": "-20+25",
        "Difficulty": "-3+4",
        "Competencies": "-100+60 %, Design 40",
        "Roles": "+, Manager",
    }
    assert comparison.unchanged == ("Anchors 1, 2, 3, 4",)
    assert comparison.other_languages == ()


def test_two_equal_versions_have_nothing_but_unchanged_parts():
    level, weights, roles = SeniorityFactory(), {CompetencyFactory(): 100}, (RoleFamilyFactory(),)
    same = content(lowest_seniority=level, highest_seniority=level, weights=weights, role_families=roles)

    comparison = compare(*written(same, same), "en")

    assert comparison.parts == ()
    with translation.override("en"):
        assert comparison.unchanged == (
            "Title", "Prompt", "Minutes", "Difficulty", "Competencies", "Roles", "Seniority", "Anchors 1, 2, 3, 4, 5",
        )  # fmt: skip


def test_a_language_that_only_one_version_has_is_told():
    old, new = written(content(wordings=(ENGLISH,)), content(wordings=(ENGLISH, CHINESE)))

    assert compare(old, new, "en").other_languages == ("简体中文",)
    assert changes(compare(old, new, "zh-hans"))["Prompt"] == "+缓存何时有害？"


def test_the_language_that_was_left_alone_lags_until_it_catches_up():
    changed = wording(prompt="When does a hot cache hurt?")
    caught_up = wording(language="zh-hans", title="为何缓存？", prompt="热缓存何时有害？")
    steps = [(ENGLISH, CHINESE), (changed, CHINESE), (changed, CHINESE), (changed, caught_up), (ENGLISH, CHINESE)]

    versions = written(*(content(wordings=words, minutes=10 + place) for place, words in enumerate(steps)))

    assert lagging(versions) == {1: set(), 2: {"zh-hans"}, 3: {"zh-hans"}, 4: set(), 5: set()}
