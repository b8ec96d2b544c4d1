"""Jobs, their candidates and the building of their plan."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import PersonRequest
from interviews import policies
from interviews.forms.jobs import CandidateForm, JobForm, WindowsForm, initial_windows
from interviews.forms.plans import BuildForm
from interviews.models import Application, Job
from interviews.selectors.jobs import applications_of, job_page
from interviews.selectors.jobs import job_list as jobs_of
from interviews.services import jobs as services
from interviews.services.loops import start_loop
from interviews.services.plans import compile_plan
from interviews.services.templates import back_to_general, relax_for_job
from interviews.views.obstacles import obstacles_of, remedies_from

PAGE_SIZE = 25


@login_required
@require_GET
def job_list(request: PersonRequest) -> HttpResponse:
    if not policies.may_read_jobs(request.user):
        raise PermissionDenied
    page = Paginator(jobs_of(user=request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "may_open": policies.may_open_jobs(request.user)}
    return render(request, "interviews/job_list.html", context)


@login_required
@require_GET
def job_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _job(request, get_object_or_404(_jobs(request), pk=pk))


def _jobs(request: PersonRequest) -> Any:
    return Job.objects.visible_to(request.user).select_related("role_family", "seniority")


def _job(request: PersonRequest, job: Job, error: ValidationError | None = None) -> HttpResponse:
    page = Paginator(applications_of(job=job), PAGE_SIZE).get_page(request.GET.get("page"))
    sent = BuildForm(request.POST)
    wanted = sent.chosen["forms"] if sent.is_valid() else 1
    context = {
        "about": job_page(job=job),
        "job": job,
        "page": page,
        "may_run": policies.may_run_job(request.user, job),
        "build_form": BuildForm(initial={"forms": wanted}),
        "forms": wanted,
        "obstacles": obstacles_of(error, job) if error else None,
    }
    return render(request, "interviews/job_detail.html", context, status=422 if error else 200)


@login_required
@require_http_methods(["GET", "POST"])
def job_create(request: PersonRequest) -> HttpResponse:
    if not policies.may_open_jobs(request.user):
        raise PermissionDenied
    initial = {"time_zone": request.user.time_zone, "recruiters": [request.user.pk]}
    form = JobForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            job = services.create_job(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("interviews:job-detail", pk=job.pk)
    return render(request, "interviews/job_create.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def plan_build(request: PersonRequest, pk: UUID) -> HttpResponse:
    job, form = _mine(request, pk), BuildForm(request.POST)
    if not form.is_valid():
        return _job(request, job, ValidationError(_("A plan has one to five parallel forms.")))
    return _build(request, job, **form.chosen)


def _mine(request: PersonRequest, pk: UUID) -> Job:
    return get_object_or_404(Job.objects.run_by(request.user).select_related("role_family", "seniority"), pk=pk)


def _build(request: PersonRequest, job: Job, *, seed: int, forms: int) -> HttpResponse:
    try:
        plan = compile_plan(job=job, actor=request.user, seed=seed, forms=forms)
    except ValidationError as error:
        return _job(request, job, error)
    return redirect("interviews:plan-detail", pk=plan.pk)


@login_required
@require_POST
def plan_relax(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Let rules of the template give way for this job, then build: a plan, or what is still in the way."""
    job, form = _mine(request, pk), BuildForm(request.POST)
    try:
        relax_for_job(job=job, remedies=remedies_from(request.POST.getlist("remedy")), actor=request.user)
    except ValidationError as error:
        return _job(request, job, error)
    messages.success(request, _("Relaxed for this job. The general template stays as it is."))
    return _build(request, job, **form.chosen) if form.is_valid() else redirect("interviews:job-detail", pk=job.pk)


@login_required
@require_POST
def plan_general(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Give up the job's own rules."""
    job = _mine(request, pk)
    try:
        back_to_general(job=job, actor=request.user)
    except ValidationError as error:
        return _job(request, job, error)
    messages.success(request, _("This job follows the general template again."))
    return redirect("interviews:job-detail", pk=job.pk)


@login_required
@require_http_methods(["GET", "POST"])
def candidate_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    job = get_object_or_404(Job.objects.run_by(request.user), pk=pk)
    form = CandidateForm(request.POST or None, initial={"time_zone": job.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_applicant(actor=request.user, job=job, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("interviews:job-detail", pk=job.pk)
    context = {"job": job, "form": form}
    return render(request, "interviews/candidate_create.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def candidate_windows(request: PersonRequest, pk: UUID) -> HttpResponse:
    runs = Application.objects.filter(job__in=Job.objects.run_by(request.user), candidate=pk)
    application = runs.select_related("loop", "candidate").order_by("-created_at").first()
    if application is None:
        raise Http404
    candidate = application.candidate
    kept = [(it.starts_at, it.ends_at) for it in candidate.windows.all()]
    initial = initial_windows(kept, candidate.time_zone)
    form = WindowsForm(request.POST or None, zone=candidate.time_zone, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_candidate_windows(actor=request.user, candidate=candidate, windows=form.windows())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return _after_windows(application)
    context = {"candidate": candidate, "form": form}
    return render(request, "interviews/candidate_windows.html", context, status=422 if form.errors else 200)


def _after_windows(application: Application) -> HttpResponse:
    """To the panel that waits for the times, else to the job."""
    loop = getattr(application, "loop", None)
    if loop is not None:
        return redirect("interviews:loop-panel", pk=loop.pk)
    return redirect("interviews:job-detail", pk=application.job_id)


@login_required
@require_POST
def loop_create(request: PersonRequest, pk: UUID) -> HttpResponse:
    runs = Application.objects.filter(job__in=Job.objects.run_by(request.user))
    application = get_object_or_404(runs.select_related("job__role_family", "job__seniority"), pk=pk)
    try:
        loop = start_loop(application=application, actor=request.user)
    except ValidationError as error:
        return _job(request, application.job, error)
    return redirect("interviews:loop-panel", pk=loop.pk)
