"""Routes of the bank."""

from django.urls import path

from questionbank import views

app_name = "questionbank"
urlpatterns = [
    path("", views.question_list, name="question-list"),
    path("new/", views.question_create, name="question-create"),
    path("<uuid:pk>/", views.question_detail, name="question-detail"),
    path("<uuid:pk>/edit/", views.question_edit, name="question-edit"),
    path("versions/<uuid:pk>/submit/", views.version_submit, name="version-submit"),
    path("versions/<uuid:pk>/publish/", views.version_publish, name="version-publish"),
]
