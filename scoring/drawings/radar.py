"""Radar: a candidate's competencies against their pass lines and, where known, the cohort's median."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin

from scoring.drawings import palette
from scoring.drawings.svg import LATIN_FIRST, drawing, element, number, text, width_of, wrap

WIDTH, HEIGHT = 256.0, 192.0
CENTRE_X, CENTRE_Y, RADIUS = WIDTH / 2, 98.0, 62.0
LOWEST, HIGHEST = 1, 5
LABEL_SIZES, LABEL_LINE, LABEL_GAP = (8.5, 7.8, 7.0), 10.0, 6.5


@dataclass(frozen=True, slots=True)
class RadarAxis:
    """One competency; a value that is not there stays open in the figure."""

    label: str
    value: float | None
    line: float | None = None
    cohort: float | None = None


def draw_radar(axes: tuple[RadarAxis, ...], labels: Mapping[str, str], *, fonts: str = LATIN_FIRST) -> str:
    """Draw three to ten competencies. ``labels``: title, description. Fewer than three: ValueError."""
    if len(axes) < 3:
        raise ValueError("a radar needs at least three competencies")
    parts = [*_grid(len(axes)), *_area(axes)]
    parts += _outline([axis.cohort for axis in axes], palette.COHORT_LINE, "lw-cohort", width=1.1)
    parts += _outline([axis.line for axis in axes], palette.INK, "lw-line", width=1.2, dashes="3.2 1.8")
    parts += _outline([axis.value for axis in axes], palette.CANDIDATE, "lw-candidate", width=2.0)
    parts += _scale()
    parts += _points(axes)
    for index, axis in enumerate(axes):
        parts += _label(axis.label, index, len(axes))
    return drawing(WIDTH, HEIGHT, parts, labels=labels, fonts=fonts, name="radar")


def _place(index: int, count: int, value: float) -> tuple[float, float]:
    reach = RADIUS * (min(HIGHEST, max(LOWEST, value)) - LOWEST) / (HIGHEST - LOWEST)
    angle = 2 * pi * index / count
    return CENTRE_X + reach * sin(angle), CENTRE_Y - reach * cos(angle)


def _path(places: list[tuple[float, float]], *, closed: bool) -> str:
    line = " L".join(f"{number(x)} {number(y)}" for x, y in places)
    return f"M{line}{' Z' if closed else ''}"


def _grid(count: int) -> list[str]:
    rings = [
        element(
            "path",
            d=_path([_place(i, count, level) for i in range(count)], closed=True),
            fill="none",
            stroke=palette.HAIRLINE,
            stroke_width=0.6,
            class_="lw-grid",
        )
        for level in range(LOWEST + 1, HIGHEST + 1)
    ]
    spokes = [
        element(
            "path",
            d=_path([(CENTRE_X, CENTRE_Y), _place(i, count, HIGHEST)], closed=False),
            stroke=palette.HAIRLINE,
            stroke_width=0.6,
            class_="lw-grid",
        )
        for i in range(count)
    ]
    return rings + spokes


def _scale() -> list[str]:
    """The numbers of the rings, on small plates, so that no line crosses them."""
    parts = []
    for level in range(LOWEST, HIGHEST + 1):
        x, y = _place(0, 1, level)
        plate = element("rect", x=x - 8.6, y=y - 4, width=6.4, height=8, fill=palette.PAPER, class_="lw-plate")
        digit = text(str(level), x - 5.4, y + 2.6, size=7.5, fill=palette.SECOND, class_="lw-axis", anchor="middle")
        parts += [plate, digit]
    return parts


def _area(axes: tuple[RadarAxis, ...]) -> list[str]:
    values = [axis.value for axis in axes]
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return []
    places = [_place(i, len(axes), value) for i, value in enumerate(known)]
    return [element("path", d=_path(places, closed=True), fill=palette.CANDIDATE_AREA, class_="lw-candidate-area")]


def _outline(
    values: list[float | None], colour: str, class_: str, *, width: float, dashes: str | None = None
) -> list[str]:
    """A closed line through the values; open on both sides of one that is missing."""
    count = len(values)
    runs: list[list[tuple[float, float]]] = []
    if None not in values:
        runs = [[_place(i, count, value) for i, value in enumerate(values) if value is not None]]
    else:
        for i in range(count):
            here, there = values[i], values[(i + 1) % count]
            if here is not None and there is not None:
                runs.append([_place(i, count, here), _place((i + 1) % count, count, there)])
    return [
        element(
            "path",
            d=_path(run, closed=None not in values),
            fill="none",
            stroke=colour,
            stroke_width=width,
            stroke_dasharray=dashes,
            stroke_linejoin="round",
            class_=class_,
        )
        for run in runs
    ]


def _points(axes: tuple[RadarAxis, ...]) -> list[str]:
    parts = []
    for index, axis in enumerate(axes):
        if axis.cohort is not None:
            x, y = _place(index, len(axes), axis.cohort)
            parts.append(
                element(
                    "rect",
                    x=x - 2.2,
                    y=y - 2.2,
                    width=4.4,
                    height=4.4,
                    fill=palette.COHORT_LINE,
                    class_="lw-cohort-point",
                )
            )
    for index, axis in enumerate(axes):
        if axis.value is not None:
            x, y = _place(index, len(axes), axis.value)
            parts.append(
                element(
                    "circle",
                    cx=x,
                    cy=y,
                    r=3.2,
                    fill=palette.CANDIDATE,
                    stroke=palette.PAPER,
                    stroke_width=0.9,
                    class_="lw-candidate-point",
                )
            )
    return parts


def _label(label: str, index: int, count: int) -> list[str]:
    """The name of an axis, outside the outermost ring, wrapped into what the figure has left there."""
    angle = 2 * pi * index / count
    x = CENTRE_X + (RADIUS + LABEL_GAP) * sin(angle)
    y = CENTRE_Y - (RADIUS + LABEL_GAP) * cos(angle)
    side = 0 if abs(sin(angle)) < 0.2 else (1 if sin(angle) > 0 else -1)
    room = {0: 130.0, 1: WIDTH - x, -1: x}[side]
    size = _label_size(label, room)
    lines = wrap(label, room, size=size, weight=600)
    # Upright labels grow away from the figure, the others around their height.
    lift = (len(lines) - 1) * LABEL_LINE
    first = y - lift if cos(angle) > 0.7 else (y + 6 if cos(angle) < -0.7 else y + 3 - lift / 2)
    first = min(max(first, size), HEIGHT - 2 - lift)
    anchor = {0: "middle", 1: "start", -1: "end"}[side]
    return [
        text(
            line,
            x,
            first + row * LABEL_LINE,
            size=size,
            weight=600,
            fill=palette.INK,
            class_="lw-label",
            anchor=anchor,
        )
        for row, line in enumerate(lines)
    ]


def _label_size(label: str, room: float) -> float:
    """The largest size at which no word of a label has to be broken."""
    longest = max(label.split(), key=len, default="")
    fitting = (size for size in LABEL_SIZES if width_of(longest, size, 600) <= room)
    return next(fitting, LABEL_SIZES[-1])
