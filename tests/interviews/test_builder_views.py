"""The loop builder as the browser gets it: parts, pages, changes, refusals, and rules that give way."""

import json
import re

import pytest
from django.urls import reverse

from interviews.choices import PlanState
from interviews.models import CompetencyNeed, LoopPlan, LoopTemplate
from interviews.services.plans import approve_plan, compile_plan
from interviews.services.templates import template_for
from questionbank.choices import VersionState
from questionbank.models import LeakFlag
from tests.factories import UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def world():
    return small_world()


@pytest.fixture
def plan(world):
    return compile_plan(job=world.job, actor=world.recruiter)


@pytest.fixture
def recruiter(client, world):
    client.force_login(world.recruiter)
    return client


def url(name, *args):
    return reverse(f"interviews:{name}", args=args)


def name(version):
    return f"{version.question.label} v{version.number}"


def first(plan):
    return plan.questions.select_related("version__question", "round_template").first()


def changes(page):
    return re.findall(r'name="change" value="([^"]+)"', page)


def test_a_question_comes_as_a_part_for_htmx_and_as_a_page_without(recruiter, world, plan):
    other = world.ask(world.coding, minutes=20)
    address = url("plan-question", plan.pk, first(plan).pk)

    part, page = recruiter.get(address, headers=HTMX), recruiter.get(address)
    back = recruiter.get(address, headers=HTMX | {"HX-History-Restore-Request": "true"})

    assert "<html" not in part.content.decode()
    assert part.headers["Vary"].count("HX-Request") == 1
    assert all("<html" in it.content.decode() for it in (page, back))
    for response in (part, page):
        text = response.content.decode()
        assert "Why this one" in text
        assert name(other) in text
        assert "Swap" in text


def test_swapping_goes_on_with_the_new_question(recruiter, world, plan):
    other = world.ask(world.coding, minutes=20)
    page = recruiter.get(url("plan-question", plan.pk, first(plan).pk), headers=HTMX).content.decode()

    response = recruiter.post(url("plan-swap", plan.pk), {"edits": 0, "change": changes(page)[0]})

    new = plan.questions.get(version=other)
    assert response.headers["Location"] == url("plan-question", plan.pk, new.pk)
    page = recruiter.get(response.headers["Location"]).content.decode()
    assert "Changed by hand." in page


def test_a_stale_swap_is_refused_with_the_plan_as_it_is_now(recruiter, world, plan):
    one, other = world.ask(world.coding), world.ask(world.coding)
    out = name(first(plan).version)
    recruiter.post(url("plan-swap", plan.pk), {"edits": 0, "change": f"R1|{out}|{name(one)}|1"})

    response = recruiter.post(url("plan-swap", plan.pk), {"edits": 0, "change": f"R1|{out}|{name(other)}|1"})

    assert response.status_code == 422
    assert "Somebody has changed this plan since you opened it." in response.content.decode()
    assert name(one) in response.content.decode()


@pytest.mark.parametrize("change", ["", "R1", "R1|a|b|x", "R1|a|b|1|2", "R9||Q-0001 v1|1", "R1|nothing|nothing|1"])
def test_nonsense_changes_nothing(recruiter, plan, change):
    response = recruiter.post(url("plan-swap", plan.pk), {"edits": 0, "change": change})

    assert response.status_code == 422
    assert LoopPlan.objects.get().edits == 0


def test_every_write_wants_whole_fields(recruiter, plan):
    for action in ("lock", "swap", "add", "remove", "move"):
        assert recruiter.post(url(f"plan-{action}", plan.pk), {"question": "x"}).status_code == 422


def test_lock_move_remove_and_add(recruiter, world, plan):
    question = first(plan)
    recruiter.post(url("plan-lock", plan.pk), {"question": question.pk, "locked": "on"})
    assert "locked" in recruiter.get(url("plan-detail", plan.pk)).content.decode()
    recruiter.post(url("plan-lock", plan.pk), {"question": question.pk})
    move = {"edits": 0, "question": question.pk, "round": "R1", "position": 2}
    recruiter.post(url("plan-move", plan.pk), move)
    assert plan.questions.get(pk=question.pk).position == 2

    recruiter.post(url("plan-remove", plan.pk), {"edits": 1, "question": question.pk})
    page = recruiter.get(url("plan-additions", plan.pk, "R1"), headers=HTMX).content.decode()
    assert "1 short" in recruiter.get(url("plan-detail", plan.pk)).content.decode()
    recruiter.post(url("plan-add", plan.pk), {"edits": 2, "change": changes(page)[0]})

    assert plan.questions.filter(version=question.version).exists()


def test_rebuilding_leads_to_the_next_plan(recruiter, world, plan):
    better = world.ask(world.coding, minutes=25)

    response = recruiter.post(url("plan-rebuild", plan.pk), follow=True)

    page = response.content.decode()
    assert "built from plan 1" in page
    assert name(better) in page


def test_an_approved_plan_is_for_reading(recruiter, world, plan):
    approve_plan(plan=plan, actor=world.recruiter)

    page = recruiter.get(url("plan-question", plan.pk, first(plan).pk)).content.decode()

    assert "Build a new draft" in page
    for word in ("Rebuild unlocked", "Approve plan", "Add question", "Take out", 'name="locked"'):
        assert word not in page


