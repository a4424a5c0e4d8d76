"""Abnormal use: each sign by itself, and how often misuse is found and honest days are not in simulated years."""

import collections
import dataclasses
import datetime
import time

import pytest

from taihu.data.ledger import abnormal, read
from taihu.data.ledger.abnormal import Sign
from tests.data.ledger import year
from tests.data.ledger.ledger_world import NOON, a_ledger, an_entry

TODAY = datetime.date(2026, 11, 24)


def usual(days=12, **differences):
    """Ten lookups a day, about noon, for some days before today."""
    said = {"detail": {"form": "lookup"}, "columns": ("name",), **differences}
    return [
        an_entry(at=NOON - datetime.timedelta(days=back, minutes=3 * n * n), subjects=(f"{back}-{n}",), **said)
        for back in range(days, 0, -1)
        for n in reversed(range(10))
    ]


def today(count, *, every=datetime.timedelta(minutes=3), at=NOON, **differences):
    said = {"detail": {"form": "lookup"}, "columns": ("name",), **differences}
    return [an_entry(at=at + n * every * (1 + n % 3), **said) for n in range(count)]


def signs(entries):
    ordered = sorted(entries, key=lambda entry: entry.at)
    return {found.sign for found in abnormal.find_abnormal(ordered, since=TODAY)}


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        (today(10), set()),
        (today(31, every=datetime.timedelta(minutes=1)), {Sign.VOLUME}),
        (today(3, at=NOON - datetime.timedelta(hours=9)), set()),
        (today(4, at=NOON - datetime.timedelta(hours=9)), {Sign.HOUR}),
        (today(1, columns=("name", "phone")), set()),
        (today(1, columns=("phone", "address")), {Sign.COLUMNS}),
        (today(1, columns=("phone", "address"), grant="g-new"), set()),
        (today(1, subjects=tuple(f"x{n}" for n in range(40))), {Sign.SUBJECTS}),
        (today(20, rows=0), {Sign.SEQUENCE}),
        (today(20, rows=0, detail={"form": "rows"}), set()),
        (today(1) + [an_entry(at=NOON + n * datetime.timedelta(seconds=5), columns=()) for n in range(20)], {Sign.SEQUENCE}),
        (today(90, act="refine"), set()),
    ],
)  # fmt: skip
def test_a_day_is_compared_with_the_days_before(entries, found):
    assert signs(usual() + entries) == found


def test_who_is_new_is_not_judged_and_who_is_another_is_judged_by_herself():
    assert signs(usual(days=7) + today(90)) == set()
    assert signs(usual() + usual(by="wang") + today(10, by="wang")) == set()


def test_what_lasts_becomes_usual():
    busy = [dataclasses.replace(e, at=e.at - datetime.timedelta(seconds=n)) for e in usual(6) for n in range(5)]

    assert Sign.VOLUME not in signs(usual(20)[:140] + busy + today(45))


def test_days_before_the_first_asked_for_are_not_told():
    entries = sorted(usual() + today(90), key=lambda entry: entry.at)

    assert abnormal.find_abnormal(entries, since=TODAY + datetime.timedelta(days=1)) == []


def test_a_suspicion_says_who_what_and_what_is_usual_but_no_token():
    (found,) = abnormal.find_abnormal(usual() + today(1, columns=("phone", "address")), since=TODAY)

    assert (found.by, found.system, found.department, found.on) == ("li", "civil.aid", "civil", TODAY)
    assert found.seen == "bases.people.person.address、bases.people.person.phone"
    assert found.key == "columns|civil.aid|li"
    assert found.sign.title == "首次读取的数据项"


def test_entries_are_read_from_a_moment_on_over_all_segments_in_order(tmp_path):
    first, second = a_ledger(tmp_path), a_ledger(tmp_path)
    first.append_many([an_entry(n) for n in range(0, 40, 2)])
    second.append_many([an_entry(n) for n in range(1, 40, 2)])
    ledger = a_ledger(tmp_path)

    found = list(read.read_since(ledger, NOON + datetime.timedelta(seconds=30)))

    assert [entry.at for entry in found] == [NOON + datetime.timedelta(seconds=n) for n in range(30, 40)]
    assert list(read.read_since(ledger, NOON + datetime.timedelta(days=1))) == []
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("seeds", "actors"),
    [
        pytest.param((2017,), 18, marks=pytest.mark.slow, id="small"),
        pytest.param((2017, 2018, 2019), 30, marks=pytest.mark.faults, id="whole"),
    ],
)
def test_misuse_in_a_year_is_found_and_honest_days_are_left_alone(seeds, actors, capsys):
    """Seeds that the limits were not chosen on; the rates are printed."""
    hits, planted, false, judged, calls = collections.Counter(), collections.Counter(), collections.Counter(), 0, 0
    seconds = 0.0
    for seed in seeds:
        entries, misuse, days = year.a_year(seed, actors=actors)
        began = time.process_time()
        found = abnormal.find_abnormal(entries, since=year.JUDGED_FROM)
        seconds += time.process_time() - began
        seen = {(one.by, one.on): {s.sign for s in found if (s.by, s.on) == (one.by, one.on)} for one in found}
        for kind, events in misuse.items():
            planted[kind] += len(events)
            hits[kind] += sum(bool(one.signs & seen.get((one.by, one.on), set())) for one in events)
        bad_days = {(one.by, one.on) for events in misuse.values() for one in events}
        false.update(one.sign.value for one in found if (one.by, one.on) not in bad_days)
        judged, calls = judged + days, calls + len(entries)

    rate, alarms = hits.total() / planted.total(), 1_000 * false.total() / judged
    with capsys.disabled():
        print(
            f"\nabnormal use: found {hits.total()}/{planted.total()} ({dict(hits)} of {dict(planted)}),"
            f" {false.total()} false in {judged:,} days of actors ({alarms:.1f} of 1,000: {dict(false)}),"
            f" {calls:,} calls in {seconds:.1f} s"
        )
    assert rate >= 0.8
    assert alarms <= 5
