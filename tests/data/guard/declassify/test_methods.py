import hashlib
import hmac
import itertools
import random
from decimal import Decimal

import pyarrow as pa
import pytest

from taihu.data.guard.declassify import at_least, coarsen, methods
from taihu.data.guard.declassify.fallen import BadMethod, NotFallen
from taihu.data.guard.declassify.hierarchy import Hierarchy
from taihu.terms.label import Level


def districts(**sizes):
    return pa.table({"district": list(sizes), "persons": pa.array(list(sizes.values()), pa.int64())})


def fall(table, **parameters):
    return at_least.at_least(table, **{"by": ("district",), "k": 10, "count": "persons", **parameters})


def test_one_small_group_takes_the_next_smallest_with_it():
    made = fall(districts(a=3, b=40, c=12, d=90))

    assert made.table.column("district").to_pylist() == ["b", "d"]
    assert made.proof["small"] == 1
    assert made.proof["left_out"] == 2
    assert made.proof["smallest"] == 40


def test_small_groups_that_together_are_not_small_need_no_other():
    assert fall(districts(a=6, b=40, c=7)).table.column("district").to_pylist() == ["b"]


def test_small_groups_that_together_are_small_take_another():
    assert fall(districts(a=2, b=40, c=3, d=50)).table.column("district").to_pylist() == ["d"]


def test_nothing_left_out_needs_no_complement():
    assert fall(districts(a=20, b=40)).table.num_rows == 2


@pytest.mark.parametrize("seed", range(20))
def test_no_line_of_groups_gives_away_fewer_than_k(seed):
    chance = random.Random(seed)
    sizes = {(a, b): chance.choice((2, 5, 9, 11, 14, 60)) for a, b in itertools.product("abcd", "xyz")}

    kept = set(at_least.leave_out(sizes, 10))

    lines = [
        list(sizes),
        *([g for g in sizes if g[0] == a] for a in "abcd"),
        *([g for g in sizes if g[1] == x] for x in "xyz"),
    ]
    for line in lines:
        missing = [sizes[group] for group in line if group not in kept]
        assert not missing or len(missing) == len(line) or (len(missing) > 1 and sum(missing) >= 10)


def test_persons_are_counted_not_rows():
    rows = pa.table({"district": ["a"] * 30 + ["b"] * 30, "person": ["p"] * 30 + [str(n) for n in range(30)]})

    assert fall(rows, count="", k=10).table.num_rows == 2
    assert fall(rows, count="", who="person", k=10).proof["small"] == 1


def test_a_group_twice_and_a_column_unknown_are_refused():
    with pytest.raises(BadMethod, match="多行"):
        fall(pa.table({"district": ["a", "a"], "persons": [20, 30]}))
    with pytest.raises(BadMethod, match="town"):
        fall(districts(a=20), by=("town",))


def test_a_column_climbs_its_hierarchy_by_fixed_steps():
    rows = pa.table({"born": ["1990-05-01", None, "1991-02-03"]})

    made = coarsen.generalise(rows, columns={"born": (Hierarchy("date", steps=("year", "10")), 2)})

    assert made.table.column("born").to_pylist() == ["1990–1999", "1990–1999", None]
    assert made.proof["values_after"] == ("2",)


def test_high_ages_become_one():
    rows = pa.table({"age": [70, 81, 82, 90, 101, 103]})

    made = coarsen.top_code(rows, column="age", top=Decimal(80), k=5)

    assert made.table.column("age").to_pylist() == ["70", *["≥80"] * 5]
    with pytest.raises(NotFallen, match="不足 5"):
        coarsen.top_code(rows, column="age", top=Decimal(100), k=5)


def test_tokens_of_two_releases_do_not_join():
    rows = pa.table({"person": ["甲", "乙", None, "甲"]})

    def make(key):
        return lambda text: hmac.new(key, text.encode(), hashlib.sha256).hexdigest()[:32]

    first = coarsen.token(rows, columns=("person",), make=make(b"1")).table.column("person").to_pylist()
    second = coarsen.token(rows, columns=("person",), make=make(b"2")).table.column("person").to_pylist()

    assert len(set(first)) == 3
    assert None in first
    assert not (set(first) & set(second)) - {None}


def test_a_token_stays_personal_and_never_falls_below_l3():
    assert methods.METHODS["token"].lowest is Level.L3
    assert methods.METHODS["token"].is_still_personal
    assert list(methods.METHODS) == ["at_least", "table", "microdata", "generalise", "top_code", "token", "manual"]
