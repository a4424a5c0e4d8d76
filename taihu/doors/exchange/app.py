"""The gateway process: exchange operations answered here, everything else forwarded to the pages."""

from __future__ import annotations

import contextlib
import datetime
import logging
import uuid
from collections.abc import AsyncIterator, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from taihu.data.engines import stores as engine_stores
from taihu.doors.exchange import calls, describe, forward, operations, problems
from taihu.terms import fall
from taihu.terms.problem import Problem

LOG = logging.getLogger("taihu.exchange")
PREFIX = "/exchange/v1"
Clock = Callable[[], datetime.datetime]


def build(stores: engine_stores.Stores, forwarder: forward.Forwarder, *, clock: Clock) -> Starlette:
    """The application over opened stores; `clock` is read once per call, here at the door."""
    door = operations.open_door(stores)

    async def answer(request: Request) -> Response:
        operation = operations.BY_NAME.get(request.path_params["operation"])
        if operation is None:
            raise problems.UnknownRoute(
                "没有这个接口", where=request.url.path, help=f"接口清单见 {PREFIX}/openapi.json"
            )
        body = await read_body(request)
        key = bearer(request)
        call = operations.Call(dataset=request.path_params["dataset"], key=key, body=body, at=clock())
        told = await operation(call, door)
        return Response(told, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def mine(request: Request) -> Response:
        told = operations.my_permits(bearer(request), door.wicket, clock())
        return Response(told, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def openapi(_request: Request) -> Response:
        return JSONResponse(describe.document())

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await forwarder.close()

    routes = [
        Route(f"{PREFIX}/openapi.json", openapi, methods=["GET"]),
        Route(f"{PREFIX}/permits", mine, methods=["GET"]),
        Route(f"{PREFIX}/{{dataset}}/{{operation}}", answer, methods=["POST"]),
        Route(f"{PREFIX}/{{rest:path}}", unknown, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        Route("/{path:path}", forwarder.forward, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    ]
    handlers = {Problem: on_problem, HTTPException: on_http, Exception: on_fall}
    return Starlette(routes=routes, exception_handlers=handlers, lifespan=lifespan)


async def read_body(request: Request) -> bytes:
    """The body, read no further than a call may be long; raises TooLarge."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > calls.LARGEST_BODY:
            raise problems.TooLarge(f"请求体超过 {calls.LARGEST_BODY // 1024} kB", help="请分批调用")
    return bytes(body)


def bearer(request: Request) -> str:
    """The key that the call carries; raises NoKey."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise problems.NoKey(
            "缺少调用密钥",
            where="Authorization",
            help="请在请求头中加入 Authorization: Bearer <密钥>；密钥在授权批准后于工作台领取",
        )
    return key.strip()


async def unknown(request: Request) -> Response:
    """Says that there is no such operation."""
    raise problems.UnknownRoute("没有这个接口", where=request.url.path, help=f"接口清单见 {PREFIX}/openapi.json")


async def on_problem(_request: Request, found: Exception) -> Response:
    """An anticipated refusal, in the one shape."""
    assert isinstance(found, Problem)  # noqa: S101 - registered for Problem only
    return problems.respond(found)


async def on_http(request: Request, found: Exception) -> Response:
    """What Starlette itself refuses: a method that a route does not take."""
    status = getattr(found, "status_code", 500)
    if status == 405:
        return problems.respond(
            problems.WrongMethod(
                "该接口不接受这种请求方法", where=request.method, help=f"接口清单见 {PREFIX}/openapi.json"
            )
        )
    return problems.respond(problems.UnknownRoute("没有这个地址", where=request.url.path))


async def on_fall(_request: Request, found: Exception) -> Response:
    """The outer edge: logs under a number, tells only the number."""
    number = uuid.uuid4().hex[:12]
    LOG.error("fell %s: %s", number, fall.describe(found))
    return problems.respond(problems.Fell(f"服务内部错误，编号 {number}", help="请将编号告知平台运营人员"))
