"""The main menu, the same on every page."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.choices import Role

_READERS: set[Role] = {Role.ADMIN, Role.RECRUITER, Role.HIRING_MANAGER}


def _entries() -> list[tuple[str, str, str, set[Role]]]:
    """Label, URL name, icon, and the roles that see the entry; no roles means everyone."""
    return [
        (_("Home"), "home", "home", set()),
        (_("Jobs"), "interviews:job-list", "briefcase", _READERS),
        (_("Loops"), "interviews:loop-list", "loop", _READERS),
        (_("Interviewers"), "interviews:interviewer-list", "people", {Role.ADMIN, Role.RECRUITER}),
        (_("Templates"), "interviews:template-list", "files", _READERS),
        (_("Questions"), "questionbank:question-list", "book", _READERS | {Role.AUTHOR}),
        (_("Scorecards"), "scoring:card-list", "clipboard", {Role.INTERVIEWER}),
        (_("Debriefs"), "scoring:debrief-list", "chat", _READERS | {Role.INTERVIEWER}),
        (_("Administration"), "settings", "gear", {Role.ADMIN}),
    ]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context of every page: the menu as the person may use it, and the chosen theme. One query for the roles."""
    theme = request.COOKIES.get("theme", "auto")
    context = {"theme": theme if theme in {"light", "dark"} else "auto", "demo": settings.DEMO, "navigation": []}
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return context
    entries = [
        {"label": label, "url": url, "icon": icon, "current": _is_current(request.path, url)}
        for label, url, icon in (
            (label, reverse(name), icon) for label, name, icon, roles in _entries() if not roles or roles & user.roles
        )
    ]
    return context | {"navigation": entries}


def _is_current(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
