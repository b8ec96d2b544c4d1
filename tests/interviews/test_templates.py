"""Templates: an edit never reaches a plan that was built before it."""

from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import Role
from accounts.models import AuditEntry
from interviews.models import CompetencyNeed, JobMember, LoopPlan, LoopTemplate, Pool, RoundTemplate, SeatTemplate
from interviews.planning.codes import Remedy
from interviews.planning.template_rules import NeedRules, RoundRules, TemplateRules
from interviews.selectors.templates import line_of, rules_of, with_rules
from interviews.services import templates as services
from questionbank.models import Competency
from tests.factories import RoleFamilyFactory, SeniorityFactory, UserFactory
from tests.interviews.worlds import small_world

pytestmark = pytest.mark.django_db


def plan_on(world, template):
    number = LoopPlan.objects.count() + 1
    return LoopPlan.objects.create(
        job=world.job, template=template, number=number, objective=0, bound=0, is_optimal=True,
        created_by=world.recruiter,
    )  # fmt: skip


def save(world, template, **changes):
    before = rules_of(template)
    return services.save_template(
        template=template, rules=replace(before, **changes), seen=before.fingerprint, actor=world.recruiter
    )


def code_of(raised):
    return getattr(raised.value, "code", None) or raised.value.error_list[0].code


def test_template_without_plans_is_edited_in_place():
    world = small_world()
    rounds = rules_of(world.template).rounds

    saved = save(world, world.template, rest_days=30, rounds=(replace(rounds[1], minutes=90),))

    assert saved.pk == world.template.pk
    assert LoopTemplate.objects.count() == 1
    assert [(it.position, it.minutes) for it in saved.rounds.all()] == [(1, 90)]
    assert LoopTemplate.objects.get().rest_days == 30
    assert AuditEntry.objects.filter(action="template.changed", subject_id=saved.pk).count() == 1


def test_template_with_plans_gets_a_next_version():
    world = small_world()
    before = rules_of(world.template)
    plan = plan_on(world, world.template)

    saved = save(world, world.template, difficulty=4)
    third = services.save_template  # the next edit of an unused version stays in place
    again = third(template=saved, rules=replace(rules_of(saved), difficulty=5), seen=rules_of(saved).fingerprint,
                  actor=world.recruiter)  # fmt: skip

    assert saved.pk != world.template.pk
    assert (saved.version, saved.slug, saved.is_current) == (2, f"{world.template.slug}-v2", True)
    assert again.pk == saved.pk
    world.template.refresh_from_db()
    assert not world.template.is_current
    assert rules_of(plan.template) == before
    assert replace(rules_of(saved), difficulty=before.difficulty) == before
    assert services.template_for(world.job) == saved
    assert [it.version for it in line_of(saved)] == [2, 1]


def test_third_version_keeps_the_first_slug():
    world = small_world()
    plan_on(world, world.template)
    second = save(world, world.template, difficulty=4)
    plan_on(world, second)

    third = save(world, second, difficulty=5)

    assert third.slug == f"{world.template.slug}-v3"


def test_saving_the_same_rules_changes_nothing():
    world = small_world()
    plan_on(world, world.template)

    assert save(world, world.template).pk == world.template.pk
    assert LoopTemplate.objects.count() == 1


def test_second_editor_of_the_same_rules_is_refused():
    world = small_world()
    seen = rules_of(world.template)
    save(world, world.template, difficulty=4)

    with pytest.raises(ValidationError) as refused:
        services.save_template(
            template=world.template, rules=replace(seen, difficulty=2), seen=seen.fingerprint, actor=world.recruiter
        )

    assert code_of(refused) == "stale_template"
    assert LoopTemplate.objects.get().difficulty == 4


def test_an_old_version_is_not_edited():
    world = small_world()
    plan_on(world, world.template)
    save(world, world.template, difficulty=4)

    with pytest.raises(ValidationError) as refused:
        save(world, world.template, difficulty=2)

    assert code_of(refused) == "stale_template"


