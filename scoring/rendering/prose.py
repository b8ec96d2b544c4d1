"""Free text as the packet prints it: escaped, marked with its language, Chinese punctuation closed up."""

import re
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_LETTER = re.compile(r"[^\W\d_]")
_CLOSING = "，。、；：？！）》」』】”’"
_OPENING = "（《「『【“‘"
# Of two full-width marks in a row, the one that carries the blank between them gives up its half; an opening
# mark at the start hangs.
_CLOSED_UP = re.compile(f"[{_CLOSING}](?=[{_CLOSING}{_OPENING}])|(?<=[{_OPENING}])[{_OPENING}]|^[{_OPENING}]")
_HEAD = re.compile(r"\S")
_LAST_WORDS = re.compile(r"([^\s<>]{1,14})\s+([^\s<>]{1,14})\s+([^\s<>]{1,14}</p>\s*)$")


class Prose(NamedTuple):
    """A text with the language whose face draws it."""

    lang: str
    html: SafeString


def language_of(text: str) -> str:
    """``zh-Hans`` when at least a third of the letters are Chinese characters, else ``en``."""
    letters = len(_LETTER.findall(text))
    return "zh-Hans" if letters and 3 * len(_HAN.findall(text)) >= letters else "en"


def prose(text: str) -> Prose:
    """One run of text."""
    text = text.strip()
    lang = language_of(text)
    return Prose(lang, closed_up(text) if lang == "zh-Hans" else SafeString(escape(text)))


def paragraphs(text: str) -> list[Prose]:
    """A note as its paragraphs; each may be in another language."""
    return [prose(part) for part in re.split(r"\n\s*\n|\n", text) if _HEAD.search(part)]


def closed_up(text: str) -> SafeString:
    """Escaped Chinese text whose neighbouring full-width marks share their blank."""
    escaped = escape(text)
    return mark_safe(_CLOSED_UP.sub(r'<span class="half">\g<0></span>', escaped))  # noqa: S308 -- escaped above


def span(text: str) -> int:
    """The length of a text in Latin letters; a Chinese character counts as two."""
    return sum(2 if ord(character) >= 0x2E80 else 1 for character in text)


def shortened(text: str, most: int) -> str:
    """A text cut at a word to about so many Latin letters."""
    for place, character in enumerate(text):
        if span(text[: place + 1]) > most:
            kept = text[:place]
            cut = kept.rsplit(" ", 1)[0] if character != " " and " " in kept[-14:] else kept
            return cut.rstrip(" ,;:，；：、") + "…"
    return text


def kept_together(html: str) -> SafeString:
    """A sanitised prompt whose last three words stay on one line, if they are short."""
    return mark_safe(_LAST_WORDS.sub("\\1\N{NO-BREAK SPACE}\\2\N{NO-BREAK SPACE}\\3", html))  # noqa: S308 -- sanitised by the caller
