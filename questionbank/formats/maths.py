"""Formulas as drawings: TeX in, SVG out, with nothing of the source in it but its text alternative.

The typesetter's output is not trusted. It is taken apart, and a new drawing is made of the numbers in it.
"""

import html
import re
import threading
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_CHARACTERS = 500
_DEEPEST = 12
_UNITS = 1_000  # of the drawing, an em
_SIZE = 20  # at which it is typeset; rows of a table stand too close where it is far from usual
_SCALE = 1.1  # of an em of the text: small letters of the two faces are then of one height
_MIDDLE = 0.25  # of an em above the baseline: half the height of small letters, where CSS puts "middle"
_PADDING = 20

# What defines, loads or links something, or would number the formula: such a formula shows its source.
_REFUSED = re.compile(
    r"\\(?:(?:re|provide)?newcommand|[gex]?def|let|newenvironment|DeclareMathOperator|require|href|url"
    r"|includegraphics|style|class|cssId|tag|label)(?![A-Za-z])"
)
_BRACE = re.compile(r"(?<!\\)[{}]|\\(?:left|right|begin|end)(?![A-Za-z])")
_PATH = re.compile(r"[MLHVQCZ0-9 .\-]*")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

_ONE_AT_A_TIME = threading.Lock()


@lru_cache(maxsize=2_048)
def formula_svg(source: str, *, block: bool = False) -> str | None:
    """An ``<svg>`` that is safe to show beside other text, or None where only the source can be shown."""
    if len(source) > MOST_CHARACTERS or _REFUSED.search(source) or _depth(source) > _DEEPEST:
        return None
    try:
        with _ONE_AT_A_TIME:
            drawn = _typeset(source, block)
        return _redrawn(drawn, source) if drawn is not None else None
    # The typesetter has no errors of its own: what it cannot read ends in any of Python's.
    except Exception:  # noqa: BLE001 -- whatever a formula does, its source can still be shown
        return None


def _depth(source: str) -> int:
    """How deep a formula nests, or deeper than any is read where its brackets do not match."""
    depth = deepest = 0
    for mark in _BRACE.findall(source):
        depth += 1 if mark in ("{", "\\left", "\\begin") else -1
        deepest = max(deepest, depth)
        if depth < 0:
            break
    return deepest if depth == 0 else _DEEPEST + 1


def _typeset(source: str, block: bool) -> "Element | None":
    with warnings.catch_warnings():
        # It opens its face in a way that some versions of Python call old.
        warnings.simplefilter("ignore", DeprecationWarning)
        from ziamath.config import config  # noqa: PLC0415 -- slow import, and most texts have no formula
        from ziamath.zmath import Latex  # noqa: PLC0415 -- the same
    # Shapes in place instead of references to shapes.
    config.svg2 = False
    config.precision = 3
    formula = Latex(source, size=_SIZE, inline=not block, margin=0)
    text = "".join(formula.mathml.itertext())
    # A command that it does not know is set as its name, a character that its face does not have as a box.
    if "\\" in text or not all(character.isspace() or formula.font.glyphindex(character) for character in text):
        return None
    return formula.svgxml()


def _redrawn(drawn: "Element", source: str) -> str | None:
    left, top, width, height = map(_units, drawn.get("viewBox", "").split())
    if not (0 < width <= 60 * _UNITS and 0 < height <= 40 * _UNITS):
        return None
    # As far up as down from the middle of small letters, so that one rule of CSS puts every formula on its line.
    middle = -round(_MIDDLE * _UNITS / _SCALE)
    half = max(middle - top, top + height - middle) + _PADDING
    box = f"{left - _PADDING} {middle - half} {width + 2 * _PADDING} {2 * half}"
    wide, high = ((length / _UNITS) * _SCALE for length in (width + 2 * _PADDING, 2 * half))
    label = html.escape(" ".join(source.split()))
    shapes = "".join(_shapes(drawn))
    if not shapes:
        return None
    return (
        f'<svg class="formula" role="img" aria-label="{label}" width="{wide:.2f}em" height="{high:.2f}em"'
        f' viewBox="{box}" fill="currentColor">{shapes}</svg>'
    )


def _shapes(drawn: "Element") -> Iterator[str]:
    """The shapes again, by name and number; raises ``ValueError`` for any that is not known."""
    filled = []
    for shape in _leaves(drawn):
        if shape.tag == "path" and _PATH.fullmatch(path := shape.get("d", "")):
            outline = _NUMBER.sub(lambda found: str(_units(found[0])), path)
            outline = re.sub(r" ?([MLHVQCZ]) ?", r"\1", outline).strip()
        elif shape.tag == "rect" and shape.get("fill") in ("none", "black"):
            x, y, width, height = (_units(shape.get(name)) for name in ("x", "y", "width", "height"))
            outline = f"M{x} {y}h{width}v{height}h-{width}Z"
        else:
            raise ValueError(shape.tag)
        if shape.get("stroke-width") is None:
            filled.append(outline)
        else:
            line = _units(shape.get("stroke-width"))
            yield f'<path fill="none" stroke="currentColor" stroke-width="{line}" d="{outline}"/>'
    if filled:
        yield f'<path d="{"".join(filled)}"/>'


def _leaves(drawn: "Element") -> Iterator["Element"]:
    for shape in drawn:
        if shape.tag == "g" and not set(shape.keys()) - {"fill"}:
            yield from shape
        else:
            yield shape


def _units(text: str | None) -> int:
    if text is None or not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return round(float(text) * _UNITS / _SIZE)
