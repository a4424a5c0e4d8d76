"""The police send the register of residents as comma-separated text in GB 18030: once cut off, then whole."""

from __future__ import annotations

import numpy as np

from city import facts
from city.departments import desk
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.delimited import DelimitedFile, Manner, cut
from city.world.chance import Texts, happens, iso, padded, repeat, texts
from city.world.city import Block

DATASET = "bases.people.resident"
BROKEN_SHARE = 0.03  # of all rows, in the delivery that was cut off


class Police:
    """Writes `police/drop/*.csv`."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._manner = Manner(encoding="gb18030")
        heads = desk.titles(DATASET)
        self._today = f"police/drop/户籍人口_合成_{tools.day()}.csv"
        self._before = f"police/drop/户籍人口_合成_{tools.day(1)}.csv"
        self._file = DelimitedFile(tools.folder / self._today, desk.order(DATASET, "full"), heads, self._manner)

    def take(self, block: Block) -> None:
        """Appends the residents of a block; yesterday's delivery broke off among those of the first."""
        sheet = self._draw(block)
        rng = self._tools.dice("police", "dirt", block.number)
        if block.number == 0:
            self._break_off(sheet.take(np.arange(self._broken_rows(len(sheet)))), rng)
        sheet = _in_own_forms(soil(rng, sheet, DATASET))
        before = self._file.write(sheet)
        self._note(sheet, self._today, before)

    def _broken_rows(self, available: int) -> int:
        """How many rows the broken delivery would have begun with."""
        return min(available, max(20, int(self._tools.city.size.residents * BROKEN_SHARE)))

    def _break_off(self, sheet: Sheet, rng: np.random.Generator) -> None:
        """Writes yesterday's delivery, with its columns in another order, and cuts it."""
        sheet = _in_own_forms(soil(rng, sheet, DATASET))
        file = DelimitedFile(
            self._tools.folder / self._before, desk.order(DATASET, "broken"), desk.titles(DATASET), self._manner
        )
        file.write(sheet)
        file.close()
        whole = max(cut(file.path, 0.87, self._manner.encoding) - 1, 0)
        self._note(sheet.take(np.arange(whole)), self._before, 0)
        note = "昨日报送,传输中断:文件在一个汉字中间截断,应整批退回;列序与今日不同"
        self._tools.shipments.append(Shipment("police", DATASET, "file", self._before, note, rank=(1, "0")))

    def _note(self, sheet: Sheet, file: str, before: int) -> None:
        """Writes the truth of rows that were sent."""
        self._tools.truth.note(
            DATASET,
            sheet,
            file=file,
            before=before,
            head=1,
            key=sheet.columns["resident_id"],
            kinds=("person", "person"),
        )

    def _draw(self, block: Block) -> Sheet:
        """The register as it ought to be, but for the dead who are not struck off yet."""
        folk, rng, city = block.residents, self._tools.dice("police", block.number), self._tools.city
        rows = np.flatnonzero(folk.is_in_police & desk.still_listed(rng, folk, "police"))
        town = city.places.village_town[folk.village[rows]]
        ethnic = facts.read("names")["ethnic_titles"]
        columns = {
            "resident_id": folk.number[rows],
            "name": folk.name[rows],
            "sex": texts(["", "男", "女"])[folk.sex[rows]],
            "born_on": iso(folk.born[rows]),
            "ethnic_group": texts([ethnic[code] for code in folk.ethnic[rows].tolist()]),
            "household": _household_codes(city.places.town_codes()[town], folk.household[rows]),
            "relation": folk.relation[rows],
            "town": city.places.town_codes()[town],
            "address": desk.home_texts(block, folk.door[rows], folk.room[rows]),
            "phone": folk.phone[rows],
            "registered_on": iso(folk.registered[rows]),
            "remark": repeat("合成数据", len(rows)),
        }
        sheet = Sheet.of(columns, folk.subject[rows])
        sheet.mark(np.flatnonzero(~np.isnat(folk.died[rows])), "dead")
        _share_numbers(rng, sheet)
        return sheet

    def close(self) -> None:
        """Ends today's delivery."""
        self._file.close()
        self._tools.shipments.append(Shipment("police", DATASET, "file", self._today, "今日全量报送", rank=(1, "1")))


def _household_codes(town: Texts, household: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Texts:
    """Household numbers: division of the town and eight digits."""
    codes: Texts = town + padded(household, 8)
    return codes


def _share_numbers(rng: np.random.Generator, sheet: Sheet) -> None:
    """A few people were given the number of another (重号), mostly before computers."""
    rows = np.flatnonzero(happens(rng, desk.customs("shared_number")["police"], len(sheet)))
    if len(sheet) < 2:
        return
    others = (rows + 1) % len(sheet)
    sheet.columns["resident_id"][rows] = sheet.columns["resident_id"][others]
    sheet.mark(rows, "shared_number")


def _in_own_forms(sheet: Sheet) -> Sheet:
    """Birthdays as 19900101, other dates as 2026-11-24."""
    sheet.columns["born_on"] = desk.in_form(sheet.columns["born_on"], "compact")
    return sheet
