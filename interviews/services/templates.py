"""Loop templates. One that a plan was built from never changes: an edit makes the next version.

The database holds that too (``interviews.triggers``). Callers find templates through ``editable_by``; an editor says
which rules they read (``seen``), so that two who edit at once do not overwrite each other.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.external_ids import move_external_ids
from accounts.services.trail import record
from interviews.models import CompetencyNeed, Job, LoopPlan, LoopTemplate, Pool, RoundTemplate, SeatTemplate
from interviews.planning.codes import Remedy
from interviews.planning.template_rules import CannotRelax, RoundRules, TemplateRules, relaxed
from interviews.selectors.templates import line_of, rules_of, slugs_of
from questionbank.models import Competency, RoleFamily, SeniorityLevel

MOST_ROUNDS = 12
_VERSION_SUFFIX = re.compile(r"-v\d+(-\d+)?$")
_OWN = ("name_en", "name_zh", "difficulty", "difficulty_spread", "rest_days")


def template_for(job: Job) -> LoopTemplate:
    """The rules a job's plan is built from: its own current template, else the general one. Two queries.

    Raises ``ValidationError`` with code ``no_template`` or ``empty_template``.
    """
    fitting = LoopTemplate.objects.current().filter(job=job) | LoopTemplate.objects.current().general().filter(
        role_family=job.role_family_id, seniority=job.seniority_id
    )
    found = {template.job_id: template for template in fitting}
    template = found.get(job.pk) or found.get(None)
    if template is None:
        raise ValidationError(
            _("There is no loop template for %(role)s, %(seniority)s. Make one first."),
            code="no_template",
            params={"role": job.role_family.name, "seniority": job.seniority.name},
        )
    if not template.rounds.exists():
        raise ValidationError(
            _("The loop template %(template)s has no rounds yet. Add some first."),
            code="empty_template",
            params={"template": template.name},
        )
    return template


def hold_template(*, template: LoopTemplate, fingerprint: str) -> None:
    """Keep the template as it is until the end of the caller's transaction.

    For who reads the rules, computes for a while and then writes a plan that names them. Raises
    ``ValidationError`` with code ``template_changed`` where the rules are no longer those of ``fingerprint``.
    """
    held = LoopTemplate.objects.select_for_update(no_key=True).filter(pk=template.pk).first()
    if held is None or rules_of(held).fingerprint != fingerprint:
        raise ValidationError(
            _("The loop template was changed while the plan was being built. Build it again."), code="template_changed"
        )


@transaction.atomic
def start_template(
    *, role_family: RoleFamily, seniority: SeniorityLevel, rules: TemplateRules, actor: User | None
) -> LoopTemplate:
    """The first template of a role and seniority, or the next one after a retired one.

    Raises ``ValidationError`` with code ``template_exists`` or those of ``check_rules``.
    """
    check_rules(rules)
    template = LoopTemplate(role_family=role_family, seniority=seniority)
    _write_new(template, rules, slug=f"{seniority.slug}-{role_family.slug}")
    record(actor=actor, action="template.started", subject=template, version=template.version)
    return template


def copy_template(
    *, source: LoopTemplate, role_family: RoleFamily, seniority: SeniorityLevel, actor: User
) -> LoopTemplate:
    """The same rules for another role or seniority, under that one's name. Raises as ``start_template``."""
    rules = renamed(rules_of(source), usual_names(role_family, seniority))
    return start_template(role_family=role_family, seniority=seniority, rules=rules, actor=actor)


@transaction.atomic
def save_template(*, template: LoopTemplate, rules: TemplateRules, seen: str, actor: User) -> LoopTemplate:
    """Change a template: in place where no plan was built from it, else as its next version.

    ``seen`` is the fingerprint of the rules that the editor started from. The same rules again change nothing.
    Raises ``ValidationError`` with code ``stale_template`` or those of ``check_rules``.
    """
    check_rules(rules)
    held = _held(template)
    if not held.is_current or rules_of(held).fingerprint != seen:
        raise ValidationError(
            _("Somebody else has changed this template since you opened it. Nothing of yours was saved yet."),
            code="stale_template",
        )
    if rules.fingerprint == seen:
        return held
    return _changed(held, rules, actor)


