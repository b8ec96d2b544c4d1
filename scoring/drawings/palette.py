"""Colours of the light theme. Every drawn part also has an ``lw-`` class, so that a page can re-colour it."""

INK = "#17181C"
SECOND = "#4A4D57"
THIRD = "#636772"
HAIRLINE = "#D0D2D9"
RULE = "#8A8E99"
ATTENTION = "#8A4B00"
COHORT = "#DDDFE5"
COHORT_LINE = "#8A8E99"
CANDIDATE = "#213B7E"
CANDIDATE_AREA = "#E6E9F1"
PAPER = "#FFFFFF"
FAINT_SIGN = "#8A8E99"  # the signs of a mark that nobody chose: 3.4 : 1, on purpose

# level → (ground, text on it); the number always stands inside the swatch
LEVELS = {
    1: ("#F3EFC4", "#3B3A12"),
    2: ("#C3DFB4", "#1C3A22"),
    3: ("#78C2BC", "#05302F"),
    4: ("#2A78A2", "#FFFFFF"),
    5: ("#213B7E", "#FFFFFF"),
}


def level_of(mean: float) -> int:
    """The level whose colour a mean takes: the nearest one, halves upwards, 1 to 5."""
    return min(5, max(1, int(mean + 0.5)))
