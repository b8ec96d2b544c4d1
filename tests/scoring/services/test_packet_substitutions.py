"""A packet says what was asked instead of the planned question, on its pages and in its inputs."""

import datetime as dt

import pytest

from interviews.choices import SubstitutionReason
from scoring.rendering.packet import packet_html
from scoring.services.packets import document_of, request_packet
from tests.factories import VersionFactory, publish
from tests.scoring.worlds import asked_of, panel_world, submit_all

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 12, 11, 9, 0, tzinfo=dt.UTC)


def packet_of(*, reason=None):
    world = panel_world(panel=(2,))
    if reason:
        asked = asked_of(world.all_seats[0])[1]
        asked.replaces, asked.replaced_because = publish(VersionFactory(number=3)), reason
        asked.save()
    submit_all(world)
    return world, request_packet(debrief=world.loop.debrief, language="en", actor=world.manager, now=NOW)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (SubstitutionReason.SEEN, "the candidate was asked it before."),
        (SubstitutionReason.LEAKED, "it has leaked."),
        (SubstitutionReason.RETIRED, "it is no longer in use."),
    ],
)
def test_the_question_says_what_it_stands_for_and_why(reason, words):
    world, packet = packet_of(reason=reason)

    document = document_of(packet)

    planned = asked_of(world.all_seats[0])[1].replaces
    expected = f"Asked instead of {planned.question.label} v3: {words}"
    assert [question.substituted for question in document.questions] == ["", expected]
    html = packet_html(document)
    assert "Replaced for this candidate" in html
    assert expected in html
    assert "1 question replaced" in html
    assert html.count("▲ replaced") == 1


def test_a_packet_without_substitutions_has_none_of_the_words():
    _world, packet = packet_of()

    html = packet_html(document_of(packet))

    assert "eplaced" not in html
    assert "▲ marks" not in html


def test_a_substitution_is_among_the_inputs_of_the_hash():
    world, plain = packet_of()
    asked = asked_of(world.all_seats[0])[1]
    asked.replaces, asked.replaced_because = publish(VersionFactory()), SubstitutionReason.SEEN
    asked.save()

    again = request_packet(debrief=world.loop.debrief, language="en", actor=world.manager, now=NOW)

    assert again != plain
    assert again.inputs_hash != plain.inputs_hash
