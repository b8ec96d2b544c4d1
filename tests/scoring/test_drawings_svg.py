"""Figures are well-formed, say what they show, and clip nothing."""

from xml.etree import ElementTree

import pytest

from scoring.drawings import svg
from scoring.drawings.agreement import AgreementCell, AgreementMap, AgreementRow, draw_agreement
from scoring.drawings.dots import draw_dots, draw_mark
from scoring.drawings.intervals import IntervalRow, draw_intervals
from scoring.drawings.radar import RadarAxis, draw_radar

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</title><script>alert("1")</script> & \x00\ufffe'
LONG_LATIN = "Distributed training infrastructure, reliability and incident response"
LONG_CHINESE = "大规模分布式训练基础设施的可靠性与事故响应能力"
STRIP_LABELS = {"title": "Results", "line": "pass line", "result": "mean, interval"}


def _strip(label: str) -> str:
    rows = (IntervalRow(label, 3.5, 3.1, 3.9, 3.0, "3.50", "3.10 – 3.90"), IntervalRow(label, note=label, line=3.0))
    return draw_intervals(IntervalRow(label, 3.5, 3.1, 3.9, 3.4, "3.50", "3.10 – 3.90"), rows, STRIP_LABELS)


def _map(label: str) -> str:
    row = AgreementRow(label, label, (AgreementCell(4.0, 2), AgreementCell(words=label), AgreementCell(1.0, 1)))
    other = AgreementRow(label, "", (AgreementCell(3.0, 2), AgreementCell(2.5, 1), AgreementCell(1.5, 1)))
    table = AgreementMap((label,) * 3, (row, other), ("3 to 4",) * 3)
    return draw_agreement(table, {"title": label, "spread": "Lowest to highest level"})


def _radar(label: str, count: int = 5) -> str:
    axes = tuple(RadarAxis(label, 1 + place % 5, 3.0, 3.3) for place in range(count))
    return draw_radar(axes, {"title": label, "description": label})


DRAWINGS = {"radar": _radar, "strip": _strip, "map": _map}


def _texts(drawn: str) -> list[tuple[float, float, str, float, str, int]]:
    root = ElementTree.fromstring(drawn)  # noqa: S314 -- our own output
    return [
        (
            float(node.get("x", "0")),
            float(node.get("y", "0")),
            node.get("text-anchor", "start"),
            float(node.get("font-size", "0")),
            node.text or "",
            int(node.get("font-weight", "400")),
        )
        for node in root.iter(f"{SVG}text")
    ]


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_drawing_escapes_hostile_labels(draw):
    root = ElementTree.fromstring(draw(HOSTILE))  # noqa: S314 -- our own output

    assert not list(root.iter(f"{SVG}script"))
    assert root.get("role") == "img"
    assert root.get("aria-label")


@pytest.mark.parametrize("label", [LONG_LATIN, LONG_CHINESE, "Reliability", "可靠性"])
@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_drawing_keeps_every_text_inside_its_frame(draw, label):
    drawn = draw(label)
    _x, _y, width, height = map(float, ElementTree.fromstring(drawn).get("viewBox").split())  # noqa: S314

    for x, y, anchor, size, text, weight in _texts(drawn):
        reach = svg.width_of(text, size, weight)
        left = {"start": x, "middle": x - reach / 2, "end": x - reach}[anchor]
        assert left >= -1.5, text
        assert left + reach <= width + 1.5, text
        assert size * 0.7 <= y <= height, text


