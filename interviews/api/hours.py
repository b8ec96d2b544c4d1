"""Weekly hours as the API shows and takes them, for interviewers and their availabilities."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.models import User
from accounts.rest.fields import Choice, Input, Text
from accounts.rest.problems import about
from interviews.choices import Weekday
from interviews.models import Interviewer, WorkingHours
from interviews.services.availability import set_rules
from interviews.services.interviewers import Block

DAYS = [day.name.lower() for day in Weekday]
MOST_BLOCKS = 50
RULES = ("is_active", "notice_hours", "buffer_minutes", "most_per_day")
_CLOCK = RegexValidator("^([01][0-9]|2[0-3]):[0-5][0-9]$")


class BlockOutput(serializers.Serializer[Any]):
    weekday = Choice(choices=DAYS)
    starts = Text(help_text="As 09:00, on the interviewer's own clock.")
    ends = Text()


class BlockInput(Input):
    weekday = Choice(choices=DAYS)
    starts = Text(validators=[_CLOCK], help_text="As 09:00, on the interviewer's own clock.")
    ends = Text(validators=[_CLOCK], help_text="Later than the start.")


def hours_input() -> serializers.ListField:
    text = "All blocks of the week: they replace what was."
    return serializers.ListField(child=BlockInput(), max_length=MOST_BLOCKS, required=False, help_text=text)


def hours_of(ids: Iterable[UUID]) -> Mapping[UUID, list[dict[str, str]]]:
    """One query."""
    found = defaultdict(list)
    rows = WorkingHours.objects.filter(interviewer__in=ids).order_by("weekday", "starts")
    for interviewer, weekday, starts, ends in rows.values_list("interviewer", "weekday", "starts", "ends"):
        found[interviewer].append({"weekday": DAYS[weekday], "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"})
    return found


def give_rules(interviewer: Interviewer, data: dict[str, Any], actor: User) -> bool:
    """Take rules and hours out of ``data`` and set them; says whether any was another than before.

    Raises ``ValidationError`` for a field. One query where nothing changes.
    """
    kept = {name: getattr(interviewer, name) for name in RULES}
    wanted = kept | {name: data.pop(name) for name in RULES if name in data}
    blocks = sorted(interviewer.hours.values_list("weekday", "starts", "ends"))
    hours = sorted(_block(it) for it in data.pop("hours")) if "hours" in data else blocks
    if (wanted, hours) == (kept, blocks):
        return False
    with about("hours"):
        set_rules(interviewer=interviewer, actor=actor, hours=hours, **wanted)
    return True


def _block(sent: Mapping[str, str]) -> Block:
    return DAYS.index(sent["weekday"]), dt.time.fromisoformat(sent["starts"]), dt.time.fromisoformat(sent["ends"])
