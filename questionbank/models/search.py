"""What the search of the bank knows: made from questions by services.search, and made anew at any time.

The words of each question stand in the table ``questionbank_searchwords``, which every database makes in its own
way (migration 0004): FTS5 on SQLite, tsvector with GIN on PostgreSQL.
"""

from uuid import uuid4

from django.db import models
from django.db.models import Q

from questionbank.models.questions import Question


class SearchEntry(models.Model):
    """The facets of one question's newest version, as formats.packing has them."""

    question = models.OneToOneField(Question, models.CASCADE, primary_key=True, related_name="search_entry")
    number = models.PositiveIntegerField(unique=True)
    record = models.BinaryField()
    # Whether the entry stands in its block as it is now. What is written is at first outside, see SearchBlock.
    is_packed = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["number"], condition=Q(is_packed=False), name="searchentry_outside")]

    def __str__(self) -> str:
        return str(self.number)


class SearchBlock(models.Model):
    """The records of all questions with numbers of one range. A packed block is read instead of thousands of rows.

    An entry that changes is marked as outside its block and counts instead of what the block still says of it, so
    writers never wait for each other here. ``stamp`` is another one after every packing: whoever keeps a block in
    memory knows by it whether it is still the one there is.
    """

    id = models.PositiveIntegerField(primary_key=True)
    stamp = models.UUIDField(default=uuid4)
    content = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        return str(self.pk)
