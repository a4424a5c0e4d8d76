"""Methods called with what means nothing, or over values that are none: refused, or kept apart, before anything falls."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from taihu.data.guard.declassify import at_least, coarsen, cube, gate, intruder, primary, table
from taihu.data.guard.declassify.criteria import Criteria
from taihu.data.guard.declassify.fallen import BadMethod, NotFallen
from taihu.data.guard.declassify.hierarchy import Hierarchy
from taihu.data.guard.declassify.primary import Rules
from tests.data.guard.declassify.test_hierarchies import read
from tests.data.guard.declassify.test_table import TAXES, taxes

ROWS = pa.table({"district": ["a"] * 30 + ["b"] * 40, "age": list(range(70)), "who": [f"p{n}" for n in range(70)]})
YEARS = Hierarchy("date", steps=("year",))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"k": 1}, "k 至少为 2"),
        ({"by": ()}, "分组项不得为空"),
        ({"count": "age", "who": "who"}, "只用其一"),
    ],
)
def test_groups_of_persons_need_a_threshold_and_something_to_group_by(how, said):
    with pytest.raises(BadMethod, match=said):
        at_least.at_least(ROWS, **{"by": ("district",), "k": 10, **how})


@pytest.mark.parametrize("size", [-1, None, 2.5, True, "30"])
def test_a_count_that_is_no_number_of_persons_is_refused(size):
    rows = pa.table({"district": ["a"], "persons": [size]})

    with pytest.raises(BadMethod, match="非负整数"):
        at_least.at_least(rows, by=("district",), k=10, count="persons")


def test_a_group_that_is_called_count_would_stand_twice_and_is_refused():
    rows = ROWS.rename_columns(["count", "age", "who"])

    with pytest.raises(BadMethod, match="count"):
        at_least.at_least(rows, by=("count",), k=10)


@pytest.mark.parametrize("steps", [0, -1])
def test_a_column_that_climbs_no_step_is_not_generalised(steps):
    with pytest.raises(BadMethod, match="至少上升一级"):
        coarsen.generalise(pa.table({"born": ["1990-05-01"]}), columns={"born": (YEARS, steps)})


@pytest.mark.parametrize(
    "ends", [{}, {"top": Decimal(5), "bottom": Decimal(5)}, {"top": Decimal(5), "bottom": Decimal(9)}]
)
def test_a_ceiling_is_above_its_floor(ends):
    with pytest.raises(BadMethod, match="下限小于上限"):
        coarsen.top_code(ROWS, column="age", **ends)


def test_both_ends_are_capped_and_nothing_stays_nothing():
    rows = pa.table({"age": [1, 2, None, 50, 90, 91]})

    made = coarsen.top_code(rows, column="age", top=Decimal(80), bottom=Decimal(5), k=2)

    assert sorted(made.table.column("age").to_pylist(), key=str) == ["50", None, "≤5", "≤5", "≥80", "≥80"]
    assert (made.proof["coded"], made.proof["smallest_end"]) == (4, 2)


def test_a_token_that_is_the_value_itself_is_none():
    with pytest.raises(BadMethod, match="令牌与原值相同"):
        coarsen.token(ROWS, columns=("who",), make=lambda text: text)
    with pytest.raises(BadMethod, match="令牌与原值相同"):
        coarsen.token(pa.table({"who": ["甲", "乙"]}), columns=("who",), make={"甲": "乙", "乙": "丙"}.get)


@pytest.mark.parametrize("how", [{"k": 1}, {"k": 5, "l": 0}, {"k": 5, "t": 0.0}, {"k": 5, "t": 1.5}])
def test_criteria_that_no_class_or_every_class_meets_are_refused(how):
    with pytest.raises(ValueError, match="k is at least 2"):
        Criteria(**how)


@pytest.mark.parametrize("how", [{"n": 1}, {"top": 0}, {"top": 4}, {"share": 101.0}, {"share": -1.0}, {"p": -1.0}])
def test_rules_that_mean_nothing_are_refused(how):
    with pytest.raises(ValueError, match="n is at least 2"):
        Rules(**how)


def test_the_p_percent_rule_can_be_switched_off():
    close = taxes(("east", "wood", [500, 480, *[1] * 20]), ("west", "wood", [50] * 30))
    counted = cube.count(close, ("district",), value="tax", who="firm")

    assert primary.find_primary(counted, Rules(share=0, p=10)).tolist() == [True, False, False]
    assert primary.find_primary(counted, Rules(share=0, p=0)).tolist() == [False, False, False]


@pytest.mark.parametrize("by", [(), ("street",)])
def test_a_table_has_groups_none_of_which_is_called_the_total(by):
    rows = pa.table({"street": ["a"] * 20 + [cube.TOTAL] * 20})

    with pytest.raises(BadMethod, match="合计"):
        cube.count(rows, by)


def test_sums_leave_to_the_fen_and_the_one_that_tells_of_a_firm_does_not():
    made = table.table(TAXES, by=("district", "trade"), value="tax", who="firm", merge_below=0)

    sums = {(row["district"], row["trade"]): row["tax"] for row in made.table.to_pylist()}
    assert sums["合计", "合计"] == Decimal("8074.00")
    assert sums["east", "wood"] is None
    shown = [number for number in sums.values() if number is not None]
    assert all(isinstance(number, Decimal) and number.as_tuple().exponent == -2 for number in shown)
    assert made.proof["value"] == "tax"


def test_a_sum_that_the_others_are_too_small_to_cover_keeps_the_table_from_leaving():
    rows = taxes(("east", "wood", [1000, *[1] * 11]), ("west", "wood", [40] * 12))

    with pytest.raises(NotFallen, match="没有足够的单元格"):
        table.table(rows, by=("district",), value="tax", who="firm", rules=Rules(spread=50), merge_below=0)


def test_gaps_with_their_total_have_no_ceiling():
    assert intruder.Intruder(np.array([np.nan, 5.0, np.nan])).narrow(0) == (0, np.inf)


def test_numbers_that_contradict_each_other_are_no_table():
    with pytest.raises(ArithmeticError, match="contradict"):
        intruder.Intruder(np.array([np.nan, 5.0, 3.0])).below(0)


def test_classes_whose_distribution_is_too_far_from_the_whole_do_not_open():
    released = pa.table({"sex": ["男"] * 10 + ["女"] * 10, "illness": [*["a"] * 9, "b", *["b"] * 9, "a"]})
    asked = {"name": "名单", "table": released, "identifying": ("sex",), "sensitive": ("illness",)}

    close = gate.check_release(gate.Candidate(**asked, criteria=Criteria(5, 2, 0.3)))
    wide = gate.check_release(gate.Candidate(**asked, criteria=Criteria(5, 2, 0.5)))

    assert [reason["code"] for reason in close.reasons] == ["G-OPEN-05"]
    assert "0.400" in close.reasons[0]["message"]
    assert wide.may_open
    assert wide.figures["t.illness"] == 0.4


@pytest.mark.parametrize("value", ["Infinity", "-inf", "NaN"])
def test_what_is_no_finite_number_stands_in_no_band(value):
    assert Hierarchy("number", widths=(5,)).path(value) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a: {kind: tree}", "is missing or no mapping"),
        ("a: {kind: tree, groups: [x]}", "is missing or no mapping"),
        ("a: {kind: date, steps: [week]}", "is no list of periods"),
        ("a: {kind: date}", "is no list of periods"),
    ],
)
def test_a_hierarchy_without_its_steps_is_told(tmp_path, line, said):
    found, faults = read(tmp_path, line + "\n")

    assert found == {}
    assert [said in fault for fault in faults] == [True]


def test_hierarchies_of_days_and_of_beginnings_are_read(tmp_path):
    found, faults = read(
        tmp_path, "born: {kind: date, steps: [month, year, 10]}\ntown: {kind: prefix, lengths: [9, 6]}\n"
    )

    assert faults == []
    assert found["born"].path("1990-05-01") == ("1990-05-01", "1990-05", "1990", "1990–1999", "*")
    assert found["town"].path("330502001003") == ("330502001003", "330502001*", "330502*", "*")
