"""Batches of the register, by department, dataset and state, and the way to read their rows."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path

from taihu.data.engines.stores import Stores
from taihu.data.objects import batch as states
from taihu.data.objects.batch import Batch as Batch
from taihu.data.objects.reading import Reading
from taihu.data.objects.register import Register
from taihu.terms import fault, problem

# The wall keeps doors from the stores; what they need to say of a batch they find here.
RECEIVED, REFINED, REFUSED = states.RECEIVED, states.REFINED, states.REFUSED


class NotReadable(problem.Problem):
    """A batch has no reading: it was refused."""

    code = "C-003"
    status = 409


def open_register(root: Path) -> Register:
    """The register under the stores' root."""
    return Register(root / "collect" / "batches.sqlite3")


def list_batches(
    stores: Stores, *, department: str | None = None, dataset: str | None = None, state: str | None = None
) -> list[Batch]:
    """Batches by any of the three, newest first."""
    return open_register(stores.root).list_batches(department=department, dataset=dataset, state=state)


def find_batch(stores: Stores, batch_id: str) -> Batch:
    """The batch of that id; raises NoSuchBatch."""
    return open_register(stores.root).find(batch_id)


@contextlib.contextmanager
def open_reading(stores: Stores, batch: Batch) -> Iterator[tuple[Reading, Path]]:
    """How to read a batch's rows, and a private file to read while the block runs; raises NotReadable for a refused one."""
    if batch.reading is None:
        raise NotReadable("该批次没有可读的内容。", where=batch.id, help="请查看回执中的退回原因，更正后重新报送。")
    with stores.objects.plain(batch.reading.sha256) as path:
        yield batch.reading, path


def settle(*, stores: Stores, batch: Batch, accepted: int, returned: int, by: str, at: datetime.datetime) -> Batch:
    """Notes what refining made of a batch; the register refuses counts that do not add up to its rows."""
    fault.point("collect.settle.move")
    return open_register(stores.root).move(
        batch.id, states.REFINED, rows_in=accepted + returned, accepted=accepted, returned=returned, refined_at=at
    )
