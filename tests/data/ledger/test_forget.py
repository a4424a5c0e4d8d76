"""Retention: what is over is taken away, and every proof of what is left still holds."""

import datetime
from pathlib import Path

import pytest

from taihu.data.ledger import audit, forget, node, proof, read
from taihu.data.ledger import ledger as ledgers
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.segment import Dropped
from taihu.terms import fault, retention
from tests.data.ledger.ledger_world import NOON, a_ledger, an_entry

CLASSES = retention.read_classes(Path(__file__).resolve().parents[3] / "packs" / "standards")
DAY = datetime.timedelta(days=1)
YEAR = datetime.timedelta(days=366)
KINDS = (
    {"act": "accounts.sign-in", "label": ""},
    {"act": "answer", "label": "L2 person"},
    {"act": "answer", "label": "L3 credit,person"},
)


@pytest.fixture(autouse=True)
def no_faults_after():
    yield
    fault.decide_by(None)


def a_sealed_ledger(root):
    """Nine entries of a year that is whole, three of each class, and one of the next year in the next segment."""
    ledger = a_ledger(root)
    ledger.append_many([an_entry(number, **KINDS[number % 3]) for number in range(9)])
    node.keep_up(ledger, at=NOON)
    ledger.append(an_entry(0, at=NOON + YEAR))
    node.keep_up(ledger, at=NOON + YEAR)
    return ledger


def test_a_segment_is_sealed_after_a_year_and_the_next_begins(tmp_path):
    ledger = a_sealed_ledger(tmp_path)
    ledger.close()
    again = a_ledger(tmp_path)
    receipt = again.append(an_entry(1, at=NOON + YEAR + DAY))
    again.close()

    assert [(one.name, one.is_sealed()) for one in again.segments()] == [("web", True), ("web-2", False)]
    assert receipt.id == "web-2/1"


@pytest.mark.parametrize(
    ("years", "private", "whole"),
    [
        (0.4, (), ()),
        (0.7, (0, 3, 6), ()),
        (1.2, (0, 3, 6), (0, 3, 6)),
        (3.2, (), (0, 1, 3, 4, 6, 7)),
        (10.3, (), tuple(range(9))),
    ],
)
def test_each_class_goes_when_its_term_is_over(tmp_path, years, private, whole):
    ledger = a_sealed_ledger(tmp_path)
    at = NOON + years * YEAR

    done = forget.forget(ledger, CLASSES, at=at)
    again = forget.forget(ledger, CLASSES, at=at)
    parts = dict(ledger.segment("web").scan(0, 9))
    ledger.close()

    assert {n for n, one in parts.items() if one.dropped} == set(whole)
    assert {n for n, one in parts.items() if not one.private} == {*private, *whole}
    assert (done.whole >= len(whole), again) == (True, forget.Forgotten())


def test_proofs_and_published_heads_hold_after_everything_that_was_over_is_gone(tmp_path):
    ledger = a_sealed_ledger(tmp_path)
    key, before = ledger.signer.public(), node.tell(ledger)
    proofs = {number: node.prove(ledger, f"web/{number}").to_json() for number in range(9)}

    forget.forget(ledger, CLASSES, at=NOON + 3.2 * YEAR)
    kept = node.prove(ledger, "web/2")
    found = ledger.entries(Wanted(since=NOON, until=NOON + YEAR))
    streamed = list(read.read_since(ledger, NOON))
    ledger.close()
    node.keep_up(ledger, at=NOON + 3.2 * YEAR, is_last=True)

    assert all(proof.verify(one, public_key=key).is_valid for one in proofs.values())
    assert proof.verify(kept.to_json(), public_key=key).is_valid
    assert {one.id for one in found.entries} == {"web/2", "web/5", "web/8"}
    assert len([one for one in streamed if one.at < NOON + DAY]) == 3
    report = audit.audit(ledger.root, public_key=key, published=[node.read_one(one) for one in before["heads"]])
    assert (report.fault, report.dropped) == ("", 6)


def test_a_dropped_entry_says_that_its_time_was_over(tmp_path):
    ledger = a_sealed_ledger(tmp_path)
    forget.forget(ledger, CLASSES, at=NOON + 3.2 * YEAR)

    for ask in (ledger.find, ledger.prove):
        with pytest.raises(Dropped) as told:
            ask("web/1")
        assert told.value.status == 410
    assert ledger.find("web/2").entry.act == "answer"
    ledger.close()


def test_a_person_is_no_longer_found_once_the_private_part_is_gone(tmp_path):
    ledger = a_sealed_ledger(tmp_path)
    wanted = Wanted(subject="a" * 32, act="accounts.sign-in")
    assert ledger.count(wanted) == 3

    forget.forget(ledger, CLASSES, at=NOON + 0.7 * YEAR)

    assert ledger.count(wanted) == 0
    assert ledger.count(Wanted(act="accounts.sign-in")) == 3
    ledger.close()


def test_what_is_still_written_to_is_left_alone(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry(0, act="accounts.sign-in", label=""))

    assert forget.forget(ledger, CLASSES, at=NOON + 20 * YEAR) == forget.Forgotten()
    ledger.close()


class Killed(BaseException):
    """A kill at a named write."""


@pytest.mark.parametrize("point", ["draft", "exchange", "place", "remove"])
def test_a_kill_leaves_the_segment_whole_and_the_next_run_finishes(tmp_path, point):
    ledger = a_sealed_ledger(tmp_path)

    def kill(name):
        if name == f"ledger.forget.{point}":
            raise Killed

    fault.decide_by(kill)
    with pytest.raises(Killed):
        forget.forget(ledger, CLASSES, at=NOON + 3.2 * YEAR)
    fault.decide_by(None)
    forget.forget(ledger, CLASSES, at=NOON + 3.2 * YEAR)
    parts = dict(ledger.segment("web").scan(0, 9))
    ledger.close()
    node.keep_up(ledger, at=NOON + 3.2 * YEAR, is_last=True)

    assert len([one for one in parts.values() if one.dropped]) == 6
    assert audit.audit(ledger.root).fault == ""
    assert not list((ledger.root / forget.WORK).iterdir())


def test_numbers_are_written_as_ranges():
    numbers = [0, 1, 2, 5, 7, 8]

    assert forget.write_numbers(numbers) == "0-2 5 7-8"
    assert list(forget.read_numbers("0-2 5 7-8")) == numbers
    assert datetime.timedelta(days=365) == ledgers.SEAL_AFTER


@pytest.mark.parametrize(
    ("months", "at", "is_over"),
    [
        (6, datetime.datetime(2027, 5, 24, tzinfo=datetime.UTC), False),
        (6, datetime.datetime(2027, 6, 1, tzinfo=datetime.UTC), True),
        (0, datetime.datetime(2999, 1, 1, tzinfo=datetime.UTC), False),
    ],
)
def test_a_term_is_never_shorter_than_it_says(months, at, is_over):
    assert retention.is_over(NOON, months, at) is is_over


@pytest.mark.parametrize(
    "text",
    [
        "classes: {a: {label: x, source: y, private: 3 weeks, public: ever}}",
        "classes: {a: {label: x, source: y, private: 3 years, public: 1 years}}",
        "classes: {a: {label: x, source: y, private: ever, public: ever, acts: [b]}}",
        "classes: {a: {label: x, source: y, private: ever, public: ever, more: z}}",
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(tmp_path, text):
    (tmp_path / retention.FILE).write_text(text, encoding="utf-8")

    with pytest.raises(retention.NotSound):
        retention.read_classes(tmp_path)
