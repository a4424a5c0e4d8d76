"""What is done with abnormal use: look through the ledger for a day, open alarms, settle them with a finding."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator

from django.db import transaction

from taihu.control.accounts import day, permissions, trace
from taihu.control.accounts.alarm import Alarm
from taihu.control.accounts.models import Person
from taihu.control.accounts.roles import Role
from taihu.data.engines.stores import Stores
from taihu.data.ledger import abnormal, read
from taihu.data.ledger.abnormal import Suspicion
from taihu.data.ledger.entry import Entry
from taihu.terms import fault
from taihu.terms.problem import Problem

# So long is the time before the day that is judged: the days of history, with weekends and holidays between them.
BEFORE = datetime.timedelta(days=70)


class NoFinding(Problem):
    """An alarm is settled with words, once."""

    code = "A-ALARM-01"
    status = 409


def look(*, on: datetime.date, by: str, at: datetime.datetime, stores: Stores) -> tuple[int, int]:
    """Judges one whole day of the city by the weeks before it; returns how many signs, and how many new alarms.

    Reads the ledger from those weeks on. Safe to repeat.
    """
    begin = datetime.datetime.combine(on, datetime.time(), day.LOCAL)
    entries = _until(read.read_since(stores.ledger, begin - BEFORE), begin + datetime.timedelta(days=1))
    found = abnormal.find_abnormal(entries, since=on)
    return len(found), sum(_open(one, by=by, at=at, stores=stores) for one in found)


def settle(*, alarm: Alarm, finding: str, by: Person, at: datetime.datetime, stores: Stores) -> None:
    """Ends an alarm with what came of it, by the security officer."""
    permissions.check_wears(by, (Role.SECADMIN,), on=day.day_of(at), what="处理异常使用告警")
    words = finding.strip()
    if not words:
        raise NoFinding("处理结论不能为空", help="请写明核实情况与处理结果")
    with transaction.atomic():
        fault.point("accounts.alarm.settle")
        told = {"settled_at": at, "settled_by": by.username, "finding": words[:400]}
        if not Alarm.objects.open().filter(pk=alarm.pk).update(**told):
            raise NoFinding("该告警已处理", help="请刷新页面查看处理结论")
        _enter("accounts.alarm.settle", alarm, by, at, stores)


def _open(one: Suspicion, *, by: str, at: datetime.datetime, stores: Stores) -> bool:
    told = {
        "sign": one.sign.value,
        "system": one.system[:60],
        "operator": one.by[:100],
        "department": one.department[:40],
        "seen": one.seen[:400],
        "usual": one.usual[:200],
    }
    with transaction.atomic():
        fault.point("accounts.alarm.open")
        alarm, is_new = Alarm.objects.get_or_create(
            key=one.key[:200],
            settled_at=None,
            defaults={**told, "first_on": one.on, "last_on": one.on, "opened_at": at},
        )
        if not is_new:
            if one.on > alarm.last_on:
                Alarm.objects.filter(pk=alarm.pk).update(**told, last_on=one.on)
            return False
        if Alarm.objects.filter(key=alarm.key, settled_at__isnull=False, last_on__gte=one.on).exists():
            alarm.delete()  # the day was judged, and settled, before
            return False
        _enter("accounts.alarm.open", alarm, by, at, stores)
    return True


def _enter(act: str, alarm: Alarm, by: Person | str, at: datetime.datetime, stores: Stores) -> None:
    detail = {"sign": alarm.sign, "operator": alarm.operator, "on": str(alarm.last_on)}
    facts = trace.Facts(department=alarm.department, system=alarm.system, detail=detail)
    trace.leave(stores=stores, act=act, by=by, at=at, where=f"alarm:{alarm.pk}", facts=facts)


def _until(entries: Iterable[Entry], end: datetime.datetime) -> Iterator[Entry]:
    return (entry for entry in entries if entry.at < end)
