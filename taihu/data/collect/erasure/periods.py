"""Periods: each night the rows that a clause no longer lets be kept are erased, without anybody asking."""

from __future__ import annotations

import datetime

from taihu.data.collect.erasure import erase, orders, records, rows
from taihu.data.collect.erasure.records import Record, Records
from taihu.data.engines.stores import Stores
from taihu.terms.dataset import Dataset, Keep

DECLARED = "按数据资源声明的保存期限到期删除"


def erase_expired(*, stores: Stores, by: str, at: datetime.datetime) -> list[Record]:
    """Erases what is over its years in every dataset that declares them; goes on with what was interrupted.

    Who declared the period and who let the pack in are the two persons; a night in which nothing is over leaves no record.
    """
    book = Records(stores.root)
    done = [erase.erase(id=r.id, stores=stores, at=at) for r in book.list_all(state=records.RUNNING)]
    for dataset in stores.shelf.datasets():
        if dataset.keep is not None and _has_expired(dataset, dataset.keep, stores, at):
            done.append(_erase(dataset, dataset.keep, stores, by, at))
    return done


def _has_expired(dataset: Dataset, keep: Keep, stores: Stores, at: datetime.datetime) -> bool:
    return bool(rows.find(orders.hunt_period(dataset, keep, at.date()), stores=stores).rows)


def _erase(dataset: Dataset, keep: Keep, stores: Stores, by: str, at: datetime.datetime) -> Record:
    words = orders.Words(keep.ground, f"{dataset.id} keep {keep.years}", DECLARED)
    record = orders.ask_for_period(dataset=dataset, words=words, stores=stores, by=dataset.source or dataset.id, at=at)
    erase.preview(id=record.id, stores=stores)
    erase.approve(id=record.id, stores=stores, by=by, at=at)
    return erase.erase(id=record.id, stores=stores, at=at)
