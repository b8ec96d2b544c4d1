"""The agreement map: mean level per interviewer and competency, with the cells that stand apart framed."""

from collections.abc import Mapping
from dataclasses import dataclass

from scoring.drawings import palette
from scoring.drawings.svg import LATIN_FIRST, drawing, element, number, text, width_of, wrap

WIDTH = 476.0
NAME_WIDTH = 106.0
CELLS_A_BAND = 6
ROW, CELL_HEIGHT, CELL_GAP = 23.0, 18.0, 5.0
APART = 1.0


@dataclass(frozen=True, slots=True)
class AgreementCell:
    """Mean level of one interviewer in one competency over ``count`` questions; without a mean, words why."""

    mean: float | None = None
    count: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One interviewer."""

    name: str
    note: str
    cells: tuple[AgreementCell, ...]


@dataclass(frozen=True, slots=True)
class AgreementMap:
    """``spreads`` is the range of levels of each column, in words."""

    columns: tuple[str, ...]
    rows: tuple[AgreementRow, ...]
    spreads: tuple[str, ...]


def stands_apart(cells: list[AgreementCell]) -> list[int]:
    """For each cell of a column: 1 or −1 when it lies a level or more above or below the mean of the others."""
    signs = []
    for index, cell in enumerate(cells):
        others = [other.mean for i, other in enumerate(cells) if i != index and other.mean is not None]
        if cell.mean is None or not others:
            signs.append(0)
            continue
        # A hair of room: 3.9 − 2.9 must count as a level although floats make it less.
        away = cell.mean - sum(others) / len(others)
        signs.append(0 if abs(away) < APART - 1e-9 else (1 if away > 0 else -1))
    return signs


def draw_agreement(table: AgreementMap, labels: Mapping[str, str], *, fonts: str = LATIN_FIRST) -> str:
    """Draw the map, in bands of six competencies. ``labels``: title, description, spread."""
    bands = -(-len(table.columns) // CELLS_A_BAND) or 1
    per_band = -(-len(table.columns) // bands) or 1
    parts: list[str] = []
    top = 0.0
    for band in range(bands):
        chosen = range(band * per_band, min((band + 1) * per_band, len(table.columns)))
        drawn, top = _band(table, chosen, top, labels)
        parts += drawn
        top += 10.0
    return drawing(WIDTH, top - 6.0, parts, labels=labels, fonts=fonts, name="agreement")


def _band(table: AgreementMap, columns: range, top: float, labels: Mapping[str, str]) -> tuple[list[str], float]:
    """One band of columns and the height at which it ends."""
    room = (WIDTH - NAME_WIDTH) / max(len(columns), 4)
    heads = [wrap(table.columns[i], room - CELL_GAP, size=8.5, weight=600) for i in columns]
    head_height = 10.5 * max(len(lines) for lines in heads)
    first = top + head_height + 8.0
    parts: list[str] = []
    for place, (index, lines) in enumerate(zip(columns, heads, strict=True)):
        middle = NAME_WIDTH + room * place + (room - CELL_GAP) / 2
        parts += _head(lines, middle, top + head_height)
        signs = stands_apart([row.cells[index] for row in table.rows])
        for row_index, (row, sign) in enumerate(zip(table.rows, signs, strict=True)):
            y = first + row_index * ROW
            parts += _cell(row.cells[index], sign, middle, y, room - CELL_GAP)
        y = first + len(table.rows) * ROW + 8
        parts.append(
            text(table.spreads[index], middle, y, size=8.5, fill=palette.INK, class_="lw-label", anchor="middle")
        )
    for row_index, row in enumerate(table.rows):
        parts += _name(row, first + row_index * ROW + CELL_HEIGHT / 2)
    end = first + len(table.rows) * ROW + 8
    parts.append(text(labels["spread"], 0, end, size=8.5, fill=palette.INK, class_="lw-label"))
    return parts, end + 6


def _head(lines: list[str], middle: float, bottom: float) -> list[str]:
    return [
        text(
            line,
            middle,
            bottom - (len(lines) - 1 - row) * 10.5,
            size=8.5,
            weight=600,
            fill=palette.INK,
            class_="lw-label",
            anchor="middle",
        )
        for row, line in enumerate(lines)
    ]


def _name(row: AgreementRow, middle: float) -> list[str]:
    """Name and note on one line if they fit, else one below the other."""
    wide = width_of(row.name, 8.5, 600) + width_of(row.note, 8.5) + 4 > NAME_WIDTH - 6
    name = wrap(row.name, NAME_WIDTH - 6, size=8.5, weight=600, lines=1)[0]
    y = middle + 3 - (5 if wide and row.note else 0)
    parts = [text(name, 0, y, size=8.5, weight=600, fill=palette.INK, class_="lw-label")]
    if row.note:
        x = 0.0 if wide else width_of(row.name, 8.5, 600) + 4
        note = wrap(row.note, NAME_WIDTH - 6 - x, size=7.5 if wide else 8.5, lines=1)[0]
        parts.append(
            text(
                note,
                x,
                y + (9.5 if wide else 0),
                size=7.5 if wide else 8.5,
                fill=palette.SECOND,
                class_="lw-note",
            )
        )
    return parts


def _cell(cell: AgreementCell, sign: int, middle: float, y: float, width: float) -> list[str]:
    baseline = y + CELL_HEIGHT / 2 + 3.2
    if cell.mean is None:
        words = wrap(cell.words, width, size=7.5, lines=1)[0]
        return [text(words, middle, baseline, size=7.5, fill=palette.THIRD, class_="lw-not-asked", anchor="middle")]
    level = palette.level_of(cell.mean)
    ground, ink = palette.LEVELS[level]
    parts = [
        element(
            "rect",
            x=middle - width / 2,
            y=y,
            width=width,
            height=CELL_HEIGHT,
            fill=ground,
            stroke=palette.INK if sign else "none",
            stroke_width=1.8 if sign else None,
            class_=f"lw-level-{level}{' lw-apart' if sign else ''}",
        )
    ]
    mean, count = f"{cell.mean:.1f}", str(cell.count)
    # Digits of both faces are just over half an em wide.
    mean_width, count_width = 0.55 * 9.5 * 2.6, 7.0 + 0.5 * 7.5 * len(count)
    left = middle - (mean_width + count_width + (8 if sign else 0)) / 2
    if sign:
        parts.append(_triangle(left + 2.5, y + CELL_HEIGHT / 2, sign, ink, level))
        left += 8
    parts.append(text(mean, left, baseline, size=9.5, weight=600, fill=ink, class_=f"lw-on-level-{level}"))
    # A drawn dot: the character is as wide as a letter in Chinese faces.
    parts.append(
        element("circle", cx=left + mean_width + 3.4, cy=baseline - 2.6, r=0.7, fill=ink, class_=f"lw-on-level-{level}")
    )
    parts.append(text(count, left + mean_width + 7, baseline, size=7.5, fill=ink, class_=f"lw-on-level-{level}"))
    return parts


def _triangle(x: float, y: float, sign: int, fill: str, level: int) -> str:
    tip, base = y - 2.6 * sign, y + 2.2 * sign
    return element(
        "path",
        d=f"M{number(x)} {number(tip)} L{number(x + 2.7)} {number(base)} L{number(x - 2.7)} {number(base)} Z",
        fill=fill,
        class_=f"lw-on-level-{level}",
    )
