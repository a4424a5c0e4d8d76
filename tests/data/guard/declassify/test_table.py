import itertools
import random
import time

import numpy as np
import pyarrow as pa
import pytest

from taihu.data.guard.declassify import cube, intruder, primary, suppress, table
from taihu.data.guard.declassify.fallen import BadMethod, NotFallen
from taihu.data.guard.declassify.primary import Rules
from tests.data.guard.declassify import adult

THIRTEEN = [
    *itertools.combinations(("race", "marital", "education", "workclass", "occupation"), 2),
    ("education", "income"),
    ("occupation", "income"),
    ("country", "income"),
]


def published(made):
    return np.where(made.withheld, np.nan, made.cube.counts)


@pytest.mark.parametrize(
    "tables",
    [pytest.param(THIRTEEN[:3], marks=pytest.mark.slow), pytest.param(THIRTEEN, marks=pytest.mark.faults)],
    ids=len,
)
def test_no_gap_of_the_adult_tables_can_be_narrowed_and_few_cells_are_added(tables):
    cells = primaries = added = exact_before = exact_after = 0
    begun = time.process_time()

    for by in tables:
        made = table.withhold(cube.count(adult.rows(), by, merge_below=100), Rules(n=10))
        gaps = np.flatnonzero(made.primary).tolist()
        cells += made.withheld.size
        primaries += len(gaps)
        added += int(made.withheld.sum()) - len(gaps)
        bare = intruder.Intruder(np.where(made.primary, np.nan, made.cube.counts))
        exact_before += intruder.exact_gaps([bare.narrow(gap) for gap in gaps])
        covered = intruder.Intruder(published(made))
        found = [covered.narrow(gap) for gap in gaps]
        exact_after += intruder.exact_gaps(found)
        assert all(high - low >= 10 - 1e-6 for low, high in found), by

    seconds = time.process_time() - begun
    print(
        f"\n{len(tables)} tables, {cells} cells, {primaries} primary, {added} added ({added / primaries:.2f} each), "
        f"exactly computable before {exact_before}, after {exact_after}, {seconds:.1f} s"
    )
    assert exact_before > 0
    assert exact_after == 0
    assert added <= 0.65 * primaries
    assert seconds < 20


def test_a_gap_in_the_margins_is_what_the_intruder_computes():
    small = np.array([[np.nan, 20.0, 25.0], [30.0, 40.0, 70.0], [35.0, 60.0, 95.0]])

    assert intruder.Intruder(small).narrow(0) == pytest.approx((5.0, 5.0))


def test_the_intruder_finds_the_interval_that_enumeration_finds():
    chance = random.Random(20261125)
    for _ in range(20):
        inner = np.array([[chance.randint(0, 4) for _ in range(3)] for _ in range(2)])
        full = np.zeros((3, 4))
        full[:2, :3] = inner
        full[2, :3], full[:2, 3], full[2, 3] = inner.sum(0), inner.sum(1), inner.sum()
        gaps = np.zeros((3, 4), dtype=bool)
        gaps[0, 0] = gaps[0, 1] = gaps[1, 0] = gaps[1, 1] = True
        free = [
            a
            for a in range(10)
            if full[0, 0] + full[0, 1] - a >= 0
            and full[0, 0] + full[1, 0] - a >= 0
            and full[1, 1] - full[0, 0] + a >= 0
        ]

        low, high = intruder.Intruder(np.where(gaps, np.nan, full)).narrow(0)

        assert (low, high) == pytest.approx((min(free), max(free)))


def test_a_withheld_cell_shows_neither_number_nor_reason():
    rows = adult.rows()

    made = table.table(rows, by=("race", "marital"), rules=Rules(n=10))

    assert made.table.column_names == ["race", "marital", "count"]
    gaps = made.table.column("count").null_count
    assert gaps == made.proof["primary"] + made.proof["added"]
    assert made.proof["primary"] > 0
    assert made.proof["narrowest"] >= 10
    shown = [number for number in made.table.column("count").to_pylist() if number is not None]
    assert all(number == 0 or number >= 10 for number in shown)
    total = [row["count"] for row in made.table.to_pylist() if row["race"] == row["marital"] == cube.TOTAL]
    assert total == [rows.num_rows]


def taxes(*cells):
    """Rows of firms with a district, a trade and an amount: (district, trade, amounts of its firms)."""
    return pa.table(
        {
            "district": [d for d, _, amounts in cells for _ in amounts],
            "trade": [t for _, t, amounts in cells for _ in amounts],
            "firm": [f"{d}{t}{number}" for d, t, amounts in cells for number in range(len(amounts))],
            "tax": [amount for _, _, amounts in cells for amount in amounts],
        }
    )


