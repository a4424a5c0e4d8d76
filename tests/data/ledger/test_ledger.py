import asyncio
import os
import threading

import orjson
import pytest

from taihu.data.ledger import proof, writer
from taihu.data.ledger.entry import Entry
from taihu.data.ledger.index import NotAPlace, Wanted
from taihu.data.ledger.segment import NotInLedger
from tests.data.ledger.ledger_world import NOON, a_ledger, an_entry

pytestmark = pytest.mark.usefixtures("policy")


def test_what_was_appended_reads_back_whole(tmp_path):
    ledger = a_ledger(tmp_path)

    receipt = ledger.append(an_entry())

    assert receipt.id == "web/0"
    assert ledger.find("web/0").entry == an_entry()
    assert ledger.find("web/0").id == "web/0"
    ledger.close()


@pytest.mark.slow
def test_many_threads_and_an_event_loop_share_the_segment(tmp_path):
    ledger = a_ledger(tmp_path)
    threads = [threading.Thread(target=lambda: [ledger.append(an_entry()) for _ in range(20)]) for _ in range(8)]

    async def many():
        return await asyncio.gather(*(ledger.append_soon(an_entry(n)) for n in range(200)))

    for thread in threads:
        thread.start()
    receipts = asyncio.run(many())
    for thread in threads:
        thread.join()

    assert [r.number for r in receipts] == sorted(r.number for r in receipts)
    assert ledger.count() == 8 * 20 + 200
    assert list(ledger.check()) == []
    ledger.close()


def test_a_caller_that_gave_up_does_not_disturb_the_others(tmp_path):
    ledger = a_ledger(tmp_path)

    async def one():
        given_up = ledger.append_soon(an_entry())
        kept = ledger.append_soon(an_entry())
        given_up.cancel()
        return await kept

    assert asyncio.run(one()).number == 1
    ledger.close()


def test_a_loop_that_is_gone_does_not_disturb_the_writer(tmp_path):
    ledger = a_ledger(tmp_path)

    async def leave():
        ledger.append_soon(an_entry())

    asyncio.run(leave())

    assert ledger.append(an_entry()).number == 1
    ledger.close()


def test_entries_are_found_by_what_they_say_newest_first(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append_many([an_entry(n) for n in range(3)])
    ledger.append(an_entry(9, act="refuse", dataset="bases.people.person topics.rivers.reach", subjects=()))
    ledger.append(an_entry(5, department="police", system="desk", grant="g-2", by="wang", subjects=("b" * 32,)))

    def numbers(**wanted):
        return [found.number for found in ledger.entries(Wanted(**wanted)).entries]

    assert numbers() == [3, 4, 2, 1, 0]
    assert numbers(act="refuse") == [3]
    assert numbers(dataset="topics.rivers.reach") == [3]
    assert numbers(dataset="bases.people.person", department="police") == [4]
    assert numbers(subject="b" * 32) == [4]
    assert numbers(subject="a" * 32, dataset="bases.people.person") == [2, 1, 0]
    assert numbers(subject="b" * 32, dataset="topics.rivers.reach") == []
    assert numbers(grant="g-2") == numbers(system="desk") == numbers(by="wang") == [4]
    assert numbers(since=an_entry(2).at, until=an_entry(9).at) == [4, 2]
    assert ledger.count(Wanted(act="answer")) == 4
    ledger.close()


def test_pages_follow_one_another_over_all_segments(tmp_path):
    first, second = a_ledger(tmp_path, "web"), a_ledger(tmp_path, "gateway")
    for n in range(4):
        first.append(an_entry(n))
        second.append(an_entry(n))

    seen, after = [], ""
    while True:
        page = second.entries(after=after, limit=3)
        seen += [found.id for found in page.entries]
        after = page.next
        if not after:
            break

    assert seen == [f"{name}/{n}" for n in (3, 2, 1, 0) for name in ("web", "gateway")]
    assert {segment.name for segment in first.segments()} == {"web", "gateway"}
    first.close()
    second.close()


@pytest.mark.parametrize("after", ["x", "a~b", "a~b~c", "a~b~-1", "a~b~٣"])
def test_a_place_that_no_page_gave_is_refused(tmp_path, after):
    with pytest.raises(NotAPlace):
        a_ledger(tmp_path).entries(after=after)


def test_an_empty_ledger_has_no_entries_and_no_head(tmp_path):
    ledger = a_ledger(tmp_path)

    assert ledger.entries().entries == ()
    with pytest.raises(NotInLedger):
        ledger.head()
    ledger.close()


@pytest.mark.parametrize("place", ["web/7", "web/-1", "web/x", "web", "/1", "desk/0", "web/" + "9" * 20])
def test_an_entry_that_is_not_there_is_refused(tmp_path, place):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())

    with pytest.raises(NotInLedger):
        ledger.find(place)
    ledger.close()


