"""API tokens as people read them: how they stand, and what they may do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, QuerySet, Value, When
from django.utils.functional import Promise

from accounts.models import ApiToken, User
from accounts.scopes import READ, RESOURCES, SPECIAL, WRITE

SOON = timedelta(days=14)


@dataclass(frozen=True)
class ScopeCell:
    """One verb of one resource; ``value`` is empty where the resource has no such verb."""

    value: str
    column: str
    chosen: bool


@dataclass(frozen=True)
class ScopeRow:
    label: str | Promise
    cells: tuple[ScopeCell, ...]


@dataclass(frozen=True)
class TokenRow:
    """A token in a list: ``state`` is live, ending, ended, revoked or off (its account is out of use)."""

    token: ApiToken
    state: str
    reads: int
    writes: int
    special: list[str | Promise]


def token_list(*, user: User, only_live: bool, now: datetime) -> "QuerySet[ApiToken]":
    """Those in use first, by client. One query a page with what the rows show."""
    tokens = ApiToken.objects.visible_to(user).select_related("user", "created_by")
    live = ApiToken.objects.live(now).values("pk")
    if only_live:
        tokens = tokens.filter(pk__in=live)
    use = Case(When(pk__in=live, then=Value(0)), default=Value(1))
    return tokens.order_by(use, "user__display_name", "user_id", "-created_at", "-pk")


def token_row(token: ApiToken, *, now: datetime) -> TokenRow:
    scopes = set(token.scopes)
    return TokenRow(
        token=token,
        state=token_state(token, now=now),
        reads=sum(scope.endswith(f":{READ}") for scope in scopes),
        writes=sum(scope.endswith(f":{WRITE}") for scope in scopes),
        special=[label for scope, label in SPECIAL.items() if scope in scopes],
    )


def token_state(token: ApiToken, *, now: datetime) -> str:
    """Needs ``user`` to be there already."""
    if token.revoked_at is not None:
        return "revoked"
    if token.expires_at is not None and token.expires_at <= now:
        return "ended"
    if not token.user.is_active:
        return "off"
    return "ending" if token.expires_at is not None and token.expires_at - now <= SOON else "live"


def scope_rows(chosen: object) -> list[ScopeRow]:
    """Every resource with its verbs, and which of them are among ``chosen``."""
    wanted = set(chosen) if isinstance(chosen, list | tuple | set) else set()
    rows = []
    for name, (label, verbs) in RESOURCES.items():
        values = [(verb, f"{name}:{verb}" if verb in verbs else "") for verb in (READ, WRITE)]
        rows.append(ScopeRow(label, tuple(ScopeCell(value, verb, value in wanted) for verb, value in values)))
    return rows


def special_scopes(chosen: object) -> list[tuple[str, str | Promise, bool]]:
    """(scope, label, whether it is among ``chosen``) of those that are no verb of a resource."""
    wanted = set(chosen) if isinstance(chosen, list | tuple | set) else set()
    return [(scope, label, scope in wanted) for scope, label in SPECIAL.items()]
