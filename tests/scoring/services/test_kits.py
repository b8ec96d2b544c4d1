"""The kit on paper: what it says, drawn once, the same bytes again."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage

from delivery.models import DurableJob
from delivery.services.jobs import run_job
from interviews.choices import SubstitutionReason
from interviews.models import AskedQuestion, Round
from scoring.rendering.kit import kit_html
from scoring.selectors.kits import kit_document, kit_round
from scoring.services.kits import file_name, request_kit
from tests.factories import VersionFactory, publish
from tests.scoring.worlds import panel_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return panel_world(panel=(2, 1))


def document(seat, language="en"):
    return kit_document(kit_round(round_id=seat.round_id, user=None), language=language)


def drawn(seat, user, language="en"):
    round_ = kit_round(round_id=seat.round_id, user=None)
    job = request_kit(round_=round_, language=language, actor=user)
    run_job(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    with default_storage.open(file_name(document(seat, language))) as file:
        return job, file.read()


def test_kit_says_the_round_its_questions_and_little_of_the_candidate(world):
    seat = world.seats[0][0]

    kit = document(seat)

    assert (kit.candidate, kit.job, kit.position, kit.rounds) == ("Wei Zhang", "Senior LLM Engineer", 1, 2)
    assert [question.label for question in kit.questions] == [
        f"{asked.version.question.label} v1" for asked in seat.round.questions.all()
    ]
    assert kit.questions[0].probes == ("Which would you check first?",)
    assert [level for level, _anchor in kit.questions[0].anchors] == [1, 2, 3, 4, 5]
    assert [name for name, _seat in kit.panel] == [str(it.interviewer) for it in world.seats[0]]
    html = kit_html(kit)
    assert "wei@example.org" not in html
    assert "It depends on <em>two</em> things." in html


def test_substitutions_are_marked(world):
    asked = world.seats[0][0].round.questions.first()
    other = publish(VersionFactory())
    AskedQuestion.objects.filter(pk=asked.pk).update(replaces=other, replaced_because=SubstitutionReason.LEAKED)

    kit = document(world.seats[0][0])

    assert kit.questions[0].replaces == f"{other.question.label} v1"
    assert f"In place of {other.question.label} v1 of the plan: It has leaked" in kit_html(kit)


def test_drawn_once_and_the_same_bytes_again(world):
    seat = world.seats[0][0]
    first_job, first = drawn(seat, world.recruiter)

    again = request_kit(round_=kit_round(round_id=seat.round_id, user=None), language="en", actor=seat.interviewer.user)
    assert again.pk == first_job.pk
    default_storage.delete(file_name(document(seat)))
    DurableJob.objects.filter(pk=first_job.pk).delete()
    _job, second = drawn(seat, world.recruiter)

    assert first.startswith(b"%PDF-")
    assert second == first


def test_a_changed_round_is_another_kit_and_an_old_request_draws_nothing(world):
    seat = world.seats[0][0]
    job = request_kit(round_=kit_round(round_id=seat.round_id, user=None), language="en", actor=world.recruiter)
    before = document(seat)
    Round.objects.filter(pk=seat.round_id).update(link="https://meet.example.org/other")

    run_job(job_id=job.pk)

    job.refresh_from_db()
    assert job.state == "done"
    assert document(seat).inputs_hash != before.inputs_hash
    assert not default_storage.exists(file_name(before))


def test_unknown_language_is_refused(world):
    round_ = kit_round(round_id=world.seats[0][0].round_id, user=None)

    with pytest.raises(ValidationError) as refused:
        request_kit(round_=round_, language="tlh", actor=world.recruiter)

    assert refused.value.code == "unknown_language"


@pytest.mark.parametrize("questions", [1, 4])
def test_query_count_is_constant(questions, django_assert_num_queries):
    world = panel_world(panel=(2,), questions=questions)

    with django_assert_num_queries(6):
        kit = document(world.seats[0][0])

    assert len(kit.questions) == questions
