"""Routes of the bank."""

from django.urls import path

from questionbank.views import imports, questions

app_name = "questionbank"
urlpatterns = [
    path("", questions.question_list, name="question-list"),
    path("new/", questions.question_create, name="question-create"),
    path("import/", imports.import_create, name="import-create"),
    path("import/<uuid:pk>/", imports.import_detail, name="import-detail"),
    path("<uuid:pk>/", questions.question_detail, name="question-detail"),
    path("<uuid:pk>/edit/", questions.question_edit, name="question-edit"),
    path("<uuid:pk>/retire/", questions.question_retire, name="question-retire"),
    path("versions/publish/", questions.version_publish_many, name="version-publish-many"),
    path("versions/<uuid:pk>/submit/", questions.version_submit, name="version-submit"),
    path("versions/<uuid:pk>/publish/", questions.version_publish, name="version-publish"),
]
