"""The water bureau lists who may take water, as the holders wrote themselves down: short and old names, few codes."""

from __future__ import annotations

import numpy as np

from city.departments import desk, register
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.delimited import DelimitedFile, Manner
from city.world.chance import Ints, happens, iso, padded, rank_within, repeat
from city.world.city import Block

DATASET = "bases.organisations.water_permit"
MANNER = Manner(encoding="gb18030")


class Permits:
    """Writes `water/drop/permit/*.csv`."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._sheets: list[Sheet] = []

    def take(self, block: Block) -> None:
        """Chooses the bodies of a block that take water; some hold a further permit."""
        rng, bodies = self._tools.dice("permits", block.number), block.bodies
        takes = rng.random(len(bodies.subject)) < register.share_by_field(bodies.field)
        rows = np.flatnonzero(takes & ~bodies.is_closed & (bodies.kind != "个体工商户"))
        rows = np.sort(np.r_[rows, rows[happens(rng, desk.customs("more_permits"), len(rows))]])
        self._sheets.append(self._draw(rng, block, rows))

    def _draw(self, rng: np.random.Generator, block: Block, rows: Ints) -> Sheet:
        """The permits: each was written on a day of its own, so that two of one holder need not agree."""
        bodies, n = block.bodies.take(rows), len(rows)
        towns = self._tools.city.places.town_codes()[self._tools.city.places.village_town[bodies.village]]
        sheet = register.draw(rng, self._tools.city, block, bodies, "water")
        district = np.array([town[:6] for town in towns.tolist()], dtype=object)
        sheet.columns |= {
            "permit": repeat("D", n) + district + repeat("S", n) + padded(bodies.subject * 10 + rank_within(rows), 8),
            "use": register.draw_uses(rng, bodies.field),
            "cubic_metres": (rng.integers(1, 400, n) * 500).astype("U9").astype(object),
            "until": iso(self._tools.city.today + rng.integers(30, 1800, n).astype("timedelta64[D]")),
            "remark": repeat("合成数据", n),
        }
        return sheet

    def close(self) -> None:
        """Writes the list."""
        sheet = soil(self._tools.dice("permits", "dirt"), Sheet.joined(self._sheets), DATASET)
        target = f"water/drop/permit/取水许可_合成_{self._tools.day()}.csv"
        file = DelimitedFile(self._tools.folder / target, desk.order(DATASET, "full"), desk.titles(DATASET), MANNER)
        file.write(sheet)
        file.close()
        self._tools.truth.note(
            DATASET,
            sheet,
            file=target,
            before=0,
            head=1,
            key=sheet.columns["permit"],
            kinds=("body", "person"),
        )
        note = "取水许可台账:持证人名称多为旧称或简称,部分没有信用代码"
        self._tools.shipments.append(Shipment("water", DATASET, "file", target, note, rank=(3, "2")))
