"""Wide: tables of more than 32 columns, beyond which Delta reads no statistics unless the table says so.

A snapshot takes a column without a null count for one that no file holds, so that wide tables would read
as nothing from the 33rd column on.
"""

from __future__ import annotations

from collections.abc import Sequence

import deltalake

from taihu.data.lake import commit, schema
from taihu.data.lake.lake import Lake
from taihu.terms import fault
from taihu.terms.zone import Zone

USUAL = 32
SETTING = "delta.dataSkippingNumIndexedCols"
ALL = "-1"


def prepare(lake: Lake, zone: Zone, table: str, columns: Sequence[tuple[str, str]]) -> None:
    """Makes the table keep statistics of all its columns; nothing to do for narrow tables and for prepared ones."""
    folder = lake.root / zone.value / table
    if len(columns) <= USUAL or SETTING in commit.SETTINGS:
        return
    if deltalake.DeltaTable.is_deltatable(str(folder)):
        found = deltalake.DeltaTable(str(folder))
        if found.metadata().configuration.get(SETTING) != ALL:
            fault.point("refine.wide.settings")
            found.alter.set_table_properties({SETTING: ALL})
        return
    fault.point("refine.wide.create")
    folder.mkdir(parents=True, exist_ok=True)
    deltalake.DeltaTable.create(
        str(folder),
        deltalake.Schema(schema.to_fields(columns)),
        mode="ignore",
        configuration={**commit.SETTINGS, SETTING: ALL},
    )
