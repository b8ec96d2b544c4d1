"""Many things made or changed by one request, each found by what another system calls it.

A noun's ``bulk`` takes ``bulk_of(ItemInput)`` and answers what ``upsert`` gives::

    @action(detail=False, methods=["post"])
    @writes(bulk_of(CandidateItem), gives=BulkAnswer, also=(207,))
    def bulk(self, data):
        return upsert(self, data, takes=CandidateItem, create=self._make, change=self._change)
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.rest.bodies import json_answer
from accounts.rest.fields import MOST_SYSTEMS, Choice, Flag, Input, Ref, Text, Whole
from accounts.rest.problems import Error, Problem, problem_of
from accounts.services.external_ids import objects_of

if TYPE_CHECKING:
    from accounts.rest.resources import Resource

MOST_ITEMS = 500
STATUSES = ["created", "updated", "unchanged", "failed"]
Item = dict[str, Any]
Name = tuple[str, str]
"""A system, and what it calls the thing."""


class BulkError(serializers.Serializer[Any]):
    pointer = Text(help_text="Into the body that was sent.")
    code = Text()
    message = Text()


class BulkResult(serializers.Serializer[Any]):
    index = Whole()
    status = Choice(choices=STATUSES)
    id = Ref(allow_null=True)
    errors = BulkError(many=True)  # type: ignore[assignment]  # a field, not the property


class BulkAnswer(serializers.Serializer[Any]):
    results = BulkResult(many=True)


class Items(serializers.ListField):
    """Things that are checked one by one, so that one wrong one does not stop the others."""

    def run_child_validation(self, data: Any) -> Any:
        return data


def bulk_of(takes: type[Input]) -> type[Input]:
    """What a noun's ``bulk`` takes, for items of the kind ``takes``."""
    fields = {
        "items": Items(child=takes(), min_length=1, max_length=MOST_ITEMS),
        "all_or_nothing": Flag(default=False, help_text="Write nothing where one item cannot be taken."),
    }
    return type(f"{takes.__name__}Bulk", (Input,), fields)


def upsert(
    resource: "Resource",
    data: dict[str, Any],
    *,
    takes: type[Input],
    create: Callable[[Item], UUID],
    change: Callable[[Any, Item], bool],
) -> HttpResponse:
    """Make or change every item, in the order they came; the answer names what became of each.

    Items are handed over without their ``external_ids``; ``change`` says whether there was anything to change. Each
    runs in a savepoint of its own. 200, or 207 where some failed; raises ``Problem`` 422 where all were wanted or
    nothing. Two queries for all items, and those of the services.
    """
    work = _Work(resource, takes, create, change, _names_of(data["items"]))
    results = [work.result(index, raw) for index, raw in enumerate(data["items"])]
    failed = [it for it in results if it["status"] == "failed"]
    if failed and data["all_or_nothing"]:
        errors = [error for it in failed for error in it["errors"]]
        text = _("%(failed)s of %(items)s items cannot be taken; nothing was written.")
        params = {"failed": len(failed), "items": len(results)}
        raise Problem(422, "bulk_failed", text % params, errors=errors, results=results)
    return json_answer({"results": results}, 207 if failed else 200)


class _Work:
    """The items of one request; what is made on the way is found by the items after it."""

    def __init__(
        self,
        resource: "Resource",
        takes: type[Input],
        create: Callable[[Item], UUID],
        change: Callable[[Any, Item], bool],
        names: Iterable[Name],
    ) -> None:
        self.resource, self.takes, self.create, self.change = resource, takes, create, change
        self.known = objects_of(resource=resource.noun, names=names)
        self.rows: dict[UUID, Any] = resource.rows().in_bulk(set(self.known.values()))

    def result(self, index: int, raw: Any) -> dict[str, Any]:
        errors: list[Error] = []
        pk, status = None, "failed"
        try:
            item = self._checked(raw)
            pk, status = self._saved(item)
        except Exception as error:
            problem = problem_of(error)
            if problem is None or problem.status >= 500:
                raise
            found = problem.errors or [{"pointer": "", "code": problem.code, "message": problem.detail}]
            errors = [it | {"pointer": f"/items/{index}{it['pointer']}"} for it in found]
        return {"index": index, "status": status, "id": pk, "errors": errors}

    def _checked(self, raw: Any) -> Item:
        checked = self.takes(data=raw, context={"request": self.resource.request})
        checked.is_valid(raise_exception=True)
        return dict(checked.validated_data)

    def _saved(self, item: Item) -> tuple[UUID, str]:
        ids: dict[str, str] = item.pop("external_ids", {})
        if not any(ids.values()):
            text = _("Name what at least one system calls it.")
            raise ValidationError({"external_ids": ValidationError(text, code="external_id_required")})
        try:
            with transaction.atomic():
                return self._written(item, ids)
        except ValidationError as error:
            if getattr(error, "code", "") != "external_id_taken":
                raise
        # Another request has brought the same thing since ours looked: then this one changes it.
        self.known |= objects_of(resource=self.resource.noun, names=ids.items())
        with transaction.atomic():
            return self._written(item, ids)

    def _written(self, item: Item, ids: dict[str, str]) -> tuple[UUID, str]:
        row = self._found(ids)
        if row is None:
            pk, status = self.create(dict(item)), "created"
        else:
            pk, status = row.pk, "updated" if self.change(row, dict(item)) else "unchanged"
        new = {system: name for system, name in ids.items() if self.known.get((system, name)) != pk}
        if new:
            self.resource.name_outside(pk, new)
        self.known |= dict.fromkeys(new.items(), pk)
        return pk, "updated" if status == "unchanged" and new else status

    def _found(self, ids: dict[str, str]) -> Any:
        """The thing that the systems mean, if it is there and to be seen. Raises ``ValidationError``."""
        meant = {pk for name in ids.items() if (pk := self.known.get(name))}
        if len(meant) > 1:
            text = _("These ids belong to different things.")
            raise ValidationError({"external_ids": ValidationError(text, code="external_ids_differ")})
        if not meant:
            return None
        pk = meant.pop()
        # Taken out, because an item further down that means the same thing has to see what this one made of it.
        return self.rows.pop(pk, None) or self.resource.rows().filter(pk=pk).first()


def _names_of(items: Iterable[Any]) -> set[Name]:
    """What the items are called, as far as they can be read at all."""
    every = [raw.get("external_ids") for raw in items if isinstance(raw, dict)]
    return {
        (system, name)
        for ids in every
        if isinstance(ids, dict) and len(ids) <= MOST_SYSTEMS
        for system, name in ids.items()
        if isinstance(name, str) and len(name) <= 200
    }
