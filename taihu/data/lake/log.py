"""Reads the log of a Delta table: its live files, its history, the digests that commits kept."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import deltalake
import pyarrow as pa

from taihu.data.lake.snapshot import Version

NOTE = "taihu"  # key of our note in the commit info


@dataclass(frozen=True, slots=True)
class LiveFile:
    """A file of one version: path inside the table, rows, and the columns in which it holds a value."""

    path: str
    rows: int
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """What a commit of ours says of itself."""

    stream: str
    number: int
    mode: str
    at: str
    rows: int
    digests: Mapping[str, str]

    def to_json(self) -> str:
        """The note as the commit info keeps it."""
        return json.dumps(
            {
                "stream": self.stream,
                "number": self.number,
                "mode": self.mode,
                "at": self.at,
                "rows": self.rows,
                "sha256": dict(self.digests),
            }
        )


def read_note(entry: Mapping[str, Any]) -> Note | None:
    """The note of a history entry; none where another writer or an added column made it."""
    if NOTE not in entry:
        return None
    found = json.loads(entry[NOTE])
    return Note(found["stream"], found["number"], found["mode"], found["at"], found["rows"], found["sha256"])


def list_files(table: deltalake.DeltaTable) -> list[LiveFile]:
    """The live files in order of their paths; paths are as in the log, not percent-encoded."""
    actions = pa.table(table.get_add_actions(flatten=False)).to_pylist()
    return sorted((_read_action(action) for action in actions), key=lambda file: file.path)


def _read_action(action: Mapping[str, Any]) -> LiveFile:
    """One add action; a column that is null in every row counts as one that the file does not hold."""
    rows = action["num_records"] or 0
    nulls = action.get("null_count") or {}
    return LiveFile(
        action["path"], rows, tuple(name for name, count in nulls.items() if count is not None and count < rows)
    )


def read_history(table: deltalake.DeltaTable) -> list[Version]:
    """All versions, oldest first."""
    versions = []
    rows = 0
    for entry in sorted(table.history(), key=lambda found: int(found["version"])):
        note = read_note(entry)
        added = note.rows if note else 0
        rows = added if note and note.mode == "replace" else rows + added
        at = (
            datetime.datetime.fromisoformat(note.at)
            if note
            else datetime.datetime.fromtimestamp(entry["timestamp"] / 1000, datetime.UTC)
        )
        versions.append(
            Version(
                entry["version"],
                at,
                entry["operation"],
                note.mode if note else "",
                note.stream if note else "",
                note.number if note else 0,
                added,
                rows,
            )
        )
    return versions


def find_version(table: deltalake.DeltaTable, stream: str, number: int) -> int | None:
    """The version that a stream's number became, if it is in the history."""
    for entry in table.history():
        note = read_note(entry)
        if note and (note.stream, note.number) == (stream, number):
            return int(entry["version"])
    return None


def read_digests(table: deltalake.DeltaTable) -> dict[str, str]:
    """SHA-256 by path for all files that commits of ours added."""
    notes = (read_note(entry) for entry in table.history())
    return {path: digest for note in notes if note for path, digest in note.digests.items()}


def list_all_names(table: deltalake.DeltaTable) -> set[str]:
    """The paths that any version names, live or replaced: time travel still reads them."""
    return set(read_digests(table)) | {file.path for file in list_files(table)}
