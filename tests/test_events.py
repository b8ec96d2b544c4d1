"""What happens in the services is told: the type, what it speaks of, ids and nothing else."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from delivery.models import Event
from delivery.services.jobs import claim
from interviews.choices import CancelReason
from interviews.services.booking import book_panel, cancel_booking
from interviews.services.panels import propose_panel
from questionbank.services.bulk import apply, preview
from questionbank.services.changes import Changes, Step
from questionbank.services.versions import publish, publish_all, submit_for_review
from scoring.models import Debrief, Scorecard
from scoring.services import packets
from scoring.services.debriefs import record_decision
from scoring.services.packets import request_packet
from tests.factories import UserFactory, VersionFactory
from tests.interviews.test_panels import NOW, built_loop
from tests.scoring.worlds import panel_world, submit_all

pytestmark = pytest.mark.django_db
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def told():
    """Type → subject, id and further ids of all events so far; nothing but ids is in them."""
    events = list(Event.objects.order_by("pk"))
    for event in events:
        assert all(UUID.fullmatch(value) for value in event.ids.values())
    return [(event.type, event.subject, event.subject_id, event.version, event.ids) for event in events]


def documented():
    """Type → the further ids that the document for receivers names."""
    text = Path(settings.BASE_DIR, "docs", "webhooks.md").read_text()
    rows = re.findall(r"^\| `([a-z.]+)` \| `[a-z-]+` \| (.*) \|$", text, re.MULTILINE)
    return {name: set(re.findall(r"`([a-z]+)`", ids)) for name, ids in rows}


def as_documented(events):
    return all(set(ids) == documented()[name] for name, _subject, _id, _version, ids in events)


def test_loop_plan_booking_and_its_end():
    loop, world = built_loop()
    plan = propose_panel(loop=loop, actor=world.recruiter, now=NOW)
    book_panel(proposal=plan, actor=world.recruiter, now=NOW)
    book_panel(proposal=plan, actor=world.recruiter, now=NOW)
    cancel_booking(loop=loop, actor=world.recruiter, reason=CancelReason.MOVED, now=NOW)
    events = told()
    assert [it[:3] for it in events] == [
        ("loop.built", "loops", loop.pk),
        ("plan.ready", "plans", plan.pk),
        ("booking.confirmed", "bookings", loop.pk),
        ("booking.cancelled", "bookings", loop.pk),
    ]
    assert as_documented(events)
    assert events[0][4]["candidate"] == str(loop.application.candidate_id)


def test_cards_debrief_decision_and_packet(monkeypatch):
    world = panel_world(panel=(1, 1))
    submit_all(world)
    debrief = Debrief.objects.get()
    decision = record_decision(debrief=debrief, actor=world.manager, outcome="hire", rationale="Clear.")
    packet = request_packet(debrief=debrief, language="en", actor=world.recruiter)
    drawn = packets.RenderedPacket(pdf=b"%PDF-", pages=1, warnings=(), cpu_seconds=0)
    monkeypatch.setattr(packets, "draw", lambda *args, **options: drawn)
    packets.draw_packet(claim(job_id=packet.job_id))
    events = told()
    cards = Scorecard.objects.order_by("submitted_at")
    assert [it[:4] for it in events] == [
        *(("scorecard.submitted", "scorecards", card.pk, card.version) for card in cards),
        ("debrief.opened", "debriefs", debrief.pk, None),
        ("decision.recorded", "decisions", decision.pk, None),
        ("packet.ready", "packets", packet.pk, 1),
    ]
    assert as_documented(events)


def test_published_questions_one_by_one_and_many_at_once():
    one, two, three, four, five = (VersionFactory() for _ in range(5))
    publisher = UserFactory(roles=["author"])
    submit_for_review(version=one, actor=one.author)
    publish(version=one, actor=publisher)
    publish_all(versions=[two, three], actor=publisher)
    chosen = {"question_ids": [four.question_id, five.question_id], "changes": Changes(step=Step.PUBLISH)}
    apply(**chosen, actor=publisher, token=preview(**chosen, actor=publisher).token)
    events = told()
    assert {it[:4] for it in events} == {
        ("question.published", "question-versions", version.pk, 1) for version in (one, two, three, four, five)
    }
    assert (len(events), as_documented(events)) == (5, True)