@transaction.atomic
def relax_for_job(*, job: Job, remedies: Sequence[Remedy], actor: User) -> LoopTemplate:
    """Rules of the job's own, with the remedies done: its own template's next state, or a copy of the general one.

    Raises ``ValidationError`` with code ``not_a_rule`` (a remedy is about the bank or the plan, not the template),
    ``no_more_seats``, ``round_too_long``, ``no_rounds_left``, ``unknown_round``, or those of ``template_for``.
    """
    Job.objects.select_for_update(no_key=True).get(pk=job.pk)  # two at once make one template
    template = _held(template_for(job))
    before = rules_of(template)
    try:
        rules = relaxed(before, remedies)
    except CannotRelax as error:
        _refuse(error)
    if rules.fingerprint == before.fingerprint:
        return template
    if template.job_id == job.pk:
        return _changed(template, rules, actor)
    own = LoopTemplate(role_family=job.role_family, seniority=job.seniority, job=job)
    _write_new(own, rules, slug=f"{template.slug[:40]}-{job.pk.hex[-12:]}")
    record(actor=actor, action="template.relaxed", subject=own, job=str(job.pk), source=str(template.pk))
    return own


@transaction.atomic
def back_to_general(*, job: Job, actor: User) -> None:
    """Give up a job's own rules. Plans keep the ones they were built from.

    Raises ``ValidationError`` with code ``no_own_template``.
    """
    own = LoopTemplate.objects.current().filter(job=job).first()
    if own is None:
        raise ValidationError(_("This job follows the general template already."), code="no_own_template")
    _take_out_of_use(_held(own), actor)


@transaction.atomic
def retire_template(*, template: LoopTemplate, actor: User) -> None:
    """No plan is built from it any more; one that no plan was ever built from is deleted.

    Raises ``ValidationError`` with code ``not_current``.
    """
    held = _held(template)
    if not held.is_current:
        raise ValidationError(_("This is not the current version of the template."), code="not_current")
    _take_out_of_use(held, actor)


def usual_names(role_family: RoleFamily, seniority: SeniorityLevel) -> dict[str, Any]:
    """What a template is called where nobody gave it a name."""
    english, chinese = role_family.name_in("en"), role_family.name_in("zh-hans")
    return {
        "name_en": f"{english}, {seniority.name_in('en').lower()}"[:120],
        "name_zh": f"{seniority.name_in('zh-hans')}{chinese}"[:120]
        if seniority.name_zh and role_family.name_zh
        else "",
    }


def renamed(rules: TemplateRules, names: Mapping[str, str]) -> TemplateRules:
    """The same rules under other names; without names those of the copied template are not kept either."""
    return replace(rules, name_en=names.get("name_en", ""), name_zh=names.get("name_zh", ""))


def check_rules(rules: TemplateRules) -> None:
    """Raises ``ValidationError``, one for each rule that no loop could be built and booked by.

    Codes: no_rounds, too_many_rounds, no_time_for_questions, no_competency, no_lead, need_twice; params name the
    round by its place.
    """
    errors = [] if rules.rounds else [ValidationError(_("A template needs a round."), code="no_rounds")]
    if len(rules.rounds) > MOST_ROUNDS:
        text = _("A loop has %(most)s rounds at most.")
        errors.append(ValidationError(text, code="too_many_rounds", params={"most": MOST_ROUNDS}))
    for place, it in enumerate(rules.rounds, start=1):
        errors += [ValidationError(text, code, {"round": place}) for code, text in _round_problems(it)]
    names = [need.competency for need in rules.needs]
    if len(set(names)) != len(names):
        errors.append(ValidationError(_("A competency is named twice among the needs."), code="need_twice"))
    if errors:
        raise ValidationError(errors)


def _round_problems(it: RoundRules) -> list[tuple[str, str]]:
    problems = [
        (
            it.question_minutes <= 0,
            "no_time_for_questions",
            _("Round %(round)s has no minutes left for questions: it opens and closes longer than it lasts."),
        ),
        (not it.competencies, "no_competency", _("Round %(round)s assesses nothing: choose a competency.")),
        ("lead" not in it.seats, "no_lead", _("Round %(round)s has nobody to lead it: choose a pool.")),
    ]
    return [(code, text) for is_wrong, code, text in problems if is_wrong]


