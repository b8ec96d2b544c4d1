import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from interviews.models import BusyPeriod, Loop
from interviews.selectors.jobs import applications_of, job_list, job_page
from interviews.selectors.loops import loop_list, loop_page, stages
from interviews.selectors.people import interviewer_list
from interviews.selectors.proposals import proposal_card
from interviews.selectors.weeks import week_board
from interviews.services.booking import book_panel
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from tests.factories import InterviewerFactory, JobFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 12, 7, 5, tzinfo=dt.UTC)


def booked(world, count):
    """So many booked loops of one job. The recruiter's roles are read, as every page does first."""
    assert world.recruiter.roles
    world.approved()
    for _ in range(count):
        loop = start_loop(application=world.application(), actor=world.recruiter)
        proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)
        book_panel(proposal=proposal, actor=world.recruiter, now=NOW)
    return Loop.objects.select_related("application__candidate", "application__job").order_by("created_at")


@pytest.mark.parametrize("size", [1, 3])
def test_job_list_counts_and_costs_two_queries(size, django_assert_num_queries):
    world = small_world()
    booked(world, size)
    for _ in range(size - 1):
        JobFactory(recruiter=world.recruiter)

    with django_assert_num_queries(2):
        rows = [
            (it.candidates, it.loops, it.is_planned, len(it.members.all())) for it in job_list(user=world.recruiter)
        ]

    assert len(rows) == size
    assert rows[-1] == (size, size, True, 2)


@pytest.mark.parametrize("size", [1, 3])
def test_job_page_costs_four_queries(size, django_assert_num_queries):
    world = small_world()
    booked(world, size)

    with django_assert_num_queries(4):
        page = job_page(job=world.job)
        applicants = [(it.candidate.name, it.loop.state) for it in applications_of(job=world.job)]

    assert (page.recruiters, page.hiring_managers) == ([world.recruiter], [world.hiring_manager])
    assert page.approved == page.plans[0]
    assert len(applicants) == size


@pytest.mark.parametrize("size", [1, 3])
def test_loop_list_costs_three_queries(size, django_assert_num_queries):
    world = small_world()
    booked(world, size)

    with django_assert_num_queries(3):
        rows = [
            (
                it.application.candidate.name,
                it.first_start,
                [str(seat.interviewer) for r in it.rounds.all() for seat in r.panel],
            )
            for it in loop_list(user=world.recruiter)
        ]

    assert len(rows) == size
    assert rows[-1][2] == [str(it) for it in world.interviewers]


def test_loop_list_filters_by_state():
    world = small_world()
    booked(world, 1)
    built = start_loop(application=world.application(), actor=world.recruiter)

    assert list(loop_list(user=world.recruiter, state="built")) == [built]
    assert loop_list(user=world.recruiter, state="nonsense").count() == 2


def test_loop_page_shows_both_clocks_and_an_interviewer_only_their_round(django_assert_num_queries):
    world = small_world()
    (loop,) = booked(world, 1)

    with django_assert_num_queries(4):
        page = loop_page(loop=loop, user=world.recruiter, now=NOW)
    theirs = loop_page(loop=loop, user=world.interviewers[1].user, now=NOW)

    assert [(it.times, it.other_times) for it in page.rounds] == [
        ("09:00–10:00", "12:00–13:00"),
        ("10:15–11:15", "13:15–14:15"),
    ]
    assert (page.zone, page.other_zone) == ("Berlin (UTC+1)", "Dubai (UTC+4)")
    assert [it.label for it in theirs.rounds] == ["R2"]


@pytest.mark.parametrize(
    ("state", "ended", "now_at"),
    [
        ("built", False, "Panel"),
        ("booked", False, "Interviews"),
        ("booked", True, "Scorecards"),
        ("debrief", True, "Debrief"),
        ("decided", True, None),
        ("cancelled", False, None),
    ],
)
def test_stages_say_how_far_a_loop_is(state, ended, now_at):
    with translation.override("en"):
        steps = stages(state=state, last_end=NOW - dt.timedelta(hours=1) if ended else None, now=NOW)

    assert [it.label for it in steps if it.state == "now"] == ([now_at] if now_at else [])


