"""What the part templates need and includes cannot do. Registered as a builtin library: no {% load %}."""

import re
import zlib
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext

from questionbank.formats.rendering import markdown_to_html

register = template.Library()

TINTS = 6
_CHINESE = re.compile(r"[㐀-鿿豈-﫿]")
# Family names of two characters; all others have one.
_LONG_FAMILY_NAMES = ("欧阳", "司马", "上官", "诸葛", "夏侯", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒")


@register.filter
def initials(name: object) -> str:
    """Letters for a person's disc: first and last word's, or the Chinese family name (张伟 → 张)."""
    text = str(name or "").strip()
    if _CHINESE.match(text):
        return text[:2] if text.startswith(_LONG_FAMILY_NAMES) else text[0]
    words = [word for word in re.split(r"[\s\-]+", text) if word[:1].isalpha()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def person_tint(person_id: object) -> str:
    """The class of a person's disc: the same tint on every page and every machine."""
    return f"person-tint-{zlib.crc32(str(person_id).encode()) % TINTS}"


def _request(context: Context) -> HttpRequest | None:
    # A part included with "only" has no request variable, but its context still knows the request.
    return getattr(context, "request", None) or context.get("request")


def _half(value: Any) -> Decimal:
    return (Decimal(str(value)) * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2


@register.filter
def level_class(value: Any) -> str:
    """The swatch for a level or a mean, taken to the nearest half; None is "not assessed"."""
    if value is None or value == "":
        return "level-none"
    half = min(max(_half(value), Decimal(1)), Decimal(5))
    return "level-" + f"{half.normalize():f}".replace(".", "")


@register.filter
def level_text(value: Any) -> str:
    """A level as it is printed: 4, 3.5, 2.67, in the reader's number format; None is 0, its key."""
    if value is None or value == "":
        return "0"
    number = Decimal(str(value)).quantize(Decimal("0.01"), ROUND_HALF_UP).normalize()
    return number_format(f"{number:f}")


@register.filter
def percent_of(part: Any, whole: Any) -> str:
    """``part`` of ``whole`` as an SVG length in per cent; 0 where there is no whole."""
    share = 100 * float(part) / float(whole) if whole else 0.0
    return f"{min(max(share, 0.0), 100.0):.2f}%"


@register.filter
def since(moment: datetime) -> str:
    """How long ago: "3 days, 2 hours", or "just now" instead of no minutes."""
    passed = timesince(moment, depth=2)
    return passed if timezone.now() - moment >= timedelta(minutes=1) else gettext("just now")


@register.filter
def steps(count: Any) -> range:
    """1 to ``count``, for parts that draw one mark per step."""
    return range(1, int(count) + 1)


@register.simple_tag(takes_context=True)
def page_url(context: Context, number: int, name: str = "page") -> str:
    """The address of another page of this list, with the filters kept."""
    request = _request(context)
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query[name] = str(number)
    return "?" + query.urlencode()


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The page links to show: first, last, two around the present one, and "…" for the rest."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


@register.filter
def markdown(text: Any) -> SafeString:
    """Markdown as HTML; cleaned by an allow-list, so it may be marked as safe."""
    return mark_safe(markdown_to_html(str(text or "")))  # noqa: S308 -- markdown_to_html cleans it
