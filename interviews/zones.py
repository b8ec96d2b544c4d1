"""One moment on several clocks."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import pgettext

from interviews.planning.windows import Window


def city(zone: str) -> str:
    """The part of a zone's name that people know: Europe/Berlin is Berlin."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def zone_label(zone: str, at: datetime) -> str:
    """``Berlin (UTC+1)``, with the offset that holds at that moment."""
    minutes = int(_offset(zone, at) // 60)
    if not minutes:
        return f"{city(zone)} (UTC)" if city(zone) != "UTC" else "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"{city(zone)} (UTC{'+' if minutes > 0 else '−'}{hours}{f':{rest:02d}' if rest else ''})"


def same_clock(first: str, second: str, at: datetime) -> bool:
    """Whether clocks in both zones show the same at that moment."""
    return _offset(first, at) == _offset(second, at)


def day_text(at: datetime, zone: str) -> str:
    """The local day with its weekday, as the active language writes it."""
    return date_format(at.astimezone(ZoneInfo(zone)), pgettext("format of a day", "l j F Y"))


def short_day_text(at: datetime, zone: str) -> str:
    """The local day in short, without the year."""
    return date_format(at.astimezone(ZoneInfo(zone)), pgettext("format of a short day", "D j M"))


def times_text(span: Window, zone: str) -> str:
    """``10:15–11:15`` on the local clock; a second day is named."""
    starts, ends = (moment.astimezone(ZoneInfo(zone)) for moment in span)
    last = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{short_day_text(ends, zone)} {ends:%H:%M}"
    return f"{starts:%H:%M}–{last}"


def span_text(span: Window, zone: str) -> str:
    """Day and times on the local clock."""
    return f"{short_day_text(span[0], zone)} {times_text(span, zone)}"


def _offset(zone: str, at: datetime) -> float:
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return offset.total_seconds() if offset else 0.0
