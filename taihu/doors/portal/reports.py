"""Takes a reader's doubt and tells the rooms that mend data."""

from __future__ import annotations

import datetime
import secrets

from django.db import transaction

from taihu.control.flows import clock
from taihu.control.outbox import actions as outbox
from taihu.data.engines.stores import Stores
from taihu.data.ledger.entry import Entry
from taihu.doors.portal.entries import Item
from taihu.doors.portal.models import Report
from taihu.terms import fault
from taihu.terms.problem import Problem

A_DAY = 200
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class TooMany(Problem):
    """More doubts about one dataset in a day than anybody could read."""

    code = "D-105"
    status = 429


def send(*, item: Item, column: str, words: str, at: datetime.datetime, stores: Stores) -> Report:
    """Keeps the doubt under a number that cannot be guessed, and tells of it by the outbox. The words stay with us."""
    on = clock.day_of(at)
    number = f"{on:%Y%m%d}-{''.join(secrets.choice(LETTERS) for _ in range(8))}"
    with transaction.atomic():
        since = at - datetime.timedelta(days=1)
        if Report.objects.filter(dataset=item.id, at__gt=since).count() >= A_DAY:
            raise TooMany("今日收到的反馈已达上限", where=item.id, help="请明日再提交，或直接联系数源单位")
        fault.point("portal.report.keep")
        made = Report.objects.create(number=number, dataset=item.id, column=column, words=words, at=at)
        outbox.write(topic="portal.reported", subject=item.id, body={"number": number, "column": column}, at=at)
        entry = Entry(
            at=at,
            act="report",
            by="public",
            department="public",
            system="portal",
            dataset=item.id,
            columns=(column,) if column else (),
            where=f"/data/reports/{number}",
        )
        stores.ledger.append(entry)
    return made
