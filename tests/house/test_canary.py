"""Planted values of L3 and L4 are found in no receipt, register, ledger, report, log, message or temporary file."""

import datetime
import io
import logging
import tempfile
from pathlib import Path

import pytest

from taihu.data.collect import batches, receive
from taihu.data.engines import stores as engine_stores
from taihu.data.guard import answer as guard
from taihu.data.guard import serve, standing
from taihu.data.guard.question import Condition, Lookup, Rows
from taihu.data.refine import refine
from taihu.terms import shelf
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Permit
from taihu.terms.problem import Problem
from tests.house.canaries import CANARIES, HEAD, RIGHT, WRONG, find_canaries, find_in_files

PACKS = Path(__file__).resolve().parents[2] / "packs"
AT = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)


@pytest.fixture
def stores(tmp_path, monkeypatch):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    opened = engine_stores.open_stores(tmp_path / "var", shelf.read_shelf(PACKS), segment="test")
    yield opened
    opened.close()


def deliver(stores, text):
    dataset = stores.shelf.dataset("bases.people.resident")
    delivery = receive.Delivered(io.BytesIO(text.encode("utf-8")), "户籍人口.csv")
    return dataset, receive.receive(delivery=delivery, dataset=dataset, stores=stores, by="test", at=AT)


def permit(columns, level):
    return Permit(
        grant="SQ-1",
        department="civil",
        system="civil.relief",
        purpose="核对",
        ground="条例",
        reads=("bases.people.resident",),
        columns=tuple(f"bases.people.resident.{column}" for column in columns),
        label=Label(level, frozenset({"person"})),
        forms=frozenset((Form.LOOKUP, Form.QUERY)),
        until=AT.date(),
    )


def said_when_refused(questions, stores):
    for question, given in questions:
        try:
            guard.answer(question, given, stores=stores, by="test", at=AT)
        except Problem as problem:
            yield str(problem.to_shape())


@pytest.mark.slow
def test_no_planted_value_is_written_outside_the_stores(stores, tmp_path, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    dataset, receipt = deliver(stores, "\n".join((HEAD, RIGHT, WRONG, "")))
    refined = refine.refine(batch=receipt.batch, stores=stores, by="test", at=AT)
    batches.settle(
        stores=stores, batch=receipt.batch, accepted=refined.accepted, returned=refined.returned, by="test", at=AT
    )
    serve.serve(dataset, stores=stores)
    broken = [
        deliver(stores, HEAD + "\n" + RIGHT[: len(RIGHT) // 2] + "\0")[1],
        deliver(stores, RIGHT + "\n" + WRONG + "\n")[1],
    ]

    own = standing.standing_permit("police", [dataset])
    seen = guard.answer(
        Lookup(dataset.id, {"resident_id": CANARIES[0]}),
        permit(("resident_id", "name"), Level.L2),
        stores=stores,
        by="test",
        at=AT,
    )
    told = "".join(
        said_when_refused(
            [
                (Lookup(dataset.id, {"resident_id": CANARIES[0]}, ("phone",)), permit(("name",), Level.L2)),
                (Lookup(dataset.id, {"name": "金丝雀甲"}), own),
                (Rows(dataset.id, where=(Condition("born_on", values=("金丝雀甲",)),)), own),
                (Rows(dataset.id, where=(Condition("phone", values=("13857261918",)),)), permit(("name",), Level.L2)),
            ],
            stores,
        )
    )
    written = capfd.readouterr()

    assert (refined.rows_in, refined.accepted, refined.returned) == (2, 1, 1)
    assert all(one.problem for one in broken)
    assert find_canaries(str(seen.rows).encode()) == []
    assert (
        find_canaries((told + caplog.text + written.out + written.err + str([one.problem for one in broken])).encode())
        == []
    )
    assert find_in_files(tmp_path) == {}
    kept = [file for file in (tmp_path / "var" / "objects").rglob("*") if file.is_file()]
    assert not any(find_canaries(file.read_bytes()) for file in kept), "deliveries lie sealed"
    opened = [stores.objects.open(sha256).read() for sha256 in stores.objects.list_all()]
    assert any(map(find_canaries, opened)), "the search itself must be able to find"