TAXES = taxes(
    ("east", "wood", [900, *[10] * 11]),
    ("east", "silk", [50] * 14),
    ("east", "iron", [60] * 12),
    ("west", "wood", [50] * 15),
    ("west", "silk", [60] * 20),
    ("west", "iron", [45] * 12),
    ("north", "wood", [33] * 25),
    ("north", "silk", [61] * 22),
    ("north", "iron", [47] * 21),
)


def test_a_cell_in_which_one_firm_dominates_is_withheld_though_it_has_many():
    counted = cube.count(TAXES, ("district", "trade"), value="tax", who="firm")

    found = primary.find_primary(counted, Rules(n=10, top=1, share=75, p=10))

    assert np.argwhere(found).tolist() == [[0, 2]]
    assert counted.largest[0, 2].tolist() == [900, 10, 10]


def test_sums_stay_open_upwards_by_what_the_rule_needs():
    rules = Rules(n=10, top=1, share=75, p=10, spread=10)
    counted = cube.count(TAXES, ("district", "trade"), value="tax", who="firm")

    made = table.withhold(counted, rules)

    gap = int(np.flatnonzero(made.primary)[0])
    high = intruder.Intruder(np.where(made.withheld, np.nan, counted.values)).above(gap)
    assert high >= 1010 + max(900 * 100 / 75 - 1010, 101)
    assert made.withheld.sum() >= 4


def test_the_p_percent_rule_asks_whether_the_second_firm_can_estimate_the_first():
    close = taxes(("east", "wood", [500, 480, *[1] * 20]), ("west", "wood", [50] * 30))
    counted = cube.count(close, ("district",), value="tax", who="firm")

    assert primary.find_primary(counted, Rules(share=0, p=10)).tolist() == [True, False, False]
    assert primary.find_primary(counted, Rules(share=0, p=2)).tolist() == [False, False, False]


def test_small_categories_are_put_together_until_they_are_not_small():
    rows = pa.table({"street": ["a"] * 40 + ["b"] * 3 + ["c"] * 2 + ["d"] * 12})

    counted = cube.count(rows, ("street",), merge_below=10)

    assert counted.categories == (("a", cube.MERGED),)
    assert counted.counts.tolist() == [40, 17, 57]


def test_the_persons_of_a_cell_are_counted_not_its_rows():
    rows = pa.table({"street": ["a"] * 20 + ["b"] * 20, "person": ["p1", "p2"] * 10 + [f"q{n}" for n in range(20)]})

    counted = cube.count(rows, ("street",), who="person")

    assert counted.contributors.tolist() == [2, 20, 22]
    assert primary.find_primary(counted, Rules(n=10)).tolist() == [True, False, False]


def test_a_table_too_small_to_publish_does_not_leave():
    rows = pa.table({"street": ["a"] * 3 + ["b"] * 2})

    with pytest.raises(NotFallen, match="合计"):
        table.table(rows, by=("street",), merge_below=0)


def test_a_table_whose_gaps_can_be_computed_does_not_leave(monkeypatch):
    monkeypatch.setattr(table, "suppress", lambda numbers, first, needed, withheld, **how: withheld)
    rows = pa.table({"street": ["a"] * 40 + ["b"] * 30 + ["c"] * 3})

    with pytest.raises(NotFallen, match="推算"):
        table.table(rows, by=("street",), merge_below=0)


def test_no_rows_make_an_empty_table():
    made = table.table(pa.table({"street": pa.array([], pa.string())}), by=("street",))

    assert made.table.column("count").to_pylist() == [0]


def test_a_gap_that_nothing_can_cover_is_no_gap():
    numbers, first = np.array([3.0, 4.0, 7.0]), np.array([True, False, False])

    with pytest.raises(suppress.NoCover):
        suppress.suppress(numbers, first, np.array([10.0, 0, 0]), first, is_upward=True)


@pytest.mark.slow
def test_a_table_of_three_dimensions_is_covered_too():
    rows = adult.rows().slice(0, 3_000)

    made = table.withhold(cube.count(rows, ("sex", "race", "workclass"), merge_below=100), Rules(n=10))

    assert made.primary.any()
    assert made.narrowest >= 10


def test_a_negative_amount_is_refused():
    rows = pa.table({"street": ["a", "b"], "tax": [5, -1]})

    with pytest.raises(BadMethod, match="负值"):
        cube.count(rows, ("street",), value="tax")
