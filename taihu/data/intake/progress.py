"""Progress of a paged fetch: rows so far in one file, and how far it is good, so that a kill costs at most a page."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from taihu.data.engines.stores import Stores
from taihu.terms import fault

FRESH_HOURS = 6  # after that the interface may have changed under us, and the fetch begins anew


@dataclass(frozen=True)
class State:
    """How far a fetch came: the next address, bytes and rows that are on disk, when it began, rows promised at first."""

    url: str
    page: int
    size: int = 0
    rows: int = 0
    started_at: str = ""
    total: int | None = None


class Progress:
    """Rows are appended and synced before the state that counts them is renamed into place.

    The rows lie among the objects not yet whole, inside the guarded store; the state holds no value.
    """

    def __init__(self, key: str, stores: Stores) -> None:
        name = f"fetch-{hashlib.sha256(key.encode()).hexdigest()[:24]}"
        self.rows_path = stores.objects.reserve().with_name(name)
        self.state_path = stores.root / "collect" / f"{name}.json"

    def resume(self, first: State, at: datetime.datetime) -> State:
        """The state from which to go on; `first` where there is none, or only an old one."""
        kept = self._read()
        if kept is None or not self.rows_path.is_file() or self.rows_path.stat().st_size < kept.size:
            return first
        begun = datetime.datetime.fromisoformat(kept.started_at)
        return kept if datetime.timedelta() <= at - begun < datetime.timedelta(hours=FRESH_HOURS) else first

    def add(self, state: State, rows: Sequence[Any], following: State) -> State:
        """Appends a page's rows after those of `state`; returns the following state with its size."""
        fault.point("intake.progress.rows")
        mode = "r+b" if self.rows_path.is_file() else "w+b"
        with self.rows_path.open(mode) as file:
            file.truncate(state.size)
            file.seek(state.size)
            file.writelines(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        moved = State(following.url, following.page, size, following.rows, following.started_at, following.total)
        self._write(moved)
        return moved

    def clear(self) -> None:
        """Forgets the fetch: its delivery was received, or it begins anew."""
        fault.point("intake.progress.clear")
        self.state_path.unlink(missing_ok=True)
        self.rows_path.unlink(missing_ok=True)

    def _read(self) -> State | None:
        try:
            return State(**json.loads(self.state_path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _write(self, state: State) -> None:
        fault.point("intake.progress.state")
        self.state_path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.state_path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(asdict(state), file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.state_path)
