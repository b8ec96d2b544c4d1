"""Results of many loops at once, as their debriefs show them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from interviews.models import AskedQuestion, PanelSeat
from scoring.measurement.results import Result
from scoring.models import Debrief
from scoring.selectors.debriefs import result_of, scores_of, voices_of, weights_of


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of one loop, and how many cards it rests on."""

    result: Result
    cards_in: int
    cards_due: int


def results_of(loops: Iterable[UUID]) -> dict[UUID, Measured]:
    """Loop → its result, for loops whose debrief the caller has found through ``visible_to``. Seven queries."""
    policies = {it.loop_id: it.policy for it in Debrief.objects.filter(loop__in=loops).select_related("policy")}
    asked: dict[UUID, list[AskedQuestion]] = defaultdict(list)
    questions = (
        AskedQuestion.objects.filter(round__loop__in=policies)
        .select_related("round")
        .prefetch_related("competencies")
        .order_by("round__position", "position")
    )
    for question in questions:
        asked[question.round.loop_id].append(question)
    weights = weights_of(each for of_loop in asked.values() for each in of_loop)
    voices = voices_of(policies)
    scores = scores_of(voice for of_loop in voices.values() for voice in of_loop)
    seats = PanelSeat.objects.live().filter(round__loop__in=policies).order_by()
    due = dict(seats.values_list("round__loop").annotate(n=Count("pk")))
    found = {}
    for loop, policy in policies.items():
        given, seated = voices.get(loop, ()), due.get(loop, 0)
        result = result_of(asked[loop], scores, given, weights, policy=policy, due=seated)
        found[loop] = Measured(result, cards_in=len(given), cards_due=seated)
    return found
