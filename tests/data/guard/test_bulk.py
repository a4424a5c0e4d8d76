"""A bulk delivery is entered once, with snapshot and membership; who was in it can be told of each person alone."""

import random

import pytest

from taihu.data.guard import bulk, conceal, members, refused, replay
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Rows
from taihu.data.ledger.index import Wanted
from taihu.terms import fault
from taihu.terms.label import PUBLIC, Level
from taihu.terms.permit import Form, Quota
from taihu.terms.zone import Zone
from tests.data.guard.guard_world import (
    CHARGE,
    IDS,
    NOON,
    PEOPLE,
    PERSON,
    a_permit,
    a_shelf_and_stores,
    about_people,
    write_charges,
    write_people,
)

BULK = a_permit(
    grant="g-bulk", forms=frozenset((Form.BULK,)), label=about_people(Level.L3), quota=Quota(rows_an_answer=2)
)
FEES = a_permit(
    grant="g-fees", reads=(CHARGE,), columns=("town", "since", "fee"), label=PUBLIC, forms=frozenset((Form.BULK,))
)
STRANGER = "330502197001019999"


@pytest.fixture
def stores(tmp_path):
    opened = a_shelf_and_stores(tmp_path)
    write_people(opened)
    write_charges(opened)
    yield opened
    fault.decide_by(None)
    opened.close()


def deliver(stores, question=None, permit=BULK):
    delivery = bulk.begin(question or Rows(PERSON, limit=2), permit, stores=stores, by="li", at=NOON)
    rows = [row for page in delivery.pages() for row in page.rows]
    return delivery, rows


def test_a_delivery_of_many_pages_is_one_entry(stores):
    delivery, rows = deliver(stores)
    receipt = delivery.enter()

    entry = stores.ledger.find(receipt.id).entry

    assert len(rows) == 3
    assert (entry.act, entry.rows, entry.subjects) == ("deliver", 3, ())
    assert entry.evidence["data"] == f"{PERSON}=governed@{stores.lake.snapshot(Zone.GOVERNED, PERSON).version}"
    assert entry.evidence["people"] == "3"
    assert stores.ledger.count() == 1


def test_a_person_can_tell_whether_she_was_in_it(stores):
    delivery, _ = deliver(stores)
    entry = stores.ledger.find(delivery.enter().id).entry

    told = {number: bulk.was_in(conceal.subject_of(number, stores.vault), entry, stores) for number in (*IDS, STRANGER)}

    assert told == {**dict.fromkeys(IDS, True), STRANGER: False}
    assert stores.ledger.count(Wanted(subject=conceal.subject_of(IDS[0], stores.vault))) == 0


def test_membership_holds_for_thousands_and_for_no_one_else(tmp_path):
    chance = random.Random(3)
    tokens = [chance.randbytes(16).hex() for _ in range(5_000)]
    tokens += ["00" * 16, "ff" * 16, chance.randbytes(15).hex() + "00"]
    collected = members.Members()
    for start in range(0, len(tokens), 700):
        collected.add(tokens[start : start + 700])
    collected.add(tokens[:9])

    digest, count = members.keep(tmp_path, collected)

    assert count == 5_003
    assert all(members.is_member(tmp_path, digest, token) for token in tokens)
    assert not any(members.is_member(tmp_path, digest, chance.randbytes(16).hex()) for _ in range(2_000))
    assert not members.is_member(tmp_path, "0" * 64, tokens[0])


def test_rows_that_come_in_meanwhile_are_not_in_it(stores):
    delivery = bulk.begin(Rows(PERSON, limit=2), BULK, stores=stores, by="li", at=NOON)
    pages = delivery.pages()
    first = next(pages)
    write_people(stores, (("330502199001010026", *PEOPLE[0][1:]),), number=2)

    rest = [row for page in pages for row in page.rows]

    assert len(first.rows) + len(rest) == 3


def test_a_delivery_is_given_again_by_the_auditor(stores):
    delivery, _ = deliver(stores)
    place = delivery.enter().id
    write_people(stores, PEOPLE[:1], number=2)

    replayed = replay.replay(place, stores=stores, by="auditor", at=NOON)

    assert replayed.is_same, replayed


@pytest.mark.parametrize(
    ("permit", "code"),
    [(a_permit(), "G-FORM-01"), (a_permit(forms=frozenset((Form.BULK,)), reads=(CHARGE,)), "G-READS-01")],
)
def test_what_is_not_granted_in_bulk_is_refused_and_entered(stores, permit, code):
    with pytest.raises(refused.Refused) as told:
        deliver(stores, permit=permit)

    assert told.value.code == code
    assert stores.ledger.entries().entries[0].entry.detail["code"] == code


def test_a_delivery_counts_as_a_call(stores):
    deliver(stores)
    permits = Permits(stores.root / "guard" / "permits.sqlite3")

    assert permits.calls("g-bulk", NOON.date()) == 1
    permits.close()


def test_open_data_has_no_members_and_leaves_while_the_ledger_cannot_write(stores):
    delivery, rows = deliver(stores, Rows(CHARGE), FEES)
    assert "members" not in stores.ledger.find(delivery.enter(act=bulk.RELEASE).id).entry.evidence

    def decide(name):
        if name == "ledger.append.entries":
            raise OSError(28, "full")

    fault.decide_by(decide)
    open_data, _ = deliver(stores, Rows(CHARGE), FEES)
    people, _ = deliver(stores)

    assert rows
    assert open_data.enter() is None
    with pytest.raises(refused.NoLedger):
        people.enter()


def test_members_that_cannot_be_kept_stop_the_delivery(stores):
    delivery, _ = deliver(stores)

    def decide(name):
        if name == "guard.members.file":
            raise OSError(28, "full")

    fault.decide_by(decide)
    with pytest.raises(refused.NoLedger):
        delivery.enter()


def test_a_delivery_without_pages_cannot_be_entered(stores):
    delivery = bulk.begin(Rows(PERSON), BULK, stores=stores, by="li", at=NOON)

    with pytest.raises(ValueError, match="after its pages"):
        delivery.enter()
