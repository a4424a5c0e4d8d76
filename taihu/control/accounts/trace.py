"""Leaves the trace of an action in the ledger, before the action commits."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from taihu.control.accounts.models import Person
from taihu.data.engines.stores import Stores
from taihu.data.ledger.entry import Entry


@dataclass(frozen=True, slots=True)
class Facts:
    """What an entry says beside who, when and which act; never a value of L3 or above."""

    department: str = ""
    system: str = ""
    grant: str = ""
    purpose: str = ""
    ground: str = ""
    dataset: str = ""
    columns: tuple[str, ...] = ()
    label: str = ""
    detail: Mapping[str, str] = field(default_factory=dict)


def leave(
    *, stores: Stores, act: str, by: Person | str, at: datetime.datetime, where: str, facts: Facts | None = None
) -> None:
    """Appends one durable entry. Called inside the action's transaction, as its last step before the commit."""
    said = facts or Facts()
    operator, department = (by, "") if isinstance(by, str) else (by.username, by.department_id or "")
    stores.ledger.append(
        Entry(
            at=at,
            act=act,
            by=operator,
            department=said.department or department,
            system=said.system or "desk",
            grant=said.grant,
            purpose=said.purpose,
            ground=said.ground,
            dataset=said.dataset,
            columns=said.columns,
            label=said.label,
            rows=0,
            where=where,
            detail=dict(said.detail),
            subjects=(),
        )
    )