@pytest.mark.parametrize(
    "change",
    [
        lambda template: LoopTemplate.objects.filter(pk=template.pk).update(difficulty=1),
        lambda template: LoopTemplate.objects.filter(pk=template.pk).update(rest_days=1),
        lambda template: RoundTemplate.objects.filter(template=template).update(minutes=30),
        lambda template: RoundTemplate.objects.create(template=template, position=9, minutes=30),
        lambda template: template.rounds.first().competencies.clear(),
        lambda template: SeatTemplate.objects.filter(round_template__template=template).update(role="second"),
        lambda template: SeatTemplate.objects.filter(round_template__template=template)._raw_delete("default"),
        lambda template: CompetencyNeed.objects.filter(template=template).update(questions=1),
        lambda template: CompetencyNeed.objects.filter(template=template)._raw_delete("default"),
    ],
)
def test_database_refuses_to_change_a_used_template(change):
    world = small_world()
    before = transaction.savepoint()
    change(world.template)  # nothing wrong with the change itself
    transaction.savepoint_rollback(before)
    plan_on(world, world.template)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        change(world.template)


def test_used_template_may_only_stop_being_current():
    world = small_world()
    plan_on(world, world.template)

    LoopTemplate.objects.filter(pk=world.template.pk).update(is_current=False)

    assert not LoopTemplate.objects.current().exists()


@pytest.mark.parametrize(
    ("rounds", "code"),
    [
        ([], "no_rounds"),
        ([RoundRules(minutes=30, opening_minutes=30, competencies=("coding",), seats={"lead": "x"})],
         "no_time_for_questions"),
        ([RoundRules(seats={"lead": "x"})], "no_competency"),
        ([RoundRules(competencies=("coding",), seats={"second": "x"})], "no_lead"),
        ([RoundRules(competencies=("coding",), seats={"lead": "x"})] * 13, "too_many_rounds"),
        ([RoundRules(competencies=("coding",), seats={"lead": "x"})], "unknown_name"),
    ],
)  # fmt: skip
def test_rules_nobody_could_follow_are_refused(rounds, code):
    world = small_world()

    with pytest.raises(ValidationError) as refused:
        save(world, world.template, rounds=tuple(rounds))

    assert code_of(refused) == code
    assert RoundTemplate.objects.filter(template=world.template).count() == 2


def test_need_named_twice_is_refused():
    world = small_world()

    with pytest.raises(ValidationError) as refused:
        save(world, world.template, needs=(NeedRules("coding"), NeedRules("coding")))

    assert code_of(refused) == "need_twice"


def test_start_copy_and_retire():
    world = small_world()
    other, junior = RoleFamilyFactory(name_en="Data engineer", name_zh="数据工程师"), SeniorityFactory(name_en="Junior")

    copied = services.copy_template(source=world.template, role_family=other, seniority=junior, actor=world.recruiter)
    with pytest.raises(ValidationError) as refused:
        services.copy_template(source=world.template, role_family=other, seniority=junior, actor=world.recruiter)

    assert copied.name_en == "Data engineer, junior"
    assert copied.slug == f"{junior.slug}-{other.slug}"
    assert replace(rules_of(copied), name_en="", name_zh="") == replace(
        rules_of(world.template), name_en="", name_zh=""
    )
    assert refused.value.error_dict["__all__"][0].code == "template_exists"

    services.retire_template(template=copied, actor=world.recruiter)
    assert not LoopTemplate.objects.filter(pk=copied.pk).exists()


def test_retired_template_stays_for_its_plans_and_a_new_one_counts_on():
    world = small_world()
    plan_on(world, world.template)
    rules = rules_of(world.template)

    services.retire_template(template=world.template, actor=world.recruiter)
    with pytest.raises(ValidationError) as missing:
        services.template_for(world.job)
    started = services.start_template(
        role_family=world.job.role_family, seniority=world.job.seniority, rules=rules, actor=world.recruiter
    )

    assert code_of(missing) == "no_template"
    assert started.version == 2
    assert services.template_for(world.job) == started
    with pytest.raises(ValidationError) as refused:
        services.retire_template(template=world.template, actor=world.recruiter)
    assert code_of(refused) == "not_current"


