"""Changing a draft by hand: what is allowed, what is refused, and what two who edit at once can do to each other."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone, translation

from accounts.models import AuditEntry
from interviews.choices import PlanState
from interviews.models import LoopPlan, LoopTemplate
from interviews.planning.assembly_types import Change
from interviews.selectors.plan_choices import additions_for, choices_for
from interviews.services.plan_edits import add_question, move_question, remove_question, set_locked, swap_question
from interviews.services.plans import approve_plan, compile_plan, rebuild_plan
from questionbank.choices import LeakState, VersionState
from questionbank.models import EnemyPair, LeakFlag
from tests.factories import ApplicationFactory, JobFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return small_world()


@pytest.fixture
def plan(world):
    return compile_plan(job=world.job, actor=world.recruiter)


def name(version):
    return f"{version.question.label} v{version.number}"


def where(plan):
    """Round → the versions in the order asked."""
    rounds = {}
    for it in plan.questions.select_related("round_template", "version").order_by(
        "round_template__position", "position"
    ):
        rounds.setdefault(f"R{it.round_template.position}", []).append(it.version)
    return rounds


def row(plan, version):
    return plan.questions.get(version=version)


def swap(world, plan, out, into, **options):
    change = Change("R1", name(out), name(into))
    options = {"seen": plan.edits, "actor": world.recruiter} | options
    return swap_question(plan=plan, changes=[change], **options)


def refused(call, *args, **kwargs):
    with translation.override("en"), pytest.raises(ValidationError) as refusal:
        call(*args, **kwargs)
    return [error.code for error in refusal.value.error_list]


def test_a_swap_takes_the_place_and_changes_the_value(world, plan):
    worse = world.ask(world.coding, minutes=20, difficulty=4)
    out = where(plan)["R1"][0]
    second = where(plan)["R1"][1]

    after = swap(world, plan, out, worse)

    assert where(after)["R1"] == [worse, second]
    assert (after.edits, after.objective, after.is_optimal) == (1, after.bound - 20, False)
    reasons = {it["code"] for it in row(after, worse).reasons}
    assert "difficulty_near" in reasons
    entry = AuditEntry.objects.get(action="plan.question_swapped")
    assert entry.detail == {"edits": 1, "out": name(out), "into": name(worse)}


def test_the_same_swap_again_changes_nothing(world, plan):
    other = world.ask(world.coding)
    out = where(plan)["R1"][0]
    swap(world, plan, out, other, seen=0)

    again = swap(world, plan, out, other, seen=0)

    assert LoopPlan.objects.get(pk=again.pk).edits == 1


def test_a_swap_on_what_somebody_else_has_changed_is_refused(world, plan):
    first, second = world.ask(world.coding), world.ask(world.coding)
    before = where(plan)["R1"]
    swap(world, plan, before[0], first, seen=0)

    assert refused(swap, world, plan, before[1], second, seen=0) == ["plan_changed"]
    assert where(plan)["R1"] == [first, before[1]]


@pytest.mark.parametrize("trouble", ["enemy", "flagged", "too long", "another round", "resting", "twice"])
def test_a_swap_that_would_break_a_rule_is_refused(world, plan, trouble):
    out = where(plan)["R1"][0]
    into = world.ask(world.coding, minutes=45 if trouble == "too long" else 20)
    if trouble == "another round":
        into = world.ask(world.reliability)
    if trouble == "twice":
        into = where(plan)["R2"][0]
    if trouble == "enemy":
        first, second = sorted((into.question, where(plan)["R2"][0].question), key=lambda it: it.pk)
        EnemyPair.objects.create(first=first, second=second)
    if trouble == "flagged":
        LeakFlag.objects.create(question=into.question)
    if trouble == "resting":
        rest(world, into)

    codes = refused(swap, world, plan, out, into)

    assert set(codes) == ({"question_gone"} if trouble == "flagged" else {"rule_broken"})
    assert where(plan)["R1"][0] == out


def rest(world, version):
    """Another job asks it today."""
    job = JobFactory(role_family=world.job.role_family, seniority=world.job.seniority, recruiter=world.recruiter)
    application = ApplicationFactory(job=job)
    plan = LoopPlan.objects.create(
        job=job, template=world.template, number=1, objective=0, bound=0, is_optimal=True, created_by=world.recruiter
    )
    loop = application.job.plans.get().loops.create(application=application, plan=plan, created_by=world.recruiter)
    round_ = loop.rounds.create(template=world.rounds[0], position=1, format="interview", minutes=60, break_after=0)
    round_.questions.create(position=1, version=version)


def test_a_locked_question_stays_until_it_is_unlocked(world, plan):
    other = world.ask(world.coding)
    out = where(plan)["R1"][0]
    set_locked(plan=plan, question=row(plan, out).pk, locked=True, actor=world.recruiter)

    assert refused(swap, world, plan, out, other) == ["question_locked"]
    options = {"plan": plan, "question": row(plan, out).pk, "actor": world.recruiter, "seen": 0}
    assert refused(remove_question, **options) == ["question_locked"]
    set_locked(plan=plan, question=row(plan, out).pk, locked=False, actor=world.recruiter)
    assert where(swap(world, plan, out, other))["R1"][0] == other


def test_locking_twice_is_locking_once_and_counts_as_no_change(world, plan):
    question = plan.questions.first().pk

    for _ in range(2):
        set_locked(plan=plan, question=question, locked=True, actor=world.recruiter)

    assert AuditEntry.objects.filter(action="plan.question_locked").count() == 1
    assert LoopPlan.objects.get(pk=plan.pk).edits == 0


def test_locks_of_other_questions_survive_a_swap(world, plan):
    other = world.ask(world.coding)
    out, stays = where(plan)["R1"]
    set_locked(plan=plan, question=row(plan, stays).pk, locked=True, actor=world.recruiter)

    after = swap(world, plan, out, other)

    assert [it.is_locked for it in after.questions.order_by("round_template__position", "position")][:2] == [
        False,
        True,
    ]


def test_taking_out_may_leave_the_plan_short_and_then_it_cannot_be_approved(world, plan):
    out = where(plan)["R1"][0]

    after = remove_question(plan=plan, question=row(plan, out).pk, actor=world.recruiter, seen=0)

    assert len(where(after)["R1"]) == 1
    assert refused(approve_plan, plan=after, actor=world.recruiter) == ["rule_broken"]
    remove_question(plan=after, question=out.pk, actor=world.recruiter, seen=0)  # the same button once more
    assert after.questions.count() == 3


def test_what_was_taken_out_can_be_added_again(world, plan):
    out = where(plan)["R1"][0]
    short = remove_question(plan=plan, question=row(plan, out).pk, actor=world.recruiter, seen=0)
    assert [it.item_id for it in additions_for(plan=short, round_id="R1", form=1)] == [name(out)]

    whole = add_question(plan=short, changes=[Change("R1", "", name(out))], actor=world.recruiter, seen=1)

    assert where(whole)["R1"][-1] == out
    assert whole.objective == whole.bound
    assert approve_plan(plan=whole, actor=world.recruiter, seen=2).state == PlanState.APPROVED


def test_questions_change_places_in_their_round(world, plan):
    first, second = where(plan)["R1"]
    question = row(plan, first).pk

    moved = move_question(plan=plan, question=question, round_id="R1", position=2, actor=world.recruiter, seen=0)

    assert where(moved)["R1"] == [second, first]
    assert row(moved, first).pk == question
    assert moved.is_optimal


def test_a_question_moves_to_another_round_only_if_that_may_assess_it(world, plan):
    question = row(plan, where(plan)["R1"][0]).pk
    move = {"plan": plan, "question": question, "position": 1, "actor": world.recruiter, "seen": 0}

    assert "rule_broken" in refused(move_question, round_id="R2", **move)
    assert refused(move_question, round_id="R9", **move) == ["no_such_round"]


def test_rebuilding_keeps_what_is_locked_and_makes_the_next_plan(world, plan):
    worse = world.ask(world.coding, difficulty=4)
    edited = swap(world, plan, where(plan)["R1"][0], worse)
    set_locked(plan=edited, question=row(edited, worse).pk, locked=True, actor=world.recruiter)
    better = world.ask(world.reliability, minutes=25)

    rebuilt = rebuild_plan(plan=edited, actor=world.recruiter)

    assert (rebuilt.number, rebuilt.built_from, rebuilt.edits) == (2, edited, 0)
    assert worse in where(rebuilt)["R1"]
    assert better in where(rebuilt)["R2"]
    assert row(rebuilt, worse).is_locked
    assert rebuilt.is_optimal


def test_rebuilding_an_unchanged_draft_gives_the_same_draft(world, plan):
    assert rebuild_plan(plan=plan, actor=world.recruiter) == plan


def test_rebuilding_refuses_a_locked_question_that_is_out_of_use(world, plan):
    locked = plan.questions.first()
    set_locked(plan=plan, question=locked.pk, locked=True, actor=world.recruiter)
    locked.version.state = VersionState.RETIRED
    locked.version.save()

    assert refused(rebuild_plan, plan=plan, actor=world.recruiter) == ["locked_gone"]


def test_approving_refuses_what_has_changed_in_the_bank_since(world, plan):
    retired, leaked = where(plan)["R1"]
    retired.state = VersionState.RETIRED
    retired.save()
    LeakFlag.objects.create(question=leaked.question)

    codes = refused(approve_plan, plan=plan, actor=world.recruiter)

    assert sorted(codes) == ["question_leaked", "question_retired"]
    LeakFlag.objects.update(state=LeakState.CLEARED, decided_at=timezone.now())
    assert refused(approve_plan, plan=plan, actor=world.recruiter) == ["question_retired"]


def test_approving_what_was_changed_since_it_was_seen_is_refused(world, plan):
    swap(world, plan, where(plan)["R1"][0], world.ask(world.coding))

    assert refused(approve_plan, plan=plan, actor=world.recruiter, seen=0) == ["plan_changed"]
    assert approve_plan(plan=plan, actor=world.recruiter, seen=1).state == PlanState.APPROVED


def test_an_approved_plan_is_not_edited(world, plan):
    other = world.ask(world.coding)
    out = where(plan)["R1"][0]
    approve_plan(plan=plan, actor=world.recruiter)

    assert refused(swap, world, plan, out, other) == ["not_a_draft"]
    lock = {"plan": plan, "question": row(plan, out).pk, "locked": True, "actor": world.recruiter}
    assert refused(set_locked, **lock) == ["not_a_draft"]


def test_choices_are_ranked_and_say_what_changes_and_what_is_barred(world, plan):
    good = world.ask(world.coding, minutes=20)
    worse = world.ask(world.coding, minutes=20, difficulty=4)
    flagged = world.ask(world.coding, minutes=20)
    LeakFlag.objects.create(question=flagged.question)
    resting = world.ask(world.coding, minutes=20)
    rest(world, resting)

    with translation.override("en"):
        found = choices_for(plan=plan, question=plan.questions.select_related("round_template").first())

    assert [it.item_id for it in found.alternatives] == [name(good), name(worse)]
    assert found.alternatives[0].loss == "±0.0 %"
    assert found.alternatives[1].loss.startswith("−")
    assert "Difficulty 4 instead of 3" in found.alternatives[1].notes
    barred = {it.item_id: it.reason for it in found.barred}
    assert barred[name(flagged)] == "Suspected leak"
    assert barred[name(resting)].startswith("Rests 21 days more: another job asked it on")


@pytest.mark.parametrize(("bank", "forms"), [(0, 1), (6, 1)])
def test_choices_cost_the_same_at_any_size(world, bank, forms, django_assert_num_queries):
    LoopTemplate.objects.update(rest_days=0)
    world.ask(world.coding)
    for _ in range(bank):
        world.ask(world.coding, minutes=15)
    plan = compile_plan(job=world.job, actor=world.recruiter, forms=forms)
    plan = LoopPlan.objects.select_related("job__role_family", "job__seniority", "template").get(pk=plan.pk)
    question = plan.questions.select_related("round_template").first()

    with django_assert_num_queries(13):
        found = choices_for(plan=plan, question=question)

    assert found.alternatives
