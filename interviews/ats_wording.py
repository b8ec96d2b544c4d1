"""Sentences for what came of the messages of applicant tracking systems, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def outcome_text(outcome: Mapping[str, Any]) -> str:
    """What was done with a message, or why nothing was; empty while it waits."""
    code = outcome.get("code", "")
    params = dict(outcome.get("params", {}))
    if code == "malformed":
        return _malformed(params)
    if code == "job_unknown" and not params.get("job"):
        return _("It does not say which job it is about.")
    texts = _done() | _ignored() | _failed()
    return texts.get(code, _("It could not be used: %(code)s.")) % (params | {"code": code})


def _done() -> dict[str, str]:
    return {
        "": "",
        "loop_started": _("The loop was built."),
        "loop_there": _("The loop was there already."),
    }


def _ignored() -> dict[str, str]:
    return {
        "ping": _("A test of the connection. It works."),
        "other_event": _("Tells of something else: %(event)s."),
        "prospect": _("About somebody who has not applied for a job yet."),
        "not_active": _("The application is no longer open there: %(status)s."),
        "no_stage": _("The application is at no stage."),
        "no_rule": _("No loop is built at the stage “%(stage)s”."),
        "no_rule_for_job": _("No loop is built at the stage “%(stage)s” for this job."),
        "overtaken": _("Came late: a newer message about this application was there before."),
    }


def _failed() -> dict[str, str]:
    return {
        "job_unknown": _("Nobody has said which job it calls %(job)s (“%(title)s”)."),
        "no_address": _("The candidate has no e-mail address there. Add one, then have it sent again."),
        "candidate_refused": _("What it says of the candidate cannot be kept: %(fields)s."),
        "no_approved_plan": _("The job has no approved loop plan yet. Build and approve one."),
        "plan_changed": _("The plan or the bank was being changed at that moment. Try again."),
        "no_substitute": _("The candidate was asked %(questions)s before, and the bank has nothing in its place."),
        "key_lost": _("It was kept with a key that this installation no longer has. Have it sent again."),
        "forgotten": _("Could not be used for 30 days; what it said was deleted."),
    }


def _malformed(params: Mapping[str, Any]) -> str:
    """``path`` is a place in the message; the whole of it has none."""
    problems = {
        "not_json": _("It is not JSON."),
        "missing": _("%(path)s is missing."),
        "not_an_object": _("%(path)s is not an object."),
        "not_a_list": _("%(path)s is not a list."),
        "not_text": _("%(path)s is not a line of text."),
        "too_long": _("%(path)s is too long."),
        "not_a_time": _("%(path)s is not a time."),
        "not_a_zone": _("%(path)s is not a time zone."),
    }
    problem = str(params.get("problem", ""))
    return problems.get(problem, problem) % {"path": params.get("path") or _("The message")}
