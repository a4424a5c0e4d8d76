"""A draft names, types and levels the columns of a file that nobody has described."""

import csv
import dataclasses
import io
import random

import openpyxl
import pytest

from taihu.data.collect import child
from taihu.data.collect.draft.draft import draft, quote
from taihu.terms import identifiers, placed, read_dataset
from taihu.terms.label import Level

pytestmark = pytest.mark.slow

ROWS = 60


def resident(dice):
    first = f"3305{dice.choice(['02', '03', '21'])}{dice.randint(1950, 2010)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}{dice.randint(0, 999):03}"
    return first + identifiers.resident_check(first)


def card(dice):
    first = "62284803" + "".join(str(dice.randint(0, 9)) for _ in range(10))
    return next(first + last for last in "0123456789" if identifiers.has_luhn(first + last))


UPPER = [
    "序号",
    *["人员信息"] * 8,
    *["联系信息"] * 3,
    *["补贴发放"] * 9,
    *["上年度"] * 3,
    *["本年度"] * 3,
    *["审核"] * 4,
    *["其他"] * 9,
]
LOWER = [
    "", "姓名", "性别", "民族", "出生日期", "公民身份号码", "残疾证号", "残疾类别", "户籍地址",
    "手机", "紧急联系人电话", "电子邮箱",
    "类别", "是否重度", "起始年月", "月数", "金额(元)", "开户银行", "账号", "发放日期", "系数",
    "人数", "金额", "占比", "人数", "金额", "占比",
    "经办人", "审核日期", "审核结果", "流水",
    "统一编码", "村(社区)代码", "邮政编码", "门牌", "更新时间", "经度", "纬度", "说明", "备注",
]  # fmt: skip


def forty_columns(path):
    """A list of forty columns under two title lines and a heading of two lines, with a total and a note below."""
    dice = random.Random(7)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "困难群众补贴台账(2026年)"
    sheet.merge_cells("A1:AN1")
    sheet["A2"] = "填报单位:区民政局    填报日期:2026-10-08"
    sheet.merge_cells("A2:AN2")
    for column, (above, below) in enumerate(zip(UPPER, LOWER, strict=True), 1):
        if column == 1 or UPPER[column - 2] != above:
            sheet.cell(3, column, above)
            last = column + UPPER.count(above) - 1
            sheet.merge_cells(start_row=3, end_row=4 if column == 1 else 3, start_column=column, end_column=last)
        if below:
            sheet.cell(4, column, below)
    for n in range(1, ROWS + 1):
        number = resident(dice)
        sheet.append([
            n, dice.choice("王李张刘陈") + dice.choice("伟芳娜敏静") + dice.choice(["", "华"]), dice.choice("男女"), "汉",
            f"{number[6:10]}-{number[10:12]}-{number[12:14]}", number, number + "43", dice.choice(["视力", "听力", "肢体"]), f"晓河村{n}号",
            f"138{dice.randint(0, 99999999):08}", f"139{dice.randint(0, 99999999):08}", f"a{n}@example.org",
            dice.choice(["低保", "特困"]), dice.choice("是否"), "2026年3月", 3, 1200.5, "农商银行", card(dice), "2026-10-08", 0.125,
            n % 7, 3.5 * n, 0.25, n % 5, 4.5 * n, 0.5,
            "张三", "2026-10-09", "通过", f"L{n:05}",
            f"{n:06}", "330502100201", "313008", f"{n}-1", "2026-10-08 10:20:30", 120.1 + n / 1000, 30.8, f"身份证{number}已核" if n == 5 else "", "",
        ])  # fmt: skip
    sheet.append(["合计", *[""] * 15, 72030])
    sheet.append(["", "填表人:赵六    审核人:钱七"])
    book.save(path)


@pytest.fixture
def forty(tmp_path):
    path = tmp_path / "台账.xlsx"
    forty_columns(path)
    return path


def read(text, tmp_path):
    path = tmp_path / "dataset.yaml"
    path.write_text(text, encoding="utf-8")
    faults = placed.Faults()
    dataset = read_dataset.read_dataset(path, "dataset.yaml", "bases.people", "civil", faults)
    assert [str(fault) for fault in faults] == []
    return dataset


