import datetime
import decimal

import pytest

from taihu.data.serving import lookup


@pytest.fixture
def serving(tmp_path):
    opened = lookup.Serving(tmp_path)
    yield opened
    opened.close()


def publish(serving, rows, version=1):
    return serving.publish(
        "bases.people.resident", columns=("id", "kind", "name"), key=("id", "kind"), rows=rows, version=version
    )


def test_a_row_is_found_by_its_key_and_by_the_first_column_of_it(serving):
    publish(serving, [("a", "1", "沈"), ("a", "2", "陈"), ("b", "1", "王")])

    assert serving.lookup("bases.people.resident", {"id": "b", "kind": "1"}) == [("b", "1", "王")]
    assert sorted(serving.lookup("bases.people.resident", {"id": "a"})) == [("a", "1", "沈"), ("a", "2", "陈")]


def test_a_column_that_does_not_begin_the_key_is_refused_with_the_key(serving):
    publish(serving, [("a", "1", "沈")])

    with pytest.raises(lookup.NotAKey, match="id、kind"):
        serving.lookup("bases.people.resident", {"kind": "1"})


def test_a_table_that_nobody_published_is_not_served(serving):
    with pytest.raises(lookup.NotServed):
        serving.lookup("bases.people.resident", {"id": "a"})


def test_readers_follow_the_pointer_to_the_next_version(serving):
    publish(serving, [("a", "1", "沈")])
    before = serving.lookup("bases.people.resident", {"id": "a"})

    publish(serving, [("a", "1", "王")], version=2)

    assert before == [("a", "1", "沈")]
    assert serving.lookup("bases.people.resident", {"id": "a"}) == [("a", "1", "王")]


def test_files_before_the_last_are_removed(serving, tmp_path):
    for version in range(4):
        publish(serving, [("a", "1", str(version))], version=version)

    assert len(list((tmp_path / "bases.people.resident").glob("*.sqlite3"))) == 2


def test_a_withdrawn_table_is_no_longer_served(serving):
    publish(serving, [("a", "1", "沈")])

    serving.withdraw("bases.people.resident")

    with pytest.raises(lookup.NotServed):
        serving.lookup("bases.people.resident", {"id": "a"})


def test_dates_become_iso_text_and_decimals_their_digits(serving):
    row = ("a", datetime.date(2026, 11, 24), decimal.Decimal("3.10"))

    publish(serving, [row])

    assert serving.lookup("bases.people.resident", {"id": "a"}) == [("a", "2026-11-24", "3.10")]


def test_a_float_is_refused(serving):
    with pytest.raises(TypeError, match="float"):
        publish(serving, [("a", "1", 0.5)])


def test_values_are_bound_never_put_into_the_statement(serving):
    publish(serving, [("a", "1", "沈")])

    assert serving.lookup("bases.people.resident", {"id": "' OR 1=1 --"}) == []
