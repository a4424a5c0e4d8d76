"""Pinned: the lake as it stood at given versions of its tables, so that nothing that comes in changes an answer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from taihu.data.guard.refused import Refused
from taihu.data.lake import lake
from taihu.data.lake.snapshot import Snapshot
from taihu.terms.zone import Zone

Versions = Mapping[tuple[Zone, str], int]


class DataGone(Refused):
    """Files of that version are no longer there: deleted by law, or lost."""

    code = "G-REPLAY-04"
    status = 410


class Lake(lake.Lake):
    """The lake as it stood: the versions that an entry names, and no other table."""

    def __init__(self, root: Path, versions: Versions) -> None:
        super().__init__(root)
        self._versions = versions

    def snapshot(self, zone: Zone, table: str, *, version: int | None = None) -> Snapshot | None:
        """The pinned version; raises DataGone where its files are not all there."""
        pinned = self._versions.get((zone, table))
        found = None if pinned is None else super().snapshot(zone, table, version=pinned)
        if found is not None and not all(path.is_file() for path in found.files):
            raise DataGone("该版本的数据文件已不在（依法删除或丢失），不能重放", where=f"{table}@{pinned}")
        return found


def read_versions(text: str) -> dict[tuple[Zone, str], int]:
    """The versions of tables as an entry names them: `bases.people.person=governed@3 …`."""
    found = {}
    for one in text.split():
        table, _, version = one.partition("=")
        zone, _, number = version.partition("@")
        if number:
            found[Zone(zone), table] = int(number)
    return found
