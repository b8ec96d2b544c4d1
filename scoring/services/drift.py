"""Watching the bank for leaks: a look at a loop's questions when its last card is in, and at all of them every night.

Both are durable jobs. A flag is a suspicion with its figures; what a person decided is never touched, and a question
that was cleared is looked at again only by answers given after that.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from delivery.handlers import JobRun
from delivery.services.jobs import enqueue
from interviews.models import Loop
from questionbank.models import Question
from questionbank.services.leaks import suspect
from scoring.measurement.drift import FALSE_SHARE, FLAG_LEVEL, Drift, discoveries, draws_for
from scoring.models import Scorecard
from scoring.selectors.questions import answers_to, cleared_at, drift_of, question_means, questions_with_answers

SWEEP_KIND = "drift.sweep"
RECHECK_KIND = "drift.recheck"
# Between two renewals of the lease.
_STEP = 20


def request_sweep(*, now: datetime | None = None) -> None:
    """Look at the whole bank, once a day however often it is asked for."""
    day = timezone.localdate(now or timezone.now(), timezone.get_default_timezone())
    enqueue(kind=SWEEP_KIND, key=f"{SWEEP_KIND}:{day.isoformat()}", input={})


def request_recheck(*, card: Scorecard, loop: Loop) -> None:
    """Look at the questions of a loop soon; one job for each card. Nothing is computed in the caller's request."""
    enqueue(kind=RECHECK_KIND, key=f"{RECHECK_KIND}:{card.pk}", input={"loop": str(loop.pk)})


def sweep(run: JobRun) -> None:
    """All questions with enough answers, as one family of tests. Safe to run twice: the same answers say the same."""
    questions = questions_with_answers()
    found = _drifts(questions, run, family=len(questions))
    real = discoveries({question: figures.p for question, (figures, _since) in found.items()})
    _commit(run, {question: it for question, it in found.items() if question in real})


def recheck(run: JobRun) -> None:
    """The questions of one loop. Each must pass a share of the whole bank's doubt, so early looks flag no more."""
    asked = Question.objects.filter(versions__asked__round__loop=UUID(run.input["loop"]))
    with_answers = questions_with_answers()
    family = len(with_answers)
    questions = set(asked.values_list("pk", flat=True)) & set(with_answers)
    found = _drifts(sorted(questions), run, family=family)
    _commit(run, {question: it for question, it in found.items() if it[0].p <= FALSE_SHARE / family})


def figures_of(drift: Drift, since: datetime) -> dict[str, Any]:
    """What a flag keeps of the drift that raised it."""
    return {
        "answers": drift.answers,
        "before": drift.before,
        "after": drift.after,
        "mean_before": round(drift.mean_before, 3),
        "mean_after": round(drift.mean_after, 3),
        "shift": round(drift.shift, 3),
        "low": round(drift.low, 3),
        "high": round(drift.high, 3),
        "statistic": round(drift.statistic, 3),
        "p": drift.p,
        "draws": drift.draws,
        "since": timezone.localdate(since, timezone.get_default_timezone()).isoformat(),
    }


def _drifts(questions: Iterable[UUID], run: JobRun, *, family: int) -> dict[UUID, tuple[Drift, datetime]]:
    """The drift of each question of which something can be said, with the moment it begins. One query a question."""
    questions = list(questions)
    if not questions:
        return {}
    means, cleared, draws = question_means(), cleared_at(questions), draws_for(family)
    found = {}
    for place, question in enumerate(questions):
        if place % _STEP == 0:
            run.step("look", place, len(questions))
        answers, _levels = answers_to(question, means)
        drift, taken = drift_of(answers, cleared_at=cleared.get(question), draws=draws)
        if isinstance(drift, Drift):
            found[question] = (drift, taken[drift.place].at)
    return found


def _commit(run: JobRun, flagged: dict[UUID, tuple[Drift, datetime]]) -> None:
    with run.commit():
        for question in Question.objects.filter(pk__in=flagged).order_by("pk"):
            drift, since = flagged[question.pk]
            if drift.p <= FLAG_LEVEL:
                suspect(question=question, drift=figures_of(drift, since))
