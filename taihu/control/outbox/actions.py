"""Write a message with what it tells of; pull in order; take each in exactly once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Mapping

from django.db import connection, transaction
from django.db.models import F

from taihu.control.outbox.models import Cursor, Head, Message
from taihu.terms import fault


class OutsideTransaction(RuntimeError):
    """A message written outside the transaction of what it tells of could be lost or lie."""


def write(*, topic: str, subject: str, body: Mapping[str, str], at: datetime.datetime) -> int:
    """Writes a message in the caller's transaction; returns its number. Raises OutsideTransaction without one."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"message {topic} must be written inside transaction.atomic()")
    fault.point("outbox.message.write")
    if not Head.objects.filter(pk=1).update(last=F("last") + 1):
        Head.objects.get_or_create(pk=1)
        Head.objects.filter(pk=1).update(last=F("last") + 1)
    number = Head.objects.values_list("last", flat=True).get(pk=1)
    Message.objects.create(number=number, topic=topic, subject=subject, body=dict(body), at=at)
    return number


def pull(*, reader: str, topics: Collection[str] = (), limit: int = 100) -> list[Message]:
    """The next messages after the reader's cursor, oldest first, of some topics or of all."""
    position = Cursor.objects.filter(pk=reader).values_list("position", flat=True).first() or 0
    found = Message.objects.filter(number__gt=position)
    if topics:
        found = found.filter(topic__in=topics)
    return list(found[:limit])


def advance(*, reader: str, to: int, at: datetime.datetime) -> None:
    """Moves the reader's cursor forward; never back."""
    with transaction.atomic():
        fault.point("outbox.cursor.advance")
        Cursor.objects.get_or_create(pk=reader)
        Cursor.objects.filter(pk=reader, position__lt=to).update(position=to, moved_at=at)


def take_in(
    *,
    reader: str,
    apply: Callable[[Message], None],
    at: datetime.datetime,
    topics: Collection[str] = (),
    limit: int = 100,
) -> int:
    """Applies the next messages, each with its cursor in one transaction: once, even through a kill.

    What `apply` writes outside the control database must be idempotent by the message's number.
    Stops at the first that raises, which stays next in line. Returns how many were taken in.
    """
    taken = 0
    for message in pull(reader=reader, topics=topics, limit=limit):
        with transaction.atomic():
            position = Cursor.objects.select_for_update().get_or_create(pk=reader)[0].position
            if position < message.number:
                apply(message)
                advance(reader=reader, to=message.number, at=at)
                taken += 1
    return taken
