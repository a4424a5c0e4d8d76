import csv
import io

import openpyxl
import pytest

from taihu.data.guard import export
from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.terms.dataset import Kind
from taihu.terms.label import PUBLIC

DANGEROUS = ["=1+1", "+1", "-x", "@cmd", "＝1", "＋1", "－1", "＠x", "\tx", "\rx", "\nx", " =1", "  +1", "\u3000=1"]


def a_column(name, kind="text"):
    return AnswerColumn(name, name, PUBLIC, False, Kind.read(kind))


def an_answer(columns, rows):
    return Answer(tuple(columns), rows, None)


def cells(data):
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def sheet(data):
    return openpyxl.load_workbook(io.BytesIO(data)).active


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text):
    answer = an_answer([a_column("a")], [(text,)])

    assert cells(export.to_csv(answer))[1] == ["'" + text]
    cell = sheet(export.to_xlsx(answer, title="t")).cell(2, 1)
    assert cell.data_type == "s"
    assert cell.number_format == "@"


@pytest.mark.parametrize("text", ["沈一", "1-2", "a=b", "", "-"])
def test_harmless_text_stays_as_it_is(text):
    answer = an_answer([a_column("a"), a_column("b")], [(text, "x")])

    assert cells(export.to_csv(answer))[1][0] in (text, "'-")


def test_numbers_stay_numbers_and_masked_ones_are_text():
    columns = [a_column("n", "int"), a_column("d", "decimal(8,2)"), a_column("m", "int"), a_column("long", "int")]
    answer = an_answer(columns, [(-12, "-12.50", "-***", 1234567890123456789)])

    assert cells(export.to_csv(answer))[1] == ["-12", "-12.50", "'-***", "1234567890123456789"]
    row = next(sheet(export.to_xlsx(answer, title="t")).iter_rows(min_row=2))
    assert [cell.value for cell in row] == [-12, -12.5, "-***", "1234567890123456789"]
    assert row[1].number_format == "0.00"


def test_truths_and_nothing_are_words_and_nothing():
    answer = an_answer([a_column("a", "bool")] * 3, [(True, False, None)])

    assert cells(export.to_csv(answer))[1] == ["是", "否", ""]
    assert [c.value for c in next(sheet(export.to_xlsx(answer, title="t")).iter_rows(min_row=2))] == ["是", "否", None]


def test_titles_are_guarded_too_and_what_xml_cannot_hold_is_marked():
    answer = an_answer([a_column("=title")], [("a\x00b\x0b",)])

    assert cells(export.to_csv(answer))[0] == ["'=title"]
    found = sheet(export.to_xlsx(answer, title="x/y:[z]"))
    assert found.cell(1, 1).value == "=title"
    assert found.cell(1, 1).data_type == "s"
    assert found.cell(2, 1).value == "a\ufffdb\ufffd"
    assert found.title == "x y  z"


def test_a_sheet_without_a_title_has_one_and_one_too_long_is_cut():
    answer = an_answer([a_column("a")], [])

    assert sheet(export.to_xlsx(answer, title="")).title == "数据"
    assert len(sheet(export.to_xlsx(answer, title="长" * 99)).title) == 31


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch):
    monkeypatch.setattr(export, "MOST_ROWS", 1)

    with pytest.raises(export.TooLargeForExcel):
        export.to_xlsx(an_answer([a_column("a")], [("x",), ("y",)]), title="t")
