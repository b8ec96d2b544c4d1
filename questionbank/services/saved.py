"""Searches that people come back to."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from questionbank.models import SavedSearch
from questionbank.policies import may_read

MOST_SEARCHES = 50


@transaction.atomic
def save_search(*, user: User, name: str, query: str) -> SavedSearch:
    """Keep a search under a name.

    Raises ``ValidationError`` with code ``name_taken``, ``empty_search`` or ``too_many_searches``.
    """
    # One at a time for each person, so that the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not may_read(user):
        raise ValidationError(_("You do not read the question bank."), code="not_a_reader")
    if not query:
        raise ValidationError(_("Search for something, or filter, before you save it."), code="empty_search")
    if SavedSearch.objects.visible_to(user).count() >= MOST_SEARCHES:
        words = _("You have %(limit)s saved searches. Delete one first.")
        raise ValidationError(words, code="too_many_searches", params={"limit": MOST_SEARCHES})
    search = SavedSearch(user=user, name=name.strip(), query=query)
    search.full_clean()
    search.save(force_insert=True)
    return search


@transaction.atomic
def rename_search(*, search: SavedSearch, name: str) -> None:
    """Give a search another name. Raises ``ValidationError`` with code ``name_taken``."""
    search.name = name.strip()
    search.full_clean()
    search.save(update_fields=["name"])


def delete_search(*, search: SavedSearch) -> None:
    """Forget a search. Safe to repeat."""
    SavedSearch.objects.filter(pk=search.pk).delete()
