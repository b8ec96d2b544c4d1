"""The editor: writing a draft, seeing it as it will look, and keeping what is unfinished."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import Language
from accounts.models import User
from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.choices import GENERIC_ANCHORS, LEVELS
from questionbank.forms.editor import (
    KeepForm,
    SeenForm,
    VersionForm,
    WordingForm,
    initial_unfinished,
    initial_version,
    initial_wordings,
)
from questionbank.models import EditorDraft, Question, QuestionVersion, Tag
from questionbank.selectors.enemies import enemies_shown
from questionbank.selectors.lists import found_numbers
from questionbank.selectors.questions import question_versions, text_in
from questionbank.services import editing

MOST_FOUND = 8
LONGEST_PREVIEW = 100_000


@login_required
@require_http_methods(["GET", "POST"])
def question_create(request: PersonRequest) -> HttpResponse:
    if not policies.may_write(request.user):
        raise PermissionDenied
    return _edit(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def question_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _edit(request, _question(request, pk))


@login_required
@require_POST
def draft_keep(request: PersonRequest, pk: UUID | None = None) -> HttpResponse:
    """An autosave. Answers what the server has now, with 409 where that is not what was sent."""
    question = _question(request, pk)
    form = KeepForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    data = form.cleaned_data
    try:
        kept = editing.keep(
            user=request.user,
            question=question,
            fields=data["fields_left"],
            number=data["number"],
            seen=data["seen"],
        )
    except ValidationError as error:
        return JsonResponse({"errors": error.messages}, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    answer = {
        "number": kept.draft.number,
        "saved_at": kept.draft.saved_at,
        "overtaken": question is not None and editing.is_overtaken(kept.draft),
    }
    return JsonResponse(answer, status=HTTPStatus.OK if kept.taken else HTTPStatus.CONFLICT)


@login_required
@require_POST
def draft_forget(request: PersonRequest, pk: UUID | None = None) -> HttpResponse:
    question = _question(request, pk)
    editing.forget(user=request.user, question=question)
    if question is None:
        return redirect("questionbank:question-create")
    return redirect("questionbank:question-edit", pk=question.pk)


@login_required
@require_POST
def markdown_preview(request: PersonRequest) -> HttpResponse:
    """Markdown as pages and packets show it."""
    if not policies.may_write(request.user):
        raise PermissionDenied
    text = request.POST.get("text", "")[:LONGEST_PREVIEW]
    return render(request, "questionbank/_preview.html", {"text": text})


@login_required
@require_GET
def question_find(request: PersonRequest) -> HttpResponse:
    """Questions by number or words, for the editor to pick from."""
    wanted = request.GET.get("q", "").strip()[:100]
    if not wanted or not policies.may_read(request.user):
        return JsonResponse({"questions": []})
    query = QueryDict(mutable=True)
    query["text"] = wanted
    numbers = found_numbers(user=request.user, query=query)[:MOST_FOUND]
    newest = QuestionVersion.objects.visible_to(request.user).newest().filter(question__number__in=numbers)
    rows = {row.question.number: row for row in newest.select_related("question").prefetch_related("texts")}
    found = [rows[number] for number in numbers if number in rows]
    return JsonResponse({"questions": [{"label": row.question.label, "title": text_in(row).title} for row in found]})


def _question(request: PersonRequest, pk: UUID | None) -> Question | None:
    """The question to be edited, or None for a new one; whoever may not write gets neither."""
    if pk is None:
        if not policies.may_write(request.user):
            raise PermissionDenied
        return None
    return get_object_or_404(Question.objects.editable_by(request.user).select_related("category"), pk=pk)


def _edit(request: PersonRequest, question: Question | None) -> HttpResponse:
    version = question_versions(question=question)[0] if question else None
    kept = editing.draft_of(user=request.user, question=question)
    current = text_in(version).pk if version else None
    if request.method == "POST":
        return _save(request, question, version, kept)
    form, wordings = _forms(None, version, kept)
    # Whoever goes on with unfinished words began with the words of then, not with those of now.
    seen = kept.seen if kept else current
    context = {"restored": kept, "overtaken": bool(kept and editing.is_overtaken(kept))}
    return _page(request, question, version, kept, form, wordings, seen, context)


def _save(
    request: PersonRequest, question: Question | None, version: QuestionVersion | None, kept: EditorDraft | None
) -> HttpResponse:
    current = text_in(version).pk if version else None
    form, wordings = _forms(request.POST, version, None)
    seen = _seen(request.POST) or current
    # Every form is looked at, so that one answer names all that is wrong.
    if all([form.is_valid(), *[words.is_valid() for words in wordings.values()]]):
        try:
            saved = _written(request.user, question, form, wordings, seen)
        except ValidationError as error:
            form.add_error(None, error.messages)
            # Whoever has read why may now save over what there is.
            seen = current
        else:
            target = "question-edit" if "stay" in request.POST else "question-detail"
            return redirect(f"questionbank:{target}", pk=saved.question_id)
    return _page(request, question, version, kept, form, wordings, seen, {}, HTTPStatus.UNPROCESSABLE_ENTITY)


def _forms(
    data: QueryDict | None, version: QuestionVersion | None, kept: EditorDraft | None
) -> tuple[VersionForm, dict[str, WordingForm]]:
    if kept is not None:
        initial = initial_unfinished(kept.fields)
        texts = {language: initial_unfinished(kept.fields, language) for language in Language.values}
    elif version is not None and data is None:
        enemies = {related.question: related.reason for related in enemies_shown(version.question)}
        initial, texts = initial_version(version, enemies), initial_wordings(version)
    else:
        initial, texts = {}, {}
    return VersionForm(data, initial=initial), {
        language: WordingForm(data, initial=texts.get(language), prefix=language) for language in Language.values
    }


def _written(
    user: User, question: Question | None, form: VersionForm, wordings: dict[str, WordingForm], seen: UUID | None
) -> QuestionVersion:
    words = tuple(part.wording(language) for language, part in wordings.items() if not part.is_empty())
    return editing.save(
        question=question,
        author=user,
        category=form.cleaned_data["category"],
        content=form.content(words),
        tags=form.cleaned_data["tags"],
        enemies=form.cleaned_data["enemies"],
        seen=seen,
    )


def _seen(data: QueryDict) -> UUID | None:
    form = SeenForm(data)
    return form.cleaned_data["seen"] if form.is_valid() else None


def _page(
    request: PersonRequest,
    question: Question | None,
    version: QuestionVersion | None,
    kept: EditorDraft | None,
    form: VersionForm,
    wordings: dict[str, WordingForm],
    seen: UUID | None,
    notices: dict[str, Any],
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    parts = [(Language(language).label, language, words) for language, words in wordings.items()]
    context = {
        "question": question,
        "version": version,
        "form": form,
        "parts": parts,
        "seen": seen,
        "kept_number": kept.number if kept else 0,
        "generic": [
            {"language": language, "anchors": zip(LEVELS, anchors, strict=True)}
            for language, anchors in GENERIC_ANCHORS.items()
        ],
        "tags": Tag.objects.values_list("name", flat=True)[:500],
        **notices,
    }
    return render(request, "questionbank/question_edit.html", context, status=status)
