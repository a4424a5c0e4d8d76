"""The truth about every row that was sent: whom it is about and what is wrong with it. For measuring only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from city.dirt.sheet import Sheet, names_of
from city.formats import arrow
from city.world.chance import Days, Ints, Texts
from city.world.residents import Residents
from city.world.rivers import DAYS_ALLOWED, RANKS, Reaches
from taihu.terms import fault

ROWS = pa.schema(
    [
        ("dataset", pa.string()),
        ("department", pa.string()),
        ("file", pa.string()),  # as in the manifest: path under var/city, table, or route
        ("ordinal", pa.int64()),  # number of the data row in the file, from 1
        ("line", pa.int64()),  # line or row as a person sees it in the file, from 1
        ("key", pa.string()),  # the row's own key as it was sent
        ("subject", pa.string()),
        ("other", pa.string()),  # the person behind a firm, a reach or a patrol
        ("dirt", pa.list_(pa.string())),
    ]
)
RESIDENTS = pa.schema(
    [
        ("subject", pa.string()),
        ("household", pa.int64()),
        ("number", pa.string()),
        ("name", pa.string()),
        ("former_name", pa.string()),
        ("sex", pa.int64()),
        ("born_on", pa.date32()),
        ("died_on", pa.date32()),
        ("village", pa.string()),
        ("is_in_police", pa.bool_()),
    ]
)
REACHES = pa.schema(
    [
        ("reach", pa.string()),
        ("rank", pa.string()),
        ("days_allowed", pa.int64()),
        ("last_walked_on", pa.date32()),
        ("is_overdue", pa.bool_()),
    ]
)
FILES = {
    "bases.people.resident": "people",
    "bases.people.assistance": "people",
    "bases.people.health_record": "people",
    "bases.organisations.firm": "firms",
    "bases.organisations.social_organisation": "firms",
    "bases.organisations.medical_institution": "firms",
    "bases.organisations.water_permit": "firms",
    "bases.places.address": "places",
    "topics.rivers.reach": "rivers",
    "topics.rivers.patrol": "rivers",
    "topics.rivers.reading": "rivers",
}


def subject_ids(kind: str, numbers: Ints) -> pa.Array:
    """`person-0000001` for 1, null for 0."""
    return arrow.strings([f"{kind}-{number:07d}" if number else None for number in numbers.tolist()])


def dirt_lists(marks: Ints) -> pa.Array:
    """The kinds of dirt of each row."""
    masks, places = np.unique(marks, return_inverse=True)
    return arrow.lists([names_of(int(mask)) for mask in masks], places)


class Truth:
    """Collects the truth while departments write; one file for each kind of subject."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._writers: dict[str, pq.ParquetWriter] = {}

    def note(
        self, dataset: str, sheet: Sheet, *, file: str, before: int, head: int, key: Texts, kinds: tuple[str, str]
    ) -> None:
        """Notes the rows of a sheet that follow `before` others in a file whose first data row is line `head` + 1."""
        n = len(sheet)
        ordinal = np.arange(before + 1, before + n + 1, dtype=np.int64)
        columns = [
            arrow.repeated(dataset, n),
            arrow.repeated(file.split("/")[0], n),
            arrow.repeated(file, n),
            arrow.whole(ordinal),
            arrow.whole(ordinal + head),
            arrow.strings(key.tolist()),
            subject_ids(kinds[0], sheet.subject),
            subject_ids(kinds[1], sheet.other),
            dirt_lists(sheet.marks),
        ]
        self._append(FILES[dataset], pa.RecordBatch.from_arrays(columns, schema=ROWS))

    def note_residents(self, folk: Residents, village_codes: Texts) -> None:
        """Notes who the people truly are."""
        columns = [
            subject_ids("person", folk.subject),
            arrow.whole(folk.household),
            arrow.strings(folk.number.tolist()),
            arrow.strings(folk.name.tolist()),
            arrow.strings(folk.former_name.tolist()),
            arrow.whole(folk.sex),
            arrow.days(folk.born),
            arrow.days(folk.died),
            arrow.strings(village_codes[folk.village].tolist()),
            arrow.flags(folk.is_in_police),
        ]
        self._append("residents", pa.RecordBatch.from_arrays(columns, schema=RESIDENTS))

    def note_reaches(self, reaches: Reaches, last: Days) -> None:
        """Notes which reaches are overdue and when each was really walked last."""
        allowed = np.array(DAYS_ALLOWED)[reaches.rank]
        columns = [
            arrow.strings(reaches.code.tolist()),
            arrow.strings([RANKS[rank] for rank in reaches.rank.tolist()]),
            arrow.whole(allowed),
            arrow.days(last),
            arrow.flags(reaches.is_overdue),
        ]
        self._append("reaches", pa.RecordBatch.from_arrays(columns, schema=REACHES))

    def _append(self, name: str, rows: pa.RecordBatch) -> None:
        """Appends rows to one of the files, opened at first use."""
        fault.point("city.write.truth")
        if name not in self._writers:
            self._writers[name] = pq.ParquetWriter(self._folder / f"{name}.parquet", rows.schema, compression="zstd")
        self._writers[name].write_batch(rows)

    def close(self) -> None:
        """Ends all files."""
        for writer in self._writers.values():
            writer.close()
