"""Files of old programs and careful typists: other ends of lines, marks of the end, headings in brackets."""

import pytest

HEAD = ["身份证号码", "姓名", "联系电话", "救助类别"]
ROW = ["330501199001010018", "王伟", "13857261918", "低保"]
OTHER = ["330522198512310028", "李娜", "13857261919", "特困"]


def write(*lines, end="\r\n"):
    return "".join(",".join(line) + end for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_lines_that_end_as_on_old_macs_are_lines(bring, rows, codec):
    receipt = bring(write(HEAD, ROW, OTHER, end="\r").encode(codec))

    assert receipt.batch.problem is None
    assert rows(receipt, "_row, name, kind") == [(2, "王伟", "低保"), (3, "李娜", "特困")]


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
@pytest.mark.parametrize("open_end", ["", "\r\n"])
def test_the_mark_behind_the_last_line_is_no_row_and_no_cut(bring, rows, codec, open_end):
    receipt = bring((write(HEAD, ROW, OTHER).removesuffix("\r\n") + open_end + "\x1a").encode(codec))

    assert receipt.batch.problem is None
    assert [row[0] for row in rows(receipt, "kind")] == ["低保", "特困"]


@pytest.mark.slow
def test_a_heading_in_brackets_or_with_unseen_signs_is_the_heading(bring, rows):
    receipt = bring(write(["【身份证号码】", "姓\u200b名", "[联系电话]", "《救助类别》(必填)"], ROW))

    assert receipt.batch.problem is None
    assert rows(receipt, "name, phone, kind") == [("王伟", "13857261918", "低保")]


@pytest.mark.slow
@pytest.mark.parametrize("note", ["注：以上数据截至2026年11月。", "填表人：张三,,审核人：李四"])
def test_a_note_without_an_end_of_line_does_not_make_the_file_a_cut_one(bring, rows, note):
    receipt = bring(write(HEAD, ROW, OTHER) + "\r\n" + note)

    assert receipt.batch.problem is None
    assert len(rows(receipt, "name")) == 2


@pytest.mark.slow
def test_a_delimiter_that_nobody_knows_is_told_as_the_likely_cause(bring):
    receipt = bring(write(HEAD, ROW, OTHER).replace(",", "^"))

    assert receipt.batch.problem["code"] == "C-051"
    assert "请以逗号、制表符、分号或竖线分隔各列" in receipt.batch.problem["help"]
