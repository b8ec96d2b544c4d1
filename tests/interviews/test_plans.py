import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from interviews.choices import PlanState
from interviews.models import LoopPlan, LoopTemplate, RoundTemplate
from interviews.selectors.plans import plan_board
from interviews.services.loops import start_loop
from interviews.services.plans import approve_plan, compile_plan
from questionbank.choices import VersionState
from tests.factories import JobFactory, RoleFamilyFactory, SeniorityFactory, VersionFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def asked(plan):
    return [(it.round_template.position, it.version.question.number) for it in plan.questions.all()]


def test_compile_plan_covers_every_need_and_proves_it():
    world = small_world()

    plan = compile_plan(job=world.job, actor=world.recruiter)

    assert (plan.state, plan.number, plan.is_optimal) == (PlanState.DRAFT, 1, True)
    assert plan.objective == plan.bound
    assert {number for _, number in asked(plan)} == {it.question.number for it in world.versions}


def test_compile_plan_gives_the_same_plan_for_the_same_seed():
    world = small_world()
    for competency in (world.coding, world.reliability) * 3:
        world.ask(competency)

    first, second = (compile_plan(job=world.job, actor=world.recruiter, seed=7) for _ in range(2))

    assert asked(first) == asked(second)
    assert first == second  # a second draft just like it would only be in the way


def test_compile_plan_takes_only_askable_versions_that_fit_the_job():
    world = small_world()
    world.ask(world.coding, roles=[RoleFamilyFactory()], minutes=25)
    world.ask(world.coding, lowest_seniority=SeniorityFactory(), minutes=25)
    retired = world.ask(world.coding, minutes=25)
    retired.state = VersionState.RETIRED
    retired.save()
    VersionFactory(
        question=world.versions[0].question, number=2, competencies=[world.coding], roles=[world.job.role_family]
    )

    plan = compile_plan(job=world.job, actor=world.recruiter)

    assert {it.version for it in plan.questions.all()} == set(world.versions)


def test_compile_plan_without_a_template_says_so():
    world = small_world()
    job = JobFactory(recruiter=world.recruiter)

    with pytest.raises(ValidationError) as refusal:
        compile_plan(job=job, actor=world.recruiter)

    assert refusal.value.code == "no_template"


def test_compile_plan_needs_a_template_with_rounds():
    world = small_world()
    RoundTemplate.objects.filter(template__role_family=world.job.role_family).delete()

    with pytest.raises(ValidationError) as refusal:
        compile_plan(job=world.job, actor=world.recruiter)

    assert refusal.value.code == "empty_template"


def test_compile_plan_names_what_is_missing_and_what_would_help():
    world = small_world()
    version = world.versions[-1]
    version.state = VersionState.RETIRED
    version.save()

    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        compile_plan(job=world.job, actor=world.recruiter)

    assert [error.code for error in refusal.value.error_list] == ["cannot_cover"]
    assert refusal.value.messages == [
        "Reliability needs 2 questions; 1 can be asked at this level in English. Publish 1 more, or lower the need."
    ]
    assert not LoopPlan.objects.exists()


def test_compile_plan_in_a_language_without_texts_names_the_language():
    world = small_world()
    world.job.language = "zh-hans"
    world.job.save()

    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        compile_plan(job=world.job, actor=world.recruiter)

    assert any("Simplified Chinese" in message for message in refusal.value.messages)


def test_compile_plan_prefers_what_other_jobs_have_not_asked():
    world = small_world()
    LoopTemplate.objects.update(rest_days=0)
    other = JobFactory(role_family=world.job.role_family, seniority=world.job.seniority, recruiter=world.recruiter)
    world.approved()
    start_loop(application=world.application(), actor=world.recruiter)
    fresh = [world.ask(world.coding), world.ask(world.coding)]

    plan = compile_plan(job=other, actor=world.recruiter)

    chosen = {number for position, number in asked(plan) if position == 1}
    assert chosen == {it.question.number for it in fresh}


def test_approve_plan_replaces_the_one_approved_before():
    world = small_world()
    first = world.approved()

    second = world.approved()

    first.refresh_from_db()
    assert (first.state, second.state) == (PlanState.REPLACED, PlanState.APPROVED)
    assert second.approved_by == world.recruiter


def test_approve_plan_takes_only_drafts():
    world = small_world()
    plan = world.approved()

    with pytest.raises(ValidationError) as refusal:
        approve_plan(plan=plan, actor=world.recruiter)

    assert refusal.value.code == "not_a_draft"


def test_plan_board_shows_rounds_coverage_and_reasons_in_words():
    world = small_world()
    plan = compile_plan(job=world.job, actor=world.recruiter)
    chosen = plan.questions.first()

    with translation.override("en"):
        board = plan_board(plan=plan, chosen=chosen.pk)

    assert [(it.label, it.used, len(it.cards)) for it in board.rounds] == [("R1", 40, 2), ("R2", 40, 2)]
    assert (board.needs_met, board.questions, board.minutes) == (2, 4, 120)
    coding = board.coverage[0]
    assert (coding.competency, coding.has_questions, coding.is_met, coding.spare) == (world.coding, 2, True, 0)
    assert [len(cell.questions) for cell in coding.cells] == [2, 0]
    assert [cell.is_chosen for cell in coding.cells] == [True, False]
    assert board.chosen.reasons[0].text == "Keeps Coding covered: without it the loop is one question short."


@pytest.mark.parametrize("extra", [0, 2])
def test_plan_board_query_count_is_constant(extra, django_assert_num_queries):
    world = small_world()
    for _ in range(extra):
        world.ask(world.coding, minutes=5)
    plan = LoopPlan.objects.select_related("job", "template").get(
        pk=compile_plan(job=world.job, actor=world.recruiter).pk
    )

    with django_assert_num_queries(10):
        board = plan_board(plan=plan)

    assert board.questions >= 4
