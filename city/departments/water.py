"""The water bureau sends the register of reaches, and patrols and readings in many files, some late, some twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np

from city.departments import desk
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.delimited import DelimitedFile, Manner
from city.world import rivers
from city.world.chance import Days, Ints, Texts, happens, iso, padded, rank_within, repeat, texts
from city.world.city import Block, Chiefs
from taihu.terms import fault

REACH, PATROL, READING = "topics.rivers.reach", "topics.rivers.patrol", "topics.rivers.reading"
TEN_DAYS = 10
OLD = Manner(encoding="gb18030")
NEW = Manner(encoding="utf-8", has_mark=True, quotes_all=True)
TELEMETRY = Manner(encoding="utf-8", delimiter="\t", line_end="\n")


class Water:
    """Writes `water/drop/{reach,patrol,reading}/*.csv` once the whole city is known."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._chiefs = Chiefs(tools.city)

    def take(self, block: Block) -> None:
        """Looks for people who may become chiefs."""
        self._chiefs.look_at(block)

    def close(self) -> None:
        """Writes the register, the patrols and the readings."""
        reaches = rivers.map_reaches(self._tools.city, self._chiefs)
        patrols = rivers.walk(self._tools.city, reaches)
        self._send_register(reaches)
        self._send_files(
            PATROL, "patrol", "巡河记录", self._patrol_sheet(reaches, patrols), patrols.day, _correct_minutes
        )
        readings = rivers.measure(self._tools.city, reaches)
        self._send_files(
            READING,
            "reading",
            "水质监测",
            self._reading_sheet(reaches, readings),
            readings.at.astype("datetime64[D]"),
            None,
        )
        last = np.full(len(reaches.code), np.datetime64("NaT", "D"))
        last[patrols.reach] = patrols.day
        self._tools.truth.note_reaches(reaches, last)

    def _send_register(self, reaches: rivers.Reaches) -> None:
        """Writes the register of reaches."""
        people, places = reaches.people, self._tools.city.places
        n = len(reaches.code)
        columns = {
            "reach": reaches.code,
            "name": reaches.name.copy(),
            "river": reaches.river,
            "town": places.town_codes()[reaches.town],
            "metres": reaches.metres.astype("U9").astype(object),
            "rank": texts(list(rivers.RANKS))[reaches.rank],
            "chief_name": texts([people[k].name for k in reaches.chief.tolist()]),
            "chief": texts([people[k].number for k in reaches.chief.tolist()]),
            "place": texts(
                [f"POINT({lon} {lat})" for lon, lat in zip(reaches.lon.tolist(), reaches.lat.tolist(), strict=True)]
            ),
            "remark": repeat("合成数据", n),
        }
        chiefs = np.array([people[k].subject for k in reaches.chief.tolist()], dtype=np.int64)
        sheet = soil(self._tools.dice("water", "dirt", REACH), Sheet.of(columns, np.arange(1, n + 1), chiefs), REACH)
        target = f"water/drop/reach/河段名录_合成_{self._tools.day()[:4]}.csv"
        self._write(REACH, sheet, target, "full", NEW)
        self._tools.shipments.append(Shipment("water", REACH, "file", target, "年度河段名录", rank=(0, "0")))

    def _patrol_sheet(self, reaches: rivers.Reaches, patrols: rivers.Patrols) -> Sheet:
        """All patrols as the walkers' telephones reported them."""
        people = reaches.people
        day = (patrols.day - np.datetime64("2000-01-01")).astype(np.int64)
        columns = {
            "patrol": "XH"
            + texts([each.replace("-", "") for each in iso(patrols.day).tolist()])
            + padded(rank_within(day) + 1, 5),
            "reach": reaches.code[patrols.reach],
            "walked_on": iso(patrols.day),
            "minutes": patrols.minutes.astype("U5").astype(object),
            "metres": patrols.metres.astype("U6").astype(object),
            "chief": texts([people[k].number for k in patrols.walker.tolist()]),
            "chief_name": texts([people[k].name for k in patrols.walker.tolist()]),
            "found": patrols.found.copy(),
            "remark": repeat("合成数据", len(day)),
        }
        walkers = np.array([people[k].subject for k in patrols.walker.tolist()], dtype=np.int64)
        sheet = Sheet.of(columns, patrols.reach + 1, walkers)
        sheet.mark(np.flatnonzero(patrols.is_sham), "sham")
        sheet.mark(np.flatnonzero(patrols.is_deputy), "deputy")
        return sheet

    def _reading_sheet(self, reaches: rivers.Reaches, readings: rivers.Readings) -> Sheet:
        """All readings as the stations reported them."""
        n = len(readings.station)
        columns = {
            "station": readings.station,
            "reach": reaches.code[readings.reach],
            "measured_at": texts(
                [f"{each[:10]} {each[11:]}:00:00" for each in np.datetime_as_string(readings.at).tolist()]
            ),
            "oxygen_mg_l": _decimals(readings.oxygen, 2),
            "permanganate_mg_l": _decimals(readings.permanganate, 2),
            "ammonia_mg_l": _decimals(readings.ammonia, 3),
            "phosphorus_mg_l": _decimals(readings.phosphorus, 3),
            "level_mm": readings.level_mm.astype("U6").astype(object),
            "remark": repeat("合成数据", n),
        }
        return Sheet.of(columns, readings.reach + 1)

    def _send_files(
        self,
        dataset: str,
        folder: str,
        title: str,
        sheet: Sheet,
        day: Days,
        correct: Callable[[np.random.Generator, Sheet], None] | None,
    ) -> None:
        """Spreads rows over files of ten days; some come late, some twice, one whole file is sent again."""
        rng = self._tools.dice("water", "dirt", dataset)
        dated = day.astype("datetime64[D]")
        first = self._tools.city.today - np.timedelta64(rivers.WINDOW, "D")
        due_in = np.maximum((dated - first).astype(np.int64), 0) // TEN_DAYS
        sheet, due, delivery = _spread(rng, sheet, due_in, correct)
        sheet = soil(rng, sheet, dataset)
        for number in range(int(delivery.max()) + 1):
            rows = np.flatnonzero(delivery == number)
            rows = rows[np.lexsort((rows, due[rows]))]
            until = min(first + np.timedelta64((number + 1) * TEN_DAYS - 1, "D"), self._tools.city.today)
            target = f"water/drop/{folder}/{title}_合成_{str(until).replace('-', '')}.csv"
            self._send_part(dataset, sheet.take(rows), target, number * 2 < int(delivery.max()))
            self._tools.shipments.append(
                Shipment(
                    "water",
                    dataset,
                    "file",
                    target,
                    "每旬一报,内有迟报与重报",
                    rank=(5 + (dataset == READING), f"{until}"),
                )
            )
            if number == 1:
                self._send_again(dataset, sheet.take(rows), target, str(until))

    def _send_part(self, dataset: str, sheet: Sheet, target: str, is_old: bool) -> None:
        """Writes one file in the manner of its time."""
        if dataset == PATROL:
            self._write(dataset, sheet, target, "old" if is_old else "full", OLD if is_old else NEW)
            return
        if is_old:
            sheet.columns["measured_at"] = texts([_slashes(value) for value in sheet.columns["measured_at"].tolist()])
        self._write(dataset, sheet, target, "full", TELEMETRY)

    def _send_again(self, dataset: str, sheet: Sheet, target: str, until: str) -> None:
        """Sends the same file again under another name: it must stay one batch."""
        again = target.replace(".csv", "_重发.csv")
        fault.point("city.write.again")
        shutil.copyfile(self._tools.folder / target, self._tools.folder / again)
        sheet.mark(np.arange(len(sheet)), "sent_again")
        self._note(dataset, sheet, again)
        self._tools.shipments.append(
            Shipment(
                "water",
                dataset,
                "file",
                again,
                "与前一文件逐字节相同,应只算一批",
                rank=(5 + (dataset == READING), f"{until}-again"),
            )
        )

    def _write(self, dataset: str, sheet: Sheet, target: str, delivery: str, manner: Manner) -> None:
        """Writes a file and the truth about it."""
        file = DelimitedFile(self._tools.folder / target, desk.order(dataset, delivery), desk.titles(dataset), manner)
        file.write(sheet)
        file.close()
        self._note(dataset, sheet, target)

    def _note(self, dataset: str, sheet: Sheet, target: str) -> None:
        """Writes the truth about rows that were sent."""
        key = {REACH: "reach", PATROL: "patrol", READING: "station"}[dataset]
        self._tools.truth.note(
            dataset, sheet, file=target, before=0, head=1, key=sheet.columns[key], kinds=("reach", "person")
        )


