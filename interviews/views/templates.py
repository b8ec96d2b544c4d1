"""Loop templates: which roles and seniorities have one, what it says, and the editor."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.choices import Language
from accounts.requests import PersonRequest
from interviews import policies
from interviews.forms.templates import Editor, WhereForm
from interviews.models import LoopTemplate
from interviews.planning.template_rules import RoundRules, TemplateRules
from interviews.selectors.supply import feasibility, supply_for
from interviews.selectors.templates import editor_names, rules_of, template_grid, template_page, with_rules, with_use
from interviews.services import template_trials
from interviews.services import templates as services
from questionbank.models import RoleFamily, SeniorityLevel


@login_required
@require_GET
def template_list(request: PersonRequest) -> HttpResponse:
    if not policies.may_read_jobs(request.user):
        raise PermissionDenied
    context = {"grid": template_grid(user=request.user), "may_edit": policies.may_edit_templates(request.user)}
    return render(request, "interviews/template_list.html", context)


@login_required
@require_GET
def template_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _page(request, _template(request, pk))


@login_required
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
def template_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    template = get_object_or_404(_with_all(LoopTemplate.objects.editable_by(request.user).current()), pk=pk)
    where = (template.role_family, template.seniority)
    kept = rules_of(template)
    editor = Editor(**editor_names())
    if request.method == "GET":
        restored = _source(request, "restore")
        return _editor(request, editor.show(restored or kept), where, template=template, seen=kept.fingerprint)
    seen = request.POST.get("seen", "")
    action = request.POST.get("action", "save")
    if action not in {"save", "try"}:
        return _editor(request, editor.rearrange(request.POST, action), where, template=template, seen=seen)
    try:
        rules = editor.read(request.POST).rules()
        if action == "try":
            services.check_rules(rules)
            return _editor(request, editor, where, template=template, seen=seen, trial=_trial(request, rules, where))
        saved = services.save_template(template=template, rules=rules, seen=seen, actor=request.user)
    except ValidationError as error:
        return _editor(request, editor, where, template=template, seen=seen, error=error)
    if saved.pk != template.pk:
        messages.success(request, _("Saved as the next version. Plans built before keep the rules they were built by."))
    else:
        messages.success(request, _("Template saved."))
    return _go(request, reverse("interviews:template-detail", args=[saved.pk]))


@login_required
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "POST"])
def template_create(request: PersonRequest) -> HttpResponse:
    if not policies.may_edit_templates(request.user):
        raise PermissionDenied
    form = WhereForm(request.POST if request.method == "POST" else None, initial=_where_asked(request))
    editor = Editor(**editor_names())
    if request.method == "GET":
        return _editor(request, editor.show(_first_rules(request)), _where_asked_rows(request), form=form)
    action = request.POST.get("action", "save")
    where = (form.cleaned_data["role_family"], form.cleaned_data["seniority"]) if form.is_valid() else None
    if action not in {"save", "try"}:
        asked = WhereForm(initial={name: request.POST.get(name) for name in form.fields})
        return _editor(request, editor.rearrange(request.POST, action), where, form=asked)
    try:
        rules = editor.read(request.POST).rules()
        if where is None:
            raise ValidationError(_("Some fields need another look."), code="fields")
        if action == "try":
            services.check_rules(rules)
            return _editor(request, editor, where, form=form, trial=_trial(request, rules, where))
        saved = services.start_template(role_family=where[0], seniority=where[1], rules=rules, actor=request.user)
    except ValidationError as error:
        return _editor(request, editor, where, form=form, error=error)
    messages.success(request, _("Template saved. Jobs of this role and seniority build their plans by it."))
    return _go(request, reverse("interviews:template-detail", args=[saved.pk]))


@login_required
@require_POST
def template_retire(request: PersonRequest, pk: UUID) -> HttpResponse:
    template = get_object_or_404(LoopTemplate.objects.editable_by(request.user), pk=pk)
    try:
        services.retire_template(template=template, actor=request.user)
    except ValidationError as error:
        return _page(request, _template(request, pk), error)
    messages.success(request, _("The template is out of use. Plans built by it keep its rules."))
    return redirect("interviews:template-list")


def _template(request: PersonRequest, pk: UUID) -> LoopTemplate:
    template: LoopTemplate = get_object_or_404(_with_all(LoopTemplate.objects.visible_to(request.user)), pk=pk)
    return template


def _with_all(templates: Any) -> Any:
    return with_use(with_rules(templates.select_related("role_family", "seniority", "job")))


def _page(request: PersonRequest, template: LoopTemplate, error: ValidationError | None = None) -> HttpResponse:
    editable = LoopTemplate.objects.editable_by(request.user).filter(pk=template.pk)
    context = {
        "template": template,
        "page": template_page(template=template),
        "may_edit": template.is_current and editable.exists(),
        "may_start": policies.may_edit_templates(request.user),
        "errors": error.messages if error else [],
    }
    return render(request, "interviews/template_detail.html", context, status=422 if error else 200)


def _editor(
    request: PersonRequest,
    editor: Editor,
    where: tuple[RoleFamily, SeniorityLevel] | None,
    *,
    template: LoopTemplate | None = None,
    form: WhereForm | None = None,
    seen: str = "",
    trial: template_trials.Trial | None = None,
    error: ValidationError | None = None,
) -> HttpResponse:
    """The whole page, or for htmx the form alone."""
    rules = _rules_or_none(editor)
    supply = supply_for(role_family=where[0], seniority=where[1]) if where else None
    found = feasibility(rules=rules, supply=supply, names=editor.competencies) if rules and supply else None
    context = {
        "editor": editor,
        "template": template,
        "where": where,
        "where_form": form,
        "seen": seen,
        "trial": trial,
        "feasibility": found,
        "languages": Language.choices,
        "language": request.POST.get("language") or get_language(),
        "errors": error.messages if error else [],
        "stale": getattr(error, "code", "") == "stale_template",
    }
    part = "HX-Request" in request.headers
    name = "interviews/_template_editor.html" if part else "interviews/template_edit.html"
    return render(request, name, context, status=422 if error else 200)


def _rules_or_none(editor: Editor) -> TemplateRules | None:
    """What the fields say if they can be read, whether they were posted or are first shown."""
    try:
        return editor.as_shown()
    except ValidationError:
        return None


def _trial(
    request: PersonRequest, rules: TemplateRules, where: tuple[RoleFamily, SeniorityLevel]
) -> template_trials.Trial:
    language = request.POST.get("language", "")
    return template_trials.try_rules(
        rules=rules,
        role_family=where[0],
        seniority=where[1],
        language=language if language in Language.values else Language.EN,
        names=editor_names()["competencies"],
    )


def _where_asked(request: PersonRequest) -> dict[str, Any]:
    """Role and seniority that the link of the grid names, by slug."""
    role = RoleFamily.objects.filter(slug=request.GET.get("role", "")).first()
    seniority = SeniorityLevel.objects.filter(slug=request.GET.get("seniority", "")).first()
    return {"role_family": role, "seniority": seniority}


def _where_asked_rows(request: PersonRequest) -> tuple[RoleFamily, SeniorityLevel] | None:
    asked = _where_asked(request)
    return (asked["role_family"], asked["seniority"]) if all(asked.values()) else None


def _first_rules(request: PersonRequest) -> TemplateRules:
    """Copied from another template, derived from the bank, or one empty round."""
    where = _where_asked_rows(request)
    names = services.usual_names(*where) if where else {}
    if copied := _source(request, "copy"):
        return services.renamed(copied, names)
    if request.GET.get("derive") and where:
        derived = template_trials.derived_rules(supply_for(role_family=where[0], seniority=where[1]))
        return services.renamed(derived, names)
    return TemplateRules(**names, rounds=(RoundRules(),))


def _source(request: PersonRequest, name: str) -> TemplateRules | None:
    """The rules of the template that the address names, if the person may read it."""
    wanted = request.GET.get(name, "")
    try:
        pk = UUID(wanted)
    except ValueError:
        return None
    found = with_rules(LoopTemplate.objects.visible_to(request.user)).filter(pk=pk).first()
    return rules_of(found) if found else None


def _go(request: PersonRequest, url: str) -> HttpResponse:
    if "HX-Request" in request.headers:
        return HttpResponse(headers={"HX-Redirect": url})
    return redirect(url)
