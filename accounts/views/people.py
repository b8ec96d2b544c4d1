"""Preferences and, on a demonstration only, one-click sign-in."""

from typing import Any

from allauth.account.views import LoginView
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from accounts.choices import Role
from accounts.forms.people import LanguageForm, ProfileForm, ThemeForm
from accounts.models import User
from accounts.requests import PersonRequest
from accounts.services.people import set_preferences

DEMO_DOMAIN = "demo.example"
A_YEAR = 60 * 60 * 24 * 365


def _back(request: HttpRequest) -> HttpResponse:
    """To the page the person came from, never to another site."""
    target = request.POST.get("next") or request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return redirect(target)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    response = _back(request)
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        if request.user.is_authenticated:
            set_preferences(user=request.user, language=chosen)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=A_YEAR, samesite="Lax")
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    response = _back(request)
    if form.is_valid():
        response.set_cookie("theme", form.cleaned_data["theme"], max_age=A_YEAR, samesite="Lax")
    return response


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: PersonRequest) -> HttpResponse:
    user = request.user
    initial = {"language": user.language, "time_zone": user.time_zone}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            set_preferences(user=user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=422 if form.errors else 200)


class SignIn(LoginView):
    """allauth's page; a demonstration also offers its sample people."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo_people": _demo_people() if settings.DEMO else []}


def _demo_people() -> list[dict[str, str]]:
    """One sample person per role, in the order of the roles. Two queries."""
    people = User.objects.active().filter(email__endswith=f"@{DEMO_DOMAIN}").prefetch_related("role_grants")
    first: dict[str, User] = {}
    for person in people.order_by("created_at"):
        for grant in person.role_grants.all():
            first.setdefault(grant.role, person)
    return [
        {
            "name": str(first[role]),
            "role": str(role.label),
            "url": reverse("accounts:demo-login", args=[first[role].pk]),
        }
        for role in Role
        if role in first
    ]


@require_POST
def demo_login(request: HttpRequest, pk: str) -> HttpResponse:
    """Sign in as one of the sample people. Exists only where the installation is a demonstration."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(User.objects.active().filter(email__endswith=f"@{DEMO_DOMAIN}"), pk=pk)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")