def _spread(
    rng: np.random.Generator, sheet: Sheet, due: Ints, correct: Callable[[np.random.Generator, Sheet], None] | None
) -> tuple[Sheet, Ints, Ints]:
    """Rows with the part in which they are due and the part with which they come; copies of those that come twice."""
    n, last = len(sheet), int(due.max())
    late = np.flatnonzero(happens(rng, desk.customs("late"), n) & (due < last))
    delivery = due.copy()
    delivery[late] = np.minimum(due[late] + rng.integers(1, 3, len(late)), last)
    sheet.mark(late, "late")
    repeated = np.flatnonzero(happens(rng, desk.customs("sent_again"), n) & (delivery < last))
    corrected = (
        np.flatnonzero(happens(rng, desk.customs("corrected"), n) & (delivery < last)) if correct else repeated[:0]
    )
    copies, mended = sheet.take(repeated), sheet.take(corrected)
    copies.mark(np.arange(len(copies)), "sent_again")
    if correct:
        correct(rng, mended)
    every = np.r_[np.arange(n), repeated, corrected]
    delivery = np.r_[delivery, delivery[repeated] + 1, delivery[corrected] + 1]
    return Sheet.joined([sheet, copies, mended]), due[every], delivery


def _correct_minutes(rng: np.random.Generator, sheet: Sheet) -> None:
    """A second report that mends the duration of a patrol."""
    sheet.columns["minutes"] = texts(
        [str(int(value) + int(rng.integers(1, 20))) for value in sheet.columns["minutes"].tolist()]
    )
    sheet.mark(np.arange(len(sheet)), "corrected")


def _decimals(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], places: int) -> Texts:
    """Numbers with so many places."""
    return texts([f"{value:.{places}f}" for value in values.tolist()])


def _slashes(value: str) -> str:
    """2026/11/3 4:00 for 2026-11-03 04:00:00."""
    return f"{int(value[:4])}/{int(value[5:7])}/{int(value[8:10])} {int(value[11:13])}:{value[14:16]}"
