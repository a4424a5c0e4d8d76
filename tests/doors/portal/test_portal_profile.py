from __future__ import annotations

import pytest

from taihu.data.guard.draft import AnswerColumn
from taihu.doors.portal import profile
from taihu.terms.dataset import Kind
from taihu.terms.label import PUBLIC


def tally(kind, values):
    counted = profile.Tally(AnswerColumn("c", "列", PUBLIC, False, Kind.read(kind)))
    for value in values:
        counted.take(value)
    return counted.spread()


def test_numbers_fall_into_bins_and_none_is_lost():
    spread = tally("decimal(8,3)", [str(n) for n in range(100)] + [None, ""])

    assert spread.kind == "number"
    assert (spread.low, spread.high, spread.missing, sum(spread.bins)) == ("0", "99", 2, 100)


def test_dates_keep_their_ends():
    spread = tally("date", [f"2026-11-{day:02d}" for day in range(1, 29)])

    assert (spread.kind, spread.low, spread.high) == ("date", "2026-11-01", "2026-11-28")


def test_few_different_values_are_told_by_name():
    spread = tally("text", ["存续"] * 8 + ["注销"] * 2)

    assert spread.kind == "words"
    assert spread.top == (("存续", 8), ("注销", 2))


def test_names_that_never_repeat_are_not_listed():
    spread = tally("text", [f"企业{n}" for n in range(60)])

    assert (spread.kind, spread.top, spread.distinct) == ("mixed", (), 60)


def test_too_many_values_are_counted_no_further():
    spread = tally("text", (str(n) for n in range(profile.MOST_DISTINCT + 5)))

    assert spread.distinct is None
    assert spread.top == ()


@pytest.mark.parametrize("kind", ["int", "text", "date", "bool"])
def test_a_column_without_values_has_nothing_to_show(kind):
    spread = tally(kind, [None, None])

    assert (spread.missing, spread.bins, spread.distinct) == (2, (), 0)


def test_one_number_alone_is_one_bar():
    assert tally("int", [5] * 3).bins == (3,)
