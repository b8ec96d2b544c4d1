"""The words that the bank is sorted by: adding them and saying them otherwise. None is ever taken away."""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from accounts.services.trail import record
from questionbank.models import Category, Named
from questionbank.policies import may_name
from questionbank.services.search import index_category

_Word = TypeVar("_Word", bound=Named)


@transaction.atomic
def add_word(*, actor: User, kind: type[_Word], **values: object) -> _Word:
    """A new competency, category, role or step of the ladder.

    Raises ``PermissionDenied``, or ``ValidationError`` for a field. Three queries or four.
    """
    if not may_name(actor, kind):
        raise PermissionDenied
    word = kind(**values)
    word.full_clean()
    word.save(force_insert=True)
    record(actor=actor, action="word.added", subject=word)
    return word


@transaction.atomic
def change_word(*, actor: User, word: Named, **values: object) -> None:
    """Give a word these values; a category's questions are found by its new name. Raises as ``add_word``."""
    if not may_name(actor, type(word)):
        raise PermissionDenied
    changed = [name for name, value in values.items() if getattr(word, name) != value]
    if not changed:
        return
    for name in changed:
        setattr(word, name, values[name])
    word.full_clean()
    word.save(update_fields=changed)
    if isinstance(word, Category):
        index_category(word)
    record(actor=actor, action="word.changed", subject=word)