def test_a_proof_verifies_without_the_ledger(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append_many([an_entry(n) for n in range(7)])

    file = ledger.prove("web/3").to_json()
    verdict = proof.verify(file)

    assert verdict.is_valid
    assert verdict.entry == an_entry(3, subjects=())
    assert verdict.key_id == ledger.head().key_id
    assert proof.verify(file, public_key=bytes.fromhex(orjson.loads(file)["public_key"])).is_valid
    assert not proof.verify(file, public_key=b"\1" * 32).is_valid
    assert b"a" * 32 not in file
    ledger.close()


def test_a_whole_proof_shows_the_private_part_too(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())

    verdict = proof.verify(ledger.prove("web/0", is_whole=True).to_json())

    assert verdict.entry == an_entry()
    ledger.close()


def change(said, path, value):
    for name in path[:-1]:
        said = said[name]
    said[path[-1]] = value


CHANGES = {
    "another format": (["format"], "other"),
    "another entry": (["public"], "{}"),
    "another private part": (["private"], '{"subjects":[]}'),
    "another commitment": (["commitment"], "00" * 32),
    "another number": (["number"], 2),
    "a number that is text": (["number"], "x"),
    "another root": (["head", "root"], "00" * 32),
    "another time": (["head", "at"], "2027"),
    "another size": (["head", "size"], 8),
    "another segment": (["head", "segment"], "desk"),
    "another signature": (["head", "signature"], "00" * 64),
    "another key": (["public_key"], "00" * 32),
    "another suite": (["head", "suite"], "none-0"),
    "a path that is no list": (["path"], None),
    "a shorter path": (["path"], []),
}


@pytest.mark.parametrize("what", CHANGES)
def test_no_altered_proof_verifies(tmp_path, what):
    ledger = a_ledger(tmp_path)
    ledger.append_many([an_entry(n) for n in range(7)])
    said = orjson.loads(ledger.prove("web/3", is_whole=True).to_json())

    change(said, *CHANGES[what])

    verdict = proof.verify(said)
    assert not verdict.is_valid
    assert verdict.reason
    ledger.close()


@pytest.mark.parametrize("file", [b"", b"null", b"[]", b"{}", "{", b"\xff"])
def test_what_is_no_proof_is_not_valid(file):
    assert not proof.verify(file).is_valid


def test_a_later_ledger_proves_that_it_begins_with_the_earlier_one(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append_many([an_entry(n) for n in range(5)])
    before = ledger.head()
    ledger.append_many([an_entry(n) for n in range(5, 12)])

    extension = ledger.prove_extension(5)
    said = orjson.loads(extension.to_json())

    assert (extension.before.size, extension.before.root) == (before.size, before.root)
    assert proof.verify(said).is_valid
    for path, value in ((["path"], []), (["before", "segment"], "x"), (["before", "root"], "00" * 32)):
        changed = orjson.loads(extension.to_json())
        change(changed, path, value)
        assert not proof.verify(changed).is_valid
    for before in (0, 13):
        with pytest.raises(NotInLedger):
            ledger.prove_extension(before)
    ledger.close()


def test_two_writers_take_two_segments_and_a_closed_one_is_taken_again(tmp_path):
    first, second = a_ledger(tmp_path), a_ledger(tmp_path)

    assert first.append(an_entry()).id == "web/0"
    assert second.append(an_entry()).id == "web-2/0"
    first.close()
    third = a_ledger(tmp_path)
    assert third.append(an_entry()).id == "web/1"
    second.close()
    third.close()
    third.close()


def test_no_segment_left_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("taihu.data.ledger.ledger.MOST_SEGMENTS", 1)
    first = a_ledger(tmp_path)
    first.append(an_entry())

    with pytest.raises(writer.Unavailable):
        a_ledger(tmp_path).append(an_entry())
    first.close()


@pytest.mark.slow
def test_a_forked_child_writes_into_a_segment_of_its_own(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())

    child = os.fork()
    if not child:
        os._exit(0 if ledger.append(an_entry()).id == "web-2/0" else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert ledger.append(an_entry()).id == "web/1"
    ledger.close()


def test_a_process_that_is_not_the_opener_lets_the_writer_go(tmp_path):
    ledger = a_ledger(tmp_path)
    ledger.append(an_entry())

    ledger._process = -1

    assert ledger.append(an_entry()).id == "web/1"
    assert ledger._reopen() is ledger._writer
    ledger._process = -1
    ledger.close()


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        Entry(at=NOON.replace(tzinfo=None), act="answer")


def test_an_entry_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("taihu.data.ledger.record.MOST_BYTES", 500)
    ledger = a_ledger(tmp_path)

    with pytest.raises(Exception, match="L-004"):
        ledger.append(an_entry(detail={"x": "y" * 600}))
    ledger.close()


def test_a_queue_too_long_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(writer, "MOST_WAITING", 1)
    ledger = a_ledger(tmp_path)

    with pytest.raises(writer.Unavailable, match="来不及"):
        ledger.append_many([an_entry(), an_entry()])
    ledger.close()
