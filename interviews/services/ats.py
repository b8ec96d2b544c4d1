"""Applicant tracking systems: connect one, say at which stages a loop is built, take its messages in."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from secrets import token_hex

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from accounts.sealing import Unreadable, seal, unseal
from accounts.services.external_ids import set_external_ids
from accounts.services.people import add_person
from accounts.services.trail import record
from delivery.services.jobs import enqueue
from interviews.ats.adapter import BadSignature, Headers
from interviews.ats.registry import ADAPTERS
from interviews.choices import AtsMessageState
from interviews.models import AtsConnection, AtsMessage, Job, StageRule

JOB_KIND = "ats.message"
# While the other side changes over, messages signed with the secret before are good too.
OVERLAP = timedelta(hours=24)


def connected_systems(names: Iterable[str]) -> set[str]:
    """Those of the names under which a connection keeps its ids. One query."""
    return set(AtsConnection.objects.filter(system__in=list(names)).values_list("system", flat=True))


@transaction.atomic
def create_connection(*, actor: User, name: str, vendor: str, system: str) -> tuple[AtsConnection, str]:
    """A connection with an account of its own, and its secret, which is not shown again.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` for a field.
    """
    _check_admin(actor)
    connection = AtsConnection(name=name.strip(), vendor=vendor, system=system.strip())
    connection.full_clean(exclude=["user", "secret"])
    secret = ADAPTERS[vendor].new_secret()
    connection.secret = seal(secret)
    address = f"ats-{token_hex(8)}@api.invalid"
    connection.user = add_person(email=address, display_name=connection.name, roles=[Role.API_CLIENT], actor=actor)
    connection.save(force_insert=True)
    record(actor=actor, action="ats_connection.created", subject=connection)
    return connection, secret


@transaction.atomic
def change_connection(
    *, connection: AtsConnection, actor: User, name: str | None = None, is_enabled: bool | None = None
) -> None:
    """Call it something else, or take it out of use: then its messages are refused.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` for the name.
    """
    _check_admin(actor)
    if name is not None:
        connection.name = name.strip()
        connection.clean_fields(exclude=["secret"])
        User.objects.filter(pk=connection.user_id).update(display_name=connection.name)
    if is_enabled is not None:
        connection.is_enabled = is_enabled
    connection.save(update_fields=["name", "is_enabled"])
    record(actor=actor, action="ats_connection.changed", subject=connection, is_enabled=connection.is_enabled)


@transaction.atomic
def rotate_connection_secret(*, connection: AtsConnection, actor: User) -> str:
    """A new secret, which is not shown again; the one before is good for ``OVERLAP``, the one before that no more.

    Raises ``PermissionDenied`` unless the actor is an administrator.
    """
    _check_admin(actor)
    secret = ADAPTERS[connection.vendor].new_secret()
    held = AtsConnection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    held.old_secret, held.old_secret_until = held.secret, timezone.now() + OVERLAP
    held.secret = seal(secret)
    held.save(update_fields=["secret", "old_secret", "old_secret_until"])
    record(actor=actor, action="ats_connection.secret_changed", subject=held)
    return secret


@transaction.atomic
def set_stage_rules(*, connection: AtsConnection, actor: User, rules: Iterable[tuple[str, Job | None]]) -> None:
    """Replace the stages at which a loop is built: each for one job, or with None for every job.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` for a stage or with
    code ``rule_twice``.
    """
    _check_admin(actor)
    made = [StageRule(connection=connection, stage=" ".join(stage.split()), job=job) for stage, job in rules]
    for rule in made:
        rule.clean_fields()
    if len({(stage_key(rule.stage), rule.job_id) for rule in made}) < len(made):
        raise ValidationError(_("The same stage stands there twice for the same job."), code="rule_twice")
    AtsConnection.objects.select_for_update(no_key=True).get(pk=connection.pk)
    connection.rules.all().delete()
    StageRule.objects.bulk_create(made)
    record(actor=actor, action="ats_connection.rules_set", subject=connection, rules=len(made))


def stage_key(stage: str) -> str:
    """Stages are the same however their capitals and spaces are written."""
    return " ".join(stage.split()).casefold()


@transaction.atomic
def link_job(*, connection: AtsConnection, actor: User, job: Job, external_id: str) -> None:
    """Say which job the connected system means by ``external_id``; "" takes that back.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` for the id or with code
    ``external_id_taken``.
    """
    _check_admin(actor)
    set_external_ids(resource="jobs", object_id=job.pk, ids={connection.system: external_id.strip()})
    record(actor=actor, action="job.linked", subject=job, connection=str(connection.pk))


def receive(*, connection: AtsConnection, headers: Headers, body: bytes, now: datetime) -> AtsMessage:
    """Keep a message once, and have it worked through later; a copy gives the message that is there.

    ``body`` is the bytes as they came. Raises ``BadSignature``, or ``Malformed`` when nothing tells which message
    it is. One query for a copy, four for a new one.
    """
    _verify(connection, headers, body, now)
    adapter = ADAPTERS[connection.vendor]
    key = {"connection": connection, "message_id": adapter.message_id(headers=headers, body=body)}
    if copy := AtsMessage.objects.filter(**key).first():
        return copy
    try:
        with transaction.atomic():
            # Latin-1 gives every byte a character: what is kept is what was signed.
            message = AtsMessage.objects.create(**key, body=seal(body.decode("latin-1")))
            _work_later(message)
    except IntegrityError:  # a copy that came at the same moment
        return AtsMessage.objects.get(**key)
    return message


def _verify(connection: AtsConnection, headers: Headers, body: bytes, now: datetime) -> None:
    sealed = [connection.secret]
    if connection.old_secret_until and now < connection.old_secret_until:
        sealed.append(connection.old_secret)
    for secret in sealed:
        try:
            ADAPTERS[connection.vendor].verify(headers=headers, body=body, secret=unseal(secret), now=now)
        except (BadSignature, Unreadable):
            continue
        return
    raise BadSignature


@transaction.atomic
def retry_message(*, message: AtsMessage, actor: User) -> None:
    """Have a message that could not be used worked through again, now that what was in its way has changed.

    Raises ``PermissionDenied`` unless the actor is an administrator, and ``ValidationError`` with code
    ``message_not_failed`` or ``message_forgotten``.
    """
    _check_admin(actor)
    rows = AtsMessage.objects.select_for_update(of=("self",)).select_related("connection__user")
    held = rows.get(pk=message.pk)
    if held.state != AtsMessageState.FAILED:
        raise ValidationError(_("Only a message that could not be used can be tried again."), "message_not_failed")
    if not held.body:
        raise ValidationError(_("What the message said is no longer kept. Have it sent again."), "message_forgotten")
    held.state, held.outcome, held.finished_at, held.retries = AtsMessageState.WAITING, {}, None, held.retries + 1
    held.save(update_fields=["state", "outcome", "finished_at", "retries"])
    record(actor=actor, action="ats_message.retried", subject=held)
    _work_later(held)


def _work_later(message: AtsMessage) -> None:
    enqueue(
        kind=JOB_KIND,
        key=f"{JOB_KIND}:{message.pk}:{message.retries}",
        input={"message": str(message.pk)},
        requested_by=message.connection.user,
    )


def _check_admin(actor: User) -> None:
    if not actor.is_admin:
        raise PermissionDenied
