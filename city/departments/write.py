"""Writes all that the departments have, the truth beside it, and the list of deliveries."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from city.departments.civil import Civil
from city.departments.clinics import Clinics
from city.departments.desk import Department, Desk, Shipment
from city.departments.health import Health
from city.departments.market import Market
from city.departments.permits import Permits
from city.departments.plan import Plan
from city.departments.police import Police
from city.departments.societies import Societies
from city.departments.truth import Truth
from city.departments.water import Water
from city.world.city import City
from taihu.terms import fault
from taihu.terms.problem import Problem

MANIFEST = "manifest.json"
NOTICE = "本目录全部为合成数据(synthetic),由固定种子生成,不对应任何真实个人、企业或地点编号。\nEverything in this folder is synthetic: invented from a seed, about nobody.\n"
Progress = Callable[[int, int], None]


class NotACity(Problem):
    """The folder holds something that this program did not write."""

    code = "S-DIR-01"


class TooSmall(Problem):
    """Nobody could be a chief in a city this small."""

    code = "S-SIZE-01"


def write_city(city: City, folder: Path, *, port: int, progress: Progress) -> list[Shipment]:
    """Writes a city into a folder beside the last one and then takes its place; returns the deliveries in order."""
    check_is_ours(folder)
    part = folder.with_name(f"{folder.name}.part")
    if part.exists():
        fault.point("city.write.clear")
        shutil.rmtree(part)
    part.mkdir(parents=True)
    tools = Desk(city, part, Truth(part / "truth"), port)
    departments: list[Department] = [
        Plan(tools),
        Police(tools),
        Civil(tools),
        Societies(tools),
        Market(tools),
        Health(tools),
        Clinics(tools),
        Water(tools),
        Permits(tools),
    ]
    done = 0
    for block in city.blocks():
        tools.truth.note_residents(block.residents, city.places.village_codes)
        for department in departments:
            department.take(block)
        done += len(block.residents.subject)
        progress(done, city.size.residents)
    for department in departments:
        department.close()
    tools.truth.close()
    shipments = sorted(tools.shipments, key=lambda shipment: (shipment.rank, shipment.target))
    fault.point("city.write.notice")
    (part / "README.txt").write_text(NOTICE, encoding="utf-8")
    fault.point("city.write.manifest")
    (part / MANIFEST).write_bytes(orjson.dumps(to_manifest(city, shipments), option=orjson.OPT_INDENT_2) + b"\n")
    take_place(part, folder)
    return shipments


def check_is_ours(folder: Path) -> None:
    """Refuses to write over a folder that is not a city."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise NotACity(
            "目标目录不为空,且不是合成城市的目录。", where=str(folder), help="请换一个目录,或先移走其中的文件。"
        )


def take_place(part: Path, folder: Path) -> None:
    """Puts the finished folder where the last one was."""
    old = folder.with_name(f"{folder.name}.old")
    if old.exists():
        fault.point("city.write.clear")
        shutil.rmtree(old)
    fault.point("city.write.take-place")
    if folder.exists():
        folder.rename(old)
    part.rename(folder)
    if old.exists():
        fault.point("city.write.clear")
        shutil.rmtree(old)


def to_manifest(city: City, shipments: list[Shipment]) -> dict[str, Any]:
    """What was written, in the order in which it should be brought in."""
    return {
        "synthetic": True,
        "made": to_parameters(city),
        "deliveries": [_to_entry(shipment) for shipment in shipments],
    }


def to_parameters(city: City) -> dict[str, Any]:
    """What a city depends on."""
    return {"seed": city.seed, "residents": city.size.residents, "firms": city.size.firms, "today": str(city.today)}


def _to_entry(shipment: Shipment) -> dict[str, Any]:
    """One delivery; paths are relative to the folder of the manifest."""
    where = {"url": shipment.target} if shipment.kind == "api" else {"path": shipment.target}
    return {
        "department": shipment.department,
        "dataset": shipment.dataset,
        "kind": shipment.kind,
        **where,
        **shipment.extra,
        "note": shipment.note,
    }


def read_parameters(folder: Path) -> dict[str, Any] | None:
    """What the city in a folder depends on; None where there is none."""
    path = folder / MANIFEST
    made: dict[str, Any] | None = orjson.loads(path.read_bytes()).get("made") if path.exists() else None
    return made