def test_relaxing_for_a_job_leaves_the_general_template_alone():
    world = small_world()
    general = rules_of(world.template)
    remedy = Remedy("add_minutes", {"round": "R1", "minutes": 20})

    own = services.relax_for_job(job=world.job, remedies=[remedy], actor=world.recruiter)

    assert own.job == world.job
    assert own.rounds.first().minutes == 80
    assert rules_of(world.template) == general
    assert services.template_for(world.job) == own
    # Once a plan stands on it, the next remedy makes its next version.
    plan_on(world, own)
    lowered = Remedy("lower_need", {"competency": "coding", "questions": 1})
    second = services.relax_for_job(job=world.job, remedies=[lowered], actor=world.recruiter)
    assert (second.job, second.version) == (world.job, 2)
    assert rules_of(second).needs[0] == NeedRules("coding", 1, 1)

    services.back_to_general(job=world.job, actor=world.recruiter)

    assert services.template_for(world.job) == world.template
    assert LoopTemplate.objects.filter(job=world.job).count() == 1  # the one with the plan is kept
    with pytest.raises(ValidationError) as refused:
        services.back_to_general(job=world.job, actor=world.recruiter)
    assert code_of(refused) == "no_own_template"


def test_remedies_that_are_no_rules_are_refused_and_nothing_is_kept():
    world = small_world()

    with pytest.raises(ValidationError) as refused:
        services.relax_for_job(
            job=world.job,
            remedies=[
                Remedy("add_minutes", {"round": "R1", "minutes": 20}),
                Remedy("publish_questions", {"competency": "coding"}),
            ],
            actor=world.recruiter,
        )

    assert code_of(refused) == "not_a_rule"
    assert LoopTemplate.objects.count() == 1


def test_template_of_another_job_is_not_taken():
    world, other = small_world(), None
    other = world.job.__class__.objects.create(
        title="Other", role_family=world.job.role_family, seniority=world.job.seniority, time_zone="UTC"
    )
    services.relax_for_job(
        job=other, remedies=[Remedy("add_minutes", {"round": "R1", "minutes": 20})], actor=world.recruiter
    )

    assert services.template_for(world.job) == world.template


def test_empty_template_is_refused():
    world = small_world()
    world.template.rounds.all().delete()

    with pytest.raises(ValidationError) as refused:
        services.template_for(world.job)

    assert code_of(refused) == "empty_template"


def test_hold_template_notices_a_change():
    world = small_world()
    fingerprint = rules_of(world.template).fingerprint
    services.hold_template(template=world.template, fingerprint=fingerprint)
    save(world, world.template, difficulty=4)

    with pytest.raises(ValidationError) as refused:
        services.hold_template(template=world.template, fingerprint=fingerprint)

    assert code_of(refused) == "template_changed"


def test_who_edits_which_template():
    world = small_world()
    own = services.relax_for_job(
        job=world.job, remedies=[Remedy("add_minutes", {"round": "R1", "minutes": 20})], actor=world.recruiter
    )
    manager_recruiter = UserFactory(roles=[Role.RECRUITER])
    JobMember.objects.create(job=world.job, user=manager_recruiter, role="hiring_manager")

    def editable(user):
        return set(LoopTemplate.objects.editable_by(user))

    assert editable(world.recruiter) == {world.template, own}
    assert editable(UserFactory(roles=[Role.ADMIN])) == {world.template, own}
    assert editable(UserFactory(roles=[Role.RECRUITER])) == {world.template}
    assert editable(manager_recruiter) == {world.template}
    assert editable(world.hiring_manager) == set()
    assert set(LoopTemplate.objects.visible_to(world.hiring_manager)) == {world.template, own}
    assert editable(UserFactory(roles=[Role.AUTHOR, Role.INTERVIEWER])) == set()


@pytest.mark.parametrize("size", [1, 3])
def test_rules_of_many_templates_cost_five_queries(size, django_assert_num_queries):
    for _number in range(size):
        small_world_template()

    with django_assert_num_queries(5):
        rules = [rules_of(template) for template in with_rules(LoopTemplate.objects.all())]

    assert len(rules) == size


def small_world_template():
    role, seniority = RoleFamilyFactory(), SeniorityFactory()
    Competency.objects.get_or_create(slug="coding")
    Pool.objects.get_or_create(slug="any")
    rules = TemplateRules(
        rounds=(RoundRules(competencies=("coding",), seats={"lead": "any"}),), needs=(NeedRules("coding"),)
    )
    return services.start_template(role_family=role, seniority=seniority, rules=rules, actor=None)
