"""Deliveries are kept as they came, read as what they are, and answered with a receipt that says so."""

import contextlib
import dataclasses
import datetime
import gzip
import hashlib
import io
import json
import sqlite3
import zipfile

import openpyxl
import pyarrow
import pyarrow.parquet
import pytest
from openpyxl.packaging.custom import StringProperty

from taihu.data.collect import batches
from taihu.data.objects.register import NotThatWay
from taihu.terms.dataset import Delivery

pytestmark = pytest.mark.slow

AT = datetime.datetime(2026, 11, 24, 9, 30, tzinfo=datetime.UTC)

HEAD = "身份证号码,姓名,联系电话,救助类别,月救助金额(元),起始年月\n"
WANG = "330501199001010018,王伟,13812345678,低保,800,2026-03\n"
LI = "330522198512310028,李娜,13912345678,特困,,2026年3月\n"
TWO_ROWS = [("330501199001010018", "王伟", "低保"), ("330522198512310028", "李娜", "特困")]


def zipped(**members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("_dot_", "."), body)
    return content.getvalue()


def a_workbook(*, marked_for=""):
    """A list as civil affairs writes it: title, unit line, two-line merged heading, a note below."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "名册"
    sheet["A1"] = "2026年社会救助对象花名册"
    sheet.merge_cells("A1:G1")
    sheet["A2"] = "填报单位:民政局  单位:万元"
    upper = ["序号", "姓名", "身份证号码", "救助情况", None, None, "联系电话"]
    lower = [None, None, None, "救助类别", "月救助金额", "起始年月", None]
    for column, (above, below) in enumerate(zip(upper, lower, strict=True), 1):
        sheet.cell(3, column, above)
        sheet.cell(4, column, below)
    for cells in ("D3:F3", "A3:A4", "B3:B4", "C3:C4", "G3:G4"):
        sheet.merge_cells(cells)
    sheet.append([1, "王伟", "330501199001010018", "低保", 0.08, datetime.date(2026, 3, 1), 13812345678])
    sheet.append([2, "李娜", 330522198512310028, "特困", None, "2026年3月", "13912345678"])
    sheet.append([])
    sheet.append(["注:以上数据截至2026年3月,共2人。"])
    book.create_sheet("填报说明")["A1"] = "每月5日前报送"
    if marked_for:
        book.custom_doc_props.append(StringProperty(name="taihu-batch", value=marked_for))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def facts(receipt):
    return {fact.title: fact.text for fact in receipt.dialect}


def test_the_same_bytes_are_one_batch_and_the_ledger_hears_of_it_once(bring, stores):
    first = bring(HEAD + WANG)
    again = bring(HEAD + WANG, "又一次.csv", at=AT + datetime.timedelta(days=1))
    assert (first.is_new, again.is_new) == (True, False)
    assert again.batch == first.batch
    assert first.sha256 == hashlib.sha256((HEAD + WANG).encode()).hexdigest()
    assert len(stores.entries) == 1
    assert stores.entries[0].detail["batch"] == first.id
    assert stores.objects.open(first.sha256).read() == (HEAD + WANG).encode()


def test_a_plain_utf8_csv_is_read_where_it_lies(bring, rows, stores):
    receipt = bring(HEAD + WANG + LI)
    assert receipt.batch.reading.is_in_place
    assert receipt.batch.reading.sha256 == receipt.sha256
    assert rows(receipt, "resident_id, name, kind, _row") == [(*TWO_ROWS[0], 2), (*TWO_ROWS[1], 3)]
    assert facts(receipt) == {
        "格式": "文本表格（CSV）",
        "编码": "UTF-8",
        "分隔符": "逗号",
        "表头": "第 1 行",
        "列": "对应 6 列",
        "数据": "2 行",
    }
    assert receipt.batch.reading.units == {"monthly_fen": "元"}
    assert not list((stores.root / "objects" / "incoming").iterdir())


@pytest.mark.parametrize("codec", ["gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_give_the_same_rows(bring, rows, codec):
    receipt = bring((HEAD + WANG + LI).encode(codec))
    assert rows(receipt, "resident_id, name, kind") == TWO_ROWS


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_other_delimiters_give_the_same_rows(bring, rows, delimiter):
    receipt = bring((HEAD + WANG + LI).replace(",", delimiter))
    assert rows(receipt, "resident_id, name, kind") == TWO_ROWS


def test_columns_may_move_and_strangers_stay_out(bring, rows):
    receipt = bring("备注,姓名,救助类别,公民身份号码\n甲,王伟,低保,330501199001010018\n")
    assert rows(receipt, "resident_id, name, kind") == TWO_ROWS[:1]
    assert any("备注" in note for note in receipt.notes)
    assert any("联系电话" in note for note in receipt.notes)


def test_titles_notes_totals_and_blank_lines_are_no_rows_and_the_receipt_says_so(bring, rows):
    text = f"2026年花名册,,,,,\n单位:万元,,,,,\n{HEAD.replace('(元)', '')}{WANG},,,,,\n{LI}合计,2,,,800,\n注:以上均为合成数据,,,,,\n"
    receipt = bring(text.encode("gb18030"))
    assert rows(receipt, "name, _row") == [("王伟", 4), ("李娜", 6)]
    assert receipt.batch.reading.units == {"monthly_fen": "万元"}
    assert any("合计行 1 行" in note and "第 7 行" in note for note in receipt.notes)
    assert any("说明 1 行" in note for note in receipt.notes)


def test_a_total_between_rows_stays_a_row(bring, rows):
    receipt = bring(HEAD + WANG + "小计,1,,,800,\n" + LI)
    assert rows(receipt, "_row") == [(2,), (3,), (4,)]


CUT = [(HEAD + WANG + "330522198512310028,李").encode(), (HEAD + WANG + "330522198512310028,李娜").encode()[:-1]]


@pytest.mark.parametrize("content", CUT)
def test_changes_cut_in_the_last_line_give_a_row_with_the_reason(bring, rows, assistance, content):
    receipt = bring(content, dataset=dataclasses.replace(assistance, delivery=Delivery.CHANGES))
    assert rows(receipt, "_row, _fault") == [(2, None), (3, "cut")]


@pytest.mark.parametrize("content", CUT)
def test_a_full_delivery_that_breaks_off_is_refused_whole(bring, content):
    assert (bring(content).problem["code"], bring(content).problem["where"]) == ("C-017", "第 3 行")


def test_short_long_and_quoted_lines_keep_their_line_numbers(bring, rows):
    text = (
        HEAD + '"330501199001010018","王\n伟",,低保,800,\n' + "330501199001010018,王伟\n" + WANG.strip() + ",多\n" + LI
    )
    receipt = bring(text)
    assert rows(receipt, "_row, _fault") == [(2, None), (4, "short"), (5, "long"), (6, None)]
    assert rows(receipt, "name")[0] == ("王\n伟",)


def test_a_stray_quote_swallows_no_line(bring, rows):
    receipt = bring(HEAD + '330501199001010018,"王伟,,低保,800,\n' + WANG + LI + WANG.replace("王伟", '王5"伟'))
    assert [row for (row,) in rows(receipt, "_row")] == [2, 3, 4, 5]


def test_a_workbook_with_titles_and_merged_heads_keeps_excels_row_numbers_and_letters(bring, rows):
    receipt = bring(a_workbook(), "救助.xlsx")
    reading = receipt.batch.reading
    assert rows(receipt, "resident_id, name, kind, monthly_fen, since, phone, _row, _fault") == [
        ("330501199001010018", "王伟", "低保", "0.08", "2026-03-01", "13812345678", 5, None),
        ("330522198512310000", "李娜", "特困", None, "2026年3月", "13912345678", 6, "digits"),
    ]
    assert reading.letters["monthly_fen"] == "E"
    assert reading.sheet == "名册"
    assert reading.units == {"monthly_fen": "万元"}
    assert any("填报说明" in note for note in receipt.notes)


def test_a_zipped_workbook_keeps_the_workbook_for_marking(bring, stores):
    content = a_workbook()
    receipt = bring(zipped(名册_dot_xlsx=content), "救助.zip")
    assert stores.objects.open(receipt.batch.reading.source).read() == content
    assert "名册.xlsx" in facts(receipt)["压缩"]


def test_a_workbook_that_was_marked_mends_its_batch(bring):
    first = bring(a_workbook(), "救助.xlsx")
    assert bring(a_workbook(marked_for=first.id), "救助.xlsx").batch.replaces == first.id
    assert bring(a_workbook(marked_for="20200101-00001"), "救助.xlsx").batch.replaces is None


def test_json_keeps_numbers_as_they_are_spelled(bring, rows):
    record = '{"身份证号": 330501199001010018, "姓名": "王伟", "救助类别": "低保", "月救助金额": 800.10}'
    for content in (f'{{"code": 0, "data": {{"rows": [{record}]}}}}', f"[{record}]", f"{record}\n{record}\n"):
        receipt = bring(content, "救助.json")
        assert rows(receipt, "resident_id, monthly_fen")[0] == ("330501199001010018", "800.10")


def test_geojson_gives_points_with_what_each_says_of_its_datum(bring, rows, address):
    def a_feature(code, datum):
        said = {"坐标系": datum} if datum else {}
        return {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [120.1, 30.9]},
            "properties": {"地址编码": code, **said},
        }

    content = {"type": "FeatureCollection", "features": [a_feature("1", "GCJ-02"), a_feature("2", "")]}
    receipt = bring(json.dumps(content), "地址.geojson", dataset=address)
    assert rows(receipt, "code, place, __datum") == [
        ("1", "POINT(120.1 30.9)", "GCJ-02"),
        ("2", "POINT(120.1 30.9)", None),
    ]


def test_longitude_and_latitude_make_a_point(bring, rows, address):
    receipt = bring("地址编码,经度,纬度\n1,120.1,30.8\n2,120.1,\n", dataset=address)
    assert rows(receipt, "place, _row") == [("POINT(120.1 30.8)", 2), ("POINT(120.1 )", 3)]


def test_sqlite_parquet_html_and_gzip_are_read(bring, rows, tmp_path):
    path = tmp_path / "a.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute('CREATE TABLE people ("身份证号" TEXT, "姓名" TEXT, "救助类别" TEXT)')
        database.executemany("INSERT INTO people VALUES (?, ?, ?)", TWO_ROWS)
    database.close()
    columns = list(zip(*TWO_ROWS, strict=True))
    pyarrow.parquet.write_table(
        pyarrow.table(dict(zip(("身份证号", "姓名", "救助类别"), columns, strict=True))), tmp_path / "a.parquet"
    )
    cells = "".join(f"<tr>{''.join(f'<td>{cell}' for cell in row)}</tr>" for row in TWO_ROWS)
    html = f"<html><meta charset=gbk><table><tr><th>身份证号<th>姓名<th>救助类别</tr>{cells}</table>"
    for content in (
        path.read_bytes(),
        (tmp_path / "a.parquet").read_bytes(),
        html.encode("gb18030"),
        gzip.compress((HEAD + WANG + LI).encode()),
    ):
        assert rows(bring(content, "救助.xls"), "resident_id, name, kind") == TWO_ROWS


def test_a_refused_delivery_is_read_again_when_the_dataset_has_learnt_the_heading(bring, stores, assistance):
    content = "证件,姓名,救助类别\n" + "330501199001010018,王伟,低保\n"
    refused = bring(content)
    assert refused.batch.state == "refused"
    first = dataclasses.replace(assistance.columns[0], aliases=("证件",))
    dataset = dataclasses.replace(assistance, columns=(first, *assistance.columns[1:]))
    received = bring(content, dataset=dataset)
    assert (received.id, received.batch.state, received.is_new) == (refused.id, "received", False)
    assert [entry.detail["state"] for entry in stores.entries] == ["refused", "received"]


def test_what_the_sender_declared_must_hold(bring):
    assert bring(HEAD + WANG, rows=2).problem["code"] == "C-017"
    assert bring(HEAD + LI, sha256="0" * 64).problem["code"] == "C-017"
    assert bring(HEAD + WANG + LI, rows=2).problem is None


def test_batches_are_listed_settled_and_never_refined_when_refused(bring, stores):
    good, bad = bring(HEAD + WANG), bring("")
    batch = batches.settle(stores=stores, batch=good.batch, accepted=1, returned=0, by="civil.steward", at=AT)
    assert batch.state == "refined"
    assert [b.id for b in batches.list_batches(stores, state="refused")] == [bad.id]
    with pytest.raises(batches.NotReadable), batches.open_reading(stores, bad.batch):
        pass
    with pytest.raises(NotThatWay):
        batches.settle(stores=stores, batch=bad.batch, accepted=0, returned=0, by="civil.steward", at=AT)
