"""A person whose data the law orders deleted is nowhere any more, and there is a proof of it."""

import io
import shutil

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
from taihu.terms.problem import Problem
from taihu.terms.zone import Zone
from tests import builders as make
from tests.data.collect.erasure.erasure_world import (
    HEALTH,
    OLD_FORM,
    OTHERS,
    PERSON,
    RESIDENT,
    WORDS,
    a_city,
    count_rows,
    erase_person,
    find_traces,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def stores(tmp_path):
    with make.a_house(tmp_path / "city") as opened:
        a_city(opened)
        yield opened


def test_neither_the_number_nor_its_token_stands_anywhere_after_it(stores):
    token = stores.vault.token(PERSON)
    before = find_traces(stores, PERSON, token)
    assert {"serving", "objects", "vault", "lake"} <= {name.partition("/")[0] for name in before}
    assert find_traces(stores, OLD_FORM)

    record = erase_person(stores)

    assert record.state == records.DONE
    assert find_traces(stores, PERSON, token, OLD_FORM) == []
    assert stores.vault.reveal([token]) == {}
    assert len(stores.vault.reveal(map(stores.vault.token, OTHERS))) == len(OTHERS)


def test_rows_of_each_batch_still_add_up_with_those_that_were_erased(stores):
    rows = {batch.id: count_rows(stores, batch) for batch in batches.list_batches(stores) if batch.reading}
    erase_person(stores)

    for batch in batches.list_batches(stores):
        if batch.reading:
            assert batch.rows_in == batch.accepted + batch.returned == rows[batch.id]
            assert batch.rows_in == count_rows(stores, batch) + batch.erased
            assert batch.reading.rows == batch.rows_in - batch.erased
            assert all(stores.objects.exists(sha256) for sha256 in batch.objects)
    told = batches.open_register(stores.root).list_erased(erasure=erase_id(stores))
    assert sum(one.accepted + one.returned for one in told) == 6
    assert sum(one.returned for one in told) >= 1


def erase_id(stores):
    return records.Records(stores.root).list_all()[0].id


def test_other_engines_still_read_every_version_and_others_are_still_there(stores):
    tables = [(zone, table) for zone in Zone for table in stores.lake.tables(zone)]
    versions = {t: [v.number for v in stores.lake.history(*t)] for t in tables}
    erase_person(stores)

    for zone, table in tables:
        folder = str(stores.lake.root / zone.value / table)
        for version in versions[zone, table]:
            theirs = deltalake.DeltaTable(folder, version=version).to_pyarrow_table().num_rows
            ours = stores.lake.snapshot(zone, table, version=version)
            assert theirs == (ours.rows if ours else 0)
        assert stores.lake.verify(zone, table) == []
    newest = deltalake.DeltaTable(str(stores.lake.root / "governed" / RESIDENT)).to_pyarrow_table()
    assert set(newest["resident_id"].to_pylist()) == {stores.vault.token(number) for number in OTHERS}
    served = stores.serving.lookup(RESIDENT, {"resident_id": stores.vault.token(OTHERS[0])})
    assert len(served) == 1


def test_copies_made_before_open_nothing_with_the_keys_after(stores, tmp_path):
    for folder in ("objects", "keyring", "vault"):
        shutil.copytree(stores.root / folder, tmp_path / "backup" / folder)
    names = stores.objects.list_all()
    erase_person(stores)

    backup = Objects(tmp_path / "backup" / "objects", keys=stores.root / "keys")
    only_objects = Objects(tmp_path / "backup" / "objects", keyring=stores.root / "keyring", keys=stores.root / "keys")
    for name in names:
        with pytest.raises(KeyDestroyed):
            backup.open(name)
        if not stores.objects.exists(name):
            with pytest.raises(KeyDestroyed):
                only_objects.open(name)


def test_the_proof_holds_and_a_changed_list_does_not(stores, capsys):
    record = erase_person(stores)
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
    path.write_bytes(orjson.dumps(said))
    assert terminal.main(["verify", str(path)]) == 1
    assert "不符" in capsys.readouterr().out


def test_a_recomputation_finds_what_was_deleted_by_law(stores):
    record = erase_person(stores)

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

    assert (counts["原始报送"], counts["批次"], counts["保险库原值"]) == (6, 5, 1)
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


def test_what_is_done_is_done_once(stores):
    record = erase_person(stores)
    assert erase.erase(id=record.id, stores=stores, at=make.later(9)) == record
    with pytest.raises(records.NotThatWay):
        ask = records.Records(stores.root)
        ask.move(record.id, records.RUNNING)


def test_a_person_of_whom_nothing_is_kept_is_erased_too(stores):
    nobody = make.a_number("33050219700101009")
    record = orders.ask_for_person(identifier=nobody, words=WORDS, stores=stores, by="officer", at=make.later(4))
    erase.preview(id=record.id, stores=stores)
    erase.approve(id=record.id, stores=stores, by="secadmin", at=make.later(4))

    assert erase.erase(id=record.id, stores=stores, at=make.later(4)).state == records.DONE
    assert len(find_traces(stores, PERSON)) > 0


def test_archives_and_other_encodings_are_searched():
    packed = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", PERSON.encode("utf-16-le"))
    assert hunt.holds(packed.getvalue(), PERSON)
    assert not hunt.holds(packed.getvalue(), OTHERS[0])