@pytest.mark.parametrize("size", [1, 3])
def test_interviewer_list_costs_three_queries(size, django_assert_num_queries):
    world = small_world()
    booked(world, 1)
    for _ in range(size - 1):
        InterviewerFactory(pools=world.pools)

    with django_assert_num_queries(3):
        rows = [
            (str(it), it.load, len(it.pools.all()), len(it.hours.all()))
            for it in interviewer_list(user=world.recruiter, now=NOW)
        ]

    assert len(rows) == size + 1
    assert (str(world.interviewers[0]), 1, 1, 5) in rows


def test_interviewer_list_finds_by_name_and_team():
    world = small_world()
    mira = InterviewerFactory(user__display_name="Mira Voss", team="Search")

    assert list(interviewer_list(user=world.recruiter, now=NOW, text="voss")) == [mira]
    assert list(interviewer_list(user=world.recruiter, now=NOW, text="search")) == [mira]


def test_proposal_card_speaks_on_both_clocks():
    world = small_world()
    world.approved()
    loop = start_loop(application=world.application(name="Wei Zhang"), actor=world.recruiter)
    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)

    with translation.override("en"):
        card = proposal_card(proposal=proposal, zone="Europe/Berlin")

    assert (card.day, card.times, card.other_times) == ("Monday 7 December 2026", "09:00–11:15", "12:00–14:15")
    assert [it.text for it in card.reasons] == [
        "No waiting beyond the breaks.",
        "225 minutes left in the time of Wei Zhang.",
    ]
    assert [[str(person) for person in it.people] for it in card.rounds] == [[str(it)] for it in world.interviewers]


@pytest.mark.parametrize("size", [1, 3])
def test_week_board_costs_nine_queries(size, django_assert_num_queries):
    world = small_world()
    world.approved()
    for _ in range(size - 1):
        InterviewerFactory(pools=world.pools)
    loop = start_loop(application=world.application(), actor=world.recruiter)
    proposal = propose_panel(loop=loop, actor=world.recruiter, now=NOW)
    loop = Loop.objects.select_related("application__candidate").get(pk=loop.pk)

    with django_assert_num_queries(9):
        board = week_board(loop=loop, proposal=proposal, zone="Europe/Berlin", now=NOW)

    assert len(board.lanes) == 1 + 1 + size
    assert [it.is_wide for it in board.days] == [True, False, False, False, False]


def test_week_board_places_blocks_by_the_clock():
    world = small_world()
    world.approved()
    lead = world.interviewers[0]
    loop = start_loop(application=world.application(), actor=world.recruiter)
    berlin = ZoneInfo("Europe/Berlin")
    BusyPeriod.objects.create(
        interviewer=lead,
        starts_at=dt.datetime(2026, 12, 8, 13, 30, tzinfo=berlin),
        ends_at=dt.datetime(2026, 12, 8, 19, tzinfo=berlin),
    )

    with translation.override("en"):
        board = week_board(
            loop=loop, proposal=None, zone="Europe/Berlin", now=NOW - dt.timedelta(days=7), monday=dt.date(2026, 12, 7)
        )

    lane = next(it for it in board.lanes if it.name == str(lead))
    (busy,) = [it for it in lane.blocks if it.kind == "busy"]
    # The board shows 8 to 19; Tuesday is the second fifth; half past one is its middle.
    assert (busy.left, busy.width) == ("30.000%", "10.000%")
    assert lane.spoken == ["busy, Tue 8 Dec 13:30–19:00"]
    assert next((it.left, it.width) for it in lane.blocks if it.kind == "outside") == ("0.000%", "1.818%")