@pytest.mark.parametrize("count", [3, 4, 5, 8, 10])
def test_radar_labels_every_axis_without_overlap(count):
    drawn = draw_radar(tuple(RadarAxis(f"Competency {i}", 3.0, 3.0) for i in range(count)), {"title": "Radar"})
    lines = [item for item in _texts(drawn) if item[5] == 600]

    boxes = []
    for x, y, anchor, size, text, weight in lines:
        reach = svg.width_of(text, size, weight)
        left = {"start": x, "middle": x - reach / 2, "end": x - reach}[anchor]
        boxes.append((left, left + reach, y - size * 0.7, y))
    for place, (left, right, top, bottom) in enumerate(boxes):
        for other_left, other_right, other_top, other_bottom in boxes[place + 1 :]:
            apart = right <= other_left or other_right <= left or bottom <= other_top or other_bottom <= top
            assert apart, (count, boxes)
    said = " ".join(text for *_rest, text, _weight in lines)
    assert all(f"{i}" in said for i in range(count))


def test_radar_refuses_two_competencies():
    with pytest.raises(ValueError, match="three"):
        draw_radar((RadarAxis("a", 3.0), RadarAxis("b", 4.0)), {"title": "Radar"})


def test_radar_leaves_a_missing_value_open():
    axes = (RadarAxis("a", 3.0), RadarAxis("b", None), RadarAxis("c", 4.0), RadarAxis("d", 2.0))

    root = ElementTree.fromstring(draw_radar(axes, {"title": "Radar"}))  # noqa: S314 -- our own output

    assert len([n for n in root.iter() if n.get("class") == "lw-candidate-point"]) == 3
    assert not [n for n in root.iter() if n.get("class") == "lw-candidate-area"]
    assert all("Z" not in n.get("d") for n in root.iter() if n.get("class") == "lw-candidate")


def test_interval_strip_marks_the_raw_mean_on_the_whole_scale():
    root = ElementTree.fromstring(_strip("Coding"))  # noqa: S314 -- our own output
    points = [node for node in root.iter() if node.get("class") == "lw-candidate-point"]

    assert [node.tag for node in points] == [f"{SVG}circle"] * 2  # the row without a result has none
    assert float(points[0].get("cx")) == pytest.approx(134 + (3.5 - 1) / 4 * 254)


def test_interval_strip_without_result_says_why_and_draws_no_point():
    row = IntervalRow("Coding", line=3.0, note="no result: 1 of 2 questions needed")

    drawn = draw_intervals(row, (), STRIP_LABELS)

    assert "no result: 1 of 2 questions needed" in drawn
    assert "lw-candidate" not in drawn


def test_wrapping_never_starts_a_line_with_a_closing_mark():
    for line in svg.wrap("可靠性，可用性，可观测性，安全。", 30, size=10, lines=9):
        assert line[0] not in "，。"


def test_wrapping_marks_what_it_left_out():
    assert svg.wrap(LONG_LATIN, 60, size=10, lines=2)[-1].endswith("…")


@pytest.mark.parametrize(("value", "shown"), [(1.0, "1"), (-0.001, "0"), (2.345, "2.35"), (0.1 + 0.2, "0.3")])
def test_number_has_one_spelling(value, shown):
    assert svg.number(value) == shown


@pytest.mark.parametrize("levels", [(), (3,), (1, 1, 1, 1, 1, 1, 1, 1), (1, 2, 3, 4, 5)])
def test_dots_show_one_dot_per_level_inside_the_figure(levels):
    root = ElementTree.fromstring(draw_dots(levels, {"title": "Levels"}))  # noqa: S314 -- our own output
    dots = list(root.iter(f"{SVG}circle"))

    assert len(dots) == len(levels)
    assert all(1.9 <= float(dot.get("cy")) <= 17 for dot in dots)


@pytest.mark.parametrize(
    ("chosen", "before", "filled", "framed"),
    [("yes", None, 1, 0), ("yes", "yes", 1, 0), ("yes", "no", 1, 1), (None, None, 0, 0)],
)
def test_mark_fills_the_vote_and_frames_an_earlier_one(chosen, before, filled, framed):
    drawn = draw_mark(chosen, {"title": "Yes"}, before=before)

    assert drawn.count("lw-chosen") == filled
    assert drawn.count("lw-before") == framed
