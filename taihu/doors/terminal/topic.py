"""Writes the smallest topic pack that passes: one dataset, one query, one watch, one page, one test."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from taihu.doors.terminal import places
from taihu.terms import entry, fault
from taihu.terms.problem import Problem

FILES = {
    "pack.yaml": """label: {title}
policy: 待填：规划条款，如 二.(二)9
department: {department}
purpose: 待填：这个专题用数据做什么
""",
    "datasets/thing.yaml": """label: {title}对象
every: day
delivery: full
key: [thing]
share: unconditional
open: restricted
presence: L1
columns:
  thing:      {{label: 编码, kind: text, level: L1, required: yes}}
  name:       {{label: 名称, kind: text, level: L1, required: yes}}
  checked_on: {{label: 最近检查日期, kind: date, level: L1}}
""",
    "parameters.yaml": """check_cycle:
  label: 检查周期
  policy: 待填：规定检查周期的文件
  kind: int
  unit: days
  values:
    - {{since: 2017-01-01, value: '30'}}
""",
    "queries.yaml": """overdue:
  label: 逾期未检查
  columns:
    days: {{label: 距上次检查, unit: days}}
""",
    "queries/overdue.sql": """-- Things that were last checked longer ago than the cycle allows, or never.
select t.thing, t.name, t.checked_on, date_diff('day', t.checked_on, $today) as days
from thing as t
cross join check_cycle as c
where t.checked_on is null or date_diff('day', t.checked_on, $today) > c.value
order by days desc nulls first, t.thing
""",
    "watch.yaml": """overdue:
  label: 逾期未检查
  query: overdue
  every: day
  about: [thing]
""",
    "pages.yaml": """{name}:
  label: {title}
  wrong: {{watch: [overdue]}}
  lists:
    overdue: {{label: 逾期未检查, query: overdue}}
""",
    "tests.yaml": """- name: a thing checked 31 days ago is overdue, one checked 30 days ago is not
  today: 2026-11-30
  given:
    thing: |
      thing | name | checked_on
      A     | 甲   | 2026-10-30
      B     | 乙   | 2026-10-31
      C     | 丙   |
  ask: overdue
  expect: |
      thing | days
      A     | 31
      C     |
""",
}


class Taken(Problem):
    """There is a topic of that name already."""

    code = "P-TOPIC-01"
    status = 409


class BadName(Problem):
    """The name cannot name a topic."""

    code = "P-TOPIC-02"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The topic's name, how people call it, and who answers for it."""
    parser.add_argument("name", help="the topic's name in code: lower-case words joined by underscores")
    parser.add_argument("--title", help="how people call it (default: the name)")
    parser.add_argument("--department", default="bigdata", help="who answers for it (default: bigdata)")


def run(arguments: argparse.Namespace) -> int:
    """Writes the pack and says where to go on."""
    folder = new_topic(places.packs(), arguments.name, title=arguments.title or "", department=arguments.department)
    sys.stdout.write(f"wrote {folder}\nnext: edit its files, then `make check-packs`\n")
    return 0


def new_topic(root: Path, name: str, *, title: str = "", department: str = "bigdata") -> Path:
    """Writes the folder `topics/<name>`; raises Taken or BadName and writes nothing in either case."""
    try:
        entry.read_name(name)
    except ValueError as caught:
        raise BadName(f"{name[:60]!r} 不能作专题名", help=str(caught)) from None
    folder = root / "topics" / name
    if folder.exists():
        raise Taken(f"已有名为 {name} 的专题", where=str(folder), help="请换一个名称，或修改已有的专题")
    for file, text in FILES.items():
        path = folder / file
        fault.point("terminal.topic.write")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(name=name, title=title or name, department=department), encoding="utf-8")
    return folder
