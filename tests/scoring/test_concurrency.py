"""Several tabs and people at once, on real connections.

``PROVE_SIZE`` is the number of saves of each writer: 25 by 8 writers unless told, else by 32.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.models import User
from scoring.models import Debrief, Scorecard, ScorecardRevision
from scoring.services.scorecards import StaleCard, open_card, save_card, submit_card
from tests.scoring.worlds import fill, panel_world

pytestmark = pytest.mark.django_db(transaction=True)

SAVES = int(os.environ.get("PROVE_SIZE", "25"))
WRITERS = 32 if "PROVE_SIZE" in os.environ else 8


def at_once(tasks):
    """Run each task on its own connection, all starting together; their answers in order."""
    barrier = Barrier(len(tasks))

    def run(task):
        try:
            barrier.wait()
            return task()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return [future.result() for future in [pool.submit(run, task) for task in tasks]]


def test_each_acknowledged_save_is_exactly_one_revision():
    seat = panel_world(panel=(1,)).seats[0][0]
    card = open_card(seat=seat, user=seat.interviewer.user)

    def writer(name):
        def write():
            user, version, saved, stale = User.objects.get(pk=seat.interviewer.user_id), 0, {}, 0
            for number in range(SAVES):
                words = f"{name}.{number}"
                try:
                    answer = save_card(
                        card=card, user=user, version=version, changes={"summary": words}, request_key=words
                    )
                    saved[answer.version], version = words, answer.version
                except StaleCard as error:
                    stale, version = stale + 1, error.card.version
            return saved, stale

        return write

    answers = at_once([writer(name) for name in range(WRITERS)])

    acknowledged = {version: words for saved, _ in answers for version, words in saved.items()}
    kept = {it.number: it.payload["summary"] for it in ScorecardRevision.objects.all()}
    assert sum(len(saved) for saved, _ in answers) + sum(stale for _, stale in answers) == WRITERS * SAVES
    assert kept == acknowledged
    assert sorted(kept) == list(range(1, len(kept) + 1))
    current = Scorecard.objects.get()
    assert (current.version, current.summary) == (max(kept), kept[max(kept)])


def test_twin_requests_get_one_answer_and_one_revision():
    seat = panel_world(panel=(1,)).seats[0][0]
    card = open_card(seat=seat, user=seat.interviewer.user)

    def write():
        user = User.objects.get(pk=seat.interviewer.user_id)
        return save_card(card=card, user=user, version=0, changes={"summary": "Once"}, request_key="twin")

    answers = at_once([write] * 6)

    assert len(set(answers)) == 1
    assert ScorecardRevision.objects.count() == 1


def test_last_two_cards_submitted_at_once_open_one_debrief():
    world = panel_world(panel=(2, 2))
    versions = {seat.pk: fill(seat).version for seat in world.all_seats}

    def submitter(seat):
        def submit():
            user = User.objects.get(pk=seat.interviewer.user_id)
            card = Scorecard.objects.get(seat=seat)
            return submit_card(card=card, user=user, version=versions[seat.pk]).state

        return submit

    assert at_once([submitter(seat) for seat in world.all_seats]) == ["submitted"] * 4
    assert Debrief.objects.get().loop == world.loop


def test_saving_against_submitting_leaves_a_final_card_that_its_history_agrees_with():
    seat = panel_world(panel=(1,)).seats[0][0]
    version = fill(seat).version
    card = Scorecard.objects.get()

    def save(name):
        def write():
            user = User.objects.get(pk=seat.interviewer.user_id)
            try:
                save_card(card=card, user=user, version=version, changes={"summary": name}, request_key=name)
            except ValidationError as error:
                return error.code
            return "saved"

        return write

    def submit():
        user = User.objects.get(pk=seat.interviewer.user_id)
        try:
            submit_card(card=card, user=user, version=version)
        except ValidationError as error:
            return error.code
        return "submitted"

    answers = at_once([save("a"), save("b"), submit, save("c")])

    card.refresh_from_db()
    newest = ScorecardRevision.objects.latest("number")
    assert sum(answer in {"saved", "submitted"} for answer in answers) == 1
    assert set(answers) <= {"saved", "submitted", "stale_version", "already_submitted"}
    assert (newest.number, newest.payload["summary"], newest.payload["state"]) == (
        card.version,
        card.summary,
        card.state,
    )
