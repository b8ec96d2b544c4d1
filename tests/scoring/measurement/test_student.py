import pytest

from scoring.measurement.student import quantile, share_within


# The printed tables of the distribution, two-sided.
@pytest.mark.parametrize(
    ("confidence", "freedom", "printed"),
    [
        (0.90, 1, 6.314),
        (0.90, 2, 2.920),
        (0.90, 3, 2.353),
        (0.90, 10, 1.812),
        (0.90, 11, 1.796),
        (0.90, 30, 1.697),
        (0.90, 120, 1.658),
        (0.95, 4, 2.776),
        (0.95, 7, 2.365),
        (0.99, 5, 4.032),
    ],
)
def test_quantile_agrees_with_printed_tables(confidence, freedom, printed):
    assert round(quantile(confidence, freedom), 3) == printed


@pytest.mark.parametrize("freedom", [1, 2, 3, 8, 25])
def test_share_within_is_the_inverse_of_the_quantile(freedom):
    assert share_within(quantile(0.9, freedom), freedom) == pytest.approx(0.9, abs=1e-12)


@pytest.mark.parametrize(("confidence", "freedom"), [(0, 3), (1, 3), (0.9, 0)])
def test_quantile_refuses_what_has_no_answer(confidence, freedom):
    with pytest.raises(ValueError, match="confidence"):
        quantile(confidence, freedom)
