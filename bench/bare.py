"""The bare lookup: the same server, framework and lookup file; no key, no permit, no mask, no ledger."""

from __future__ import annotations

import os
from pathlib import Path

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.house import ASKED, DATASET
from taihu.data.serving.lookup import Serving
from taihu.doors.exchange import calls

SERVING = Serving(Path(os.environ["TAIHU_VAR"]) / "serving")


async def look_up(request: Request) -> Response:
    """The row of a key as it stands in the file; the key comes as the file holds it."""
    asked = calls.read(await request.body(), calls.Lookup)
    rows = SERVING.lookup(DATASET, asked.key, columns=ASKED)
    told = orjson.dumps({"columns": ASKED, "rows": rows})
    return Response(told, media_type="application/json", headers={"Cache-Control": "no-store"})


application = Starlette(routes=[Route("/exchange/v1/{dataset}/lookup", look_up, methods=["POST"])])