def test_a_sheet_of_forty_columns_becomes_a_declaration_that_reads(forty, tmp_path):
    found = draft(forty, department="civil")
    dataset = read(found.text, tmp_path)
    columns = {column.title: column for column in dataset.columns}
    assert dataset.title == "困难群众补贴台账(2026年)"
    assert dataset.key == ("resident_id",)
    assert len(dataset.columns) == 39
    assert "未列入的行号列：序号" in found.text
    number = columns["公民身份号码"]
    assert (number.standard, number.label.level, number.is_vaulted) == ("resident-id", Level.L4, True)
    assert columns["账号"].standard == "bank-account"
    assert columns["手机"].standard == columns["紧急联系人电话"].standard == "phone"
    assert columns["类别"].codes
    assert str(columns["起始年月"].kind) == str(columns["出生日期"].kind) == "date"
    assert str(columns["更新时间"].kind) == "time"
    assert (str(columns["金额(元)"].kind), columns["金额(元)"].unit) == ("int", "fen")
    assert str(columns["是否重度"].kind) == "bool"
    assert str(columns["统一编码"].kind) == "text"
    assert {"上年度人数", "本年度人数", "上年度金额", "本年度占比"} <= columns.keys()
    assert columns["出生日期"].agrees.on == "born"


def test_identifiers_of_people_are_never_proposed_below_l3(forty, tmp_path):
    columns = {column.title: column.label for column in read(draft(forty).text, tmp_path).columns}
    assert columns["残疾证号"].level is Level.L4
    assert columns["说明"].level is Level.L4
    assert {columns[title].level for title in ("手机", "紧急联系人电话", "姓名")} == {Level.L3}
    assert columns["账号"].level is Level.L4
    assert "person" in columns["手机"].kinds
    assert "medical" in columns["残疾类别"].kinds


@pytest.mark.parametrize("heading", ["字段一", "col_a", "内容"])
def test_values_decide_where_the_heading_says_nothing(tmp_path, heading):
    dice = random.Random(3)
    for make, level in (
        (resident, Level.L4),
        (card, Level.L4),
        (lambda d: f"13{d.randint(0, 999999999):09}", Level.L3),
    ):
        out = io.StringIO()
        csv.writer(out).writerows([[heading, "编号"], *([make(dice), n] for n in range(40))])
        path = tmp_path / "a.csv"
        path.write_text(out.getvalue(), encoding="gb18030")
        assert read(draft(path).text, tmp_path).columns[0].label.level >= level


def test_no_value_of_a_person_is_quoted(forty):
    text = draft(forty).text
    assert not [word for word in ("张三", "赵六", "钱七", "王伟", "农商银行") if word in text and word != "农商银行"]
    assert not any(len(run) >= 11 for run in "".join(c if c.isdigit() else " " for c in text).split())


def test_the_drafted_file_can_be_brought_in_as_it_is(forty, tmp_path, bring, rows):
    dataset = dataclasses.replace(read(draft(forty).text, tmp_path), pack="bases.people")
    receipt = bring(forty.read_bytes(), forty.name, dataset=dataset)
    assert receipt.problem is None
    assert receipt.rows == ROWS
    assert len(receipt.batch.reading.columns) == 39
    assert {fault for (fault,) in rows(receipt, "_fault")} == {None}


def test_a_key_of_several_columns_is_found(tmp_path):
    path = tmp_path / "站点.csv"
    lines = [f"{s},{y},{m},{s}{y * m % 3}" for s in "AB" for y in (2024, 2025) for m in range(1, 13)]
    path.write_text("\n".join(["站点,年度,月份,数值", *lines]), encoding="utf-8")
    assert len(read(draft(path).text, tmp_path).key) == 3


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"")
    with pytest.raises(child.Unreadable, match="空"):
        draft(path)


@pytest.mark.parametrize("text", ["a: b", "no", "#x", "{a}", "it's", "- x", "", "1.5", "单位:元", "a, b"])
def test_any_heading_is_written_as_yaml_reads_it(text, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(f"label: {quote(text)}\n", encoding="utf-8")
    faults = placed.Faults()
    node = placed.read_yaml(path, "a.yaml", faults)
    assert [str(f) for f in faults] == []
    assert node is not None
