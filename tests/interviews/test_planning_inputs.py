"""What the planner is told about the bank: for one job, without words, at the cost of a few queries."""

import pytest
from django.utils import timezone

from interviews.models import LoopPlan, LoopTemplate
from interviews.selectors.planning_inputs import plan_inputs, planning_inputs
from interviews.services.loops import start_loop
from interviews.services.plans import compile_plan
from questionbank.choices import LeakState, VersionState
from questionbank.models import EnemyPair, LeakFlag, QuestionText
from tests.factories import JobFactory, RoleFamilyFactory, SeniorityFactory, VersionFactory, publish
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def name(version):
    return f"{version.question.label} v{version.number}"


def gathered(world, **options):
    return planning_inputs(job=world.job, template=world.template, **options)


def test_enemies_are_named_on_both_sides_and_only_where_they_are_in_the_bank():
    world = small_world()
    one, other = sorted(world.versions[:2], key=lambda it: it.question_id)
    elsewhere = world.ask(world.coding, roles=[RoleFamilyFactory()])
    EnemyPair.objects.create(first=one.question, second=other.question)
    first, second = sorted((one.question, elsewhere.question), key=lambda it: it.pk)
    EnemyPair.objects.create(first=first, second=second)

    items = gathered(world).items

    assert items[name(one)].enemies == {name(other)}
    assert items[name(other)].enemies == {name(one)}
    assert name(elsewhere) not in items


def test_a_suspected_question_is_known_but_not_offered():
    world = small_world()
    flagged, cleared = world.versions[:2]
    LeakFlag.objects.create(question=flagged.question)
    LeakFlag.objects.create(question=cleared.question, state=LeakState.CLEARED, decided_at=timezone.now())

    inputs = gathered(world)

    assert inputs.flagged == {name(flagged)}
    assert name(flagged) in inputs.items
    assert {item.id for item in inputs.request.items} == {name(it) for it in world.versions[1:]}


def test_a_question_rests_after_another_job_and_not_after_its_own():
    world = small_world()
    LoopTemplate.objects.update(rest_days=14)
    world.template.refresh_from_db()
    world.approved()
    start_loop(application=world.application(), actor=world.recruiter)
    other = JobFactory(role_family=world.job.role_family, seniority=world.job.seniority, recruiter=world.recruiter)

    own = gathered(world)
    world.job = other
    elsewhere = gathered(world)

    assert {item.resting_days for item in own.items.values()} == {0}
    assert {item.resting_days for item in elsewhere.items.values()} == {14}
    assert {item.exposure for item in elsewhere.items.values()} == {1}


def test_language_role_and_level_have_to_fit():
    world = small_world()
    world.ask(world.coding, lowest_seniority=SeniorityFactory())
    chinese = VersionFactory(
        competencies=[world.coding], roles=[world.job.role_family], lowest_seniority=world.job.seniority
    )
    QuestionText.objects.filter(version=chinese).update(language="zh-hans")
    publish(chinese)

    inputs = gathered(world)

    assert inputs.items.keys() == {name(it) for it in world.versions}
    assert inputs.other_language == 1


def test_a_plan_keeps_its_versions_whatever_became_of_them():
    world = small_world()
    plan = compile_plan(job=world.job, actor=world.recruiter)
    retired, renewed = world.versions[:2]
    for version in (retired, renewed):
        version.state = VersionState.RETIRED
        version.save()
    usual = {"competencies": [world.coding], "roles": [world.job.role_family], "minutes": 20}
    publish(VersionFactory(question=renewed.question, number=2, lowest_seniority=world.job.seniority, **usual))

    inputs = plan_inputs(plan=plan, planned=plan.questions.all())

    assert inputs.items.keys() == {name(it) for it in world.versions}


@pytest.mark.parametrize("size", [1, 30])
def test_the_bank_costs_the_same_queries_at_any_size(size, django_assert_num_queries):
    world = small_world()
    for _ in range(size):
        version = world.ask(world.coding)
    LeakFlag.objects.create(question=version.question)

    with django_assert_num_queries(9):
        inputs = gathered(world)

    assert len(inputs.items) == size + 4


@pytest.mark.parametrize("forms", [1, 3])
def test_a_plan_costs_the_same_queries_with_any_number_of_forms(forms, django_assert_num_queries):
    world = small_world()
    for competency in (world.coding, world.reliability) * 4:
        world.ask(competency)
    compiled = compile_plan(job=world.job, actor=world.recruiter, forms=forms)
    plan = LoopPlan.objects.select_related("job__role_family", "job__seniority", "template").get(pk=compiled.pk)

    with django_assert_num_queries(11):
        inputs = plan_inputs(plan=plan, planned=plan.questions.all())

    assert inputs.request.forms == forms
