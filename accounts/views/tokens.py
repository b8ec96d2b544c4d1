"""API tokens: which there are, new ones, changing over, taking back."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms.tokens import TokenForm
from accounts.models import ApiToken
from accounts.requests import PersonRequest, administrators_only, show_once, shown_once
from accounts.selectors.tokens import scope_rows, special_scopes, token_list, token_row, token_state
from accounts.services import tokens as services

PAGE_SIZE = 25


@administrators_only
@require_GET
def tokens(request: PersonRequest) -> HttpResponse:
    now, everything = timezone.now(), request.GET.get("show") == "all"
    found = token_list(user=request.user, only_live=not everything, now=now)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "rows": [token_row(token, now=now) for token in page], "everything": everything}
    return render(request, "accounts/token_list.html", context)


@administrators_only
@require_http_methods(["GET", "POST"])
def token_create(request: PersonRequest) -> HttpResponse:
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = services.create_token(actor=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            show_once(request, token, secret)
            return redirect("accounts:token-detail", pk=token.pk)
    return render(request, "accounts/token_create.html", {"form": form}, status=422 if form.errors else 200)


@administrators_only
@never_cache
@require_GET
def token_detail(request: PersonRequest, pk: UUID) -> HttpResponse:
    return _page(request, _token(request, pk))


@administrators_only
@require_POST
def token_rotate(request: PersonRequest, pk: UUID) -> HttpResponse:
    token = _token(request, pk)
    try:
        successor, secret = services.rotate_token(token=token, actor=request.user)
    except ValidationError as error:
        return _page(request, token, error)
    token.refresh_from_db()
    show_once(request, successor, secret)
    if token.expires_at:
        until = {"until": date_format(timezone.localtime(token.expires_at), "DATETIME_FORMAT")}
        messages.success(request, _("Here is the new token. The old one works until %(until)s.") % until)
    return redirect("accounts:token-detail", pk=successor.pk)


@administrators_only
@require_POST
def token_revoke(request: PersonRequest, pk: UUID) -> HttpResponse:
    services.revoke_token(token=_token(request, pk), actor=request.user)
    messages.success(request, _("The token is revoked. It opens nothing any more."))
    return redirect("accounts:token-detail", pk=pk)


def _token(request: PersonRequest, pk: UUID) -> ApiToken:
    found = ApiToken.objects.visible_to(request.user).select_related("user", "created_by")
    token: ApiToken = get_object_or_404(found, pk=pk)
    return token


def _page(request: PersonRequest, token: ApiToken, error: ValidationError | None = None) -> HttpResponse:
    now = timezone.now()
    others = ApiToken.objects.visible_to(request.user).live(now).filter(user=token.user_id).exclude(pk=token.pk)
    context = {
        "token": token,
        "state": token_state(token, now=now),
        "secret": shown_once(request, token),
        "scope_rows": scope_rows(token.scopes),
        "special": [label for _scope, label, chosen in special_scopes(token.scopes) if chosen],
        "others": others,
        "overlap_days": services.OVERLAP.days,
        "errors": error.messages if error else [],
    }
    return render(request, "accounts/token_detail.html", context, status=422 if error else 200)
