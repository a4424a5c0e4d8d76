"""Single words of the vocabulary: what they refuse, and which way they count."""

import datetime

import pytest

from taihu.terms.calendar import Calendar, UnknownYear, Year
from taihu.terms.figure import Figure
from taihu.terms.label import KINDS, Label
from tests import builders as make

FRIDAY, MONDAY = datetime.date(2026, 11, 20), datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ({"n": 0}, "at least one case"),
        ({"split": ""}, "how its data were split"),
        ({"interval": (2.0, 1.0)}, "begins at its lower end"),
    ],
)
def test_a_figure_that_cannot_be_judged_is_refused(differences, said):
    whole = {"value": 1.5, "baseline": 1.2, "split": "留出 3 段", "interval": (1.0, 2.0), "n": 3}

    assert Figure(**whole).interval == (1.0, 2.0)
    with pytest.raises(ValueError, match=said):
        Figure(**{**whole, **differences})


def test_a_kind_that_the_house_does_not_know_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"unknown kinds \['secret'\]; kinds are \['core', ") as caught:
        Label(kinds=frozenset({"person", "secret"}))

    assert all(kind in str(caught.value) for kind in KINDS)


def test_a_column_that_a_dataset_lacks_is_answered_with_those_it_has():
    dataset = make.a_dataset(make.a_column("code"), make.a_column("title"))

    assert dataset.column("title").name == "title"
    with pytest.raises(KeyError, match=r"bases\.people\.street has no column 'town'; columns are code, title"):
        dataset.column("town")


def test_working_days_overdue_are_counted_below_nothing():
    calendar = Calendar({2026: Year(frozenset({MONDAY}), frozenset(), "国办发明电〔2025〕7号")})

    assert calendar.between(FRIDAY, datetime.date(2026, 11, 25)) == 2
    assert calendar.between(datetime.date(2026, 11, 25), FRIDAY) == -2
    assert calendar.between(FRIDAY, FRIDAY) == 0
    with pytest.raises(UnknownYear, match="2027"):
        calendar.between(FRIDAY, datetime.date(2027, 1, 4))
