"""Plays the interface of the health department: pages of records, with the faults that such interfaces have."""

from __future__ import annotations

import json
import socket
import threading
import zlib
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

import numpy as np

from city import facts
from city.departments import clinics, health
from taihu.terms.problem import Problem

ROUTES = {health.ROUTE: health.STEM, clinics.ROUTE: clinics.STEM}
HEADER = ("X-Data-Nature", "synthetic")
CALM = "calm"


class NothingToServe(Problem):
    """There is no city to serve."""

    code = "S-SERVE-01"


class PortTaken(Problem):
    """Another program listens there."""

    code = "S-SERVE-02"


class BadPage(Problem):
    """The caller asked for a page that cannot be."""

    code = "S-PAGE-01"


@dataclass
class Records:
    """The records of a resource on disk, read by their places. A city that is written anew is opened anew."""

    folder: Path
    stem: str
    _stamp: tuple[int, int] = (0, 0)
    _places: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = field(default_factory=lambda: np.zeros(1, np.int64))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def page(self, number: int, size: int) -> tuple[list[bytes], int]:
        """The lines of a page and the number of all records."""
        with self._lock, (self.folder / f"{self.stem}.jsonl").open("rb") as stream:
            places = self._open()
            total = len(places) - 1
            first, last = min((number - 1) * size, total), min(number * size, total)
            return _lines(stream, int(places[first]), int(places[last])), total

    def _open(self) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        """The places of the lines; read again when the file changed."""
        path = self.folder / f"{self.stem}.places"
        about = path.stat()
        if (about.st_mtime_ns, about.st_ino) != self._stamp:
            self._places = np.fromfile(path, dtype="<i8").astype(np.int64)
            self._stamp = (about.st_mtime_ns, about.st_ino)
        return self._places


def _lines(stream: BinaryIO, begin: int, end: int) -> list[bytes]:
    """The lines between two places."""
    stream.seek(begin)
    return stream.read(end - begin).splitlines()


class Weather:
    """Decides which call meets which fault: by page and by how often the page was asked for, never more than twice in a row."""

    def __init__(self, is_calm: bool) -> None:
        self._rates: dict[str, float] = {} if is_calm else facts.read("interface")["faults"]
        self._asked: dict[int, int] = {}
        self._row: dict[int, int] = {}
        self._lock = threading.Lock()

    def of(self, page: int) -> str:
        """The fault of this call; `calm` for none."""
        with self._lock:
            asked = self._asked[page] = self._asked.get(page, 0) + 1
            fault_ = self._draw(page, asked)
            row = self._row.get(page, 0)
            if fault_ != CALM and row >= 2:
                fault_ = CALM
            self._row[page] = row + 1 if fault_ != CALM else 0
            return fault_

    def _draw(self, page: int, asked: int) -> str:
        """A fault by the hash of page and call."""
        chance = zlib.crc32(f"{page}:{asked}".encode()) / 2**32
        for name, rate in self._rates.items():
            if chance < rate:
                return name
            chance -= rate
        return CALM


class Handler(BaseHTTPRequestHandler):
    """Answers calls; the server carries records and weather."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        """Answers the routes of the interface."""
        parts = urlsplit(self.path)
        if parts.path == "/":
            self._send(200, {"synthetic": True, "routes": [f"{route}?page=1&size=1000" for route in ROUTES]})
            return
        if parts.path not in ROUTES:
            self._send(404, {"code": 404, "message": "没有这个接口", "routes": list(ROUTES)})
            return
        try:
            page, size = read_page(parse_qs(parts.query))
        except BadPage as problem:
            self._send(400, {"code": 400, "message": problem.message})
            return
        self._answer(parts.path, page, size)

    def _answer(self, route: str, page: int, size: int) -> None:
        """Sends a page, or the fault that this call meets."""
        weather = self.server.weather[route].of(page)
        if weather == "unavailable":
            self._send(503, {"code": 503, "message": "服务繁忙,请稍后再试"}, ("Retry-After", "1"))
        elif weather == "failed":
            self._send(500, {"code": 500, "message": "系统内部错误"})
        elif weather == "silent":
            # The caller gives up, or we do: no answer, and the line is dropped.
            self.server.gone.wait(facts.read("interface")["silent_seconds"])
            self.close_connection = True
        else:
            body = self._page(route, page, size)
            self._send_bytes(200, body, sent=len(body) * 2 // 3 if weather == "cut" else len(body))

    def _page(self, route: str, page: int, size: int) -> bytes:
        """A page of records."""
        lines, total = self.server.records[route].page(page, size)
        pages = max(1, -(-total // size))
        following = f"{route}?page={page + 1}&size={size}" if page < pages else None
        head = {
            "code": 200,
            "message": "成功",
            "synthetic": True,
            "page": page,
            "size": size,
            "total": total,
            "pages": pages,
            "next": following,
        }
        return json.dumps(head, ensure_ascii=False).encode()[:-1] + b', "records": [' + b",".join(lines) + b"]}"

    def _send(self, status: int, content: dict[str, object], *headers: tuple[str, str]) -> None:
        """Sends a small answer."""
        self._send_bytes(status, json.dumps(content, ensure_ascii=False).encode(), *headers)

    def _send_bytes(self, status: int, body: bytes, *headers: tuple[str, str], sent: int | None = None) -> None:
        """Sends bytes; fewer than announced where the answer is cut."""
        self.send_response(status)
        for name, value in (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            HEADER,
            *headers,
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:sent] if sent is not None else body)
        self.close_connection = self.close_connection or (sent is not None and sent < len(body))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
        """Writes no log: addresses could carry values."""


class Server(ThreadingHTTPServer):
    """The interface of one city."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path, *, port: int, is_calm: bool) -> None:
        self.records = {route: Records(folder / "health", stem) for route, stem in ROUTES.items()}
        # Each resource has weather of its own, so that calls for one do not change the faults of the other.
        self.weather = {route: Weather(is_calm) for route in ROUTES}
        self.gone = threading.Event()
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """A caller that hangs up is no news."""


def read_page(query: dict[str, list[str]]) -> tuple[int, int]:
    """Number and size of the page asked for."""
    limits = facts.read("interface")
    page, size = query.get("page", ["1"])[-1], query.get("size", [str(limits["page_size"])])[-1]
    if not (page.isascii() and page.isdigit() and int(page) >= 1):
        raise BadPage("page 应为从 1 开始的整数")
    if not (size.isascii() and size.isdigit() and 1 <= int(size) <= limits["page_size_greatest"]):
        raise BadPage(f"size 应为 1 到 {limits['page_size_greatest']} 之间的整数")
    return int(page), int(size)


def open_server(folder: Path, *, port: int, is_calm: bool = False) -> Server:
    """A server that listens; the caller runs and closes it."""
    if not (folder / "health" / f"{health.STEM}.places").exists():
        raise NothingToServe("没有可供接口读取的合成城市。", where=str(folder), help="请先运行 python -m city write。")
    try:
        return Server(folder, port=port, is_calm=is_calm)
    except OSError as error:
        raise PortTaken(
            f"端口 {port} 无法监听。", where=f"127.0.0.1:{port}", help="请用 --port 换一个端口。"
        ) from error


def serve(folder: Path, *, port: int, is_calm: bool = False) -> None:
    """Serves until interrupted."""
    server = open_server(folder, port=port, is_calm=is_calm)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.gone.set()
    finally:
        server.server_close()