def _held(template: LoopTemplate) -> LoopTemplate:
    """The row as it stands, locked: no plan can be written for it meanwhile."""
    found = LoopTemplate.objects.select_for_update(of=("self",)).filter(pk=template.pk).first()
    if found is None:
        raise ValidationError(_("This template is no longer there."), code="stale_template")
    return found


def _changed(template: LoopTemplate, rules: TemplateRules, actor: User) -> LoopTemplate:
    if not LoopPlan.objects.filter(template=template).exists():
        for name in _OWN:
            setattr(template, name, getattr(rules, name))
        template.full_clean(validate_unique=False, validate_constraints=False)
        template.save()
        template.rounds.all().delete()
        template.needs.all().delete()
        write_parts(template, rules)
        record(actor=actor, action="template.changed", subject=template, version=template.version)
        return template
    LoopTemplate.objects.filter(pk=template.pk).update(is_current=False)
    following = LoopTemplate(role_family=template.role_family, seniority=template.seniority, job=template.job)
    _write_new(following, rules, slug=_VERSION_SUFFIX.sub("", template.slug))
    move_external_ids(resource="loop-templates", before=template.pk, after=following.pk)
    record(actor=actor, action="template.versioned", subject=following, version=following.version)
    return following


def _write_new(template: LoopTemplate, rules: TemplateRules, *, slug: str) -> None:
    """A new row at the end of its line of versions."""
    template.version = (line_of(template).aggregate(latest=Max("version"))["latest"] or 0) + 1
    template.slug = _free_slug(slug, template.version)
    for name in _OWN:
        setattr(template, name, getattr(rules, name))
    template.full_clean()
    try:
        with transaction.atomic():
            template.save(force_insert=True)
    except IntegrityError as error:  # lost a race that full_clean() could not see
        text = _("This role and seniority have a template already.")
        raise ValidationError(text, code="template_exists") from error
    write_parts(template, rules)


def _free_slug(slug: str, version: int) -> str:
    wanted = slug[:70] if version == 1 else f"{slug[:70]}-v{version}"
    taken = set(LoopTemplate.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    candidates = [wanted, *(f"{wanted}-{number}" for number in range(2, len(taken) + 3))]
    return next(it for it in candidates if it not in taken)


def write_parts(template: LoopTemplate, rules: TemplateRules) -> None:
    """Rounds, seats and needs. Queries grow with the rounds, of which there are a handful."""
    competencies, pools = slugs_of(Competency.objects.all()), slugs_of(Pool.objects.all())
    for position, it in enumerate(rules.rounds, start=1):
        names = {name: getattr(it, name) for name in RoundRules.__slots__ if name not in {"competencies", "seats"}}
        row = RoundTemplate(template=template, position=position, **names)
        row.full_clean(exclude=["template"], validate_unique=False)
        row.save(force_insert=True)
        row.competencies.set(_known(competencies, slug) for slug in it.competencies)
        SeatTemplate.objects.bulk_create(
            SeatTemplate(round_template=row, role=role, pool=_known(pools, slug)) for role, slug in it.seats.items()
        )
    needs = [
        CompetencyNeed(
            template=template,
            competency=_known(competencies, need.competency),
            questions=need.questions,
            interviewers=need.interviewers,
        )
        for need in rules.needs
    ]
    for need in needs:
        need.full_clean(exclude=["template"], validate_unique=False)
    CompetencyNeed.objects.bulk_create(needs)


def _known(things: Mapping[str, Any], slug: str) -> Any:
    if slug not in things:
        raise ValidationError(
            _("%(name)s is no longer there. Choose another."), code="unknown_name", params={"name": slug}
        )
    return things[slug]


def _take_out_of_use(template: LoopTemplate, actor: User) -> None:
    used = LoopPlan.objects.filter(template=template).exists()
    record(actor=actor, action="template.retired" if used else "template.deleted", subject=template)
    if used:
        LoopTemplate.objects.filter(pk=template.pk).update(is_current=False)
    else:
        template.delete()


def _refuse(error: CannotRelax) -> NoReturn:
    texts = {
        "not_a_rule": _("This is not a rule of the template: it cannot be relaxed there."),
        "no_more_seats": _("A round has two seats at most, and one needs a pool."),
        "round_too_long": _("A round lasts four hours at most."),
        "no_rounds_left": _("A template needs a round."),
        "unknown_round": _("The template has no such round any more."),
    }
    raise ValidationError(texts[error.code], code=error.code, params=error.params) from error
