"""Every code that planning returns has words in which nothing is left unfilled."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from interviews.choices import SubstitutionReason
from interviews.panel_wording import PanelNames, conflict_text, proposal_reason, way_out_text
from interviews.planning import assembly
from interviews.planning.assembly import Shortfall
from interviews.planning.codes import Remedy
from interviews.planning.panels import Conflict
from interviews.wording import PlanNames, reason_text, relaxation_text, shortfall_text, substitution_text

PLAN = PlanNames(competencies={"coding": "Coding"}, rounds={"R1": "Design"}, language="English")
PANEL = PanelNames(
    people={name: name.title() for name in ("ada", "bo", "cy", "di", "eve")}, rounds={"1": "R1 Design"}, candidate="Wei"
)
SEAT = {"round": "1", "seat": "lead", "role": "lead"}
WHY = {"outside_hours": 1, "notice": 0, "cap": 0, "busy": 2, "sometimes_free": 0}
PUBLISH = Remedy("publish_questions", {"competency": "coding", "round": "R1", "missing": 2, "minutes": 15})


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("code", "params", "text"),
    [
        ("locked", {}, "Locked: it stays where it is."),
        (
            "only_source",
            {"competency": "coding", "weight": 60},
            "Keeps Coding covered: without it the loop is one question short.",
        ),
        (
            "covers",
            {"competency": "coding", "weight": 60},
            "Gives evidence for Coding: 60 % of the question is about it.",
        ),
        ("difficulty_fits", {"difficulty": 3, "target": 3}, "Difficulty 3 is the one aimed at."),
        ("difficulty_near", {"difficulty": 2, "target": 3}, "Difficulty 2, one step from the 3 aimed at."),
        (
            "fits_minutes",
            {"minutes": 20, "used": 45, "of": 50},
            "Takes 20 of the 50 minutes for questions; 45 are used.",
        ),
        ("least_used", {"exposure": 0}, "Not asked for other jobs of late."),
        ("least_used", {"exposure": 1}, "Asked 1 time for other jobs of late; nothing that fits here was asked less."),
    ],
)
def test_reason_of_a_question(code, params, text):
    assert reason_text(code, params, PLAN.competencies).text == text


@pytest.mark.parametrize(
    ("shortfall", "text"),
    [
        (
            Shortfall("competency_questions", {"competency": "coding", "needed": 3, "possible": 1}, PUBLISH),
            "Coding needs 3 questions; 1 can be asked at this level in English. Publish 2 more, or lower the need.",
        ),
        (
            Shortfall(
                "competency_interviewers",
                {"competency": "coding", "needed": 2, "possible": 1},
                Remedy("lower_need", {"competency": "coding", "interviewers": 1}),
            ),
            "Coding needs 2 interviewers; 1 can ask about it. Lower the need to what is possible, or publish more.",
        ),
        (
            Shortfall(
                "competency_not_assessed",
                {"competency": "coding"},
                Remedy("allow_competency", {"competency": "coding"}),
            ),
            "Coding is needed, but no round may assess it. Let a round assess it, or drop the need.",
        ),
        (
            Shortfall(
                "round_minutes",
                {"round": "R1", "minutes": 50, "needed": 60, "shortest_question": 15},
                Remedy("add_minutes", {"round": "R1", "minutes": 10}),
            ),
            "Design has 50 minutes for questions and needs 60. Give the round 10 minutes more.",
        ),
        (
            Shortfall(
                "round_seats",
                {"round": "R1", "seats": 1, "needed": 2, "competencies": ("coding",)},
                Remedy("add_seats", {"round": "R1", "seats": 1}),
            ),
            "Design has too few seats for Coding: 1 of 2. Give the round more seats: 1.",
        ),
        (
            Shortfall("round_empty", {"round": "R1"}, Remedy("drop_round", {"round": "R1"})),
            "Design would have no question that can be asked at this level in English. "
            "Take the round out of the template, or publish a question for it.",
        ),
        (
            Shortfall("round_empty", {"round": "R1"}, PUBLISH),
            "Design would have no question that can be asked at this level in English. "
            "Publish a question about Coding, or take the round out of the template.",
        ),
        (
            Shortfall("not_decided", {}, Remedy("search_longer", {})),
            "The search ended before it found a plan or proved that there is none. "
            "Try again; ask for less if it stays so.",
        ),
    ],
)
def test_shortfall_of_a_plan(shortfall, text):
    assert shortfall_text(shortfall, PLAN) == text


def _codes(kind):
    """All codes of the planner, from its source: what it may return must have words."""
    source = "".join(path.read_text(encoding="utf-8") for path in ASSEMBLY.glob("assembly*.py"))
    table = re.findall(r"^\| (?:or )?(\w+)[:\w(), ]* \| ", source, re.MULTILINE) if kind == "Shortfall" else []
    return sorted({*re.findall(rf'{kind}\("(\w+)"', source), *(it for it in table if "_" in it and it != "least_used")})


ASSEMBLY = Path(assembly.__file__).parent
ANY = {
    "competency": "coding", "competencies": ("coding",), "round": "R1", "rounds": ("R1",), "item": "Q-0001 v1",
    "items": ("Q-0001 v1",), "other": "Q-0002 v1", "needed": 3, "possible": 1, "has": 1, "minutes": 50, "seats": 1,
    "days": 3, "spread": 1, "difficulty": 5, "target": 3, "forms": 2, "missing": 2, "questions": 1,
    "needed_interviewers": 2, "possible_interviewers": 1,
}  # fmt: skip


@pytest.mark.parametrize("code", _codes("Shortfall"))
def test_every_shortfall_has_words(code):
    text = shortfall_text(Shortfall(code, ANY, Remedy("take_out", ANY)), PLAN)

    assert "%(" not in text
    assert "R1" not in text


@pytest.mark.parametrize("code", _codes("Remedy"))
def test_every_remedy_has_words(code):
    text = shortfall_text(Shortfall("no_question", {"round": "R1"}, Remedy(code, ANY)), PLAN)

    assert "%(" not in text


@pytest.mark.parametrize(
    ("remedy", "text"),
    [
        (Remedy("add_minutes", {"round": "R1", "minutes": 10}), "Give Design 10 minutes more"),
        (Remedy("add_seats", {"round": "R1", "seats": 1}), "Give Design 1 more seat"),
        (Remedy("drop_round", {"round": "R1"}), "Leave Design out"),
        (Remedy("lower_need", {"competency": "coding", "questions": 1}), "Ask for 1 question about Coding"),
        (Remedy("lower_need", {"competency": "coding", "interviewers": 2}), "Ask for 2 interviewers on Coding"),
        (Remedy("lower_need", {"competency": "coding", "questions": 0}), "Ask for no evidence of Coding"),
        (
            Remedy("lower_need", {"competency": "coding", "questions": 2, "interviewers": 2}),
            "Ask for 2 questions and 2 interviewers on Coding",
        ),
        (Remedy("allow_competency", {"competency": "coding"}), "Let a round assess Coding"),
        (Remedy("widen_difficulty", {"spread": 3, "round": "R1"}), "Allow 3 steps of difficulty"),
        (Remedy("shorten_rest", {"days": 1, "item": "Q-0001 v1"}), "Let questions rest 1 day less"),
        (Remedy("publish_questions", {"competency": "coding"}), ""),
        (Remedy("unlock", {"round": "R1"}), ""),
    ],
)
def test_button_that_does_a_remedy_for_one_job(remedy, text):
    assert relaxation_text(remedy, PLAN) == text


@pytest.mark.parametrize("reason", SubstitutionReason.values)
def test_every_substitution_has_words(reason):
    assert substitution_text(reason, "Q-0412 v3").startswith("Asked instead of Q-0412 v3: ")


@pytest.mark.parametrize(
    ("conflict", "text"),
    [
        (
            Conflict("seat_never_free", {**SEAT, "people": ("ada", "bo", "cy"), **WHY}),
            "R1 Design, Lead: none of Ada, Bo, Cy is free while Wei is. Why: 1 outside working hours, 2 busy.",
        ),
        (
            Conflict("no_common_time", {**SEAT, "people": ("ada",), **WHY, "busy": 0}),
            "R1 Design, Lead: no time of Ada suits the other rounds. Why: 1 outside working hours.",
        ),
        (
            Conflict("too_few_people", {"people": ("ada", "bo", "cy", "di", "eve"), "needed": 6, "seats": ("1/lead",)}),
            "Ada, Bo, Cy, 2 others cannot fill 6 seats: everybody sits once in a loop.",
        ),
        (
            Conflict("candidate_windows", {"needed": 300, "longest": 240}),
            "Wei has at most 240 minutes at a stretch; the loop takes 300.",
        ),
        (
            Conflict("candidate_window_too_short", {"needed": 300, "longest": 240}),
            "The time of Wei is too short: 240 minutes at a stretch; the loop takes 300.",
        ),
        (Conflict("max_gap", {"minutes": 120}), "Between two rounds there may be at most 120 minutes."),
        (
            Conflict("loop_too_long", {"needed": 900, "longest": 480}),
            "The loop takes 900 minutes; no day has more than 480 left.",
        ),
        (Conflict("not_decided", {}), "The search ended before it found a panel or proved that there is none."),
    ],
)
def test_conflict_of_a_panel(conflict, text):
    assert conflict_text(conflict, PANEL) == text


@pytest.mark.parametrize(
    ("remedy", "text"),
    [
        (Remedy("extend_window", {"minutes": 45}), "Ask Wei for 45 minutes more, before or after."),
        (Remedy("allow_day", {"day": "2026-12-10"}), "Ask Wei for Thu 10 Dec."),
        (Remedy("free_all_day"), "Ask Wei for whole days."),
        (Remedy("add_person", SEAT), "Add somebody to the pool of R1 Design, Lead."),
        (Remedy("allow_gap", {"minutes": 180}), "Let Wei wait up to 180 minutes between two rounds."),
        (Remedy("allow_any_gap"), "Let Wei wait any time between two rounds."),
        (Remedy("shorten_loop", {"longest": 480}), "Shorten the loop to 480 minutes, or look at more days."),
    ],
)
def test_way_out_of_a_conflict(remedy, text):
    assert way_out_text([remedy], PANEL) == text


@pytest.mark.parametrize(
    ("code", "params", "text"),
    [
        ("no_idle", {}, "No waiting beyond the breaks."),
        ("idle", {"minutes": 30}, "30 minutes of waiting beyond the breaks."),
        ("window_left", {"minutes": 60}, "60 minutes left in the time of Wei."),
        ("reaches_cap", {"person": "ada", "count": 2}, "Ada reaches the most interviews of a day: 2."),
    ],
)
def test_reason_of_a_proposal(code, params, text):
    assert proposal_reason(code, params, PANEL).text == text


def test_the_day_of_a_proposal_stands_on_its_card_already():
    assert proposal_reason("earliest_day", {"day": "2026-12-10"}, PANEL) is None
