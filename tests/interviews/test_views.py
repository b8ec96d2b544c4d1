"""Pages as the browser gets them: what they show, whom they refuse, what a refused form leaves."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from interviews.choices import LoopState, PlanState
from interviews.models import Application, Candidate, Job, Loop, LoopPlan
from interviews.services.booking import book_panel
from interviews.services.loops import start_loop
from interviews.services.panels import propose_panel
from interviews.services.plans import compile_plan
from questionbank.choices import VersionState
from tests.factories import InterviewerFactory, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return small_world()


@pytest.fixture
def recruiter(client, world):
    """A browser in which the job's recruiter is signed in."""
    client.force_login(world.recruiter)
    return client


def url(name, *args):
    return reverse(f"interviews:{name}", args=args)


def built(world):
    if not world.job.plans.approved().exists():
        world.approved()
    return start_loop(application=world.application(name="Wei Zhang"), actor=world.recruiter)


def booked(world):
    now = timezone.now()
    loop = built(world)
    return book_panel(proposal=propose_panel(loop=loop, actor=world.recruiter, now=now), actor=world.recruiter, now=now)


def test_a_recruiter_opens_a_job_from_the_form(recruiter, world):
    form = {
        "title": "Data engineer",
        "role_family": world.job.role_family.pk,
        "seniority": world.job.seniority.pk,
        "language": "en",
        "time_zone": "Europe/Berlin",
        "recruiters": [world.recruiter.pk],
    }

    response = recruiter.post(url("job-create"), form)

    job = Job.objects.get(title="Data engineer")
    assert response.headers["Location"] == url("job-detail", job.pk)
    assert "Data engineer" in recruiter.get(url("job-list")).content.decode()


