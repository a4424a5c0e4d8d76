"""What the server loads: the gateway over this machine's stores."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from taihu.data.engines import stores as engine_stores
from taihu.doors.exchange import app, forward
from taihu.terms import shelf

HOUSE = Path(__file__).resolve().parents[3]


def now() -> datetime.datetime:
    """The clock of this door."""
    return datetime.datetime.now(datetime.UTC)


def load() -> object:
    """Opens the stores under the ledger segment `gateway` and builds the application."""
    root = Path(os.environ.get("TAIHU_VAR", HOUSE / "var"))
    packs = shelf.read_shelf(Path(os.environ.get("TAIHU_PACKS", HOUSE / "packs")))
    stores = engine_stores.open_stores(root, packs, segment="gateway")
    web = os.environ.get("TAIHU_WEB", "http://127.0.0.1:8001")
    return app.build(stores, forward.Forwarder(web), clock=now)


application = load()
