"""Reading questions, and what is done with their versions."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.requests import PersonRequest
from questionbank import policies
from questionbank.choices import OPEN_STATES, VersionState
from questionbank.forms.editor import SeenForm
from questionbank.models import LeakFlag, Question, QuestionText, QuestionVersion
from questionbank.selectors.comparison import compare, lagging, language_name
from questionbank.selectors.enemies import enemies_shown, near_duplicates
from questionbank.selectors.history import comments_on, history
from questionbank.selectors.questions import question_versions, text_in
from questionbank.services import leaks, reviews
from questionbank.services import versions as services

# So many versions stand on the line; all of them are in the menu below it.
MOST_ON_LINE = 6


@login_required
@require_GET
def question_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user).select_related("category"), pk=pk)
    versions = question_versions(question=question)[::-1]
    version = _numbered(versions, request.GET.get("version")) or versions[-1]
    text = text_in(version, request.GET.get("language"))
    context = {
        "question": question,
        "versions": versions,
        "version": version,
        "text": text,
        "is_open": version.state in OPEN_STATES,
        "newer": versions[-1] if versions[-1].number > version.number else None,
        "languages": _languages(version, text, lagging(versions)[version.number]),
        "enemies": enemies_shown(question),
        "near_duplicates": near_duplicates(question),
        "tags": question.tags.all(),
        "comments": comments_on(version),
        "history": history(question=question, versions=versions),
        "flag": LeakFlag.objects.standing().filter(question=question).select_related("raised_by").first(),
        "sides": request.GET.get("view") == "sides",
        **_compared(request.GET, versions, version, text),
        **_may(request.user, version),
    }
    return render(request, "questionbank/question_detail.html", context)


def _numbered(versions: list[QuestionVersion], asked: str | None) -> QuestionVersion | None:
    return next((version for version in versions if str(version.number) == asked), None)


def _languages(version: QuestionVersion, shown: QuestionText, behind: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "code": text.language,
            "name": language_name(text.language),
            "lags": text.language in behind,
            "is_shown": text == shown,
        }
        for text in version.texts.all()
    ]


def _compared(
    query: QueryDict, versions: list[QuestionVersion], version: QuestionVersion, text: QuestionText
) -> dict[str, Any]:
    """The version this one is compared with, by default the one before it, and what is different."""
    others = [other for other in versions if other != version]
    before = [other for other in others if other.number < version.number]
    against = _numbered(others, query.get("against")) or (before[-1] if before else None)
    pair = sorted((against, version), key=lambda one: one.number) if against else []
    line = versions[-MOST_ON_LINE:]
    line = [one for one in pair if one not in line] + line
    return {
        "against": against,
        "others": others,
        "comparison": compare(pair[0], pair[1], text.language) if pair else None,
        "line": line,
        "left_out": len(versions) - len(line),
    }


def _may(user: User, version: QuestionVersion) -> dict[str, bool]:
    is_author = version.author_id == user.pk
    return {
        "may_write": policies.may_write(user),
        "may_publish": policies.may_publish(user, version),
        "may_send_back": policies.may_publish(user, version) and version.state == VersionState.IN_REVIEW,
        "may_withdraw": is_author and policies.may_write(user) and version.state == VersionState.IN_REVIEW,
        "may_judge_leaks": policies.may_judge_leaks(user),
    }


@login_required
@require_POST
def version_submit(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    return _act(
        request, version.question_id, partial(services.submit_for_review, version=version), _("Sent for review.")
    )


@login_required
@require_POST
def version_withdraw(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    return _act(
        request, version.question_id, partial(reviews.withdraw, version=version), _("It is a plain draft again.")
    )


@login_required
@require_POST
def version_comment(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    say = partial(reviews.comment, version=version, body=request.POST.get("body", ""))
    return _act(request, version.question_id, say, _("Your comment is there."), version=version)


@login_required
@require_POST
def version_send_back(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    send = partial(reviews.send_back, version=version, body=request.POST.get("body", ""))
    return _act(request, version.question_id, send, _("Sent back to its author, with your comment."), version=version)


@login_required
@require_POST
def leak_decide(request: PersonRequest, pk: UUID) -> HttpResponse:
    """``decision`` is ``confirm`` or ``clear``."""
    visible = Question.objects.visible_to(request.user)
    flag = get_object_or_404(LeakFlag.objects.filter(question__in=visible), pk=pk)
    decided = {
        "confirm": (leaks.confirm, _("Marked as leaked. No new plan asks it, and loops to come get another question.")),
        "clear": (leaks.clear, _("Cleared. It may be asked again.")),
    }
    service, done = decided.get(request.POST.get("decision", ""), decided["clear"])
    return _act(request, flag.question_id, partial(service, flag=flag, reason=request.POST.get("reason", "")), done)


@login_required
@require_POST
def version_publish(request: PersonRequest, pk: UUID) -> HttpResponse:
    version = get_object_or_404(QuestionVersion.objects.visible_to(request.user), pk=pk)
    publish = partial(services.publish, version=version, seen=_seen(request.POST))
    return _act(request, version.question_id, publish, _("Published. Its words never change from now on."))


@login_required
@require_POST
def question_retire(request: PersonRequest, pk: UUID) -> HttpResponse:
    question = get_object_or_404(Question.objects.visible_to(request.user), pk=pk)
    return _act(
        request, pk, partial(services.retire, question=question), _("Retired: no new plan asks it. Old loops keep it.")
    )


def _act(
    request: PersonRequest,
    question_id: UUID,
    service: Callable[..., object],
    done: str,
    version: QuestionVersion | None = None,
) -> HttpResponse:
    try:
        service(actor=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    page = reverse("questionbank:question-detail", args=[question_id])
    return redirect(f"{page}?version={version.number}#review" if version else page)


def _seen(data: QueryDict) -> UUID | None:
    form = SeenForm(data)
    return form.cleaned_data["seen"] if form.is_valid() else None
