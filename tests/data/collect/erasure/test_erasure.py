"""A person whose data the law orders deleted is nowhere any more, and there is a proof of it."""

import dataclasses
import io
import shutil
import zipfile

import deltalake
import orjson
import pytest

from taihu.data.collect import batches
from taihu.data.collect.erasure import erase, hunt, orders, proof, records
from taihu.data.ledger import proof as proofs
from taihu.data.objects.keyring import KeyDestroyed
from taihu.data.objects.objects import Objects
from taihu.data.refine import refine
from taihu.doors.terminal import __main__ as terminal
from taihu.terms import fault
from taihu.terms.problem import Problem
from taihu.terms.zone import Zone
from tests import builders as make
from tests.data.collect.erasure.erasure_world import (
    HEADING,
    HEALTH,
    OLD_FORM,
    OTHERS,
    PERSON,
    RESIDENT,
    WORDS,
    a_city,
    a_resident,
    ask_and_approve,
    count_rows,
    erase_person,
    find_traces,
    take_in,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The city, built once; nobody writes into it."""
    root = tmp_path_factory.mktemp("built") / "city"
    with make.a_house(root) as opened:
        a_city(opened)
    return root


@pytest.fixture
def stores(built, tmp_path):
    shutil.copytree(built, tmp_path / "city")
    with make.a_house(tmp_path / "city") as opened:
        yield opened


@pytest.fixture(scope="module")
def after(built, tmp_path_factory):
    """A city in which the person was erased, with what was there before, for tests that only look."""
    root = tmp_path_factory.mktemp("after") / "city"
    shutil.copytree(built, root)
    with make.a_house(root) as opened:
        token = opened.vault.token(PERSON)
        tables = [(zone, table) for zone in Zone for table in opened.lake.tables(zone)]
        before = After(
            opened,
            token,
            find_traces(opened, PERSON, token),
            {b.id: count_rows(opened, b) for b in batches.list_batches(opened) if b.reading},
            {t: [v.number for v in opened.lake.history(*t)] for t in tables},
            opened.objects.list_all(),
        )
        for folder in ("objects", "keyring", "vault"):
            shutil.copytree(root / folder, root.parent / "backup" / folder)
        yield dataclasses.replace(before, record=erase_person(opened))


@dataclasses.dataclass(frozen=True)
class After:
    """The erased city, and what was seen in it before."""

    stores: object
    token: str
    traces: list
    rows: dict
    versions: dict
    objects: list
    record: object = None


def test_neither_the_number_nor_its_token_stands_anywhere_after_it(after):
    stores, token = after.stores, after.token
    assert {"serving", "objects", "vault", "lake"} <= {name.partition("/")[0] for name in after.traces}

    assert after.record.state == records.DONE
    assert find_traces(stores, PERSON, token, OLD_FORM) == []
    assert stores.vault.reveal([token]) == {}
    assert len(stores.vault.reveal(map(stores.vault.token, OTHERS))) == len(OTHERS)


def test_rows_of_each_batch_still_add_up_with_those_that_were_erased(after):
    stores = after.stores
    for batch in batches.list_batches(stores):
        if batch.reading:
            assert batch.rows_in == batch.accepted + batch.returned == after.rows[batch.id]
            assert batch.rows_in == count_rows(stores, batch) + batch.erased
            assert batch.reading.rows == batch.rows_in - batch.erased
            assert all(stores.objects.exists(sha256) for sha256 in batch.objects)
    told = batches.open_register(stores.root).list_erased(erasure=after.record.id)
    assert sum(one.accepted + one.returned for one in told) == 6
    assert sum(one.returned for one in told) >= 1


def test_other_engines_still_read_every_version_and_others_are_still_there(after):
    stores = after.stores
    for (zone, table), numbers in after.versions.items():
        folder = str(stores.lake.root / zone.value / table)
        for version in numbers:
            theirs = deltalake.DeltaTable(folder, version=version).to_pyarrow_table().num_rows
            ours = stores.lake.snapshot(zone, table, version=version)
            assert theirs == (ours.rows if ours else 0)
        assert stores.lake.verify(zone, table) == []
    newest = deltalake.DeltaTable(str(stores.lake.root / "governed" / RESIDENT)).to_pyarrow_table()
    # The first of the others stood twice in the newest delivery, and both rows went back.
    assert set(newest["resident_id"].to_pylist()) == {stores.vault.token(number) for number in OTHERS[1:]}
    assert len(stores.serving.lookup(RESIDENT, {"resident_id": stores.vault.token(OTHERS[1])})) == 1


def test_copies_made_before_open_nothing_with_the_keys_after(after):
    root = after.stores.root
    copies, keys = root.parent / "backup" / "objects", root / "keys"
    backup, only_objects = Objects(copies, keys=keys), Objects(copies, keyring=root / "keyring", keys=keys)
    gone = [name for name in after.objects if not after.stores.objects.exists(name)]
    assert len(gone) >= 6
    for name in after.objects:
        with pytest.raises(KeyDestroyed):
            backup.open(name)
    for name in gone:
        with pytest.raises(KeyDestroyed):
            only_objects.open(name)


def test_the_proof_holds_and_a_changed_list_does_not(after, capsys):
    stores, record = after.stores, after.record
    path = stores.root / "erasures" / record.id / "proof.json"
    data = path.read_bytes()

    assert terminal.main(["verify", str(path)]) == 0
    verdict = proofs.verify(data)
    assert (verdict.entry.act, verdict.entry.ground) == ("erase", WORDS.ground)
    assert verdict.entry.detail["delivered"] == "6"
    assert proof.check(data, verdict) == ""
    said = orjson.loads(data)
    assert said["erasure"]["places"]["deliveries"][0]["before"]
    said["erasure"]["order"]["reference"] = "别的文号"
    other = stores.root.parent / "changed.json"
    other.write_bytes(orjson.dumps(said))
    assert terminal.main(["verify", str(other)]) == 1
    assert "不符" in capsys.readouterr().out


def test_a_recomputation_finds_what_was_deleted_by_law(after):
    stores, record = after.stores, after.record

    assert [found.id for found in records.find(stores, dataset=RESIDENT)] == [record.id]
    assert [found.id for found in records.find(stores, identifier=PERSON)] == [record.id]
    assert records.find(stores, identifier=OTHERS[0]) == []
    assert records.find(stores, dataset="bases.organisations.firm") == []
    assert records.find(stores, dataset=HEALTH, since=make.later(9)) == []
    assert record.words == "依法删除（《个人信息保护法》第四十七条），文号 湖数删〔2026〕3号，2026年11月27日"


def test_the_same_delivery_sent_again_brings_nothing_back(stores):
    batch = next(b for b in batches.list_batches(stores, dataset=RESIDENT) if b.number == 1)
    with stores.objects.open(batch.sha256) as stream:
        content = stream.read()
    erase_person(stores)

    again = make.a_delivery(stores, RESIDENT, content, at=make.later(5))

    assert (again.is_new, again.id) == (False, batch.id)
    assert find_traces(stores, PERSON) == []


def test_an_erased_batch_can_still_be_refined_again(stores):
    erase_person(stores)
    for batch in batches.list_batches(stores, dataset=HEALTH):
        if batch.reading:
            refined = refine.refine(batch=batch, stores=stores, by="worker", at=make.later(5))
            assert refined.rows_in == batch.rows_in - batch.erased
    assert find_traces(stores, PERSON) == []


def test_the_preview_counts_and_changes_nothing(stores):
    before = {name: path.stat().st_mtime_ns for name, path in files_of(stores)}
    record = orders.ask_for_person(identifier=PERSON, words=WORDS, stores=stores, by="officer", at=make.later(4))

    counts = erase.preview(id=record.id, stores=stores)

    assert (counts["原始报送"], counts["批次"], counts["保险库原值"]) == (6, 5, 1), counts
    assert counts["base/bases.people.person"] == 1
    assert PERSON not in repr(counts)
    after = {name: path.stat().st_mtime_ns for name, path in files_of(stores)}
    assert {name: after[name] for name in before} == before


def files_of(stores):
    return [(str(p), p) for place in ("lake", "objects", "vault", "serving") for p in (stores.root / place).rglob("*")]


def test_who_asks_may_not_approve_and_nobody_approves_unseen(stores):
    record = orders.ask_for_person(identifier=PERSON, words=WORDS, stores=stores, by="officer", at=make.later(4))

    with pytest.raises(erase.SamePerson):
        erase.approve(id=record.id, stores=stores, by="officer", at=make.later(4))
    with pytest.raises(erase.NotSeen):
        erase.approve(id=record.id, stores=stores, by="secadmin", at=make.later(4))
    with pytest.raises(records.NotThatWay):
        erase.erase(id=record.id, stores=stores, at=make.later(4))
    assert orders.refuse(id=record.id, stores=stores, by="secadmin", at=make.later(4)).state == records.REFUSED
    assert find_traces(stores, PERSON) != []
    assert orders.read(record.id, orders.ORDER, stores=stores) is None


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("33050219900307001", WORDS),
        (PERSON[:-1] + ("1" if PERSON[-1] != "1" else "2"), WORDS),
        (PERSON, orders.Words("", "文号", "理由")),
        (PERSON, orders.Words("依据", "文号", f"删除 {PERSON}")),
    ],
)
def test_an_order_without_a_right_number_and_words_is_refused(tmp_path, identifier, words):
    with make.a_house(tmp_path) as stores, pytest.raises(Problem) as refused:
        orders.ask_for_person(identifier=identifier, words=words, stores=stores, by="officer", at=make.MONDAY)
    assert PERSON not in str(refused.value)


def test_what_is_done_is_done_once(after):
    stores, record = after.stores, after.record
    assert erase.erase(id=record.id, stores=stores, at=make.later(9)) == record
    book = records.Records(stores.root)
    with pytest.raises(records.NotThatWay):
        book.move(record.id, records.RUNNING)


def test_a_person_of_whom_nothing_is_kept_is_erased_too(tmp_path):
    with make.a_house(tmp_path) as stores:
        take_in(stores, RESIDENT, HEADING + a_resident(PERSON, "王小明"))
        erase_nobody(stores)


def erase_nobody(stores):
    nobody = make.a_number("33050219700101009")
    record = orders.ask_for_person(identifier=nobody, words=WORDS, stores=stores, by="officer", at=make.later(4))
    erase.preview(id=record.id, stores=stores)
    erase.approve(id=record.id, stores=stores, by="secadmin", at=make.later(4))

    assert erase.erase(id=record.id, stores=stores, at=make.later(4)).state == records.DONE
    assert len(find_traces(stores, PERSON)) > 0


def test_archives_and_other_encodings_are_searched():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", PERSON.encode("utf-16-le"))
    assert hunt.holds(packed.getvalue(), PERSON)
    assert not hunt.holds(packed.getvalue(), OTHERS[0])


class Killed(BaseException):
    """Stands for the end of the process."""


POINTS = (
    *("erasure.order.write", "erasure.touched.insert", "erasure.delivery.copy", "register.erase.insert"),
    *("keyring.rotate.update", "keyring.rotate.remove", "objects.destroy.remove", "erasure.step.insert"),
    *("lake.rewrite.place", "lake.rewrite.note", "lake.rewrite.entry", "lake.rewrite.remove", "lake.rewrite.finish"),
    *("vault.rotate.epoch", "vault.keep.rename", "vault.merge.remove", "vault.key.end", "serving.publish.pointer"),
    *("serving.old.remove", "erasure.draft.remove", "erasure.record.update", "erasure.order.remove"),
    *("erasure.proof.write", "erasure.delivery.keep", "erasure.end.move", "keyring.destroy.delete"),
)


@pytest.mark.faults
@pytest.mark.parametrize("hits", [1, 2])
@pytest.mark.parametrize("point", POINTS)
def test_ended_anywhere_the_next_run_ends_with_nothing_left(stores, point, hits):
    record, token = ask_and_approve(stores), stores.vault.token(PERSON)
    left = [hits]

    def decide(name):
        left[0] -= name == point
        if not left[0]:
            left[0] = -1
            raise Killed(name)

    fault.decide_by(decide)
    try:
        erase.erase(id=record.id, stores=stores, at=make.later(4))
        assert hits > 1  # a second time there is none
    except Killed:
        pass
    finally:
        fault.decide_by(None)

    done = erase.erase(id=record.id, stores=stores, at=make.later(4))

    assert done.state == records.DONE
    assert find_traces(stores, PERSON, token, OLD_FORM) == []
    told = batches.open_register(stores.root).list_erased(erasure=record.id)
    assert sum(one.accepted + one.returned for one in told) == 6
    path = stores.root / "erasures" / record.id / "proof.json"
    assert proof.check(path.read_bytes(), proofs.verify(path.read_bytes())) == ""
    for batch in batches.list_batches(stores):
        if batch.reading:
            assert batch.rows_in == count_rows(stores, batch) + batch.erased
