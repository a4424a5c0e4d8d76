"""A steward gets her workbook back in red, mends it, sends it again, and it turns green."""

from __future__ import annotations

import datetime
import io

import openpyxl
import pytest

from taihu.data.collect import batches, receive
from taihu.data.guard.standing import standing_permit
from taihu.data.objects.batch import Batch
from taihu.data.refine import still_open, workbook
from taihu.data.refine.refine import refine
from taihu.terms.identifiers import resident_check
from tests.data.refine.deliveries import NOON, rows_of, some_stores

ASSISTANCE = "bases.people.assistance"
PATROL = "topics.rivers.patrol"


def an_id(first: str) -> str:
    return first + resident_check(first)


FIRST, SECOND, THIRD = (an_id(f"3305021990010100{n}") for n in (1, 2, 3))
BROKEN = FIRST[:17] + ("0" if FIRST[17] != "0" else "1")


def a_workbook(rows):
    """With a merged title, a heading in the third row, and text cells."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "花名册"
    sheet["A1"] = "社会救助对象花名册"
    sheet.merge_cells("A1:E1")
    for place, title in enumerate(["序号", "身份证号码", "姓名", "救助类别", "月救助金额(元)", "起始年月"], 1):
        sheet.cell(3, place, title)
    for number, row in enumerate(rows, 4):
        for place, value in enumerate([str(number - 3), *row], 1):
            sheet.cell(number, place, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(stores, dataset, data, filename, at=NOON) -> Batch:
    receipt = receive.receive(
        delivery=receive.Delivered(io.BytesIO(data), filename),
        dataset=stores.shelf.dataset(dataset),
        stores=stores,
        by="civil.steward",
        at=at,
    )
    batch = batches.find_batch(stores, receipt.batch.id)
    assert batch.state == "received", batch.problem
    refined = refine(batch=batch, stores=stores, by="runs", at=at)
    return batches.settle(
        stores=stores, batch=batch, accepted=refined.accepted, returned=refined.returned, by="runs", at=at
    )


def take_back(stores, batch):
    dataset = stores.shelf.dataset(batch.dataset)
    permit = standing_permit(dataset.department, [dataset])
    return workbook.mark_workbook(batch=batch, stores=stores, permit=permit, by="civil.steward", at=NOON)


@pytest.mark.slow
def test_a_marked_workbook_is_mended_sent_again_and_turns_green(tmp_path):
    stores = some_stores(tmp_path)
    rows = [
        [FIRST, "沈伟", "低保", "800", "2024年3月"],
        [BROKEN, "陈芳", "低保", "八百", "2024.05"],
        [SECOND, "王敏", "五保", "1,200.50", "2024-01-01"],
    ]
    first = send(stores, ASSISTANCE, a_workbook(rows), "3月.xlsx")
    assert (first.accepted, first.returned) == (1, 2)
    assert still_open.find_open(stores=stores, dataset=ASSISTANCE) == {first.id: {5, 6}}

    marked = take_back(stores, first)

    book = openpyxl.load_workbook(io.BytesIO(marked))
    sheet = book["花名册"]
    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert red == {"B5", "D6"} | ({"E5"} if sheet["E5"].comment else set())
    assert sheet["B5"].fill.fgColor.rgb == "FFFFC7CE"
    assert "校验码不符" in sheet["B5"].comment.text
    assert BROKEN not in sheet["B5"].comment.text
    assert sheet["A1"].value == "社会救助对象花名册"
    assert [str(r) for r in sheet.merged_cells.ranges] == ["A1:E1"]

    sheet["B5"] = THIRD
    sheet["E5"] = "800"
    half = io.BytesIO()
    book.save(half)
    second = send(stores, ASSISTANCE, half.getvalue(), "3月改.xlsx", NOON + datetime.timedelta(hours=1))
    assert second.replaces == first.id
    assert (second.accepted, second.returned) == (2, 1)
    assert still_open.count_open(stores=stores, dataset=ASSISTANCE) == {first.id: 0, second.id: 1}

    again = openpyxl.load_workbook(io.BytesIO(take_back(stores, second)))
    sheet = again["花名册"]
    assert sheet["B5"].comment is None
    assert sheet["B5"].fill.fgColor.rgb == "FFC6EFCE"
    assert sheet["D6"].fill.fgColor.rgb == "FFFFC7CE"
    sheet["D6"] = "特困"
    whole = io.BytesIO()
    again.save(whole)
    third = send(stores, ASSISTANCE, whole.getvalue(), "3月再改.xlsx", NOON + datetime.timedelta(hours=2))

    assert (third.accepted, third.returned) == (3, 0)
    assert not any(still_open.count_open(stores=stores, dataset=ASSISTANCE).values())
    assert rows_of(stores, ASSISTANCE, "name", "kind", "monthly_fen") == [
        ("沈伟", "低保", 80000),
        ("陈芳", "低保", 80000),
        ("王敏", "特困", 120050),
    ]
    stores.close()


@pytest.mark.slow
def test_a_csv_comes_back_as_a_workbook_whose_mended_rows_join_the_others(tmp_path):
    stores = some_stores(tmp_path)
    text = (
        "巡河单号,河段编码,巡查日期,巡查时长,河长身份证号,河长姓名\n"
        f"P1,R-1,2026-11-01,30,{FIRST},=沈伟\n"
        f"P2,R-2,2026-13-01,40,{SECOND},陈芳\n"
        f",R-3,2026-11-03,20,{THIRD},王敏\n"
    )
    first = send(stores, PATROL, text.encode("gb18030"), "巡河.csv")
    assert (first.accepted, first.returned) == (1, 2)

    book = openpyxl.load_workbook(io.BytesIO(take_back(stores, first)))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]][:3] == ["巡河单号", "河段编码", "巡查日期"]
    assert sheet["F2"].value == "=沈伟"
    assert sheet["F2"].data_type == "s"
    assert sheet["C3"].comment is not None
    assert sheet["A4"].comment is not None

    sheet["C3"] = "2026-11-02"
    sheet["A4"] = "P3"
    out = io.BytesIO()
    book.save(out)
    second = send(stores, PATROL, out.getvalue(), "巡河改.xlsx", NOON + datetime.timedelta(hours=1))

    assert second.replaces == first.id
    assert (second.accepted, second.returned) == (3, 0)
    assert still_open.count_open(stores=stores, dataset=PATROL) == {first.id: 0, second.id: 0}
    assert [row[0] for row in rows_of(stores, PATROL, "patrol")] == ["P1", "P2", "P3"]
    stores.close()


@pytest.mark.slow
def test_a_large_delivery_comes_back_as_its_returned_rows_and_the_mended_part_joins_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_CELLS", 5)
    stores = some_stores(tmp_path)
    text = (
        "身份证号码,姓名,救助类别,月救助金额(元)\n"
        f"{FIRST},沈伟,低保,800\n{SECOND},陈芳,五保,700\n{BROKEN},王敏,低保,600\n"
    )
    first = send(stores, ASSISTANCE, text.encode(), "名单.csv")

    book = openpyxl.load_workbook(io.BytesIO(take_back(stores, first)))
    sheet = book["退回数据"]
    assert sheet.max_row == 3
    assert sheet["B2"].value == "陈芳"
    sheet["C2"] = "低边"
    out = io.BytesIO()
    book.save(out)
    second = send(stores, ASSISTANCE, out.getvalue(), "改.xlsx", NOON + datetime.timedelta(hours=1))

    assert (second.accepted, second.returned) == (1, 1)
    assert sorted(rows_of(stores, ASSISTANCE, "name", "kind")) == [("沈伟", "低保"), ("陈芳", "低边")]
    assert still_open.count_open(stores=stores, dataset=ASSISTANCE) == {first.id: 0, second.id: 1}
    stores.close()


@pytest.mark.slow
def test_another_department_does_not_get_the_workbook(tmp_path):
    stores = some_stores(tmp_path)
    batch = send(stores, ASSISTANCE, a_workbook([[FIRST, "沈伟", "五保", "1", "2024-01-01"]]), "a.xlsx")
    dataset = stores.shelf.dataset(ASSISTANCE)
    permit = standing_permit("police", [dataset])

    with pytest.raises(workbook.NotYours):
        workbook.mark_workbook(batch=batch, stores=stores, permit=permit, by="police.steward", at=NOON)
    stores.close()
