"""Standing permits: a department's own data at the desk, a topic's reading, and what is open to all."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from taihu.terms.dataset import Dataset
from taihu.terms.label import PUBLIC, Label, join_all
from taihu.terms.pack import Pack
from taihu.terms.permit import Form, Permit, Quota

RETURNED = ".returned"
DESK = Quota(calls_a_day=1_000_000, rows_an_answer=10_000)
OWN_DATA = "本部门自有数据，不属于共享"
FOR_EVER = datetime.date.max


def standing_permit(department: str, datasets: Sequence[Dataset]) -> Permit:
    """What a department may see at the desk of datasets that it owns: all, and the rows that went back to it.

    Identifiers still leave masked unless a question asks for them in the clear. Important and core data stay with
    their own department here, which is no sharing.
    """
    label = join_all(dataset.label for dataset in datasets)
    return Permit(
        grant=f"standing.{department}",
        department=department,
        system="desk",
        purpose="管理本部门数据",
        ground="数源单位职责",
        reads=tuple(name for dataset in datasets for name in (dataset.id, dataset.id + RETURNED)),
        columns=tuple(f"{dataset.id}.{column.name}" for dataset in datasets for column in dataset.columns),
        label=label,
        forms=frozenset((Form.VERIFY, Form.LOOKUP, Form.QUERY)),
        until=FOR_EVER,
        quota=DESK,
        procedure=OWN_DATA if label.is_protected else "",
    )


def topic_permit(pack: Pack, tables: Sequence[Dataset], *, label: Label) -> Permit:
    """What the queries of a pack may read for its pages: columns above the label leave masked or are refused."""
    return Permit(
        grant=f"topic.{pack.id}",
        department=pack.department,
        system=pack.id,
        purpose=pack.purpose,
        ground=pack.policy,
        reads=tuple(dict.fromkeys(dataset.id for dataset in tables)),
        columns=tuple(dict.fromkeys(f"{table.id}.{column.name}" for table in tables for column in table.columns)),
        label=label,
        forms=frozenset((Form.LOOKUP, Form.QUERY)),
        until=FOR_EVER,
        quota=DESK,
    )


def open_permit(dataset: Dataset) -> Permit:
    """What society may have of a dataset: the columns that are open without condition and L1."""
    return Permit(
        grant=f"open.{dataset.id}",
        department="public",
        system="portal",
        purpose="公共数据开放",
        ground="公共数据开放目录",
        reads=(dataset.id,),
        columns=tuple(f"{dataset.id}.{column.name}" for column in dataset.open_columns()),
        label=PUBLIC,
        forms=frozenset((Form.LOOKUP, Form.QUERY, Form.BULK)),
        until=FOR_EVER,
        quota=Quota(calls_a_day=10_000_000, rows_an_answer=10_000),
    )
