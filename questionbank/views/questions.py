"""Finding, reading, writing and publishing questions."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import Language
from accounts.models import User
from accounts.requests import PersonRequest
from questionbank import policies, selectors
from questionbank.choices import OPEN_STATES
from questionbank.forms import (
    FacetsForm,
    SeenForm,
    SeenManyForm,
    VersionForm,
    WordingForm,
    initial_version,
    initial_wordings,
)
from questionbank.models import Question, QuestionVersion
from questionbank.services import versions as services

PAGE_SIZE = 25


@login_required
@require_GET
def question_list(request: PersonRequest) -> HttpResponse:
    if not policies.may_read(request.user):
        raise PermissionDenied
    form = FacetsForm(request.GET)
    form.is_valid()
    chosen = {name: getattr(value, "slug", value) or "" for name, value in form.cleaned_data.items()}
    found = selectors.question_list(user=request.user, facets=selectors.Facets(**chosen))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [
        {"question": question, "version": version, "text": selectors.text_in(version)}
        for question in page
        for version in question.versions.all()
    ]
    context = {
        "page": page,
        "rows": rows,
        "form": form,
        "filtered": any(chosen.values()),
        "may_write": policies.may_write(request.user),
        "may_publish_all": policies.may_write(request.user) and form.cleaned_data.get("state") == selectors.WAITING,
    }
    return render(request, "questionbank/question_list.html", context)


@login_required
@require_GET
def question_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user).select_related("category"), pk=pk)
    versions = selectors.question_versions(question=question)
    asked = request.GET.get("version", "")
    version = next((v for v in versions if str(v.number) == asked), versions[0])
    context = {
        "question": question,
        "versions": versions[::-1],
        "version": version,
        "text": selectors.text_in(version, request.GET.get("language")),
        "may_write": policies.may_write(request.user),
        "may_publish": policies.may_publish(request.user, version),
        "is_open": version.state in OPEN_STATES,
    }
    return render(request, "questionbank/question_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def question_create(request: PersonRequest) -> HttpResponse:
    if not policies.may_write(request.user):
        raise PermissionDenied
    return _edit(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def question_edit(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _edit(request, get_object_or_404(Question.objects.editable_by(request.user), pk=pk))


def _edit(request: PersonRequest, question: Question | None) -> HttpResponse:
    version = selectors.question_versions(question=question)[0] if question else None
    data = request.POST if request.method == "POST" else None
    form = VersionForm(data, initial=initial_version(version) if version else None)
    texts = initial_wordings(version) if version else {}
    wordings = {
        language: WordingForm(data, initial=texts.get(language), prefix=language) for language in Language.values
    }
    seen = selectors.text_in(version).pk if version else None
    status = 200
    if data is not None:
        seen = _seen(data) or seen
        # Every form is looked at, so that one answer names all that is wrong.
        if all([form.is_valid(), *[words.is_valid() for words in wordings.values()]]):
            try:
                return _save(request.user, question, form, wordings, seen)
            except ValidationError as error:
                form.add_error(None, error.messages)
                # Whoever has read why may now save over what there is.
                seen = selectors.text_in(version).pk if version else None
        status = 422
    parts = [(Language(language).label, language, words) for language, words in wordings.items()]
    context = {"question": question, "version": version, "form": form, "parts": parts, "seen": seen}
    return render(request, "questionbank/question_edit.html", context, status=status)


def _seen(data: QueryDict) -> UUID | None:
    form = SeenForm(data)
    return form.cleaned_data["seen"] if form.is_valid() else None


def _save(
    user: User, question: Question | None, form: VersionForm, wordings: dict[str, WordingForm], seen: UUID | None
) -> HttpResponse:
    words = tuple(part.wording(language) for language, part in wordings.items() if not part.is_empty())
    content = form.content(words)
    if question is None:
        version = services.create_question(author=user, category=form.cleaned_data["category"], content=content)
    else:
        category = form.cleaned_data["category"]
        version = services.write_draft(question=question, author=user, content=content, category=category, seen=seen)
    return redirect("questionbank:question-detail", pk=version.question_id)


@login_required
@require_POST
def version_submit(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    return _act(
        request, version.question_id, partial(services.submit_for_review, version=version), _("Sent for review.")
    )


@login_required
@require_POST
def version_publish(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    publish = partial(services.publish, version=version, seen=_seen(request.POST))
    return _act(request, version.question_id, publish, _("Published. Its words never change from now on."))


@login_required
@require_POST
def version_publish_many(request: PersonRequest) -> HttpResponse:
    if not policies.may_write(request.user):
        raise PermissionDenied
    form = SeenManyForm(request.POST)
    if form.is_valid():
        try:
            count = services.publish_seen(seen=form.cleaned_data["seen"], actor=request.user)
        except ValidationError as error:
            messages.error(request, _("Nothing was published. %(why)s") % {"why": " ".join(error.messages)})
        else:
            done = ngettext("%(count)s question is published.", "%(count)s questions are published.", count)
            messages.success(request, done % {"count": count})
    else:
        messages.error(request, " ".join(map(str, form.errors["seen"])))
    return redirect(reverse("questionbank:question-list") + f"?state={selectors.WAITING}")


@login_required
@require_POST
def question_retire(request: PersonRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    return _act(
        request, pk, partial(services.retire, question=question), _("Retired: no new plan asks it. Old loops keep it.")
    )


def _act(request: PersonRequest, question_id: UUID, service: Callable[..., None], done: str) -> HttpResponse:
    try:
        service(actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("questionbank:question-detail", pk=question_id)
