"""Every outcome of a message of an applicant tracking system is said in words."""

import re

import pytest
from django.conf import settings

from interviews.ats_wording import outcome_text

CODES = {
    "loop_started": {},
    "loop_there": {},
    "ping": {},
    "other_event": {"event": "offer_created"},
    "prospect": {},
    "not_active": {"status": "rejected"},
    "no_stage": {},
    "no_rule": {"stage": "Offer"},
    "no_rule_for_job": {"stage": "Offer"},
    "overtaken": {"stage": "Offer"},
    "job_unknown": {"job": "20", "title": "100 % remote"},
    "no_address": {},
    "candidate_refused": {"fields": "name"},
    "no_approved_plan": {},
    "plan_changed": {},
    "no_substitute": {"questions": "Q1, Q2"},
    "key_lost": {},
    "forgotten": {},
}
PROBLEMS = ["not_json", "missing", "not_an_object", "not_a_list", "not_text", "too_long", "not_a_time", "not_a_zone"]


@pytest.mark.parametrize(("code", "params"), CODES.items(), ids=CODES)
def test_outcome_in_words(code, params):
    text = outcome_text({"code": code, "params": params})

    assert text.endswith(".")
    assert all(value in text for name, value in params.items() if (code, name) != ("overtaken", "stage"))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_malformed_message_in_words(problem):
    text = outcome_text({"code": "malformed", "params": {"path": "data.stage", "problem": problem}})

    assert text.endswith(".")
    assert "data.stage" in text or problem == "not_json"


def test_the_whole_message_has_no_path():
    assert outcome_text({"code": "malformed", "params": {"path": "", "problem": "not_an_object"}}) == (
        "The message is not an object."
    )


def test_what_waits_has_no_outcome():
    assert outcome_text({}) == ""


def test_no_code_is_forgotten():
    """Whatever code stands in the reading of messages is among those above."""
    folder = settings.BASE_DIR / "interviews"
    texts = [path.read_text() for path in (folder / "services" / "ats_messages.py", *(folder / "ats").glob("*.py"))]
    outcomes = {code for text in texts for code in re.findall(r'(?:Outcome\([\w.]+, |Nothing\()"(\w+)"', text)}
    problems = {
        code for text in texts for code in re.findall(r'Malformed\([^"\n]*(?:"[^"\n]*")?[^"\n]*, "(\w+)"', text)
    }

    assert outcomes - {"malformed"} <= set(CODES)
    assert problems <= set(PROBLEMS)
