"""The sample world is made through the services: it is the main job, end to end."""

import pytest
from django.core import mail
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from delivery.models import DurableJob
from delivery.services.jobs import run_job
from interviews.choices import LoopState
from interviews.models import Loop, Occupancy, PanelSeat
from questionbank.models import QuestionVersion
from scoring.models import Packet, QuestionScore, Scorecard
from scoring.services import demo
from scoring.services.packets import document_of, request_packet

pytestmark = pytest.mark.django_db(transaction=True)

BANK = """# Bank

## Caching

### Q1: When does a cache make things worse?

**Answer**: When it hides load, or serves what is old.

### Q2: How would you size one?

**Answer**: From the working set:

- keys
- bytes a key

## Leading

### Q3: What do you do in the first week with a team?

**Answer**: Listen, and write down what was said.
"""


def work_off():
    for job_id in DurableJob.objects.filter(state="waiting").values_list("pk", flat=True):
        run_job(job_id=job_id)


def test_main_job_end_to_end(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    demo.build_company()

    loop, _lines = demo.run_main_job(now=timezone.now())
    packet = request_packet(debrief=loop.debrief, language="en", actor=demo.recruiter())
    work_off()

    assert loop.state == LoopState.DEBRIEF
    seats = PanelSeat.objects.live().filter(round__loop=loop)
    assert Scorecard.objects.submitted().filter(seat__in=seats).count() == seats.count() == 7
    assert not QuestionScore.objects.filter(level=None).exists()
    assert not QuestionScore.objects.filter(evidence="").exists()
    packet.refresh_from_db()
    document = document_of(packet)
    assert packet.pages >= len(document.questions) + 6
    assert document.overall.mean is not None
    assert default_storage.exists(packet.file)
    # One mail for the candidate, one a seat.
    assert len(mail.outbox) == 8


def test_building_it_twice_changes_nothing():
    demo.build_company()
    now = timezone.now()
    first, _lines = demo.run_main_job(now=now)
    demo.build_surroundings(now=now)
    counts = [model.objects.count() for model in (Loop, Scorecard, Occupancy, QuestionVersion)]

    demo.build_company()
    again, _lines = demo.run_main_job(now=timezone.now())
    demo.build_surroundings(now=timezone.now())

    assert again == first
    assert [model.objects.count() for model in (Loop, Scorecard, Occupancy, QuestionVersion)] == counts
    assert Loop.objects.filter(state=LoopState.BUILT).count() == 1


def test_own_bank_loses_no_question(tmp_path):
    demo.build_company()

    report = demo.import_bank(name="bank.md", data=BANK.encode())
    loop, _lines = demo.run_bank_job(name="bank.md", report=report, now=timezone.now())
    packet = request_packet(debrief=loop.debrief, language="en", actor=demo.recruiter())

    document = document_of(packet)
    assert report.counts["created"] == 3
    assert sorted(question.title for question in document.questions) == [
        "How would you size one?",
        "What do you do in the first week with a team?",
        "When does a cache make things worse?",
    ]
    assert [row.name for row in document.competencies] == ["Caching", "Leading"]
    assert document.overall.mean is not None
    assert Packet.objects.count() == 1


def test_command_refuses_a_real_installation(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=true"):
        call_command("demo")


def test_command_says_what_is_wrong_with_a_bank(settings, tmp_path, capsys):
    settings.DEMO = True
    (tmp_path / "prose.md").write_text("Once upon a time.", encoding="utf-8")

    with pytest.raises(SystemExit) as caught:
        call_command("demo", bank=tmp_path / "prose.md")

    assert caught.value.code == 2
    assert "No question was found" in capsys.readouterr().err
