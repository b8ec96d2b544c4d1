"""Routes of the bank."""

from django.urls import path

from questionbank.views import bulk, editor, exports, imports, lists, questions

app_name = "questionbank"
urlpatterns = [
    path("", lists.question_list, name="question-list"),
    path("change/", bulk.bulk_change, name="bulk"),
    path("searches/", lists.search_save, name="search-save"),
    path("searches/<uuid:pk>/", lists.search_rename, name="search-rename"),
    path("searches/<uuid:pk>/delete/", lists.search_delete, name="search-delete"),
    path("new/", editor.question_create, name="question-create"),
    path("new/unfinished/", editor.draft_keep, name="draft-keep-new"),
    path("new/unfinished/forget/", editor.draft_forget, name="draft-forget-new"),
    path("preview/", editor.markdown_preview, name="markdown-preview"),
    path("find/", editor.question_find, name="question-find"),
    path("export/", exports.question_export, name="question-export"),
    path("import/", imports.import_create, name="import-create"),
    path("import/<uuid:pk>/", imports.import_detail, name="import-detail"),
    path("import/<uuid:pk>/progress/", imports.import_progress, name="import-progress"),
    path("import/<uuid:pk>/entries/<int:position>/", imports.import_entry, name="import-entry"),
    path("import/<uuid:pk>/choose/", imports.import_choose, name="import-choose"),
    path("import/<uuid:pk>/defaults/", imports.import_defaults, name="import-defaults"),
    path("import/<uuid:pk>/discard/", imports.import_discard, name="import-discard"),
    path("import/<uuid:pk>/retry/", imports.import_retry, name="import-retry"),
    path("<uuid:pk>/", questions.question_detail, name="question-detail"),
    path("<uuid:pk>/edit/", editor.question_edit, name="question-edit"),
    path("<uuid:pk>/unfinished/", editor.draft_keep, name="draft-keep"),
    path("<uuid:pk>/unfinished/forget/", editor.draft_forget, name="draft-forget"),
    path("<uuid:pk>/retire/", questions.question_retire, name="question-retire"),
    path("versions/publish/", lists.version_publish_many, name="version-publish-many"),
    path("versions/<uuid:pk>/submit/", questions.version_submit, name="version-submit"),
    path("versions/<uuid:pk>/withdraw/", questions.version_withdraw, name="version-withdraw"),
    path("versions/<uuid:pk>/send-back/", questions.version_send_back, name="version-send-back"),
    path("versions/<uuid:pk>/comment/", questions.version_comment, name="version-comment"),
    path("leaks/<uuid:pk>/", questions.leak_decide, name="leak-decide"),
    path("versions/<uuid:pk>/publish/", questions.version_publish, name="version-publish"),
]
