"""Rows of other nouns that a body names by their ids."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _


def several(rows: QuerySet[Any], ids: list[UUID], field: str) -> list[Any]:
    """The rows that ``field`` lists, in its order. Raises ``ValidationError`` for the places of those not there."""
    known = rows.in_bulk(ids)
    wrong = [place for place, pk in enumerate(ids) if pk not in known]
    if wrong:
        text = _("There is no such thing.")
        raise ValidationError({f"{field}.{place}": ValidationError(text, "does_not_exist") for place in wrong})
    return [known[pk] for pk in ids]
