"""Where the rules of one job differ from the general template of its role and seniority."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from interviews.models import Job, LoopTemplate
from interviews.planning.template_rules import RoundRules, TemplateRules
from interviews.selectors.templates import rules_of, with_rules
from interviews.wording import listed
from questionbank.models import Competency


def own_rules(*, job: Job) -> list[str]:
    """In sentences; empty where the job follows the general template. One query there, eleven where it does not."""
    current = LoopTemplate.objects.current()
    own = current.filter(job=job).first()
    if own is None:
        return []
    general = current.general().filter(role_family=job.role_family_id, seniority=job.seniority_id)
    found = {it.job_id: rules_of(it) for it in with_rules(current.filter(pk=own.pk) | general)}
    if None not in found:
        return [_("There is no general template for this role and seniority.")]
    names = {competency.slug: competency.name for competency in Competency.objects.all()}
    return list(_differences(found[None], found[job.pk], names)) or [_("The same as the general template today.")]


def _differences(general: TemplateRules, own: TemplateRules, names: Mapping[str, str]) -> Iterator[str]:
    yield from _of_rounds(general, own, names)
    yield from _of_needs(general, own, names)
    whole = (
        ("difficulty", _("Difficulty aimed at: %(has)s instead of %(was)s")),
        ("difficulty_spread", _("Steps of difficulty allowed: %(has)s instead of %(was)s")),
        ("rest_days", _("Days a question rests: %(has)s instead of %(was)s")),
    )
    for name, text in whole:
        was, has = getattr(general, name), getattr(own, name)
        if was != has:
            yield text % {"was": was, "has": has}


def _of_rounds(general: TemplateRules, own: TemplateRules, names: Mapping[str, str]) -> Iterator[str]:
    """Rounds are told apart by their names: places shift where one is left out."""
    before = {_key(it): it for it in general.rounds}
    after = {_key(it): it for it in own.rounds}
    for place, it in enumerate(general.rounds, start=1):
        name = {"round": it.name_en or it.name_zh or f"R{place}"}
        if _key(it) not in after:
            yield _("%(round)s is left out") % name
            continue
        now = after[_key(it)]
        if now.minutes != it.minutes:
            yield _("%(round)s: %(has)s minutes instead of %(was)s") % {**name, "has": now.minutes, "was": it.minutes}
        if len(now.seats) != len(it.seats):
            yield _("%(round)s: %(has)s seats instead of %(was)s") % {
                **name,
                "has": len(now.seats),
                "was": len(it.seats),
            }
        if more := set(now.competencies) - set(it.competencies):
            yield _("%(round)s may also assess %(competencies)s") % {**name, "competencies": _named(more, names)}
        if less := set(it.competencies) - set(now.competencies):
            yield _("%(round)s no longer assesses %(competencies)s") % {**name, "competencies": _named(less, names)}
    for it in own.rounds:
        if _key(it) not in before:
            yield _("%(round)s is new") % {"round": it.name_en or it.name_zh}


def _of_needs(general: TemplateRules, own: TemplateRules, names: Mapping[str, str]) -> Iterator[str]:
    after = {it.competency: it for it in own.needs}
    for it in general.needs:
        name = {"competency": names.get(it.competency, it.competency)}
        now = after.pop(it.competency, None)
        if now is None:
            yield _("%(competency)s is not needed") % name
            continue
        if now.questions != it.questions:
            yield _("%(competency)s: %(has)s questions instead of %(was)s") % {
                **name,
                "has": now.questions,
                "was": it.questions,
            }
        if now.interviewers != it.interviewers:
            yield _("%(competency)s: %(has)s interviewers instead of %(was)s") % {
                **name,
                "has": now.interviewers,
                "was": it.interviewers,
            }
    for slug in after:
        yield _("%(competency)s is needed too") % {"competency": names.get(slug, slug)}


def _key(it: RoundRules) -> tuple[str, str]:
    return it.name_en, it.name_zh


def _named(slugs: set[str], names: Mapping[str, str]) -> str:
    return listed(sorted(names.get(slug, slug) for slug in slugs))
