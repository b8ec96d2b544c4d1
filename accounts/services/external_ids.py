"""What other systems call our things."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import ExternalId, Touched, User
from accounts.models.base import Moment
from accounts.services.trail import record

# Systems whose ids decide what is done here by itself: each function gives their names, out of the ones asked about.
connected: list[Callable[[Iterable[str]], set[str]]] = []


def object_of(*, resource: str, system: str, external_id: str) -> UUID | None:
    """Our id of the thing that ``system`` calls ``external_id``. One query."""
    found = ExternalId.objects.filter(resource=resource, system=system, external_id=external_id)
    object_id: UUID | None = found.values_list("object_id", flat=True).first()
    return object_id


def objects_of(*, resource: str, names: Iterable[tuple[str, str]]) -> dict[tuple[str, str], UUID]:
    """Our ids by system and what it calls the thing, of those that there are. One query."""
    wanted = set(names)
    rows = ExternalId.objects.filter(resource=resource, external_id__in={name for _system, name in wanted})
    found = rows.values_list("system", "external_id", "object_id")
    return {(system, name): object_id for system, name, object_id in found if (system, name) in wanted}


def external_ids_of(*, resource: str, object_ids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
    """System → id for each thing that has one, systems by name. One query."""
    found: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    rows = ExternalId.objects.filter(resource=resource, object_id__in=list(object_ids))
    for object_id, system, external_id in rows.order_by("system").values_list("object_id", "system", "external_id"):
        found[object_id][system] = external_id
    return dict(found)


@transaction.atomic
def set_external_ids(*, resource: str, object_id: UUID, ids: Mapping[str, str]) -> None:
    """Say what the systems in ``ids`` call a thing; "" takes its id there away. Systems not named keep theirs.

    Raises ``ValidationError`` with code ``external_id_taken`` when another thing has the id, or for a value that
    is too long. Two queries a system.
    """
    for system, external_id in sorted(ids.items()):
        if external_id:
            _set(resource, object_id, system, external_id)
        else:
            ExternalId.objects.filter(resource=resource, object_id=object_id, system=system).delete()


def move_external_ids(*, resource: str, before: UUID, after: UUID) -> None:
    """Let what other systems call a thing mean the one that takes its place. One query."""
    ExternalId.objects.filter(resource=resource, object_id=before).update(object_id=after)


@transaction.atomic
def name_thing(*, actor: User, resource: str, subject: Model, ids: Mapping[str, str]) -> None:
    """As ``set_external_ids``, for somebody who asks for it; on record.

    The ids of a connected system decide whose loop its messages build, so only administrators and programs write
    them. Raises ``ValidationError`` for ``external_ids`` with code ``connected_system``.
    """
    if not ids:
        return
    if not (actor.is_admin or Role.API_CLIENT in actor.roles):
        taken = {name for names in connected for name in names(ids)}
        if taken:
            text = _("The ids of %(systems)s are written by administrators and programs alone.")
            params = {"systems": ", ".join(sorted(taken))}
            raise ValidationError({"external_ids": ValidationError(text, code="connected_system", params=params)})
    set_external_ids(resource=resource, object_id=subject.pk, ids=ids)
    if isinstance(subject, Touched):  # what it is called elsewhere is a change of it
        type(subject)._default_manager.filter(pk=subject.pk).update(updated_at=Moment())
    record(actor=actor, action="external_ids.set", subject=subject, systems=",".join(sorted(ids)))


def _set(resource: str, object_id: UUID, system: str, external_id: str) -> None:
    row = ExternalId(resource=resource, object_id=object_id, system=system, external_id=external_id)
    row.clean_fields()
    try:
        with transaction.atomic():
            ExternalId.objects.update_or_create(
                resource=resource, object_id=object_id, system=system, defaults={"external_id": external_id}
            )
    except IntegrityError as error:  # the constraint decides, so that two writers at once are told apart too
        raise ValidationError(
            _("Another one has the id %(external_id)s of %(system)s already."),
            code="external_id_taken",
            params={"system": system, "external_id": external_id},
        ) from error
