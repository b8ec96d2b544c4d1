"""The loop builder."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import PersonRequest
from interviews import policies
from interviews.models import Job, LoopPlan
from interviews.selectors.plans import plan_board
from interviews.services.plans import approve_plan


@login_required
@require_GET
def plan_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    plans = LoopPlan.objects.visible_to(request.user)
    plan = get_object_or_404(plans.select_related("job__role_family", "template", "approved_by"), pk=pk)
    return _plan(request, plan)


def _plan(request: PersonRequest, plan: LoopPlan, error: ValidationError | None = None) -> HttpResponse:
    context = {
        "board": plan_board(plan=plan, chosen=request.GET.get("question")),
        "plan": plan,
        "may_run": policies.may_run_job(request.user, plan.job),
        "errors": error.messages if error else [],
    }
    return render(request, "interviews/plan_detail.html", context, status=422 if error else 200)


@login_required
@require_POST
def plan_approve(request: PersonRequest, pk: UUID) -> HttpResponse:
    plans = LoopPlan.objects.filter(job__in=Job.objects.run_by(request.user)).select_related(
        "job__role_family", "template"
    )
    plan = get_object_or_404(plans, pk=pk)
    try:
        approve_plan(plan=plan, actor=request.user)
    except ValidationError as error:
        return _plan(request, plan, error)
    messages.success(request, _("Plan approved. Loops of this job copy it from now on."))
    return redirect("interviews:job-detail", pk=plan.job_id)
