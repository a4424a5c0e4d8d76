"""A past answer is given again under the permit, packs and data of its second; only digests are told."""

import datetime
import decimal
import shutil

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import editions, evidence, replay, serve, spoken
from taihu.data.guard.permits import Permits
from taihu.data.guard.question import Ask, Condition, Lookup, Op, Order, Rows, Verify
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.segment import NotInLedger
from taihu.terms import fault, shelf
from taihu.terms.label import Level
from taihu.terms.permit import Scope
from taihu.terms.zone import Zone
from tests.data.guard.guard_world import (
    CHARGE,
    DATASET,
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

LATER = NOON + datetime.timedelta(days=150)
KEY = {"id": IDS[0]}
OTHERS = ((IDS[0], "沈改名", "13800000000", "330502009", "1990-01-02", "1.00", False, 9, None), *PEOPLE[1:])
WIDE = {
    "reads": (PERSON, CHARGE),
    "columns": ("id", "name", "phone", "town", "born_on", "since", "fee", "income", "married", "children", "seen_at"),
}
HIGH = a_permit(**WIDE, label=about_people(Level.L4))
LOW = a_permit(**WIDE)
ASKED = [
    pytest.param(Lookup(PERSON, KEY), LOW, id="masked"),
    pytest.param(Lookup(PERSON, KEY, has_tokens=True), HIGH, id="tokens"),
    pytest.param(Lookup(PERSON, KEY, clear=("id",), filing="case-1"), HIGH, id="vault"),
    pytest.param(Lookup(PERSON, {"id": "330501190001010000"}), LOW, id="nobody"),
    pytest.param(Verify(PERSON, KEY, {"name": "沈一", "born_on": "1990-01-01"}), LOW, id="verify"),
    pytest.param(
        Rows(
            PERSON, where=(Condition("town", Op.IN, ("330502001", "330502002")),), order=(Order("town", True),), limit=2
        ),
        LOW,
        id="rows",
    ),
    pytest.param(Rows(PERSON, zone=Zone.GOVERNED, has_tokens=True), HIGH, id="rows-tokens"),
    pytest.param(Ask(query="bases.people.charged"), HIGH, id="query"),
    pytest.param(Ask(query="bases.people.of_town", parameters={"town": "330502001"}), LOW, id="parameter"),
    pytest.param(
        Ask(text="select town, count(*) as n from person group by town", pack="bases.people"), HIGH, id="text"
    ),
]


@pytest.fixture
def stores(tmp_path):
    opened = a_shelf_and_stores(tmp_path)
    write_people(opened)
    write_charges(opened)
    yield opened
    fault.decide_by(None)
    opened.close()
    editions._keep.cache_clear()


def ask(question, permit, stores, at=NOON):
    return guard.answer(question, permit, stores=stores, by="li", at=at).receipt.id


def again(id, stores):  # noqa: A002
    return replay.replay(id, stores=stores, by="auditor", at=LATER)


@pytest.mark.parametrize("is_served", [False, True])
@pytest.mark.parametrize(("question", "permit"), ASKED)
def test_an_answer_is_the_same_after_the_data_has_changed(stores, question, permit, is_served):
    if is_served:
        serve.serve(stores.shelf.dataset(PERSON), stores=stores)
    entry = ask(question, permit, stores)
    write_people(stores, OTHERS, number=2)
    serve.serve(stores.shelf.dataset(PERSON), stores=stores)

    replayed = again(entry, stores)

    assert replayed.is_same, replayed
    if question != ASKED[3].values[0]:
        assert (
            stores.ledger.find(ask(question, permit, stores)).entry.evidence["data"]
            != stores.ledger.find(entry).entry.evidence["data"]
        )


def test_the_permit_of_that_second_counts_whatever_became_of_the_grant(stores):
    permits = Permits(stores.root / "guard" / "permits.sqlite3")
    permits.keep(LOW)
    entry = ask(Lookup(PERSON, KEY), LOW, stores)
    permits.keep(a_permit(columns=("town",), scope=(Scope("town", ("x",)),)))
    permits.end("g-1")
    permits.close()

    assert again(entry, stores).is_same


def test_the_packs_of_that_second_count(stores, tmp_path):
    entry = ask(Ask(query="bases.people.by_town"), HIGH, stores)
    folder = tmp_path / "packs" / "bases" / "people"
    (folder / "queries" / "by_town.sql").write_text("select town, 2 as people from person group by town\n")
    (folder / "datasets" / "person.yaml").write_text(DATASET.replace("presence: L2", "presence: L4"))
    editions._keep.cache_clear()
    changed = type(stores)(**{**stores.__dict__, "shelf": shelf.read_shelf(tmp_path / "packs")})

    assert again(entry, changed).is_same
    assert len(list((stores.root / "guard" / "packs").glob("*.zip"))) == 2

    (stores.root / "guard" / "packs" / f"{stores.ledger.find(entry).entry.evidence['packs']}.zip").unlink()
    editions._open.cache_clear()
    assert again(entry, changed).reason.startswith("G-REPLAY-02")


def test_a_sweep_of_the_lake_leaves_what_entries_need(stores):
    entry = ask(Rows(PERSON), LOW, stores)
    for number in range(2, 6):
        write_people(stores, OTHERS, number=number)

    stores.lake.sweep(before=LATER)

    assert again(entry, stores).is_same


def test_data_that_is_gone_is_named(stores):
    entry = ask(Rows(PERSON), LOW, stores)
    for path in stores.lake.snapshot(Zone.GOVERNED, PERSON).files:
        path.unlink()

    replayed = again(entry, stores)

    assert not replayed.is_same
    assert replayed.reason.startswith("G-REPLAY-04")


@pytest.mark.parametrize("change", ["permit", "gone", "keys", "question"])
def test_evidence_that_does_not_hold_is_said(stores, change):
    entry = ask(Lookup(PERSON, KEY), LOW, stores)
    folder = stores.root / "guard" / "permits"
    if change == "permit":
        for path in folder.glob("*.json"):
            path.write_text(path.read_text().replace("civil", "water"))
    if change == "gone":
        shutil.rmtree(folder)
    if change in ("keys", "question"):
        name = "answers" if change == "keys" else "questions"
        (path,) = (stores.root / "keys").glob(f"ledger-{name}-*.key")
        path.write_text("intl-1:" + "00" * 32 + "\n")
        stores.vault._keys._known.clear()

    assert again(entry, stores).reason[:11] in ("G-REPLAY-03", "G-REPLAY-01", "K-050 密文与密钥")


def test_an_altered_digest_is_found(stores, monkeypatch):
    monkeypatch.setattr(evidence, "digest", lambda *_: "0" * 32)
    entry = ask(Lookup(PERSON, KEY), LOW, stores)
    monkeypatch.undo()

    replayed = again(entry, stores)

    assert (replayed.is_same, replayed.reason) == (False, "")
    assert replayed.said != replayed.found


def test_a_replay_is_entered_and_tells_no_value(stores):
    entry = ask(Lookup(PERSON, KEY, clear=("id",)), HIGH, stores)
    replayed = again(entry, stores)

    told = stores.ledger.entries(Wanted(act=replay.ACT)).entries[0].entry
    kept = stores.ledger.find(entry).entry

    assert (told.by, told.detail) == ("auditor", {"entry": entry, "result": "same"})
    assert told.subjects == ()
    for value in (IDS[0], "沈一"):
        assert value not in repr(replayed) + repr(told) + repr(kept)


def test_what_is_no_answer_cannot_be_replayed(stores):
    with pytest.raises(NotInLedger):
        again("web/999", stores)
    replayed = again(ask(Lookup(PERSON, KEY), LOW, stores), stores)
    place = stores.ledger.entries(Wanted(act=replay.ACT)).entries[0].id

    assert replayed.is_same
    with pytest.raises(replay.NotReplayable):
        again(place, stores)


def test_the_question_and_its_digest_stand_under_keys_of_the_month(stores):
    first = stores.ledger.find(ask(Lookup(PERSON, KEY), LOW, stores)).entry
    next_month = stores.ledger.find(ask(Lookup(PERSON, KEY), LOW, stores, at=NOON + datetime.timedelta(days=9))).entry

    assert first.evidence["answer"] != next_month.evidence["answer"]
    assert {path.name for path in (stores.root / "keys").glob("ledger-answers-*")} == {
        "ledger-answers-2026-11.key",
        "ledger-answers-2026-12.key",
    }


def test_a_proof_for_others_holds_neither_question_nor_people(stores):
    entry = ask(Lookup(PERSON, KEY), LOW, stores)

    proof = stores.ledger.prove(entry)

    assert proof.private == ""
    assert "sealed" not in proof.public
    assert "evidence" in proof.public


@pytest.mark.parametrize(
    "question",
    [
        *(one.values[0] for one in ASKED),
        Ask(
            query="q",
            parameters={
                "n": 1,
                "d": decimal.Decimal("1.50"),
                "on": datetime.date(2026, 1, 2),
                "at": NOON,
                "yes": True,
                "no": None,
            },
        ),
    ],
)
def test_a_question_reads_back_as_it_was_asked(question):
    assert spoken.read(spoken.write(question)) == question


@pytest.mark.parametrize("point", ["guard.evidence.permit", "guard.editions.file"])
def test_where_the_evidence_cannot_be_kept_only_open_data_leaves(stores, point):
    fees = a_permit(grant="g-9", reads=(CHARGE,), columns=("town", "since", "fee"), label=about_people(Level.L1))

    def decide(name):
        if name == point:
            raise OSError(28, "full")

    fault.decide_by(decide)
    open_answer = guard.answer(Rows(CHARGE), fees, stores=stores, by="li", at=NOON)
    with pytest.raises(guard.Problem) as told:
        ask(Lookup(PERSON, KEY), LOW, stores)

    assert open_answer.receipt is None
    assert told.value.code == "G-LEDGER-01"
