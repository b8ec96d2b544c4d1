"""The scorecard: works as a plain form; static/js/scorecard.js saves while one writes."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import Language
from accounts.identifiers import new_id
from accounts.requests import PersonRequest
from interviews.models import PanelSeat
from scoring.choices import Recommendation
from scoring.forms import changes_of
from scoring.selectors.cards import CardPage, card_of, card_page, my_cards, with_values
from scoring.services.scorecards import open_card, save_card, submit_card
from scoring.views.card_parts import Controls, card_parts, errors_by_control
from scoring.views.times import RoundTimes, round_times


@login_required
@require_GET
def card_list(request: PersonRequest) -> HttpResponse:
    cards = [{"seat": seat, "card": card_of(seat), "times": _times(seat)} for seat in my_cards(user=request.user)]
    return render(request, "scoring/card_list.html", {"cards": cards})


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def card_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    """GET shows one part of the card; POST, without a script, saves it and goes to another."""
    page = _page(request, pk)
    if request.method == "GET":
        return _render(request, page)
    try:
        _save(request, page)
    except ValidationError as error:
        return _refused(request, page, error)
    query: dict[str, str | int] = {"part": _part(page, request.POST.get("go") or request.POST.get("part", ""))}
    if _language(request):
        query["text"] = _language(request)
    return redirect(f"{request.path}?{urlencode(query)}")


@login_required
@never_cache
@require_POST
def card_submit(request: PersonRequest, pk: UUID) -> HttpResponse:
    """Save what the form holds, then make the card final."""
    page = _page(request, pk)
    try:
        version = _save(request, page)
        submit_card(card=open_card(seat=page.seat, user=request.user), user=request.user, version=version)
    except ValidationError as error:
        return _refused(request, page, error)
    messages.success(request, _("Your scorecard is submitted."))
    return redirect("scoring:card-detail", pk=pk)


def _page(request: PersonRequest, pk: UUID) -> CardPage:
    try:
        return card_page(seat_id=pk, user=request.user, language=_language(request))
    except PanelSeat.DoesNotExist as error:
        raise Http404 from error


def _language(request: PersonRequest) -> str:
    wanted = request.GET.get("text", "")
    return wanted if wanted in Language.values else ""


def _save(request: PersonRequest, page: CardPage) -> int:
    """Save what differs; the version that the card then has."""
    sent = request.POST.get("version", "")
    version = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else -1
    changes = changes_of(request.POST, page)
    if not changes and version == page.version:
        return version
    card = open_card(seat=page.seat, user=request.user)
    key = request.POST.get("request_key", "")
    return save_card(card=card, user=request.user, version=version, changes=changes, request_key=key).version


def _refused(request: PersonRequest, saved: CardPage, error: ValidationError) -> HttpResponse:
    """The page again with everything that was typed: nothing of it is lost, nothing was overwritten."""
    by_field = getattr(error, "error_dict", None)
    if by_field is None and error.code == "already_submitted":
        messages.error(request, error.messages[0])
        return redirect("scoring:card-detail", pk=saved.seat.pk)
    saved = _page(request, saved.seat.pk)
    unsaved = changes_of(request.POST, saved)
    # A key that was used already comes from a form of the past, reached with the back button.
    stale = by_field is None and error.code in {"stale_version", "key_reused"}
    controls = Controls(errors=errors_by_control(by_field or {}), saved=saved if stale else None)
    general = [] if by_field else error.messages
    context = {"general": general, "stale": stale, "unsaved": bool(unsaved)}
    return _render(request, with_values(saved, unsaved), status=412 if stale else 422, controls=controls, **context)


def _render(
    request: PersonRequest,
    page: CardPage,
    *,
    status: int = 200,
    controls: Controls | None = None,
    **context: Any,
) -> HttpResponse:
    part = _part(page, request.POST.get("part") or request.GET.get("part") or "1")
    context |= {
        "page": page,
        "parts": card_parts(page, controls or Controls()),
        "part": part,
        "before": part - 1 if part else len(page.questions),
        "after": (part + 1) % (len(page.questions) + 1),
        "controls": controls or Controls(),
        "times": _times(page.seat),
        "recommendations": Recommendation.choices,
        "request_key": new_id(),
        "zone": get_current_timezone_name(),
        "languages": [(code, name) for code, name in Language.choices if code in page.languages],
    }
    return render(request, "scoring/card_detail.html", context, status=status)


def _part(page: CardPage, wanted: str) -> int:
    """The number of a question, or 0: the last part, with the recommendation."""
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 4 and int(wanted) <= len(page.questions):
        return int(wanted)
    return 1 if page.questions else 0


def _times(seat: PanelSeat) -> RoundTimes | None:
    return round_times(seat.round.starts_at, seat.round.ends_at, seat.round.loop.application.candidate.time_zone)
