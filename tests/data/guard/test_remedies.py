"""The ways to a lawful question: only those that would do, in the reader's language."""

import dataclasses

from taihu.data.guard import examine, remedies
from taihu.data.guard.question import Ask
from taihu.terms.label import PUBLIC, Level
from tests.data.guard.guard_world import PERSON, a_permit, about_people

WIDE = a_permit(columns=("id", "name", "town", "income"), label=about_people(Level.L2))


def ways(permit, stores):
    found = examine.examine(Ask(text=f'select town, income from "{PERSON}"'), permit, stores=stores)
    return found.remedies


def test_a_check_is_no_way_where_even_the_presence_of_a_row_may_not_be_told(stores):
    assert "verify" in {way.name for way in ways(WIDE, stores)}
    assert "verify" not in {way.name for way in ways(dataclasses.replace(WIDE, label=PUBLIC), stores)}


def test_the_ways_are_told_in_english_too(stores):
    told = remedies.say(ways(WIDE, stores), "en")

    assert told.startswith("What would do: (1) a yes/no check would do: income of bases.people.person by its key")
    assert "; (2) leave out income; the other columns may leave" in told
