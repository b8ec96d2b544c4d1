"""A loop with a booked panel, for the tests of scoring. States beyond that are reached through services."""

import datetime as dt
from dataclasses import dataclass, field

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from interviews.choices import LoopState, PlanState, SeatRole
from interviews.models import AskedQuestion, Job, Loop, LoopPlan, PanelSeat, Round
from scoring.services.scorecards import SavedCard, open_card, save_card, submit_card
from tests.factories import (
    ApplicationFactory,
    CandidateFactory,
    CompetencyFactory,
    InterviewerFactory,
    JobFactory,
    LoopTemplateFactory,
    RoundTemplateFactory,
    UserFactory,
    VersionFactory,
    publish,
)

START = dt.datetime(2026, 12, 10, 12, 15, tzinfo=dt.UTC)


@dataclass
class World:
    """``seats[i]`` are the seats of round i, lead first."""

    loop: Loop
    job: Job
    recruiter: User
    manager: User
    seats: list[list[PanelSeat]] = field(default_factory=list)

    @property
    def all_seats(self) -> list[PanelSeat]:
        return [seat for seats in self.seats for seat in seats]


def panel_world(*, panel=(2, 1), questions=2, manager=None, candidate_name="Wei Zhang") -> World:
    """A candidate whose rounds have ``panel`` seats each and ``questions`` questions each."""
    recruiter = UserFactory(display_name="Mara Recruiter", roles=[Role.RECRUITER])
    manager = manager or UserFactory(display_name="Laura Manager", roles=[Role.HIRING_MANAGER])
    job = JobFactory(title="Senior LLM Engineer", recruiter=recruiter, hiring_manager=manager)
    application = ApplicationFactory(job=job, candidate=CandidateFactory(name=candidate_name, email="wei@example.org"))
    template = LoopTemplateFactory(role_family=job.role_family, seniority=job.seniority)
    # Before the plan: a template that has one never changes.
    rounds = [RoundTemplateFactory(template=template, position=position) for position in range(1, len(panel) + 1)]
    number = LoopPlan.objects.count() + 1
    plan = LoopPlan.objects.create(
        job=job, template=template, number=number, objective=0, bound=0, is_optimal=True, created_by=recruiter,
        state=PlanState.APPROVED, approved_at=timezone.now(), approved_by=recruiter,
    )  # fmt: skip
    loop = Loop.objects.create(application=application, plan=plan, state=LoopState.BOOKED, created_by=recruiter)
    world = World(loop=loop, job=job, recruiter=recruiter, manager=manager)
    for position, size in enumerate(panel, start=1):
        world.seats.append(_round(loop, rounds[position - 1], position, size, questions))
    return world


def _round(loop, template, position, size, questions) -> list[PanelSeat]:
    competencies = [
        CompetencyFactory(name_en=f"Coding {position}", name_zh=f"编码{position}"),
        CompetencyFactory(name_en=f"Systems {position}", name_zh=f"系统{position}"),
    ]
    starts = START + dt.timedelta(hours=2 * (position - 1))
    round_ = Round.objects.create(
        loop=loop, template=template, position=position,
        name_en=f"Coding and systems {position}", name_zh=f"编码与系统{position}", format="interview", minutes=60,
        break_after=15, starts_at=starts, ends_at=starts + dt.timedelta(hours=1), link="https://meet.example.org/a",
    )  # fmt: skip
    for place in range(1, questions + 1):
        version = publish(VersionFactory(competencies=competencies))
        asked = AskedQuestion.objects.create(round=round_, position=place, version=version)
        asked.competencies.set(competencies)
    roles = (SeatRole.LEAD, SeatRole.SECOND)
    return [
        PanelSeat.objects.create(round=round_, interviewer=InterviewerFactory(), role=role) for role in roles[:size]
    ]


def asked_of(seat) -> list[AskedQuestion]:
    return list(AskedQuestion.objects.filter(round=seat.round).order_by("position"))


def whole_card(seat, *, levels=(4, 3), recommendation="yes", words="Said it aloud") -> dict:
    """Changes that fill a card, one level per question; None is "not assessed"."""
    scores = {
        str(asked.pk): {
            "level": level,
            "not_assessed": level is None,
            "evidence": f"{words}, question {asked.position}",
            "private_note": f"note of {seat.pk} for {asked.position}",
        }
        for asked, level in zip(asked_of(seat), levels, strict=True)
    }
    return {"recommendation": recommendation, "summary": f"{words}, on the whole.", "scores": scores}


def fill(seat, **details) -> SavedCard:
    user = seat.interviewer.user
    card = open_card(seat=seat, user=user)
    changes = whole_card(seat, **details)
    return save_card(card=card, user=user, version=card.version, changes=changes, request_key=f"fill-{card.version}")


def submit(seat, **details):
    saved = fill(seat, **details)
    user = seat.interviewer.user
    return submit_card(card=open_card(seat=seat, user=user), user=user, version=saved.version)


def submit_all(world, **details) -> None:
    for seat in world.all_seats:
        submit(seat, **details)
    world.loop.refresh_from_db()