def test_trouble_and_newer_versions_are_said_on_the_plan(recruiter, world, plan):
    retired, flagged = world.versions[0], world.versions[2]
    retired.state = VersionState.RETIRED
    retired.save()
    LeakFlag.objects.create(question=flagged.question)

    page = recruiter.get(url("plan-detail", plan.pk)).content.decode()

    assert "has been retired: new loops ask another question in its place." in page
    assert "may have leaked. New plans do not ask it while the suspicion stands." in page
    response = recruiter.post(url("plan-approve", plan.pk), {"edits": 0})
    assert response.status_code == 422
    assert "2 things stand in the way." in response.content.decode()


def test_a_hiring_manager_reads_the_alternatives_without_buttons(client, world, plan):
    world.ask(world.coding, minutes=20)
    client.force_login(world.hiring_manager)

    page = client.get(url("plan-question", plan.pk, first(plan).pk)).content.decode()

    assert "Alternatives" in page
    assert "Swap" not in page.replace("Swap for the first", "")


def test_the_pages_of_a_plan_are_unknown_to_others(client, plan):
    client.force_login(UserFactory(roles=["recruiter"]))

    addresses = (
        url("plan-question", plan.pk, first(plan).pk),
        url("plan-additions", plan.pk, "R1"),
        url("plan-proof", plan.pk),
    )
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


def test_the_proof_adds_up(recruiter, plan):
    page = recruiter.get(url("plan-proof", plan.pk))
    part = recruiter.get(url("plan-proof", plan.pk), headers=HTMX)

    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    proof = part.context["proof"]
    assert proof.total == plan.objective == proof.questions_value + proof.rest
    assert (proof.askable, proof.resting, proof.flagged) == (4, 0, 0)


def impossible(world):
    """Coding needs four questions where forty minutes for two are left."""
    CompetencyNeed.objects.filter(competency=world.coding).update(questions=4)
    for _ in range(2):
        world.ask(world.coding)


def test_what_stands_in_the_way_gives_way_for_this_job_only(recruiter, world):
    impossible(world)
    refused = recruiter.post(url("plan-build", world.job.pk))
    page = refused.content.decode()
    assert refused.status_code == 422
    remedies = [it.remedy for it in refused.context["obstacles"].items]
    assert all(remedies)
    assert "for this job only" in page

    response = recruiter.post(url("plan-relax", world.job.pk), {"remedy": remedies}, follow=True)

    plan = LoopPlan.objects.get()
    assert plan.template.job == world.job
    assert "rules of this job" in response.content.decode()
    assert CompetencyNeed.objects.get(template=world.template, competency=world.coding).questions == 4
    job_page = recruiter.get(url("job-detail", world.job.pk)).content.decode()
    assert "Rules of this job" in job_page
    recruiter.post(url("plan-general", world.job.pk))
    assert template_for(world.job) == world.template
    assert LoopTemplate.objects.filter(job=world.job, is_current=True).count() == 0


@pytest.mark.parametrize(
    "remedy",
    [
        "",
        "{",
        "[]",
        json.dumps({"code": "add_minutes", "params": {"round": "R1", "minutes": -5}}),
        json.dumps({"code": "add_minutes", "params": {"round": "R9", "minutes": 5}}),
        json.dumps({"code": "add_minutes", "params": {"round": "R1", "minutes": True}}),
        json.dumps({"code": "unlock", "params": {"round": "R1"}}),
        json.dumps({"code": "publish_questions", "params": {}}),
        "[" * 300,
    ],
)
def test_only_rules_of_the_template_give_way(recruiter, world, remedy):
    response = recruiter.post(url("plan-relax", world.job.pk), {"remedy": remedy})

    assert response.status_code == 422
    assert not LoopTemplate.objects.filter(job=world.job).exists()


def test_a_bank_that_lacks_questions_leads_to_the_bank(recruiter, world):
    for version in world.versions[2:]:
        version.state = VersionState.RETIRED
        version.save()
    world.job.language = "en"

    page = recruiter.post(url("plan-build", world.job.pk)).content.decode()

    assert f"{reverse('questionbank:question-list')}?competency=reliability" in page
    assert reverse("questionbank:import-create") in page


def test_a_substitution_that_cannot_be_made_is_said_on_the_job_page(recruiter, world, plan):
    approve_plan(plan=plan, actor=world.recruiter)
    version = world.versions[0]
    version.state = VersionState.RETIRED
    version.save()

    response = recruiter.post(url("loop-create", world.application().pk))

    assert response.status_code == 422
    assert version.question.label in response.content.decode()


@pytest.mark.parametrize("forms", ["0", "6", "x"])
def test_a_wrong_number_of_forms_is_refused(recruiter, world, forms):
    assert recruiter.post(url("plan-build", world.job.pk), {"forms": forms}).status_code == 422


@pytest.mark.parametrize("page", ["plan-detail", "plan-question", "plan-additions", "plan-proof"])
def test_pages_of_the_builder_cost_the_same_at_any_size(recruiter, world, page, django_assert_num_queries):
    counts = []
    for extra in (1, 4):
        for _ in range(extra):
            world.ask(world.coding, minutes=20)
        plan = compile_plan(job=world.job, actor=world.recruiter)
        arguments = {"plan-question": [first(plan).pk], "plan-additions": ["R1"]}.get(page, [])
        with django_assert_num_queries(60, exact=False) as spent:
            assert recruiter.get(url(page, plan.pk, *arguments)).status_code == 200
        counts.append(len(spent))
        approve_plan(plan=plan, actor=world.recruiter)

    assert counts[0] == counts[1]
    assert LoopPlan.objects.filter(state=PlanState.APPROVED).count() == 1
