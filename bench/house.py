"""A house to measure: 100,000 residents brought in, refined and served, and a grant whose key opens them."""

from __future__ import annotations

import datetime
import random
from pathlib import Path

from bench.refine import COLUMNS, NOON, PACKS, write_residents
from taihu.data.collect import batches
from taihu.data.engines import stores as engines
from taihu.data.guard import serve
from taihu.data.guard.permits import Permits, hash_key
from taihu.data.intake import bring_in
from taihu.data.intake.source import File
from taihu.data.refine.refine import refine
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Permit, Quota
from taihu.terms.shelf import read_shelf

DATASET = "bases.people.resident"
KEY = "bench-" + "k" * 40
ASKED = ("name", "sex", "born_on", "town", "address", "phone")


def make(root: Path, rows: int = 100_000) -> list[str]:
    """Brings the rows in and keeps the permit; returns 5,000 numbers of residents to ask for."""
    root.mkdir(parents=True, exist_ok=True)
    bare, headed = root / "bare.csv", root / "residents.csv"
    write_residents(bare, rows, dirt=500)
    lines = bare.read_text(encoding="utf-8").splitlines()
    headed.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    stores = engines.open_stores(root / "var", read_shelf(PACKS), segment="terminal")
    try:
        dataset = stores.shelf.dataset(DATASET)
        for receipt in bring_in.bring_in(File(headed), dataset=dataset, stores=stores, by="bench", at=NOON):
            done = refine(batch=receipt.batch, stores=stores, by="bench", at=NOON)
            batches.settle(
                stores=stores, batch=receipt.batch, accepted=done.accepted, returned=done.returned, by="bench", at=NOON
            )
        serve.serve(dataset, stores=stores)
        Permits(root / "var" / "guard" / "permits.sqlite3").keep(permit(), hash_key(KEY))
    finally:
        stores.close()
    good = [line.split(",")[0] for line in lines if line[:1].isdigit()]
    return random.Random(7).sample(good, 5_000)  # noqa: S311 - which residents are asked for is no secret


def permit() -> Permit:
    """A lookup of six columns, masked above L2."""
    return Permit(
        grant="bench",
        department="civil",
        system="bench",
        purpose="测速",
        ground="测速",
        reads=(DATASET,),
        columns=tuple(f"{DATASET}.{name}" for name in ASKED),
        label=Label(Level.L2, frozenset({"person"})),
        forms=frozenset({Form.LOOKUP, Form.VERIFY}),
        until=datetime.date(2099, 12, 31),
        quota=Quota(calls_a_day=1_000_000_000),
    )
