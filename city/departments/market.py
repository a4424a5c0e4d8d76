"""Market supervision opens a database: a table of bodies with column names of its trade, capital in words."""

from __future__ import annotations

import sqlite3

import numpy as np

from city.departments import desk
from city.departments.desk import Desk, Shipment
from city.dirt.sheet import Sheet
from city.dirt.soil import soil
from city.world.chance import Ints, Texts, happens, iso, repeat, texts
from city.world.city import Block
from taihu.terms import fault

DATASET = "bases.organisations.firm"
TARGET = "market/market.sqlite3"
TABLE = "T_MARKET_ENT"


class Market:
    """Writes `market/market.sqlite3`."""

    def __init__(self, tools: Desk) -> None:
        self._tools = tools
        self._order = desk.order(DATASET, "full")
        self._rows = 0
        path = tools.folder / TARGET
        path.parent.mkdir(parents=True, exist_ok=True)
        fault.point("city.write.database")
        self._database = sqlite3.connect(path)
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        columns = ", ".join(f'"{desk.titles(DATASET)[name]}" TEXT' for name in self._order)
        self._database.execute(f'CREATE TABLE "{TABLE}" ("PRIPID" INTEGER PRIMARY KEY, {columns})')
        holes = ", ".join("?" * (len(self._order) + 1))
        self._insert = f'INSERT INTO "{TABLE}" VALUES ({holes})'  # noqa: S608 - holes only
        self._database.execute("CREATE TABLE T_README (CONTENT TEXT)")
        self._database.execute(
            "INSERT INTO T_README VALUES ('合成数据 synthetic: 市场主体登记,不对应真实企业与个人;REGCAP 带单位')"
        )

    def take(self, block: Block) -> None:
        """Enters the bodies of a block."""
        sheet = soil(self._tools.dice("market", "dirt", block.number), self._draw(block), DATASET)
        first = self._rows + 1
        columns = [sheet.columns[name].tolist() for name in self._order]
        fault.point("city.write.firms")
        self._database.executemany(self._insert, zip(range(first, first + len(sheet)), *columns, strict=True))
        self._tools.truth.note(
            DATASET,
            sheet,
            file=f"market/{TABLE}",
            before=self._rows,
            head=0,
            key=sheet.columns["uscc"],
            kinds=("body", "person"),
        )
        self._rows += len(sheet)

    def _draw(self, block: Block) -> Sheet:
        """The register of bodies; leaders who took another name mostly stand there under the former one."""
        firms, folk, places = block.firms, block.residents, self._tools.city.places
        rng = self._tools.dice("market", block.number)
        leader = firms.leader
        former = (folk.name != folk.former_name)[leader] & happens(
            rng, desk.customs("former_name")["market"], len(leader)
        )
        columns = {
            "uscc": firms.code,
            "name": firms.name,
            "kind": firms.kind,
            "status": firms.status,
            "established_on": iso(firms.established),
            "industry": firms.industry,
            "town": places.town_codes()[places.village_town[firms.village]],
            "address": desk.home_texts(block, firms.door, firms.room),
            "capital_fen": capital_words(rng, firms.capital_wan),
            "representative": np.where(former, folk.former_name[leader], folk.name[leader]),
            "representative_id": folk.number[leader],
            "phone": firms.phone,
            "remark": repeat("合成数据", len(leader)),
        }
        sheet = Sheet.of(columns, firms.subject, folk.subject[leader])
        sheet.mark(np.flatnonzero(former), "former_name")
        sheet.mark(np.flatnonzero(~np.isnat(folk.died[leader])), "dead")
        return sheet

    def close(self) -> None:
        """Commits the database."""
        fault.point("city.write.database.commit")
        self._database.commit()
        self._database.close()
        note = "数据库表,列名为市场监管行业代码,资本带单位(万元)"
        self._tools.shipments.append(
            Shipment("market", DATASET, "sql", TARGET, note, rank=(3, ""), extra={"table": TABLE})
        )


def capital_words(rng: np.random.Generator, wan: Ints) -> Texts:
    """Capital as clerks typed it over the years."""
    forms = ("{wan}万元", "{wan}万元", "{wan}万元", "{wan}.00万元", "{yuan}元", "{grouped}元", "{wan}万")
    drawn = rng.integers(0, len(forms), len(wan))
    return texts(
        [
            forms[form].format(wan=each, yuan=each * 10_000, grouped=f"{each * 10_000:,}")
            for form, each in zip(drawn.tolist(), wan.tolist(), strict=True)
        ]
    )
