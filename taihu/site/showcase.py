"""What the component page shows: each component in each of its states, with invented words and no data of the city."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms

from taihu.site.components import drawings, marks, tables
from taihu.terms.figure import Figure
from taihu.terms.label import Label, Level
from taihu.terms.problem import Problem


class Sample(forms.Form):
    """A form with each kind of field."""

    purpose = forms.CharField(
        label="使用目的",
        help_text="写明办理哪项业务、依据哪条规定",
        error_messages={"required": "请填写使用目的，批准人据此判断"},
    )
    until = forms.DateField(
        label="使用至", widget=forms.DateInput(attrs={"type": "date"}), help_text="到期自动停止，最长一年"
    )
    kind = forms.ChoiceField(
        label="使用方式", choices=[("lookup", "按主键查询"), ("verify", "核验"), ("bulk", "批量交换")]
    )
    columns = forms.MultipleChoiceField(
        label="数据项", choices=[("a", "姓名"), ("b", "所属乡镇街道代码")], widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label="补充说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    promise = forms.BooleanField(label="我已知悉每次使用都会留痕", error_messages={"required": "请确认后再提交"})


def describe(at: datetime.datetime) -> dict[str, Any]:
    """All that the page needs."""
    wrong = Sample({"purpose": "", "until": "不详", "columns": ["a"]})
    return {
        "levels": list(Level),
        "label": Label(Level.L3, frozenset({"person", "medical"})),
        "facts": _facts(at),
        "events": _events(at),
        "steps": [("提出申请", "done"), ("主管部门合规审核", "done"), ("数源单位确认", "now"), ("生效", "next")],
        "tabs": [
            marks.Tab("概况", "#tabs", True),
            marks.Tab("退回数据", "#tabs", count=37),
            marks.Tab("历史", "#tabs"),
        ],
        "table": _table(),
        "facet": _facet(),
        "pager": tables.Pager(1214, 51, 100, "?page=1", "?page=3"),
        "form": Sample(),
        "wrong": wrong,
        "problem": Problem(
            "不能提供「慢性病种」：级别 L4，高于授权的 L2",
            where="bases.people.health_record.chronic",
            help="可申请「是否患有慢性病」的核验，或由卫生健康部门批准 L4 授权",
            code="G-LABEL-01",
        ),
        "path": [marks.Stop("慢性病种", Level.L4), marks.Stop("按病种计数", Level.L4), marks.Stop("人数", Level.L4)],
        "changes": [marks.Change("数据项「联系电话」级别", "L2", "L3"), marks.Change("更新周期", "", "每日")],
        "figure": Figure(
            value=0.8734, baseline=0.7412, split="2024 年前训练，2025 年检验", interval=(0.86, 0.89), n=10_412
        ),
        "chart": _chart(),
        "bars": _bars(),
        "map": _map(),
        "code": 'curl -H "Authorization: Bearer $KEY" \\\n  "http://127.0.0.1:8000/api/lookup/topics.rivers.reach?reach=R-001"',
        "earlier": at - datetime.timedelta(hours=3),
    }


def _facts(at: datetime.datetime) -> list[marks.Fact]:
    return [
        marks.Fact("数源单位", "某某局", url="#facts"),
        marks.Fact("更新周期", "每日", "承诺"),
        marks.Fact("回执编号", "20261124-0007"),
        marks.Fact("负责人", None),
    ]


def _events(at: datetime.datetime) -> list[marks.Event]:
    hour = datetime.timedelta(hours=1)
    return [
        marks.Event(at - hour, "乙局 审核人", "退回并说明", "用途未写明业务名称，请补充后重新提交。", "warn"),
        marks.Event(at - 5 * hour, "主管部门 经办人", "合规审核通过", "", "ok"),
        marks.Event(at - 30 * hour, "甲局 数据专员", "提交申请", "", "now"),
    ]


def _table() -> tables.Table:
    heads = (
        tables.Head("批次", sort="id"),
        tables.Head("收到时间", sort="at"),
        tables.Head("行数", is_number=True, sort="rows", unit="行"),
        tables.Head("证件号", label=Level.L4),
        tables.Head("状态"),
    )
    made = [
        ("B-0007", "2026-11-24 09:12", "1,214", "330501********0018", "已退回", "bad"),
        ("B-0006", "2026-11-23 09:10", "1,198", "330502********1234", "已入库", "ok"),
    ]
    rows = tuple(
        tables.Row(
            (
                tables.Cell(name, url="#table"),
                tables.Cell(when),
                tables.Cell(count),
                tables.Cell(masked, is_masked=True, note="L4 脱敏"),
                tables.Cell(word, badge=tone),
            ),
            key=name,
        )
        for name, when, count, masked, word, tone in made
    )
    return tables.Table("最近的批次", heads, rows, id="sample-table", sorted_by="at", is_descending=True)


def _facet() -> tables.Facet:
    choices = (
        tables.Choice("back", "已退回", 3, True, "?"),
        tables.Choice("in", "已入库", 128, False, "?state=in"),
        tables.Choice("wait", "待处理", 0, False, "?state=wait"),
    )
    return tables.Facet("state", "状态", choices)


def _chart() -> drawings.Chart:
    days = tuple(f"11-{day:02d}" for day in range(1, 15))
    measured = (6.1, 6.3, 6.0, 5.8, None, 5.5, 5.9, 6.2, 6.4, 6.1, 5.7, 5.2, 4.9, 5.1)
    forecast = (6.0, 6.1, 6.1, 6.0, 5.9, 5.8, 5.8, 5.9, 6.0, 6.0, 5.9, 5.7, 5.5, 5.4)
    series = (drawings.Series("实测", measured), drawings.Series("基线", forecast, is_baseline=True, colour="6"))
    return drawings.Chart("sample-chart", "溶解氧", "line", days, series, "mg/L", "示意", (("III 类限值", 5.0),))


def _bars() -> drawings.Chart:
    names = ("按时", "迟一日", "迟三日", "逾期")
    return drawings.Chart(
        "sample-bars", "报送及时情况", "bar", names, (drawings.Series("批次", (182, 24, 9, 3)),), "批次", is_low=True
    )


def _map() -> drawings.MapPicture:
    line = {"type": "LineString", "coordinates": [[120.02, 30.86], [120.06, 30.88], [120.11, 30.87], [120.16, 30.91]]}
    points = [((120.06, 30.88), "断面甲", "达标", "ok"), ((120.11, 30.87), "断面乙", "溶解氧偏低", "bad")]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": list(at)},
            "properties": {"title": title, "text": text, "tone": tone},
        }
        for at, title, text, tone in points
    ]
    river = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "geometry": line, "properties": {"title": "示意河段"}}],
    }
    layers = (
        drawings.Layer("river", "河段", "line", river, colour="1"),
        drawings.Layer("stations", "断面", "point", {"type": "FeatureCollection", "features": features}, by="tone"),
    )
    legend = (
        drawings.Key("河段", "1"),
        drawings.Key("达标", "ok"),
        drawings.Key("不达标", "bad"),
        drawings.Key("无数据", "none"),
    )
    return drawings.MapPicture("sample-map", "断面水质", layers, legend, "示意")
