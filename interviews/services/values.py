"""Giving a row new values, and telling whether they are new."""

from typing import Any

from django.db.models import Model


def give(row: Model, values: dict[str, Any]) -> list[str]:
    """Set what is another value than before, texts without the space around them; the names of what was set."""
    wanted = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return changed
