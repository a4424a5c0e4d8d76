"""Forwards whatever is not exchange to the web process, so that the city has one origin."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from taihu.doors.exchange import problems

# Headers that belong to one connection (RFC 9110 §7.6.1), and those that only this door may set.
HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
}
OURS = {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "x-real-ip"}
TIMEOUT = httpx.Timeout(5.0, read=120.0, write=120.0)


class Forwarder:
    """Keeps the connections to the web process."""

    def __init__(self, target: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._target = httpx.URL(target)
        self._client = httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, transport=transport, trust_env=False)

    async def forward(self, request: Request) -> Response:
        """Sends the request on, streams the response back; 503 in the one error shape where nobody listens."""
        try:
            answered = await self._send(request)
        except httpx.TransportError:
            return problems.respond(
                problems.WebIsDown("页面服务暂时不可用", help="请稍后重试；数据接口不受影响"),
                headers={"Retry-After": "5"},
            )
        headers = [(name, value) for name, value in answered.headers.multi_items() if name not in HOP_BY_HOP]
        response = StreamingResponse(
            answered.aiter_raw(), status_code=answered.status_code, background=BackgroundTask(answered.aclose)
        )
        length = answered.headers.get("content-length")
        response.raw_headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in [*headers, *([("content-length", length)] if length else [])]
        ]
        return response

    async def _send(self, request: Request) -> httpx.Response:
        """Sends once; reading is repeated once, because a kept connection may have been closed at the other end."""
        url = self._target.copy_with(path=request.url.path, query=request.url.query.encode() or None)
        content = _content(request)
        # Not built by the client, which would ask for encodings in the caller's name.
        asked = httpx.Request(request.method, url, headers=_headers(request), content=content)
        try:
            return await self._client.send(asked, stream=True)
        except (httpx.RemoteProtocolError, httpx.ReadError):
            if content is not None or request.method not in {"GET", "HEAD"}:
                raise
            return await self._client.send(asked, stream=True)

    async def close(self) -> None:
        """Closes the connections."""
        await self._client.aclose()


def _headers(request: Request) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in request.headers.raw if name.decode("latin-1") not in HOP_BY_HOP | OURS]
    client = request.client.host if request.client else ""
    host = request.headers.get("host", "")
    length = request.headers.get("content-length")
    added = [
        (b"x-forwarded-for", client.encode()),
        (b"x-forwarded-host", host.encode("latin-1")),
        (b"x-forwarded-proto", request.url.scheme.encode()),
    ]
    return [*kept, *added, *([(b"content-length", length.encode())] if length else [])]


def _content(request: Request) -> AsyncIterator[bytes] | None:
    has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
    return request.stream() if has_body else None
