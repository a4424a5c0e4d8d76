"""Leaked files that are broken, cells that carry nothing, and a register that is empty."""

import csv
import datetime
import io
import random
import zipfile

import openpyxl
import pytest

from taihu.data.guard.imprint import leak, recognise, stamp
from taihu.data.guard.imprint.delivery import Deliveries
from taihu.terms.dataset import Kind
from tests.data.guard.imprint import leaks

SHEET = "xl/worksheets/sheet1.xml"
VALUE = "330502199001010018"


def a_workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(content, name, change):
    """The workbook with one of its parts changed; left out where the change gives nothing."""
    packed, made = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        for part in packed.namelist():
            body = change(packed.read(part)) if part == name else packed.read(part)
            if body is not None:
                new.writestr(part, body)
    return made.getvalue()


BOOK = a_workbook(["序号", "身份证号"], [1, VALUE], [2, VALUE])
BROKEN = {
    "no workbook in it": with_part(a_workbook(["a"]), "[Content_Types].xml", lambda body: None),
    "no XML": with_part(BOOK, "xl/workbook.xml", lambda body: b"<work"),
    "a sheet cut short": with_part(BOOK, SHEET, lambda body: body[: len(body) // 2]),
    "a number that is none": with_part(BOOK, SHEET, lambda body: body.replace(b"<v>1<", b"<v>one<")),
    "a cell at no place": with_part(BOOK, SHEET, lambda body: body.replace(b'r="A1"', b'r="1A"')),
    "no sheet": with_part(BOOK, SHEET, lambda body: None),
    "a field without an end": b'a,b\n1,"' + b"x" * 200_000,
}


@pytest.mark.parametrize("longest", [131_072, 4_000_000])
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_by_name_and_tells_no_value(tmp_path, name, longest):
    file = tmp_path / "leak"
    file.write_bytes(BROKEN[name])
    before = csv.field_size_limit(longest)

    with pytest.raises(leak.NotALeak) as refused:
        leak.read_leak(file)
    csv.field_size_limit(before)

    assert refused.value.where == "leak"
    assert VALUE not in str(refused.value)


@pytest.mark.slow
def test_a_workbook_with_flipped_bytes_is_read_or_refused(tmp_path):
    file, read = tmp_path / "leak", 0
    for seed in range(60):
        chance, spoilt = random.Random(seed), bytearray(BOOK)
        for _ in range(3):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        file.write_bytes(spoilt)
        try:
            leak.read_leak(file)
        except leak.NotALeak:
            continue
        read += 1

    assert read < 60


def test_a_file_that_is_not_there_or_too_large_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "leak.csv"
    with pytest.raises(leak.NotALeak, match="不存在或过大"):
        leak.read_leak(file)
    file.write_bytes(b"a,b\n1,2\n")
    assert leak.read_leak(file).rows == [("1", "2")]
    monkeypatch.setattr(leak, "LARGEST", 7)

    with pytest.raises(leak.NotALeak, match="不存在或过大"):
        leak.read_leak(file)


def test_empty_cells_and_yes_or_no_are_read_as_excel_shows_them_and_empty_rows_are_none(tmp_path):
    file = tmp_path / "leak"
    file.write_bytes(a_workbook(["已婚", "名称"], [True, "甲"], [None, None], [False, None]))

    assert leak.read_leak(file).rows == [("是", "甲"), ("否", "")]


PAID = (leaks.column("code", "编号", Kind("text")), leaks.column("paid", "金额", Kind("decimal", 9, 2)))


def test_a_cell_that_is_empty_or_no_number_is_left_as_it_is():
    rows = [(f"c{n}", f"{n}.50") for n in range(40)] + [("none", None), ("word", "不详")]

    made = stamp.stamp(PAID, rows, leaks.delivery(1), master=leaks.MASTER)

    written = dict(made.rows)
    assert (written["none"], written["word"]) == (None, "不详")
    assert {len(text.partition(".")[2]) for code, text in written.items() if code.startswith("c")} == {2, 3}


def test_a_delivery_whose_order_is_the_answer_is_traced_by_its_forms_alone():
    rows = [(f"c{n}", f"{n}.50") for n in range(80)]
    copies = [stamp.stamp(PAID, rows, leaks.delivery(n), master=leaks.MASTER, is_ordered=True) for n in range(5)]
    leaked = leak.Leak(("编号", "金额"), copies[3].rows)

    first, *others = recognise.trace(leaked, [copy.delivery for copy in copies], master=leaks.MASTER)

    assert [copy.delivery.plan.order for copy in copies] == [""] * 5
    assert (first.delivery.id, first.is_named, first.agreeing, first.seen) == ("JF-0003", True, 80, 80)
    assert not any(suspect.is_named for suspect in others)


def test_where_nothing_was_delivered_nobody_is_suspected(tmp_path):
    register = Deliveries(tmp_path / "deliveries.sqlite3")
    file = tmp_path / "leak.csv"
    file.write_bytes(b"a,b\n1,2\n")

    assert recognise.trace_file(file, register, master=leaks.MASTER, since=datetime.date(2026, 1, 1)) == []
    register.close()


def test_a_register_is_closed_as_often_as_one_likes_and_opens_again(tmp_path):
    register = Deliveries(tmp_path / "deliveries.sqlite3")
    register.close()
    register.keep(leaks.delivery(1))
    register.close()
    register.close()

    assert [kept.id for kept in register.list()] == ["JF-0001"]
    register.close()
