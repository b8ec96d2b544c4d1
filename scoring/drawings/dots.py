"""Small marks: the levels given to one question, and one recommendation on its four places."""

from collections.abc import Mapping

from scoring.drawings import palette
from scoring.drawings.svg import LATIN_FIRST, drawing, element

DOTS_WIDTH, DOTS_HEIGHT = 48.0, 17.0
STEP = 11.0
PLACES = ("strong_no", "no", "yes", "strong_yes")
SIGNS = {"strong_no": "−−", "no": "−", "yes": "+", "strong_yes": "++"}
MARK_WIDTH, MARK_HEIGHT = 84.0, 18.0
PLACE_WIDTH, PLACE_STEP = 19.0, 21.2


def draw_dots(levels: tuple[int, ...], labels: Mapping[str, str], *, fonts: str = LATIN_FIRST) -> str:
    """A scale of five with one dot for each level given; equal ones are stacked. ``labels``: title."""
    most = max((levels.count(level) for level in levels), default=0)
    # Up to three dots stand clear of each other; more close up, so that none leaves the figure.
    pitch = 4.2 if most <= 3 else 9.2 / (most - 1)
    base = DOTS_HEIGHT - 3.5
    parts = [_stroke(2, base, 2 + 4 * STEP, base)]
    parts += [_stroke(2 + i * STEP, base - 1.6, 2 + i * STEP, base + 1.6) for i in range(5)]
    for level in range(1, 6):
        for height in range(levels.count(level)):
            parts.append(
                element(
                    "circle",
                    cx=2 + (level - 1) * STEP,
                    cy=base - height * pitch - 2.4,
                    r=1.9,
                    fill=palette.CANDIDATE,
                    class_="lw-candidate-point",
                )
            )
    return drawing(DOTS_WIDTH, DOTS_HEIGHT, parts, labels=labels, fonts=fonts, name="dots")


def _stroke(x1: float, y1: float, x2: float, y2: float) -> str:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=palette.RULE, stroke_width=0.6, class_="lw-grid")


def draw_mark(
    chosen: str | None,
    labels: Mapping[str, str],
    *,
    before: str | None = None,
    fonts: str = LATIN_FIRST,
) -> str:
    """A recommendation: its place filled, the one before reading framed if another. ``labels``: title."""
    parts: list[str] = []
    for index, place in enumerate(PLACES):
        x = 0.9 + index * PLACE_STEP
        filled, framed = place == chosen, place == before and before != chosen
        ground = palette.PAPER
        if filled:
            ground = palette.CANDIDATE if place in ("yes", "strong_yes") else palette.ATTENTION
        side = "lw-yes" if place in ("yes", "strong_yes") else "lw-no"
        parts.append(
            element(
                "rect",
                x=x,
                y=0.9,
                width=PLACE_WIDTH,
                height=MARK_HEIGHT - 1.8,
                fill=ground,
                stroke=palette.INK if framed else (ground if filled else palette.HAIRLINE),
                stroke_width=1.6 if framed else 0.7,
                class_=f"lw-place {side}{' lw-chosen' if filled else ''}{' lw-before' if framed else ''}",
            )
        )
        ink = palette.PAPER if filled else (palette.INK if framed else palette.FAINT_SIGN)
        parts.append(_sign(SIGNS[place], x + PLACE_WIDTH / 2, MARK_HEIGHT / 2, ink))
    return drawing(MARK_WIDTH, MARK_HEIGHT, parts, labels=labels, fonts=fonts, name="mark")


def _sign(sign: str, x: float, y: float, ink: str) -> str:
    """Plus and minus drawn as strokes: the same in every font."""
    arm = 2.4
    middles = [x] if len(sign) == 1 else [x - 3.6, x + 3.6]
    path = []
    for middle in middles:
        path.append(f"M{middle - arm:.2f} {y:.2f} L{middle + arm:.2f} {y:.2f}")
        if sign.startswith("+"):
            path.append(f"M{middle:.2f} {y - arm:.2f} L{middle:.2f} {y + arm:.2f}")
    return element("path", d=" ".join(path), stroke=ink, stroke_width=1.2, class_="lw-sign")
