from dataclasses import replace

import pytest

from interviews.planning.codes import Remedy
from interviews.planning.template_rules import CannotRelax, NeedRules, RoundRules, TemplateRules, relaxed

RULES = TemplateRules(
    name_en="Senior engineer",
    rounds=(
        RoundRules(name_en="Coding", competencies=("coding",), seats={"lead": "software"}),
        RoundRules(name_en="Systems", minutes=75, competencies=("systems", "data"), seats={"lead": "llm"}),
    ),
    needs=(NeedRules("coding", 2, 1), NeedRules("systems", 3, 2)),
)


def test_fingerprint_is_of_the_rules_not_of_their_order():
    turned = replace(
        RULES,
        needs=RULES.needs[::-1],
        rounds=(RULES.rounds[0], replace(RULES.rounds[1], competencies=("data", "systems"))),
    )

    assert turned.fingerprint == RULES.fingerprint
    assert replace(RULES, rounds=RULES.rounds[::-1]).fingerprint != RULES.fingerprint
    assert replace(RULES, rest_days=20).fingerprint != RULES.fingerprint


@pytest.mark.parametrize(
    ("remedy", "wanted"),
    [
        (Remedy("add_minutes", {"round": "R1", "minutes": 15}), lambda it: it.rounds[0].minutes == 75),
        (
            Remedy("add_seats", {"round": "R2", "seats": 1}),
            lambda it: it.rounds[1].seats == {"lead": "llm", "second": "llm"},
        ),
        (
            Remedy("lower_need", {"competency": "systems", "questions": 1}),
            lambda it: it.needs[1] == NeedRules("systems", 1, 2),
        ),
        (
            Remedy("lower_need", {"competency": "systems", "interviewers": 1}),
            lambda it: it.needs[1] == NeedRules("systems", 3, 1),
        ),
        (
            Remedy("lower_need", {"competency": "systems", "questions": 0}),
            lambda it: [need.competency for need in it.needs] == ["coding"],
        ),
        (Remedy("widen_difficulty", {"round": "R1", "spread": 3}), lambda it: it.difficulty_spread == 3),
        (Remedy("shorten_rest", {"item": "Q-0001 v1", "days": 9}), lambda it: it.rest_days == 12),
        (
            Remedy("allow_competency", {"competency": "data", "round": "R1"}),
            lambda it: it.rounds[0].competencies == ("coding", "data"),
        ),
        (
            Remedy("allow_competency", {"competency": "people"}),
            lambda it: it.rounds[1].competencies == ("systems", "data", "people"),
        ),
        (Remedy("drop_round", {"round": "R1"}), lambda it: [r.name_en for r in it.rounds] == ["Systems"]),
    ],
)
def test_every_remedy_changes_its_rule_and_nothing_else(remedy, wanted):
    after = relaxed(RULES, [remedy])

    assert wanted(after)
    assert after.name_en == RULES.name_en


def test_rounds_keep_their_names_while_one_is_dropped():
    after = relaxed(
        RULES, [Remedy("drop_round", {"round": "R1"}), Remedy("add_minutes", {"round": "R2", "minutes": 5})]
    )

    assert [(it.name_en, it.minutes) for it in after.rounds] == [("Systems", 80)]


def test_the_longest_rest_counts_once():
    rests = [Remedy("shorten_rest", {"item": name, "days": days}) for name, days in (("a", 4), ("b", 9), ("c", 9))]

    assert relaxed(RULES, rests).rest_days == 12


@pytest.mark.parametrize(
    ("remedies", "code"),
    [
        ([Remedy("publish_questions", {"competency": "coding"})], "not_a_rule"),
        ([Remedy("unlock", {"round": "R1", "item": "x"})], "not_a_rule"),
        ([Remedy("add_minutes", {"round": "R9", "minutes": 5})], "unknown_round"),
        ([Remedy("add_minutes", {"round": "R1", "minutes": 500})], "round_too_long"),
        ([Remedy("add_seats", {"round": "R1", "seats": 2})], "no_more_seats"),
        ([Remedy("drop_round", {"round": "R1"}), Remedy("drop_round", {"round": "R2"})], "no_rounds_left"),
    ],
)
def test_what_cannot_be_relaxed_says_why(remedies, code):
    with pytest.raises(CannotRelax) as refused:
        relaxed(RULES, remedies)

    assert refused.value.code == code
