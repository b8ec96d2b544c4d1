"""S1: compile one loop of six rounds, proven optimal, against the plain constraint model over all eligible questions.

Banks of 5,000, 50,000 and 200,000 questions, of which about 6 % are for the job's role, level and language; variants
of a question are enemies. Ours is everything from the request to the explained loop: reduction, model, solver,
reasons. Plain is the same without the reduction, with the same solver settings. The two alternate over the
same requests, and every value has to be the same.

    python -m benchmarks.assemble [--json] [--requests 5]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import TypeVar

from interviews.planning.assembly import (
    Assembly,
    AssemblyRequest,
    Infeasible,
    additions,
    alternatives,
    compile_loop,
    substitute,
)
from tests.interviews.planning.bank_sample import company_request

Result = TypeVar("Result")
GOAL = 1 / 5
LARGEST = 200_000
LIMIT = 200.0


@dataclass(frozen=True)
class Pair:
    """The same request compiled both ways, in CPU seconds."""

    eligible: int
    ours: float
    plain: float
    is_same: bool


def _timed(work: Callable[[], Result]) -> tuple[float, Result]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def compare(request: AssemblyRequest) -> tuple[Pair, Assembly]:
    """Both ways, one after the other; both have to prove the same value."""
    ours, reduced = _timed(lambda: compile_loop(request))
    plain, whole = _timed(lambda: compile_loop(request, limit=LIMIT, is_reduced=False))
    if isinstance(reduced, Infeasible) or isinstance(whole, Infeasible):
        raise SystemExit("The sample bank has no loop for this request.")
    is_same = reduced.is_optimal and whole.is_optimal and reduced.objective == whole.objective
    return Pair(len(request.items), ours, plain, is_same), reduced


def _line(metric: str, value: float, baseline: str, figure: float, goal: str, *, met: bool) -> dict[str, object]:
    return {
        "bench": "assemble",
        "id": "S1",
        "metric": metric,
        "value": round(value, 3),
        "unit": "s",
        "baseline": baseline,
        "figure": round(figure, 3),
        "goal": goal,
        "met": met,
    }


def of_size(questions: int, requests: int) -> list[dict[str, object]]:
    """One line for compiling; for the largest bank also what comes after it."""
    pairs, lines = [], []
    after: dict[str, list[float]] = {"alternatives": [], "additions": [], "substitute": [], "why nothing fits": []}
    for seed in range(requests):
        request = company_request(questions, seed)
        pair, loop = compare(request)
        pairs.append(pair)
        if questions == LARGEST:
            _measure_after(request, loop, after)
    ours, plain = median(pair.ours for pair in pairs), median(pair.plain for pair in pairs)
    same = sum(pair.is_same for pair in pairs)
    is_large = questions == LARGEST
    metric = f"compile from {questions:,} questions, {round(median(pair.eligible for pair in pairs)):,} eligible"
    baseline = f"plain model {plain:.2f} s; proven and of the same value {same} of {requests} times"
    goal = "<= 0.20, every value the same" if is_large else "every value the same"
    lines.append(
        _line(
            metric, ours, baseline, ours / plain, goal, met=same == requests and (not is_large or ours / plain <= GOAL)
        )
    )
    for name, spent in after.items():
        if spent:
            worst = max(spent)
            lines.append(
                _line(
                    f"{name}, {len(spent)} times", median(spent), "1 s of CPU; the worst", worst, "< 1", met=worst < 1
                )
            )
    return lines


def _measure_after(request: AssemblyRequest, loop: Assembly, after: dict[str, list[float]]) -> None:
    placed = [(it.round_id, it.item_id, it.form) for it in loop.placements]
    for round_id, item_id, _ in placed[::4]:
        after["alternatives"].append(
            _timed(lambda r=round_id, i=item_id: alternatives(request, placed, round_id=r, item_id=i))[0]
        )
    for spec in request.rounds[:2]:
        after["additions"].append(_timed(lambda r=spec.id: additions(request, placed, round_id=r))[0])
    after["substitute"].append(_timed(lambda: substitute(request, placed, frozenset(placed[0][1:2])))[0])
    short = replace(request, items=tuple(it for it in request.items if it.weights.get("leadership", 0) < 30))
    spent, found = _timed(lambda: compile_loop(short))
    if isinstance(found, Infeasible) and found.is_minimal:
        after["why nothing fits"].append(spent)


def main() -> None:
    """Print one line per figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--requests", type=int, default=5)
    chosen = parser.parse_args()
    compare(company_request(5_000, 99))  # what is loaded once is not counted
    for questions in (5_000, 50_000, LARGEST):
        for line in of_size(questions, chosen.requests):
            if chosen.json:
                sys.stdout.write(json.dumps(line) + "\n")
            else:
                mark = "met" if line["met"] else "not met"
                sys.stdout.write(
                    f"{line['id']} {line['metric']}: {line['value']} {line['unit']}, {line['figure']} of"
                    f" {line['baseline']} (goal {line['goal']}: {mark})\n"
                )
            sys.stdout.flush()


if __name__ == "__main__":
    main()
