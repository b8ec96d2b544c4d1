"""API tokens: made, changed over, taken back. The secret is shown once; only its SHA-256 is kept."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.choices import Role
from accounts.models import ApiToken, User
from accounts.scopes import SCOPES
from accounts.services.people import add_person
from accounts.services.trail import record

PREFIX = "lw_"
SHOWN = len(PREFIX) + 6
# While programs change over, the old token works beside the new one.
OVERLAP = timedelta(days=7)
MOST_LIVE = 2
# Writing down every use would make every reading request a writing one.
USE_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    *,
    actor: User,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    requests_per_minute: int = 600,
    client: User | None = None,
) -> tuple[ApiToken, str]:
    """A token and its secret, for an API client: a new one of that name, or ``client``.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` for a field or with
    code ``two_live``.
    """
    _check_admin(actor)
    if unknown := sorted(set(scopes) - SCOPES):
        text = _("%(scope)s is no scope.")
        raise ValidationError(
            {"scopes": [ValidationError(text, code="unknown_scope", params={"scope": it}) for it in unknown]}
        )
    if not scopes:
        text = _("Choose what the token may do.")
        raise ValidationError({"scopes": ValidationError(text, code="required")})
    if expires_at is not None and expires_at <= timezone.now():
        raise ValidationError({"expires_at": ValidationError(_("This time has passed."), code="in_the_past")})
    if client is not None and Role.API_CLIENT not in client.roles:
        text = _("Tokens belong to API clients, not to people.")
        raise ValidationError({"client": ValidationError(text, code="not_a_client")})
    name = name.strip()
    if client is None:
        _clean(ApiToken(name=name, requests_per_minute=requests_per_minute))
        client = _new_client(actor, name)
    token = ApiToken(
        user=client, name=name, scopes=sorted(scopes), expires_at=expires_at, requests_per_minute=requests_per_minute
    )
    return _issue(token, actor)


@transaction.atomic
def rotate_token(*, token: ApiToken, actor: User) -> tuple[ApiToken, str]:
    """The token's successor and its secret; the old one ends after ``OVERLAP``. Raises as ``create_token``,
    and ``ValidationError`` with code ``not_live``.
    """
    _check_admin(actor)
    now = timezone.now()
    old = ApiToken.objects.live(now).select_for_update(of=("self",)).filter(pk=token.pk).first()
    if old is None:
        raise ValidationError(_("This token has ended. Make a new one."), code="not_live")
    new = ApiToken(
        user=old.user,
        name=old.name,
        scopes=old.scopes,
        requests_per_minute=old.requests_per_minute,
        expires_at=old.expires_at and now + (old.expires_at - old.created_at),
    )
    issued = _issue(new, actor)
    ends = now + OVERLAP
    if old.expires_at is None or old.expires_at > ends:
        ApiToken.objects.filter(pk=old.pk).update(expires_at=ends)
    record(actor=actor, action="token.rotated", subject=old, successor=str(new.pk))
    return issued


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User) -> None:
    """End a token at once. Asking again does nothing. Raises ``PermissionDenied``."""
    _check_admin(actor)
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        record(actor=actor, action="token.revoked", subject=token)


def find_token(secret: str) -> ApiToken | None:
    """The live token with this secret, with its account. One query; once a minute another notes the use."""
    now = timezone.now()
    token = ApiToken.objects.live(now).select_related("user").filter(digest=_digest(secret)).first()
    if token is not None and (token.last_used_at is None or now - token.last_used_at > USE_NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _new_client(actor: User, name: str) -> User:
    address = f"client-{secrets.token_hex(8)}@api.invalid"
    return add_person(email=address, display_name=name, roles=[Role.API_CLIENT], actor=actor)


def _issue(token: ApiToken, actor: User) -> tuple[ApiToken, str]:
    User.objects.select_for_update().get(pk=token.user_id)  # two at once would both count one live token
    if ApiToken.objects.live(timezone.now()).filter(user=token.user).count() >= MOST_LIVE:
        text = _("This client has two live tokens already. Revoke one first.")
        raise ValidationError(text, code="two_live")
    secret = PREFIX + secrets.token_urlsafe(32)
    token.prefix, token.digest, token.created_by = secret[:SHOWN], _digest(secret), actor
    _clean(token)
    token.save(force_insert=True)
    record(actor=actor, action="token.created", subject=token)
    return token, secret


def _clean(token: ApiToken) -> None:
    token.full_clean(exclude=["user", "prefix", "digest", "created_by", "scopes"], validate_unique=False)


def _check_admin(actor: User) -> None:
    if not actor.is_admin:
        raise PermissionDenied


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
