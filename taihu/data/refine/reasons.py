"""Reasons for returning a row: stable codes, the dimension that each one counts in, and what to tell the department."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# A check may be declared under uniqueness; GB/T 36344 counts that under accuracy.
DIMENSION_OF = {"uniqueness": "accuracy"}


@dataclass(frozen=True, slots=True)
class Reason:
    """One way in which a row breaks its promise; `text` has places for titles, never for a value of the row."""

    code: str
    dimension: str
    text: str


TABLE: Mapping[str, Reason] = {
    reason.code: reason
    for reason in (
        Reason("R-ROW-01", "normativity", "该行的列数少于表头，请核对分隔符与引号后重新报送。"),
        Reason("R-ROW-02", "normativity", "该行的列数多于表头，请核对分隔符与引号后重新报送。"),
        Reason("R-ROW-03", "completeness", "文件在该行中间断开，请重新导出完整文件后报送。"),
        Reason(
            "R-ROW-04",
            "accuracy",
            "Excel 以数字保存了超过 15 位的号码，末尾数字已丢失，请将该列设为文本格式后重新填写。",
        ),
        Reason("R-ROW-05", "accuracy", "该行含有损坏的字符，请以统一的编码重新导出后报送。"),
        Reason("R-ROW-06", "accuracy", "该行含有计算错误的单元格（如 #REF!），请更正公式后重新报送。"),
        Reason("R-ROW-09", "normativity", "该行无法按表头读取，请核对原文件后重新报送。"),
        Reason("R-KEY-01", "completeness", "「{title}」为空，该项是主键，请补全后重新报送。"),
        Reason("R-KEY-02", "accuracy", "与第 {row} 行完全相同，请删除重复行。"),
        Reason("R-KEY-03", "accuracy", "主键「{title}」与第 {row} 行相同而内容不同，请核实后只保留正确的一行。"),
        Reason("R-REQ-01", "completeness", "「{title}」为空，该项必填，请补全后重新报送。"),
        Reason("R-FRM-01", "normativity", "「{title}」不是可以确定的日期，请写成 2026-03-05 的样式。"),
        Reason("R-FRM-02", "normativity", "「{title}」不是可以确定的时间，请写成 2026-03-05 08:30:00 的样式。"),
        Reason("R-FRM-03", "normativity", "「{title}」不是整数{unit}，请只填写数字。"),
        Reason(
            "R-FRM-04", "normativity", "「{title}」不是可以确定的数值{unit}，请只填写数字，小数点前最多 {whole} 位。"
        ),
        Reason("R-FRM-05", "normativity", "「{title}」不是“是”或“否”，请改为其中之一。"),
        Reason("R-FRM-06", "normativity", "「{title}」不是经纬度，请写成“经度，纬度”，如 120.0868,30.8945。"),
        Reason("R-FRM-07", "normativity", "「{title}」不是可以确定的金额，请写成以元为单位的数字，最多两位小数。"),
        Reason(
            "R-TXT-01",
            "accuracy",
            "「{title}」含有损坏或无法辨认的字符（如“?”、乱码），请以正确的编码重新导出或补正后报送。",
        ),
        Reason("R-IDN-01", "normativity", "「{title}」不是有效的{standard}（位数或字符不符），请核对原件后更正。"),
        Reason("R-IDN-02", "accuracy", "「{title}」的校验码不符，请核对原件后更正。"),
        Reason("R-IDN-03", "accuracy", "「{title}」中的出生日期不存在或晚于报送日期，请核对原件后更正。"),
        Reason(
            "R-IDN-04",
            "accuracy",
            "「{title}」已被电子表格转为科学计数，末尾数字丢失，请将该列设为文本格式后重新填写。",
        ),
        Reason("R-COD-01", "normativity", "「{title}」不在{standard}之内{allowed}，请改为其中之一。"),
        Reason("R-DIV-01", "accuracy", "「{title}」不是本市的行政区划代码，请按国家统计局代码更正。"),
        Reason("R-RNG-01", "accuracy", "「{title}」超出允许范围（{range}），请核实后更正。"),
        Reason("R-AGR-01", "consistency", "「{title}」与「{other}」所示性别不符，请核实后更正其中之一。"),
        Reason("R-AGR-02", "consistency", "「{title}」与「{other}」所示出生日期不符，请核实后更正其中之一。"),
        Reason("R-AGR-03", "consistency", "「{title}」与「{other}」所示行政区划不符，请核实后更正其中之一。"),
        Reason("R-PNT-01", "accuracy", "「{title}」落在本市范围之外（东经 {box}），请核对坐标及坐标系后更正。"),
        Reason("R-PNT-02", "normativity", "「{title}」的坐标系无法识别，请写明 CGCS2000、GCJ-02 或 BD-09。"),
        Reason("R-CHK-01", "consistency", "{rule}，请核实后更正。"),
    )
}
# What a reading says of a row that it could not take as its sender meant it.
OF_READING = {
    "short": "R-ROW-01",
    "long": "R-ROW-02",
    "cut": "R-ROW-03",
    "digits": "R-ROW-04",
    "garbled": "R-ROW-05",
    "error": "R-ROW-06",
}
OTHER_READING = "R-ROW-09"


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth a look that returns no row."""

    code: str
    text: str


REMARKS: Mapping[str, Remark] = {
    remark.code: remark
    for remark in (
        Remark("M-DIV-01", "「{title}」的行政区划代码（前六位）不在历年代码之内：{count} 行，请抽查。"),
        Remark("M-DIV-02", "「{title}」使用了已撤销的行政区划代码：{count} 行，请按现行代码更新。"),
        Remark("M-PNT-01", "「{title}」未注明坐标系，按 CGCS2000 处理，请在报送时注明。"),
        Remark("M-TIM-01", "本批次晚于约定的更新周期 {days} 天。"),
        Remark("M-COL-01", "报送文件缺少「{title}」列，按未填处理。"),
    )
}


@dataclass(frozen=True, slots=True)
class Test:
    """One check of a dataset: a bit that is set on a row that fails, the column to mark and the words for it.

    `fails` is SQL over the checked relation; null passes. `needs` are the columns that must hold
    something for the row to count as checked; none means that every row is.
    """

    code: str
    column: str
    text: str
    dimension: str
    fails: str
    needs: tuple[str, ...] = ()

    def to_line(self, row: int | str) -> str:
        """The sentence for the department, as a returned row carries it."""
        return f"{self.code} 第 {row} 行：{self.text}"


def make_test(
    code: str, column: str, fails: str, *, needs: tuple[str, ...] = (), dimension: str = "", **places: str
) -> Test:
    """A test under a code of the table, its sentence filled in."""
    reason = TABLE[code]
    kept = {"row": "{row}"} | places
    named = dimension or reason.dimension
    return Test(code, column, reason.text.format(**kept), DIMENSION_OF.get(named, named), fails, needs)
