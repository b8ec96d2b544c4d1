"""SVG elements as text: escaping, numbers, wrapped labels."""

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

LATIN_FIRST = "'Source Sans 3', 'Noto Sans SC', sans-serif"
CHINESE_FIRST = "'Noto Sans SC', 'Source Sans 3', sans-serif"

# XML 1.0 has no place for these, not even escaped.
_FORBIDDEN = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}
_NARROW = frozenset("iIjlt.,:;'|!()[]1f-·’‘ ")
_WIDE = frozenset("mwMW@%&—")


def number(value: float) -> str:
    """A coordinate with at most two decimals; the same float always gives the same text."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def plain(text: str) -> str:
    """Text as XML content."""
    return escape(text.translate(_FORBIDDEN))


def element(tag: str, *children: str, **attributes: str | float | None) -> str:
    """One element. ``class_`` and underscores become ``class`` and hyphens; None leaves an attribute out."""
    parts = [tag]
    for name, value in attributes.items():
        if value is None:
            continue
        shown = value.translate(_FORBIDDEN) if isinstance(value, str) else number(value)
        parts.append(f"{name.rstrip('_').replace('_', '-')}={quoteattr(shown)}")
    opening = " ".join(parts)
    return f"<{opening}>{''.join(children)}</{tag}>" if children else f"<{opening}/>"


def drawing(
    width: float,
    height: float,
    parts: list[str],
    *,
    labels: Mapping[str, str],
    fonts: str,
    name: str,
) -> str:
    """The root element in points, with the ``title`` and ``description`` of ``labels`` for those who cannot see."""
    head = [element("title", plain(labels["title"]))]
    if labels.get("description"):
        head.append(element("desc", plain(labels["description"])))
    return element(
        "svg",
        *head,
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        width=f"{number(width)}pt",
        height=f"{number(height)}pt",
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=labels["title"],
        class_=f"lw-drawing lw-{name}",
        font_family=fonts,
    )


def text(
    content: str,
    x: float,
    y: float,
    *,
    size: float,
    fill: str,
    class_: str,
    weight: int = 400,
    anchor: str = "start",
) -> str:
    """One line of text with its baseline at ``y``."""
    return element(
        "text",
        plain(content),
        x=x,
        y=y,
        font_size=size,
        font_weight=None if weight == 400 else str(weight),
        text_anchor=None if anchor == "start" else anchor,
        fill=fill,
        class_=class_,
    )


def width_of(content: str, size: float, weight: int = 400) -> float:
    """About how wide a line will be, in the unit of ``size``; errs on the wide side."""
    units = 0.0
    for character in content:
        if ord(character) >= 0x2E80:
            units += 1.0
        elif character in _NARROW:
            units += 0.32
        elif character in _WIDE:
            units += 0.88
        else:
            units += 0.62 if character.isupper() else 0.53
    return units * size * (1.05 if weight >= 600 else 1.0)


def wrap(content: str, width: float, *, size: float, weight: int = 400, lines: int = 3) -> list[str]:
    """Break a label into lines no wider than ``width``; what is beyond the last line ends in "…".

    Latin breaks at spaces (inside a word only if it is too long alone), Chinese between any two characters.
    """
    broken: list[str] = []
    current = ""
    for piece in _pieces(content, width, size, weight):
        trial = current + piece
        if current and width_of(trial.rstrip(), size, weight) > width:
            broken.append(current.strip())
            trial = piece
        current = trial
    broken.append(current.strip())
    broken = [line for line in broken if line] or [""]
    if len(broken) <= lines:
        return broken
    last = broken[lines - 1]
    while last and width_of(last + "…", size, weight) > width:
        last = last[:-1]
    return [*broken[: lines - 1], last.rstrip() + "…"]


_NOT_AT_LINE_START = frozenset("，。、；：？！）》」』”’…,.;:?!)")


def _pieces(content: str, width: float, size: float, weight: int) -> list[str]:
    """Unbreakable parts, each with the space that follows it."""
    pieces: list[str] = []
    current = ""
    for character in content:
        if character in _NOT_AT_LINE_START and pieces and not current:
            pieces[-1] += character
        elif ord(character) >= 0x2E80:
            if current:
                pieces.append(current)
            pieces.append(character)
            current = ""
        else:
            current += character
            if character == " " or width_of(current, size, weight) > width * 0.95:
                pieces.append(current)
                current = ""
    return [*pieces, current] if current else pieces