def test_a_wrong_job_form_keeps_what_was_typed(recruiter):
    response = recruiter.post(url("job-create"), {"title": "Data engineer", "time_zone": "Mars"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Data engineer" in page
    assert "Mars is not a known time zone" in page
    assert Job.objects.count() == 1


def test_only_recruiters_open_jobs(client):
    client.force_login(UserFactory(roles=[Role.HIRING_MANAGER]))

    assert client.get(url("job-create")).status_code == 403
    assert client.get(url("job-list")).status_code == 200


def test_build_look_at_and_approve_a_plan(recruiter, world):
    response = recruiter.post(url("plan-build", world.job.pk), follow=True)

    page = response.content.decode()
    plan = LoopPlan.objects.get()
    assert "Best possible, proved." in page
    assert "2 of 2 met" in page
    assert "without it the loop is one question short" in page
    recruiter.post(url("plan-approve", plan.pk))
    plan.refresh_from_db()
    assert plan.state == PlanState.APPROVED


def test_a_plan_that_cannot_be_built_says_why_on_the_job_page(recruiter, world):
    version = world.versions[-1]
    version.state = VersionState.RETIRED
    version.save()

    response = recruiter.post(url("plan-build", world.job.pk))

    assert response.status_code == 422
    assert "Reliability needs 2 questions; 1 can be asked" in response.content.decode()
    assert not LoopPlan.objects.exists()


def test_approving_twice_is_refused_on_the_plan_page(recruiter, world):
    plan = world.approved()

    response = recruiter.post(url("plan-approve", plan.pk))

    assert response.status_code == 422
    assert "Only a draft can be approved." in response.content.decode()


def test_another_question_of_the_plan_can_be_explained(recruiter, world):
    plan = compile_plan(job=world.job, actor=world.recruiter)
    last = plan.questions.last()

    page = recruiter.get(url("plan-question", plan.pk, last.pk)).content.decode()

    assert f'id="why-title" lang="en" tabindex="-1">{last.version.texts.get().title}</h2>' in page


def test_add_a_candidate_and_start_the_loop(recruiter, world):
    world.approved()
    person = {"name": "Li Na", "email": "li@example.com", "time_zone": "Asia/Dubai", "language": "en"}

    recruiter.post(url("candidate-create", world.job.pk), person)
    application = Application.objects.get()
    response = recruiter.post(url("loop-create", application.pk), follow=True)

    assert "Plan the panel: Li Na" in response.content.decode()
    assert Loop.objects.get().application == application


def test_a_candidate_with_a_known_address_is_the_same_person(recruiter, world):
    known = world.application(email="li@example.com").candidate
    person = {"name": "Li", "email": "LI@example.com", "time_zone": "Asia/Dubai", "language": "en"}

    response = recruiter.post(url("candidate-create", world.job.pk), person)

    assert response.status_code == 422
    assert "has applied for this job already" in response.content.decode()
    assert list(Candidate.objects.all()) == [known]


def test_a_loop_without_an_approved_plan_is_refused_on_the_job_page(recruiter, world):
    response = recruiter.post(url("loop-create", world.application().pk))

    assert response.status_code == 422
    assert "no approved loop plan yet" in response.content.decode()


def test_candidates_times_are_read_on_the_candidates_clock(recruiter, world):
    loop = built(world)
    candidate = loop.application.candidate
    times = {"day_0": "2026-12-10", "from_0": "13:00", "until_0": "18:30"}

    response = recruiter.post(url("candidate-windows", candidate.pk), times)

    window = candidate.windows.get()
    assert response.headers["Location"] == url("loop-panel", loop.pk)
    assert window.starts_at == dt.datetime(2026, 12, 10, 9, tzinfo=dt.UTC)
    assert 'value="13:00"' in recruiter.get(url("candidate-windows", candidate.pk)).content.decode()


def test_half_a_row_of_times_is_refused(recruiter, world):
    candidate = built(world).application.candidate

    response = recruiter.post(url("candidate-windows", candidate.pk), {"day_0": "2026-12-10", "from_0": "13:00"})

    assert response.status_code == 422
    assert "Give a day and both times" in response.content.decode()


def test_propose_and_book_a_panel(recruiter, world):
    loop = built(world)

    board = recruiter.post(url("panel-propose", loop.pk), follow=True).content.decode()
    proposal = loop.proposals.get()
    assert str(proposal.pk) in board
    assert "Proved: nothing earlier suits everybody." in board
    response = recruiter.post(url("panel-book", loop.pk), {"proposal": proposal.pk, "link": "meet.example.com/1"})

    loop.refresh_from_db()
    assert response.headers["Location"] == url("loop-detail", loop.pk)
    assert loop.state == LoopState.BOOKED
    assert loop.rounds.first().link == "https://meet.example.com/1"


def test_no_panel_shows_what_stands_in_the_way_and_the_way_out(recruiter, world):
    loop = built(world)
    world.pools[1].members.clear()

    response = recruiter.post(url("panel-propose", loop.pk))

    page = response.content.decode()
    assert response.status_code == 422
    assert "Nobody is in the pools of these seats: R2 Round 2 (Lead)." in page
    assert "Add somebody to the pool of R2 Round 2, Lead." in page


def test_a_panel_that_somebody_else_took_is_refused_on_the_board(recruiter, world):
    loop, other = built(world), built(world)
    now = timezone.now()
    mine, theirs = (propose_panel(loop=it, actor=world.recruiter, now=now) for it in (loop, other))
    book_panel(proposal=theirs, actor=world.recruiter, now=now)

    response = recruiter.post(url("panel-book", loop.pk), {"proposal": mine.pk})

    assert response.status_code == 422
    assert f"Already booked: {world.interviewers[0]}" in response.content.decode()
    assert not loop.rounds.exclude(starts_at=None).exists()


def test_a_wrong_link_leaves_the_panel_unbooked(recruiter, world):
    loop = built(world)
    proposal = propose_panel(loop=loop, actor=world.recruiter, now=timezone.now())

    response = recruiter.post(url("panel-book", loop.pk), {"proposal": proposal.pk, "link": "javascript:alert(1)"})

    assert response.status_code == 422
    loop.refresh_from_db()
    assert loop.state == LoopState.BUILT


def test_a_booking_is_taken_back_with_a_reason(recruiter, world):
    loop = booked(world)

    assert recruiter.post(url("panel-cancel", loop.pk), {"reason": "weather"}).status_code == 422
    recruiter.post(url("panel-cancel", loop.pk), {"reason": "moved"})

    loop.refresh_from_db()
    assert loop.state == LoopState.BUILT


def test_looking_at_a_page_changes_nothing(recruiter, world):
    loop = booked(world)
    edits = ("plan-lock", "plan-swap", "plan-add", "plan-remove", "plan-move", "plan-rebuild", "plan-relax")
    for name in (
        *edits,
        "plan-general",
        "plan-build",
        "plan-approve",
        "loop-create",
        "panel-propose",
        "panel-book",
        "panel-cancel",
    ):
        assert recruiter.get(url(name, loop.pk)).status_code == 405


def test_what_is_not_visible_does_not_exist(client, world):
    loop = booked(world)
    outsider = UserFactory(roles=[Role.RECRUITER, Role.HIRING_MANAGER, Role.INTERVIEWER])
    client.force_login(outsider)

    pages = {"job-detail": world.job, "plan-detail": loop.plan, "loop-detail": loop, "loop-panel": loop}
    pages |= {"plan-proof": loop.plan}
    pages |= {"candidate-windows": loop.application.candidate, "candidate-create": world.job}
    actions = {"plan-build": world.job, "plan-approve": loop.plan, "loop-create": loop.application}
    edits = ("plan-lock", "plan-swap", "plan-add", "plan-remove", "plan-move", "plan-rebuild")
    actions |= dict.fromkeys(edits, loop.plan) | dict.fromkeys(("plan-relax", "plan-general"), world.job)
    actions |= {"panel-propose": loop, "panel-book": loop, "panel-cancel": loop}
    assert {name: client.get(url(name, it.pk)).status_code for name, it in pages.items()} == dict.fromkeys(pages, 404)
    answers = {name: client.post(url(name, it.pk)).status_code for name, it in actions.items()}
    assert answers == dict.fromkeys(actions, 404)


def test_a_hiring_manager_looks_but_does_not_plan(client, world):
    loop = booked(world)
    client.force_login(world.hiring_manager)

    assert client.get(url("loop-detail", loop.pk)).status_code == 200
    assert client.get(url("plan-detail", loop.plan.pk)).status_code == 200
    assert client.get(url("loop-panel", loop.pk)).status_code == 404
    assert client.post(url("panel-cancel", loop.pk), {"reason": "moved"}).status_code == 404


def test_an_interviewer_sees_their_round_of_the_loop_and_no_plan(client, world):
    loop = booked(world)
    client.force_login(world.interviewers[1].user)

    page = client.get(url("loop-detail", loop.pk)).content.decode()

    assert "Wei Zhang" in page
    assert "Round 2" in page
    assert "Round 1" not in page
    assert str(world.interviewers[0]) not in page
    assert client.get(url("plan-detail", loop.plan.pk)).status_code == 404
    assert client.get(url("loop-list")).status_code == 403


def test_strangers_are_sent_to_sign_in(client, world):
    for name in ("job-list", "loop-list", "interviewer-list"):
        assert client.get(url(name)).headers["Location"].startswith(reverse("account_login"))


def test_an_interviewer_keeps_their_own_hours_and_busy_times(client, world):
    interviewer = InterviewerFactory()
    client.force_login(interviewer.user)
    rules = {"is_active": "on", "most_per_day": 3, "notice_hours": 48, "buffer_minutes": 5}

    client.post(url("interviewer-edit", interviewer.pk), rules | {"from_2": "10:00", "until_2": "12:00"})
    busy = {"day": "2026-12-10", "starts": "09:00", "ends": "10:00", "what": "Dentist"}
    client.post(url("busy-create", interviewer.pk), busy)

    interviewer.refresh_from_db()
    assert interviewer.notice_hours == 48
    assert [it.weekday for it in interviewer.hours.all()] == [2]
    period = interviewer.busy_periods.get()
    assert period.starts_at == dt.datetime(2026, 12, 10, 8, tzinfo=dt.UTC)
    client.post(url("busy-remove", period.pk))
    assert not interviewer.busy_periods.exists()


def test_an_interviewer_does_not_reach_other_peoples_hours(client, world):
    client.force_login(InterviewerFactory().user)
    other = world.interviewers[0]

    assert client.get(url("interviewer-detail", other.pk)).status_code == 404
    assert client.get(url("interviewer-edit", other.pk)).status_code == 404
    assert client.post(url("busy-create", other.pk), {}).status_code == 404
    assert client.get(url("interviewer-list")).status_code == 403


def test_wrong_hours_are_refused_with_what_was_typed(client, world):
    interviewer = InterviewerFactory()
    client.force_login(interviewer.user)
    rules = {"most_per_day": 3, "notice_hours": 48, "buffer_minutes": 5, "from_0": "12:00", "until_0": "10:00"}

    response = client.post(url("interviewer-edit", interviewer.pk), rules)

    assert response.status_code == 422
    assert "This has to be later than the start." in response.content.decode()
    assert interviewer.hours.count() == 5


@pytest.mark.parametrize("name", ["job-list", "loop-list", "interviewer-list"])
def test_lists_cost_the_same_at_any_length(recruiter, world, name, django_assert_num_queries):
    built(world)
    counts = []
    for _ in range(2):
        with django_assert_num_queries(20, exact=False) as spent:
            recruiter.get(url(name))
        counts.append(len(spent))
        for _ in range(2):
            built(world)
            InterviewerFactory(pools=world.pools)
            world.job.members.create(user=UserFactory(), role="recruiter")

    assert counts[0] == counts[1]


def test_names_are_escaped(recruiter, world):
    loop = built(world)
    Candidate.objects.update(name="<script>alert(1)</script>")

    for name in ("loop-detail", "loop-panel"):
        assert "<script>alert" not in recruiter.get(url(name, loop.pk)).content.decode()
