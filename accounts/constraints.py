"""Constraints that several models spell in the same way."""

from typing import Any

from django.db import models
from django.db.models import Q


def known(field: str, choices: type[models.TextChoices], *, model: str) -> models.CheckConstraint:
    """Only the values of ``choices`` may stand in ``field``: Django's choices alone do not bind the data."""
    return models.CheckConstraint(condition=Q(**{f"{field}__in": choices.values}), name=f"{model}_{field}_is_known")


def between(field: str, least: int, most: int, *, model: str) -> models.CheckConstraint:
    """``field`` lies within both ends, or is empty."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__gte": least, f"{field}__lte": most}), name=f"{model}_{field}_in_range"
    )


def ordered(first: str, last: str, *, model: str) -> models.CheckConstraint:
    """``last`` lies after ``first``."""
    condition: dict[str, Any] = {f"{last}__gt": models.F(first)}
    return models.CheckConstraint(condition=Q(**condition), name=f"{model}_{last}_after_{first}")
