"""Calls an interface with patience: time-outs, growing pauses, a cap on attempts, no redirects, no proxies."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from taihu.data.collect.readers import documents
from taihu.data.intake import address
from taihu.data.intake.database import SourceDown
from taihu.data.intake.source import Api
from taihu.terms import problem

MOST_BYTES = 64_000_000
LONGEST_PAUSE = 30.0
AGAIN = {408, 425, 429, 500, 502, 503, 504}


class Rejected(problem.Problem):
    """The interface answers, and says no."""

    code = "C-083"
    status = 502


class _Later(Exception):
    """An attempt failed in a way that may pass; `seconds` is how long the interface asks us to wait."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.seconds = seconds


def call(source: Api, url: str, client: httpx.Client, pause: Callable[[float], None]) -> Any:
    """The JSON of one page; raises SourceDown after the last attempt, Rejected, NotAllowed."""
    why = ""
    for attempt in range(source.attempts):
        try:
            return _attempt(source, url, client)
        except _Later as later:
            why = later.why
            if attempt + 1 < source.attempts:
                pause(min(max(later.seconds, 0.5 * 2**attempt), LONGEST_PAUSE))
    raise SourceDown(
        f"接口连续 {source.attempts} 次没有正常应答（{why}）。",
        where=show(url),
        help="请部门检查接口；下次将从中断的页继续。",
    )


def show(url: str) -> str:
    """An address without its query, which may hold keys or values."""
    return url.partition("?")[0][:200]


def _attempt(source: Api, url: str, client: httpx.Client) -> Any:
    """One call to the checked address under the name of the host."""
    target = address.check(url, source.hosts)
    parsed = httpx.URL(url)
    try:
        with client.stream(
            "GET",
            parsed.copy_with(host=target.address),
            headers={**source.headers, "Host": parsed.netloc.decode("ascii"), "Accept": "application/json"},
            extensions={"sni_hostname": target.host},
        ) as answer:
            _check_status(answer, url)
            return _decode(_read(answer), url)
    except httpx.TimeoutException:
        raise _Later("超时") from None
    except httpx.HTTPError:
        raise _Later("连接中断") from None


def _check_status(answer: httpx.Response, url: str) -> None:
    """Raises _Later for what may pass, Rejected for what will not."""
    if answer.status_code in AGAIN:
        asked = answer.headers.get("Retry-After", "")
        raise _Later(f"状态 {answer.status_code}", float(asked) if asked.isdigit() else 0.0)
    if answer.is_redirect:
        raise Rejected("接口转向了别的地址，未跟随。", where=show(url), help="请在数据源中登记最终的地址。")
    if answer.status_code != 200:
        raise Rejected(
            f"接口拒绝了请求（状态 {answer.status_code}）。", where=show(url), help="请核对地址、参数和访问凭证。"
        )


def _read(answer: httpx.Response) -> bytes:
    """The body, counted while it inflates."""
    body = bytearray()
    for chunk in answer.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Rejected("一页应答超过 64 MB。", where=show(str(answer.url)), help="请减小每页行数。")
    return bytes(body)


def _decode(body: bytes, url: str) -> Any:
    """JSON with numbers as texts; half an answer is worth another attempt."""
    try:
        return documents.DECODER.decode(body.decode("utf-8"))
    except RecursionError:
        raise Rejected("接口应答嵌套过深。", where=show(url), help="请核对接口。") from None
    except (json.JSONDecodeError, UnicodeDecodeError, documents.NotJson):
        raise _Later("应答不是完整的 JSON") from None
