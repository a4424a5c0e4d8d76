"""What is done with cases: open from a watch or by a person, move along the loop, note that the cause is gone."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from taihu.control.accounts import trace
from taihu.control.accounts.models import Person
from taihu.control.flows import actions as flows
from taihu.control.flows import clock, registry
from taihu.control.flows.models import Step
from taihu.data.engines.stores import Stores
from taihu.patterns.cases import kinds
from taihu.patterns.cases.models import Case
from taihu.patterns.cases.permissions import check_can_report
from taihu.terms import fault
from taihu.terms.pack import CaseKind, Pack
from taihu.terms.problem import Problem

FIELD = re.compile(r"\{([a-z0-9_]+)\}")
GONE = "监测条件已消除，平台自动转入核查"
CAUSE_MAY_GO = ("reported", "accepted", "handling")


class MissingKey(Problem):
    """A case must say what it is about."""

    code = "P-CASE-01"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was known when the case opened: the column, its title, and the value as people read it."""

    column: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Report:
    """What is known when a case opens: which matter, how people call it, who found it, and what was seen."""

    key: str
    heading: str
    source: str
    facts: Sequence[Fact] = ()
    level: str = "一般"
    place: str = ""
    text: str = ""


def open_case(
    *, pack: Pack, kind: CaseKind, report: Report, by: Person | None, at: datetime.datetime, stores: Stores
) -> Case:
    """Opens a case about a key; raises flows.AlreadyOpen while one is open, NotAllowed where she may not report."""
    if by is not None:
        check_can_report(pack, by, on=clock.day_of(at))
    said = {"key": report.key, "source": report.source}
    with transaction.atomic():
        matter = flows.open(
            flow=registry.find(kinds.flow_name(kind)),
            subject=f"case:{kind.id}:{report.key}",
            title=report.heading,
            sides={"host": pack.department, "handler": kind.department},
            by=by,
            at=at,
            stores=stores,
            facts=trace.Facts(department=pack.department, system=pack.id, purpose=pack.purpose, detail=said),
        )
        fault.point("cases.case.open")
        return Case.objects.create(
            kind=kind.id,
            key=report.key,
            heading=report.heading,
            level=report.level,
            source=report.source,
            host=pack.department,
            handler=kind.department,
            facts=[{"column": fact.column, "title": fact.title, "text": fact.text} for fact in report.facts],
            place=report.place,
            text=report.text,
            changed_at=at,
            matter=matter,
        )


def make_key(about: Sequence[str], values: Mapping[str, str], *, where: str) -> str:
    """The values of the `about` columns in one word, long ones by their digest; raises MissingKey where one is empty."""
    missing = [column for column in about if not values.get(column)]
    if missing:
        raise MissingKey(f"缺少 {'、'.join(missing)}，无法确定是哪一个事项", where=where, help="请补全后再上报")
    key = "|".join(values[column].replace("|", "｜") for column in about)
    return key if len(key) <= 40 else f"{key[:7]}…{hashlib.sha256(key.encode()).hexdigest()[:32]}"


def find_open(kind: CaseKind, key: str) -> Case | None:
    """The open case of a kind about a key, if there is one."""
    return Case.objects.open().filter(kind=kind.id, key=key).first()


def move(*, case: Case, to: str, by: Person, at: datetime.datetime, stores: Stores, reason: str = "") -> Step:
    """Moves a case along; what a handler writes on handing it back is its result."""
    with transaction.atomic():
        step = flows.move(matter=case.matter, to=to, by=by, at=at, stores=stores, reason=reason)
        fault.point("cases.case.move")
        case.changed_at = at
        if step.source == "handling" and to == "handled":
            case.result = reason
        case.save(update_fields=["changed_at", "result"])
    return step


def note_gone(*, case: Case, at: datetime.datetime, stores: Stores) -> bool:
    """Sends a case whose cause the watch no longer finds to its verification; True where that moved it."""
    if case.matter.state not in CAUSE_MAY_GO:
        return False
    with transaction.atomic():
        flows.move(matter=case.matter, to="handled", by=None, at=at, stores=stores, reason=GONE)
        fault.point("cases.case.gone")
        case.changed_at = at
        case.result = case.result or GONE
        case.save(update_fields=["changed_at", "result"])
    return True
