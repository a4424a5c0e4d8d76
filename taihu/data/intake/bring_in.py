"""Brings in what a source has and hands each delivery to collect."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable

from taihu.data.collect.receive import Receipt
from taihu.data.engines.stores import Stores
from taihu.data.intake import database, drop, interface
from taihu.data.intake.source import Api, File, Folder, Source, Table
from taihu.terms.dataset import Dataset


def bring_in(
    source: Source,
    *,
    dataset: Dataset,
    stores: Stores,
    by: str,
    at: datetime.datetime,
    pause: Callable[[float], None] = time.sleep,
) -> list[Receipt]:
    """Fetches all that is new and returns a receipt for each delivery, refused ones included.

    May be killed and called again: what was received is one batch however often it comes, an interface
    is resumed at its page. `pause` waits between attempts. Raises where the source itself fails
    (SourceDown, NotAllowed, NoSuchTable, NoSuchFile): then there is no delivery to give a receipt for.
    """
    if isinstance(source, File):
        return [drop.fetch_file(source.path, dataset=dataset, stores=stores, by=by, at=at)]
    if isinstance(source, Folder):
        return drop.fetch_folder(source, dataset=dataset, stores=stores, by=by, at=at)
    if isinstance(source, Table):
        return [database.fetch_table(source, dataset=dataset, stores=stores, by=by, at=at)]
    assert_never: Api = source
    return [interface.fetch_api(assert_never, dataset=dataset, stores=stores, by=by, at=at, pause=pause)]
