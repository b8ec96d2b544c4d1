"""Which cells of the agreement map stand apart, and how they are drawn."""

import pytest

from scoring.drawings.agreement import AgreementCell, AgreementMap, AgreementRow, draw_agreement, stands_apart


@pytest.mark.parametrize(
    ("means", "signs"),
    [
        ([4.4, 2.6, 3.4], [1, -1, 0]),
        ([4.0, 5.0, 3.0, 3.0, 2.5], [0, 1, 0, 0, -1]),
        ([4.0, 4.2, 3.4], [0, 0, 0]),
        ([3.9, 2.9], [1, -1]),  # exactly one level, although the floats differ by a hair less
        ([4.0, None, None], [0, 0, 0]),
        ([None, 2.0, 3.0], [0, -1, 1]),
    ],
)
def test_cell_stands_apart_from_one_level_off_the_mean_of_the_others(means, signs):
    assert stands_apart([AgreementCell(mean, 1) for mean in means]) == signs


def test_map_frames_only_the_cells_that_stand_apart():
    rows = tuple(
        AgreementRow(name, "", (AgreementCell(mean, 2),)) for name, mean in (("A", 4.4), ("B", 2.6), ("C", 3.4))
    )

    drawn = draw_agreement(AgreementMap(("Systems",), rows, ("2 to 5",)), {"title": "Map", "spread": "Spread"})

    assert drawn.count("lw-apart") == 2
    assert drawn.count("<path") == 2  # one triangle each
    assert "2 to 5" in drawn


@pytest.mark.parametrize(("columns", "bands"), [(1, 1), (6, 1), (7, 2), (13, 3)])
def test_map_breaks_wide_tables_into_bands(columns, bands):
    cells = tuple(AgreementCell(3.0, 1) for _place in range(columns))
    table = AgreementMap(tuple(f"C{i}" for i in range(columns)), (AgreementRow("A", "", cells),), ("3",) * columns)

    drawn = draw_agreement(table, {"title": "Map", "spread": "Spread"})

    assert drawn.count("Spread") == bands
    assert drawn.count("lw-level-3") == columns
