from django.urls import path

from interviews.views import interviewers, jobs, loops, plans

app_name = "interviews"
urlpatterns = [
    path("jobs/", jobs.job_list, name="job-list"),
    path("jobs/new/", jobs.job_create, name="job-create"),
    path("jobs/<uuid:pk>/", jobs.job_detail, name="job-detail"),
    path("jobs/<uuid:pk>/plan/", jobs.plan_build, name="plan-build"),
    path("jobs/<uuid:pk>/candidates/new/", jobs.candidate_create, name="candidate-create"),
    path("candidates/<uuid:pk>/times/", jobs.candidate_windows, name="candidate-windows"),
    path("applications/<uuid:pk>/loop/", jobs.loop_create, name="loop-create"),
    path("plans/<uuid:pk>/", plans.plan_detail, name="plan-detail"),
    path("plans/<uuid:pk>/approve/", plans.plan_approve, name="plan-approve"),
    path("loops/", loops.loop_list, name="loop-list"),
    path("loops/<uuid:pk>/", loops.loop_detail, name="loop-detail"),
    path("loops/<uuid:pk>/panel/", loops.loop_panel, name="loop-panel"),
    path("loops/<uuid:pk>/panel/propose/", loops.panel_propose, name="panel-propose"),
    path("loops/<uuid:pk>/panel/book/", loops.panel_book, name="panel-book"),
    path("loops/<uuid:pk>/panel/cancel/", loops.panel_cancel, name="panel-cancel"),
    path("interviewers/", interviewers.interviewer_list, name="interviewer-list"),
    path("interviewers/<uuid:pk>/", interviewers.interviewer_detail, name="interviewer-detail"),
    path("interviewers/<uuid:pk>/edit/", interviewers.interviewer_edit, name="interviewer-edit"),
    path("interviewers/<uuid:pk>/busy/", interviewers.busy_create, name="busy-create"),
    path("busy/<uuid:pk>/remove/", interviewers.busy_remove, name="busy-remove"),
]
