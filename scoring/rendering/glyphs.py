"""Which characters the packet's fonts can draw, and what stands for the others.

A character in no font would be printed as an empty box, as if it were meant. So it is found before layout,
replaced by a mark that nobody takes for text, and listed in the appendix by its code point and name.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONT_FOLDER = Path(__file__).resolve().parent.parent.parent / "static" / "fonts" / "packet"
# Both weights of a family hold the same characters; tests/scoring/rendering/test_glyphs.py holds that.
CHECKED_FACES = ("SourceSans3-Regular.ttf", "NotoSansSC-Regular.ttf")
STAND_IN = "〓"


@cache
def drawable() -> frozenset[int]:
    """Code points that at least one of the packet's faces draws. Reads two font files once per process."""
    points: set[int] = set()
    for face in CHECKED_FACES:
        with TTFont(FONT_FOLDER / face, lazy=True) as font:
            points.update(font.getBestCmap())
    return frozenset(points)


def missing_characters(text: str) -> set[str]:
    """The characters of a text, after normalisation, that no packet font draws."""
    return {
        character for character in _normalised(text) if ord(character) not in drawable() and not character.isspace()
    }


def printable(text: str) -> str:
    """The text as the packet prints it: composed, without invisible controls, 〓 for what cannot be drawn."""
    normalised = _normalised(text)
    missing = missing_characters(normalised)
    if missing:
        normalised = normalised.translate({ord(character): STAND_IN for character in missing})
    return normalised


def printable_values(value: Any, zone: tzinfo) -> tuple[Any, set[str]]:
    """A copy of nested dataclasses, sequences and mappings, and the characters no font draws.

    Every text in it is printable and every moment in ``zone``, whatever offset it was stored with.
    """
    missing: set[str] = set()

    def copied(part: Any) -> Any:
        if isinstance(part, str):
            missing.update(missing_characters(part))
            return printable(part)
        if isinstance(part, datetime):
            return part.astimezone(zone)
        if isinstance(part, tuple | list):
            return tuple(copied(item) for item in part)
        if isinstance(part, Mapping):
            return {key: copied(item) for key, item in part.items()}
        if is_dataclass(part) and not isinstance(part, type):
            return replace(part, **{each.name: copied(getattr(part, each.name)) for each in fields(part)})
        return part

    return copied(value), missing


def _normalised(text: str) -> str:
    """Composed form without controls, joiners, variation selectors and other marks that only steer drawing."""
    return "".join(
        character for character in unicodedata.normalize("NFC", text) if character in "\n\t" or not _steers(character)
    )


def _steers(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") or 0xFE00 <= ord(character) <= 0xFE0F
