"""The first page: what needs me now."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts.requests import PersonRequest
from interviews.models import PanelSeat
from scoring.selectors.homes import home_for
from scoring.views.times import RoundTimes, round_times


@login_required
@never_cache
@require_GET
def home(request: PersonRequest) -> HttpResponse:
    now = timezone.now()
    work = home_for(user=request.user, now=now)
    context = {
        "home": work,
        "now": now,
        "next_rounds": [(seat, _times(seat)) for seat in work.next_rounds or []],
        "cards_due": [(seat, _times(seat)) for seat in work.cards_due or []],
    }
    return render(request, "scoring/home.html", context)


def _times(seat: PanelSeat) -> RoundTimes | None:
    return round_times(seat.round.starts_at, seat.round.ends_at, seat.round.loop.application.candidate.time_zone)
