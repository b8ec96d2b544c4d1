"""The loop builder: a plan, its questions one by one, and every change of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest
from interviews import policies
from interviews.choices import PlanState
from interviews.forms.plans import EditForm, LockForm, MoveForm, RemoveForm, SwapForm
from interviews.models import Job, LoopPlan
from interviews.selectors.plan_choices import additions_for, choices_for, plan_proof
from interviews.selectors.plans import PlanBoard, plan_board
from interviews.services import plan_edits as services
from interviews.services.plans import approve_plan, rebuild_plan
from interviews.views.obstacles import obstacles_of

KEYS = (
    ("S", gettext_lazy("Swap for the first alternative, after asking")),
    ("L", gettext_lazy("Lock or unlock")),
    ("J K", gettext_lazy("Next and previous question")),
    ("R", gettext_lazy("Rebuild what is not locked")),
    ("?", gettext_lazy("This list")),
)


@login_required
@require_GET
def plan_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = _visible(request, pk)
    board = plan_board(plan=plan, form=_form_number(request, plan))
    return _page(request, plan, board)


@login_required
@require_GET
def plan_question(request: PersonRequest, pk: UUID, question: UUID) -> HttpResponse:
    """One question with why it is there and what could be asked instead: a part for htmx, else the whole page."""
    plan = _visible(request, pk)
    chosen = get_object_or_404(plan.questions.select_related("round_template"), pk=question)
    board = plan_board(plan=plan, chosen=chosen.pk, form=chosen.form)
    choices = choices_for(plan=plan, question=chosen) if plan.state == PlanState.DRAFT else None
    return _part_or_page(request, plan, board, "interviews/_plan_question.html", choices=choices)


@login_required
@require_GET
def plan_additions(request: PersonRequest, pk: UUID, label: str) -> HttpResponse:
    """What could be added to a round: a part for htmx, else the whole page."""
    plan = _visible(request, pk)
    form = _form_number(request, plan)
    board = plan_board(plan=plan, form=form)
    column = next((it for it in board.rounds if it.label == label), None)
    found = additions_for(plan=plan, round_id=label, form=form) if column and plan.state == PlanState.DRAFT else []
    return _part_or_page(request, plan, board, "interviews/_plan_additions.html", additions=found, column=column)


@login_required
@require_GET
def plan_proof_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """How the value comes about and what was left out: a part for the dialog, else a page."""
    plan = _visible(request, pk)
    context = {"plan": plan, "proof": plan_proof(plan=plan)}
    part = _wants_part(request)
    response = render(request, f"interviews/{'_plan_proof' if part else 'plan_proof'}.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@login_required
@require_POST
def plan_lock(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan, form = _mine(request, pk), LockForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, plan)
    wanted = form.cleaned_data
    try:
        services.set_locked(plan=plan, actor=request.user, **wanted)
    except ValidationError as error:
        return _refused(request, plan, error)
    return redirect("interviews:plan-question", pk=plan.pk, question=wanted["question"])


@login_required
@require_POST
def plan_swap(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _put(request, pk, services.swap_question, _("Swapped."))


@login_required
@require_POST
def plan_add(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _put(request, pk, services.add_question, _("Added."))


def _put(request: PersonRequest, pk: UUID, service: Callable[..., object], done: str) -> HttpResponse:
    """Make the changes that bring a question into the plan, and show it there."""
    plan, form = _mine(request, pk), SwapForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, plan)
    changes, seen = form.changes, form.cleaned_data["edits"]
    try:
        service(plan=plan, changes=changes, actor=request.user, seen=seen)
    except ValidationError as error:
        return _refused(request, plan, error)
    return _changed(request, plan, done, _question_at(plan, changes[0].into))


@login_required
@require_POST
def plan_remove(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan, form = _mine(request, pk), RemoveForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, plan)
    question, seen = form.cleaned_data["question"], form.cleaned_data["edits"]
    try:
        services.remove_question(plan=plan, question=question, actor=request.user, seen=seen)
    except ValidationError as error:
        return _refused(request, plan, error)
    return _changed(request, plan, _("Taken out."), None)


@login_required
@require_POST
def plan_move(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan, form = _mine(request, pk), MoveForm(request.POST)
    if not form.is_valid():
        return _unreadable(request, plan)
    wanted = form.cleaned_data
    try:
        services.move_question(
            plan=plan,
            question=wanted["question"],
            round_id=wanted["round"],
            position=wanted["position"],
            actor=request.user,
            seen=wanted["edits"],
        )
    except ValidationError as error:
        return _refused(request, plan, error)
    return _changed(request, plan, _("Moved."), wanted["question"])


@login_required
@require_POST
def plan_rebuild(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan = _mine(request, pk)
    try:
        built = rebuild_plan(plan=plan, actor=request.user)
    except ValidationError as error:
        return _refused(request, plan, error)
    if built.pk == plan.pk:
        messages.info(request, _("The same plan came out: nothing better is possible round what is locked."))
    else:
        messages.success(request, _("Plan %(number)s: locked questions stayed.") % {"number": built.number})
    return redirect("interviews:plan-detail", pk=built.pk)


@login_required
@require_POST
def plan_approve(request: PersonRequest, pk: UUID) -> HttpResponse:
    plan, form = _mine(request, pk), EditForm(request.POST)
    seen = form.cleaned_data["edits"] if form.is_valid() else None
    try:
        approve_plan(plan=plan, actor=request.user, seen=seen)
    except ValidationError as error:
        return _refused(request, plan, error)
    messages.success(request, _("Plan approved. Loops of this job copy it from now on."))
    return redirect("interviews:job-detail", pk=plan.job_id)


def _visible(request: PersonRequest, pk: UUID) -> LoopPlan:
    return get_object_or_404(_with_job(LoopPlan.objects.visible_to(request.user)), pk=pk)


def _mine(request: PersonRequest, pk: UUID) -> LoopPlan:
    return get_object_or_404(_with_job(LoopPlan.objects.filter(job__in=Job.objects.run_by(request.user))), pk=pk)


def _with_job(plans: Any) -> Any:
    return plans.select_related(
        "job__role_family", "job__seniority", "template", "built_from", "approved_by", "created_by"
    )


def _form_number(request: PersonRequest, plan: LoopPlan) -> int:
    text = request.GET.get("form", "")
    return int(text) if text in {str(number) for number in range(1, plan.forms + 1)} else 1


def _wants_part(request: PersonRequest) -> bool:
    """Asked by htmx for a place in the page, and not because the reader went back."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def _part_or_page(request: PersonRequest, plan: LoopPlan, board: PlanBoard, part: str, **choices: Any) -> HttpResponse:
    if not _wants_part(request):
        return _page(request, plan, board, **choices)
    response = render(request, part, _context(request, plan, board) | choices)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(
    request: PersonRequest, plan: LoopPlan, board: PlanBoard, error: ValidationError | None = None, **choices: Any
) -> HttpResponse:
    context = _context(request, plan, board) | choices
    context["obstacles"] = obstacles_of(error, plan.job) if error else None
    response = render(request, "interviews/plan_detail.html", context, status=422 if error else 200)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(request: PersonRequest, plan: LoopPlan, board: PlanBoard) -> dict[str, Any]:
    may_run = policies.may_run_job(request.user, plan.job)
    return {
        "board": board,
        "plan": plan,
        "may_run": may_run,
        "may_edit": may_run and plan.state == PlanState.DRAFT,
        "keys": [{"keys": keys, "label": label} for keys, label in KEYS],
    }


def _changed(request: PersonRequest, plan: LoopPlan, message: str, question: UUID | None) -> HttpResponse:
    """Go on with the question that the change was about."""
    messages.success(request, message)
    if question is None:
        return redirect("interviews:plan-detail", pk=plan.pk)
    return redirect("interviews:plan-question", pk=plan.pk, question=question)


def _refused(request: PersonRequest, plan: LoopPlan, error: ValidationError) -> HttpResponse:
    """The plan as it is now, with why it was not changed."""
    fresh = _mine(request, plan.pk)
    return _page(request, fresh, plan_board(plan=fresh), error)


def _unreadable(request: PersonRequest, plan: LoopPlan) -> HttpResponse:
    return _refused(request, plan, ValidationError(_("This cannot be done. Look at the plan and choose again.")))


def _question_at(plan: LoopPlan, item_id: str) -> UUID | None:
    """The planned question that the planner calls so."""
    label, _space, version = item_id.partition(" v")
    digits = label.removeprefix("Q-")
    if not (digits.isdecimal() and version.isdecimal()):
        return None
    found = plan.questions.filter(version__question__number=int(digits), version__number=int(version))
    return found.values_list("pk", flat=True).first()
