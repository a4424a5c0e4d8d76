"""Every bad delivery gets a refusal in Chinese with place and remedy, a receipt, and leaves nothing half done."""

import gzip
import io
import os
import zipfile

import openpyxl
import pytest

from taihu.data.collect import batches, child

pytestmark = pytest.mark.slow

HEAD = "身份证号码,姓名,联系电话,救助类别\n"
ROW = "330501199001010018,王伟,13812345678,低保\n"
SECRET = "330522198512310028"
VALUES = (SECRET, "330501199001010018", "王伟", "李娜", "13812345678")


def a_zip(*members, mode=0):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = mode << 16
            archive.writestr(info, body)
    return content.getvalue()


def a_book(fill=lambda book: None, **cells):
    book = openpyxl.Workbook()
    for place, value in {
        "A1": "身份证号码",
        "B1": "姓名",
        "C1": "救助类别",
        "A2": SECRET,
        "B2": "李娜",
        "C2": "特困",
        **cells,
    }.items():
        book.active[place] = value
    fill(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def another_sheet(book):
    book.copy_worksheet(book.active)


BAD = {
    "an empty file": (b"", "C-010"),
    "blanks only": (b" \r\n\r\n", "C-010"),
    "a heading without rows": (HEAD, "C-010"),
    "a PDF": (b"%PDF-1.7 ...", "C-011"),
    "random bytes": (bytes(range(256)) * 20, "C-011"),
    "a Word document": (a_zip(("word/document.xml", b"<w/>")), "C-011"),
    "a truncated gzip": (gzip.compress((HEAD + ROW * 5000).encode())[:-30], "C-012"),
    "a truncated zip": (a_zip(("a.csv", HEAD + ROW * 5000))[:-50], "C-012"),
    "a truncated workbook": (a_book()[:3000], "C-012"),
    "a gzip bomb": (gzip.compress(b"0" * 250_000_000, 9), "C-013"),
    "a zip with ten thousand names": (a_zip(*((f"{n}.csv", b"") for n in range(1100))), "C-013"),
    "a path trick": (a_zip(("../../etc/cron.d/x.csv", HEAD)), "C-014"),
    "an absolute path": (a_zip(("/etc/passwd", HEAD)), "C-014"),
    "a Windows path": (a_zip(("..\\..\\x.csv", HEAD)), "C-014"),
    "a link": (a_zip(("x.csv", "/etc/passwd"), mode=0o120777), "C-014"),
    "two files in a zip": (a_zip(("a.csv", HEAD), ("b.csv", HEAD)), "C-015"),
    "a zip in a zip": (a_zip(("a.zip", a_zip(("b.csv", HEAD)))), "C-015"),
    "two encodings": ((HEAD + ROW * 3).encode() + ROW.encode("gb18030"), "C-020"),
    "two encodings, the other way": ((HEAD + ROW * 3).encode("gb18030") + ROW.encode(), "C-020"),
    "a NUL byte": ((HEAD + ROW).encode() + b"\0" + ROW.encode(), "C-033"),
    "a million columns": (",".join(["x"] * 1_000_000), "C-031"),
    "a cell of two megabytes": (HEAD + ROW + f'{SECRET},"{"长" * 1_100_000}",,低保\n', "C-032"),
    "a cell at the end of the world": (a_book(XFD1048576=" "), "C-040"),
    "two sheets alike": (a_book(another_sheet), "C-042"),
    "a column twice": ("身份证号码,姓名,姓名,救助类别\n" + ROW, "C-050"),
    "no heading": (ROW * 3, "C-051"),
    "a renamed column": (HEAD.replace("姓名", "人员名称") + ROW, "C-052"),
    "swapped columns": ("姓名,身份证号码,救助类别\n" + "330501199001010018,王伟,低保\n" * 5, "C-053"),
    "half a JSON": ('[{"身份证号": "' + SECRET, "C-060"),
    "a deep JSON": ("[" * 100_000, "C-060"),
    "a JSON without a list": ('{"message": "未授权"}', "C-052"),
    "a JSON of numbers": ("[1, 2, 3]", "C-061"),
    "half a SQLite file": (b"SQLite format 3\0" + os.urandom(3000), "C-065"),
    "half a Parquet file": (b"PAR1" + os.urandom(3000), "C-066"),
}


@pytest.mark.parametrize("name", BAD)
def test_is_refused_with_place_and_remedy_and_without_a_value(bring, stores, name):
    content, code = BAD[name]
    receipt = bring(content, "送来的文件")
    problem = receipt.problem
    assert problem is not None
    assert (problem["code"], receipt.batch.state) == (code, "refused")
    assert problem["where"]
    assert problem["help"]
    assert any("一" <= c <= "鿿" for c in problem["message"])
    assert not list((stores.root / "objects" / "incoming").iterdir())
    assert batches.list_batches(stores) == [receipt.batch]
    assert [entry.detail["problem"] for entry in stores.entries] == [code]
    told = repr(problem) + repr(stores.entries)
    assert not [value for value in VALUES if value in told]


def test_two_encodings_are_told_with_the_line(bring):
    assert bring(BAD["two encodings"][0]).problem["where"] == "第 5 行"
    assert bring(BAD["two encodings, the other way"][0]).problem["where"] == "第 5 行"


def test_a_missing_column_is_told_with_the_columns_found_and_the_nearest_name(bring):
    problem = bring(BAD["a renamed column"][0]).problem
    assert "缺少必报的列：「姓名」" in problem["message"]
    assert "人员名称" in problem["message"]
    assert "「人员名称」是否就是「姓名」" in problem["help"]


def test_a_file_of_another_dataset_is_told_by_its_headings(bring):
    problem = bring("企业名称,统一社会信用代码,成立日期\n某公司,91330502MA2B00000N,2020-01-01\n").problem
    assert problem["code"] == "C-051"
    assert "企业名称" in problem["message"]


def test_the_first_line_of_data_is_never_taken_for_a_heading(bring):
    told = repr(bring("张三丰,男,汉族\n李四光,男,汉族,330501199001010018\n").problem)
    assert "张三丰" not in told
    assert "李四光" not in told


def test_a_child_that_dies_or_runs_out_is_a_refusal_not_an_exception(bring, monkeypatch):
    monkeypatch.setattr(child, "MEMORY", 120_000_000)
    book = a_book(**{f"D{n}": "x" * 3000 for n in range(1, 30_000)})
    assert bring(book, "a.xlsx").problem["code"] in ("C-091", "C-092")
    monkeypatch.setattr(child, "READER", "taihu.no_such_reader")
    assert bring(HEAD + ROW).problem["code"] == "C-092"


def test_a_name_that_tricks_is_cleaned(bring):
    assert bring(HEAD + ROW, "..\\..\\a‮fdp.csv\n").batch.filename == "a_fdp.csv_"
