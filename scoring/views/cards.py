"""The scorecard: works as a plain form; static/js/scorecard.js saves while one writes."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.choices import Language
from accounts.identifiers import new_id
from accounts.requests import PersonRequest
from interviews.models import PanelSeat
from scoring.choices import Recommendation
from scoring.forms import changes_of, fields_of
from scoring.selectors.cards import CardPage, card_of, card_page, card_state, my_cards, own_seat, with_values
from scoring.services.scorecards import StaleCard, missing_parts, open_card, save_card, submit_card
from scoring.views.times import round_times

LAST_PART = "end"


@login_required
@require_GET
def card_list(request: PersonRequest) -> HttpResponse:
    cards = [
        {"seat": seat, "card": card_of(seat), "times": _times(seat)} for seat in my_cards(user=request.user)
    ]
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
    return redirect(f"{request.path}?part={_part(page, request.POST.get('go', '1'))}")


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
        seat = own_seat(seat_id=pk, user=request.user)
        return card_page(seat=seat, user=request.user, language=_language(request))
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


def _refused(request: PersonRequest, page: CardPage, error: ValidationError) -> HttpResponse:
    """The page again with everything that was typed; nothing of it is lost, nothing was overwritten."""
    page = _page(request, page.seat.pk)
    if error.error_list if not hasattr(error, "error_dict") else False:
        if error.code == "already_submitted":
            messages.error(request, error.messages[0])
            return redirect("scoring:card-detail", pk=page.seat.pk)
    typed = changes_of(request.POST, page)
    stale = isinstance(error, StaleCard)
    context: dict[str, Any] = {"errors": _errors(error), "stale": stale}
    if stale:
        context["others"] = _others(page, typed)
    part = LAST_PART if request.path == reverse("scoring:card-submit", args=[page.seat.pk]) else request.POST.get("go", "1")
    return _render(request, with_values(page, typed), part=part, status=412 if stale else 422, **context)
