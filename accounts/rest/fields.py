"""What goes in and out, as Django REST framework serializers that take nothing for something else.

``Output`` says what a thing looks like: its fields name columns (``source`` may be a path such as ``user.email``),
and rows are read straight into it, without model instances. ``Input`` says what may be written.
"""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_UUID = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")
# For one thing.
MOST_SYSTEMS = 20
_NO_TEXT = _("This has to be a text.")


class Text(serializers.CharField):
    """A JSON string. Services trim; the length counts before."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"trim_whitespace": False} | options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Email(serializers.EmailField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Choice(serializers.ChoiceField):
    """One of a fixed set of strings."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=data)
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON integer; never a string, a fraction or a truth value."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Number(serializers.FloatField):
    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """``true`` or ``false``, nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Ref(serializers.UUIDField):
    """The id of another thing, in the usual form with hyphens."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", value=data)
        return UUID(data)


class Moment(serializers.DateTimeField):
    """RFC 3339 with an offset: a time without one would mean something else to everybody."""

    default_error_messages = {"no_offset": _("Give the time as in RFC 3339, with an offset: 2030-01-31T09:00:00Z.")}

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not _MOMENT.fullmatch(data):
            self.fail("no_offset")
        try:
            return super().to_internal_value(data.upper())
        except OverflowError:  # the first and last day of the calendar, seen from another zone
            self.fail("no_offset")


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {"type": "string", "maxLength": 200},
        "propertyNames": {"pattern": "^[a-z0-9_-]{1,40}$"},
        "maxProperties": MOST_SYSTEMS,
    }
)
class ExternalIds(serializers.DictField):
    """What other systems call this thing: their name → their id. Systems not named keep theirs; "" takes one away."""

    child = Text(allow_blank=True, max_length=200)
    default_error_messages = {
        "bad_system": _("The name of a system is 1 to 40 lower-case letters, digits, hyphens and underscores."),
        "too_many_systems": _("These are too many systems."),
    }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        checked: dict[str, str] = super().to_internal_value(data)
        if len(checked) > MOST_SYSTEMS:
            self.fail("too_many_systems")
        if not all(re.fullmatch(r"[a-z0-9_-]{1,40}", name) for name in checked):
            self.fail("bad_system")
        return checked


class Output(serializers.Serializer[Any]):
    """What a thing looks like. A field is a column (by its name or ``source``), or a part: see ``Resource``."""

    id = Ref()


class Input(serializers.Serializer[Any]):
    """What may be written; a field that is not named here is refused, not dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            text = _("There is no such field.")
            raise serializers.ValidationError(
                {name: [serializers.ErrorDetail(str(text), code="unknown_field")] for name in sorted(unknown)}
            )
        return super().to_internal_value(data)
