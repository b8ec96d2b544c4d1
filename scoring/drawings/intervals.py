"""The result strip: overall and competencies on the whole scale, each with its interval and pass line."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.drawings import palette
from scoring.drawings.svg import LATIN_FIRST, drawing, element, text, wrap

WIDTH = 476.0
AXIS_LEFT, AXIS_RIGHT = 134.0, 388.0
VALUE_RIGHT, RANGE_RIGHT = 418.0, WIDTH
LABEL_WIDTH = 126.0
LOWEST, HIGHEST = 1.0, 5.0
HEAD, FOOT = 14.0, 14.0


@dataclass(frozen=True, slots=True)
class IntervalRow:
    """One result. ``shown`` and ``shown_range`` are its numbers in words; ``note`` stands where there is no result."""

    label: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    line: float | None = None
    shown: str = ""
    shown_range: str = ""
    note: str = ""


def draw_intervals(
    overall: IntervalRow,
    rows: tuple[IntervalRow, ...],
    labels: Mapping[str, str],
    *,
    dense: bool = False,
    fonts: str = LATIN_FIRST,
) -> str:
    """Draw the strip. ``labels``: title, description, line (above its mark), result (head of the numbers)."""
    pitch = 15.5 if dense else 19.0
    first = HEAD + (22.0 if dense else 28.0)
    wrapped = [wrap(row.label, LABEL_WIDTH, size=9.5, lines=2) for row in rows]
    heights = [max(pitch, 5.0 + 10.5 * len(lines)) for lines in wrapped]
    bottom = first + sum(heights) + 2
    parts = _axis(bottom)
    parts += _head(overall, labels)
    parts += _result(overall, HEAD + (first - HEAD) / 2, main=True)
    parts += _lines_of_text([overall.label], HEAD + (first - HEAD) / 2, size=10.5, weight=600)
    parts.append(_rule(first))
    top = first
    for row, lines, height in zip(rows, wrapped, heights, strict=True):
        middle = top + height / 2 + 1
        parts += _lines_of_text(lines, middle, size=9.5, weight=400)
        parts += _result(row, middle, main=False)
        top += height
    return drawing(WIDTH, bottom + FOOT, parts, labels=labels, fonts=fonts, name="intervals")


def _x(value: float) -> float:
    share = (min(HIGHEST, max(LOWEST, value)) - LOWEST) / (HIGHEST - LOWEST)
    return AXIS_LEFT + share * (AXIS_RIGHT - AXIS_LEFT)


def _axis(bottom: float) -> list[str]:
    parts = []
    for level in range(1, 6):
        x = _x(level)
        parts.append(
            element("line", x1=x, y1=HEAD, x2=x, y2=bottom, stroke=palette.HAIRLINE, stroke_width=0.6, class_="lw-grid")
        )
        parts.append(
            text(
                str(level),
                x,
                bottom + 10,
                size=7.5,
                fill=palette.SECOND,
                class_="lw-axis",
                anchor="middle",
            )
        )
    return parts


def _head(overall: IntervalRow, labels: Mapping[str, str]) -> list[str]:
    parts = [text(labels["result"], RANGE_RIGHT, 8, size=7.5, fill=palette.SECOND, class_="lw-axis", anchor="end")]
    if overall.line is not None:
        parts.append(
            text(
                labels["line"],
                _x(overall.line),
                8,
                size=7.5,
                weight=600,
                fill=palette.INK,
                class_="lw-label",
                anchor="middle",
            )
        )
    return parts


def _rule(y: float) -> str:
    return element("line", x1=0, y1=y, x2=WIDTH, y2=y, stroke=palette.HAIRLINE, stroke_width=0.6, class_="lw-grid")


def _lines_of_text(lines: list[str], middle: float, *, size: float, weight: int) -> list[str]:
    first = middle + size * 0.34 - (len(lines) - 1) * 5.25
    return [
        text(line, 0, first + row * 10.5, size=size, weight=weight, fill=palette.INK, class_="lw-label")
        for row, line in enumerate(lines)
    ]


def _result(row: IntervalRow, y: float, *, main: bool) -> list[str]:
    parts = [] if row.line is None else [_pass_line(row.line, y, reach=12.0 if main else 8.0)]
    if row.value is None:
        return [*parts, *_note(row.note, y)]
    if row.low is not None and row.high is not None:
        parts.append(_bar(row.low, row.high, y, main=main))
    parts.append(_point(row.value, y, radius=5.0 if main else 3.6))
    parts.append(_number(row.shown, VALUE_RIGHT, y, size=10.5 if main else 8.5, weight=600, fill=palette.INK))
    parts.append(_number(row.shown_range, RANGE_RIGHT, y, size=8.5, weight=400, fill=palette.SECOND))
    return parts


def _pass_line(line: float, y: float, *, reach: float) -> str:
    return element(
        "line",
        x1=_x(line),
        y1=y - reach,
        x2=_x(line),
        y2=y + reach,
        stroke=palette.INK,
        stroke_width=1.3,
        stroke_dasharray="2.6 1.6",
        class_="lw-line",
    )


def _point(value: float, y: float, *, radius: float) -> str:
    return element(
        "circle",
        cx=_x(value),
        cy=y,
        r=radius,
        fill=palette.CANDIDATE,
        stroke=palette.PAPER,
        stroke_width=0.9,
        class_="lw-candidate-point",
    )


def _number(shown: str, x: float, y: float, *, size: float, weight: int, fill: str) -> str:
    return text(shown, x, y + 3.2, size=size, weight=weight, fill=fill, class_="lw-number", anchor="end")


def _bar(low: float, high: float, y: float, *, main: bool) -> str:
    """An interval: a line with an end stroke on each side."""
    left, right, cap = _x(low), _x(high), 4.4 if main else 3.6
    return element(
        "path",
        d=" ".join(
            f"M{x1:.2f} {y1:.2f} L{x2:.2f} {y2:.2f}"
            for x1, y1, x2, y2 in (
                (left, y, right, y),
                (left, y - cap, left, y + cap),
                (right, y - cap, right, y + cap),
            )
        ),
        fill="none",
        stroke=palette.CANDIDATE,
        stroke_width=1.9 if main else 1.5,
        class_="lw-candidate",
    )


def _note(note: str, y: float) -> list[str]:
    """Why there is no result, where its point would be; a plate keeps the grid from crossing it."""
    lines = wrap(note, WIDTH - AXIS_LEFT - 8, size=8.5, lines=1)
    return [
        element(
            "rect",
            x=AXIS_LEFT + 3,
            y=y - 6,
            width=WIDTH - AXIS_LEFT - 3,
            height=12,
            fill=palette.PAPER,
            class_="lw-plate",
        ),
        text(lines[0], AXIS_LEFT + 6, y + 3, size=8.5, fill=palette.ATTENTION, class_="lw-attention"),
    ]
