"""Health keeps records that its interface hands out page by page; this writes the file behind the interface."""

from __future__ import annotations

import numpy as np

from city import facts
from city.departments import desk
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.lines import LinesFile
from city.world import numbers
from city.world.chance import Floats, Ints, Texts, happens, iso, padded, pick, repeat, stream, texts
from city.world.city import Block
from city.world.names import draw_given

DATASET = "bases.people.health_record"
STEM = "records"
ROUTE = f"/health/{STEM}"
# How the interface pages, as the manifest says it.
PAGED = {
    "page_from": 1,
    "page_parameter": "page",
    "size_parameter": "size",
    "rows": "records",
    "pages": "pages",
    "next": "next",
}
DISEASES = ("高血压", "2型糖尿病", "冠心病", "慢性阻塞性肺疾病", "脑卒中", "慢性肾病")
BLOOD = {"A": 0.27, "B": 0.24, "O": 0.29, "AB": 0.08, "不详": 0.12}


class Health:
    """Writes `health/records.jsonl` and the places of its lines."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._doctors = _doctors(tools)
        self._file = LinesFile(tools.folder / "health", STEM, desk.order(DATASET, "full"), desk.titles(DATASET))

    def take(self, block: Block) -> None:
        """Appends the records of a block."""
        sheet = self._draw(block)
        sheet = soil(self._tools.dice("health", "dirt", block.number), sheet, DATASET)
        before = self._file.write(sheet)
        self._tools.truth.note(
            DATASET,
            sheet,
            file=f"health/{STEM}",
            before=before,
            head=0,
            key=sheet.columns["record"],
            kinds=("person", "person"),
        )

    def _draw(self, block: Block) -> Sheet:
        """The records as health knows them: former names and addresses, old numbers, some people twice."""
        folk, rng = block.residents, self._tools.dice("health", block.number)
        covered = happens(rng, desk.customs("covered")["health"], len(folk.subject)) & desk.still_listed(
            rng, folk, "health"
        )
        rows = np.flatnonzero(covered)
        known = desk.believe(rng, block, rows, "health")
        n = len(rows)
        town = self._tools.city.places.village_town[folk.village[rows]]
        phone = folk.phone[rows]
        other = np.flatnonzero(happens(rng, desk.customs("other_phone")["health"], n) & (phone != ""))
        phone[other] = numbers.mobiles(rng, facts.read("prefixes")["mobile"], len(other))
        columns = {
            "record": self._tools.city.places.town_codes()[town] + padded(folk.subject[rows], 8),
            "resident_id": folk.number[rows],
            "name": known.name,
            "sex": folk.sex[rows].astype("U1").astype(object),
            "born_on": iso(folk.born[rows]),
            "phone": phone,
            "address": known.address,
            "blood_type": pick(rng, BLOOD, n),
            "chronic": chronic(rng, folk.age[rows]),
            "doctor": self._doctors[town, rng.integers(0, self._doctors.shape[1], n)],
            "updated_at": self._times(rng, n),
            "remark": repeat("synthetic", n),
        }
        sheet = Sheet.of(columns, folk.subject[rows])
        desk.mark_belief(sheet, known)
        sheet.mark(other, "other_phone")
        sheet.mark(np.flatnonzero(folk.number[rows] == ""), "without_number")
        _shorten(rng, sheet, folk.born[rows].astype("datetime64[Y]").astype(np.int64) + 1970)
        return _record_twice(rng, sheet)

    def _times(self, rng: np.random.Generator, n: int) -> Texts:
        """Moments of the last change, within working hours."""
        day = iso(self._tools.city.today - (rng.integers(1, 540, n)).astype("timedelta64[D]"))
        second = rng.integers(8 * 3600, 17 * 3600, n)
        clock = [f" {each // 3600:02d}:{each // 60 % 60:02d}:{each % 60:02d}" for each in second.tolist()]
        written: Texts = day + texts(clock)
        return written

    def close(self) -> None:
        """Ends the file and lists the interface."""
        self._file.close()
        note = "分页接口,偶有 5xx、超时与截断的应答,需重试"
        target = f"http://127.0.0.1:{self._tools.port}{ROUTE}"
        self._tools.shipments.append(Shipment("health", DATASET, "api", target, note, rank=(4, ""), extra=dict(PAGED)))


def _doctors(tools: Desk) -> Texts:
    """Six doctors for each town."""
    towns = len(tools.city.places.towns)
    rng = stream(tools.city.seed, "doctors")
    n = towns * 6
    given = draw_given(rng, np.where(happens(rng, 0.5, n), 1, 2).astype(np.int64), rng.integers(1965, 1998, n))
    surnames = {
        name: weight for name, weight in facts.read("huzhou")["population"]["surname_weights"].items() if name != "src"
    }
    named: Texts = (pick(rng, surnames, n) + given.first + given.second).reshape(towns, 6)
    return named


def chronic(rng: np.random.Generator, age: Floats) -> Texts:
    """Chronic diseases by age, separated by 、."""
    share = np.clip((age - 35) / 90, 0.004, 0.5)
    first = rng.random(len(age)) < share
    second = first & (rng.random(len(age)) < 0.3)
    drawn = rng.choice(len(DISEASES), len(age), p=[0.55, 0.22, 0.09, 0.06, 0.05, 0.03])
    written = np.where(first, texts(list(DISEASES))[drawn], "")
    further = texts(list(DISEASES))[(drawn + 1) % len(DISEASES)]
    both: Texts = np.where(second, written + "、" + further, written)
    return both


def _shorten(rng: np.random.Generator, sheet: Sheet, year: Ints) -> None:
    """Old people often still have the number of fifteen digits in their record."""
    custom = desk.customs("fifteen")
    rows = np.flatnonzero(
        (year < custom["born_before"])
        & happens(rng, custom["health"], len(sheet))
        & (sheet.columns["resident_id"] != "")
    )
    rows = rows[year[rows] >= 1900]
    sheet.columns["resident_id"][rows] = texts(
        [value[:6] + value[8:17] for value in sheet.columns["resident_id"][rows].tolist()]
    )
    sheet.mark(rows, "fifteen")


def _record_twice(rng: np.random.Generator, sheet: Sheet) -> Sheet:
    """A few people have a second record, opened at another clinic under another key."""
    rows = np.flatnonzero(happens(rng, desk.customs("second_record")["health"], len(sheet)))
    second = sheet.take(rows)
    second.columns["record"] = texts([f"{value[:9]}9{value[10:]}" for value in second.columns["record"].tolist()])
    second.mark(np.arange(len(rows)), "second_record")
    return Sheet.joined([sheet, second])
