"""What stands in the way of a plan, for programs: codes and texts, and the ways out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.rest.fields import Input, Text
from accounts.rest.problems import Problem
from interviews.planning.assembly import Shortfall
from interviews.planning.codes import Remedy

MOST_REMEDIES = 40
MOST_NUMBER = 10_000
MOST_CHARACTERS = 120


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": MOST_NUMBER},
                {"type": "string", "maxLength": MOST_CHARACTERS},
            ]
        },
        "maxProperties": 8,
    }
)
class Params(serializers.DictField):
    """What a code of the planner speaks of: whole numbers and names."""

    default_error_messages = {"bad_params": _("Send the params as they were answered.")}

    def to_internal_value(self, data: Any) -> dict[str, int | str]:
        checked: dict[str, Any] = super().to_internal_value(data)
        if len(checked) > 8 or not all(_is_plain(it) for it in checked.values()):
            self.fail("bad_params")
        return checked


def _is_plain(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MOST_CHARACTERS
    return type(value) is int and 0 <= value <= MOST_NUMBER


class RemedyInput(Input):
    code = Text(max_length=40, help_text="Of a shortfall's remedy that is a rule.")
    params = Params()


class RelaxInput(Input):
    remedies = serializers.ListField(child=RemedyInput(), min_length=1, max_length=MOST_REMEDIES)


def remedies_in(data: dict[str, Any]) -> list[Remedy]:
    return [Remedy(it["code"], it["params"]) for it in data["remedies"]]


@contextmanager
def explained() -> Iterator[None]:
    """A refusal of the planner names its codes in ``errors``, and in ``shortfalls`` what would help."""
    try:
        yield
    except ValidationError as error:
        found = [it for it in getattr(error, "error_list", []) if "shortfall" in (it.params or {})]
        if not found:
            raise
        shortfalls = [_shortfall(it) for it in found]
        errors = [{"pointer": "", "code": it["code"], "message": it["message"]} for it in shortfalls]
        detail = shortfalls[0]["message"]
        raise Problem(409, str(found[0].code), detail, errors=errors, shortfalls=shortfalls) from error


def _shortfall(error: ValidationError) -> dict[str, Any]:
    params = error.params or {}
    shortfall: Shortfall = params["shortfall"]
    remedy = shortfall.remedy
    return {
        "code": shortfall.code,
        "params": dict(shortfall.params),
        "message": " ".join(error.messages),
        "remedy": {
            "code": remedy.code,
            "params": dict(remedy.params),
            # A rule of the template, which one job may be given otherwise: POST jobs/{id}/relax.
            "is_rule": bool(params["relaxation"]),
            "text": params["relaxation"],
        },
    }
