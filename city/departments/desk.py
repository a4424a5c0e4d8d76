"""What every department has on its desk: the city, a folder, dice, the book of truth and the list of deliveries."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from city import facts
from city.departments.truth import Truth
from city.dirt import dates
from city.dirt.sheet import Sheet
from city.world.chance import Flags, Ints, Texts, happens, stream, texts
from city.world.city import Block, City
from city.world.residents import Residents


@dataclass(frozen=True)
class Shipment:
    """One delivery as the manifest lists it; `target` is a path under var/city, a table or an address."""

    department: str
    dataset: str
    kind: str
    target: str
    note: str
    rank: tuple[int, str] = (0, "")
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass
class Desk:
    """The shared tools of the departments."""

    city: City
    folder: Path
    truth: Truth
    port: int = 8010
    shipments: list[Shipment] = field(default_factory=list)

    def dice(self, *names: str | int) -> np.random.Generator:
        """A stream of chance of a department."""
        return stream(self.city.seed, "department", *names)

    def day(self, back: int = 0) -> str:
        """The day so many days ago, as 20261124."""
        return str(self.city.today - np.timedelta64(back, "D")).replace("-", "")


class Department(Protocol):
    """Takes the city block by block and writes what it would send."""

    def take(self, block: Block) -> None:
        """Writes what the department knows of a block."""

    def close(self) -> None:
        """Ends its files and lists its deliveries."""


def customs(name: str) -> Any:
    """A rate of the table of customs."""
    return facts.read("dirt")["customs"][name]


def titles(dataset: str) -> dict[str, str]:
    """The heads that a department gives to the columns of a dataset."""
    heads: dict[str, str] = facts.read("dialects")[dataset]["heads"]
    return heads


def order(dataset: str, delivery: str) -> list[str]:
    """The order of the columns in a delivery."""
    named: list[str] = facts.read("dialects")[dataset]["orders"][delivery]
    return named


def in_form(values: Texts, form: str) -> Texts:
    """Dates that are still plain, in the department's own form."""
    return texts(
        [dates.write(value, form) if value[4:5] == "-" and len(value) == 10 else value for value in values.tolist()]
    )


def home_texts(block: Block, door: Ints, room: Texts) -> Texts:
    """Addresses down to the flat."""
    full: Texts = block.addresses.text[door] + room
    return full


@dataclass
class Knowledge:
    """What a department believes of some people, with what it does not know marked on the sheet later."""

    rows: Ints
    name: Texts
    address: Texts
    uses_former_name: Flags
    uses_former_address: Flags
    is_dead: Flags


def believe(rng: np.random.Generator, block: Block, rows: Ints, department: str) -> Knowledge:
    """The names and addresses that a department has of people; it learns of changes late."""
    folk: Residents = block.residents
    n = len(rows)
    renamed = (folk.name != folk.former_name)[rows]
    former_name = renamed & happens(rng, customs("former_name")[department], n)
    moved = folk.former_door[rows] >= 0
    former_address = moved & happens(rng, customs("former_address")[department], n)
    here = home_texts(block, folk.door[rows], folk.room[rows])
    before = block.addresses.text[folk.former_door[rows]]
    return Knowledge(
        rows=rows,
        name=np.where(former_name, folk.former_name[rows], folk.name[rows]),
        address=np.where(former_address, before, here),
        uses_former_name=former_name,
        uses_former_address=former_address,
        is_dead=~np.isnat(folk.died[rows]),
    )


def mark_belief(sheet: Sheet, known: Knowledge) -> None:
    """Marks what the department does not know."""
    for flags, dirt in (
        (known.uses_former_name, "former_name"),
        (known.uses_former_address, "former_address"),
        (known.is_dead, "dead"),
    ):
        sheet.mark(np.flatnonzero(flags), dirt)


def still_listed(rng: np.random.Generator, folk: Residents, department: str) -> Flags:
    """True for the living and for those of the dead whom the department has not struck off."""
    return np.isnat(folk.died) | happens(rng, customs("keeps_dead")[department], len(folk.subject))
