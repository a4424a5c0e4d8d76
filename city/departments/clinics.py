"""Health lists who may treat people: public and private institutions, handed out by its interface as a second resource."""

from __future__ import annotations

import numpy as np

from city import facts
from city.departments import desk, register
from city.departments.desk import Desk, Shipment
from city.departments.health import PAGED
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.formats.lines import LinesFile
from city.world.bodies import Bodies
from city.world.chance import iso, padded, repeat, texts
from city.world.city import Block

DATASET = "bases.organisations.medical_institution"
STEM = "institutions"
ROUTE = f"/health/{STEM}"
KINDS = {"Q8411": "医院", "Q8416": "医院", "Q8421": "社区卫生服务机构", "Q8423": "卫生院", "Q8425": "门诊部(诊所)"}


class Clinics:
    """Writes `health/institutions.jsonl` and the places of its lines."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._file = LinesFile(tools.folder / "health", STEM, desk.order(DATASET, "full"), desk.titles(DATASET))

    def take(self, block: Block) -> None:
        """Appends the institutions of a block: all that heal and are open."""
        rng = self._tools.dice("clinics", block.number)
        heals = np.isin(block.bodies.field, texts(facts.read("bodies")["healing"])) & ~block.bodies.is_closed
        bodies = block.bodies.take(np.flatnonzero(heals))
        sheet = soil(self._tools.dice("clinics", "dirt", block.number), self._draw(rng, block, bodies), DATASET)
        before = self._file.write(sheet)
        self._tools.truth.note(
            DATASET,
            sheet,
            file=f"health/{STEM}",
            before=before,
            head=0,
            key=sheet.columns["licence"],
            kinds=("body", "person"),
        )

    def _draw(self, rng: np.random.Generator, block: Block, bodies: Bodies) -> Sheet:
        """The institutions as health knows them."""
        n = len(bodies.subject)
        sheet = register.draw(rng, self._tools.city, block, bodies, "health")
        beds = np.where(bodies.field == "Q8425", 0, rng.integers(1, 60, n) * 10)
        sheet.columns |= {
            "licence": repeat("PDY", n) + padded(bodies.subject, 8),
            "kind": texts([KINDS[each] for each in bodies.field.tolist()]),
            "beds": beds.astype("U5").astype(object),
            "updated_at": iso(self._tools.city.today - rng.integers(1, 700, n).astype("timedelta64[D]"))
            + repeat(" 09:00:00", n),
            "remark": repeat("synthetic", n),
        }
        return sheet

    def close(self) -> None:
        """Ends the file and lists the resource."""
        self._file.close()
        target = f"http://127.0.0.1:{self._tools.port}{ROUTE}"
        note = "同一接口平台的第二个资源:医疗机构,翻页方式与健康档案相同"
        self._tools.shipments.append(Shipment("health", DATASET, "api", target, note, rank=(3, "3"), extra=dict(PAGED)))
