"""Load: many connections that each send one request after another; prints answers a second and the waits.

`python -m bench.load --port P --path /x --bodies FILE --seconds 5 --connections 64 [--key KEY]` prints JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from pathlib import Path

import uvloop


class Caller(asyncio.Protocol):
    """One connection: sends a body, reads a whole answer, sends the next."""

    def __init__(self, requests: list[bytes], begin: int, waits: list[float], faults: list[bytes]) -> None:
        self._requests = requests
        self._next = begin
        self._waits = waits
        self._faults = faults
        self._buffer = b""
        self._sent_at = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Sends the first request."""
        self.transport = transport  # type: ignore[assignment]
        self._send()

    def data_received(self, data: bytes) -> None:
        """Counts an answer when it is whole."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lowered = self._buffer[:head].lower()
        at = lowered.find(b"content-length:")
        length = int(lowered[at + 15 :].split(b"\r\n", 1)[0])
        if len(self._buffer) < head + 4 + length:
            return
        if not lowered.startswith(b"http/1.1 200"):
            self._faults.append(self._buffer[:300])
        self._buffer = self._buffer[head + 4 + length :]
        self._waits.append(time.perf_counter() - self._sent_at)
        self._send()

    def _send(self) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self._sent_at = time.perf_counter()
            self.transport.write(self._requests[self._next % len(self._requests)])
            self._next += 1


async def load(port: int, requests: list[bytes], connections: int, seconds: float) -> dict[str, float]:
    """Answers a second and the waits in milliseconds; raises where an answer was no 200."""
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    faults: list[bytes] = []
    callers = [
        (
            await loop.create_connection(
                lambda n=n: Caller(requests, n * 7919, waits, faults),  # type: ignore[misc]
                "127.0.0.1",
                port,
            )
        )[1]
        for n in range(connections)
    ]
    await asyncio.sleep(0.5)
    waits.clear()
    began = time.perf_counter()
    await asyncio.sleep(seconds)
    took, counted = time.perf_counter() - began, sorted(waits)
    for caller in callers:
        if caller.transport is not None:
            caller.transport.abort()
    if faults:
        raise SystemExit(f"{len(faults)} answers were not 200: {faults[0]!r}")
    return {
        "rate": len(counted) / took,
        "p50_ms": counted[len(counted) // 2] * 1000,
        "p99_ms": counted[len(counted) * 99 // 100] * 1000,
    }


def main() -> None:
    """Reads the bodies, one a line, and prints what came of the load."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--bodies", type=Path, required=True)
    parser.add_argument("--key", default="")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    key = f"Authorization: Bearer {asked.key}\r\n" if asked.key else ""
    head = f"POST {asked.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{key}Content-Type: application/json\r\n"
    requests = [
        f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode()
        for body in asked.bodies.read_text(encoding="utf-8").splitlines()
    ]
    print(json.dumps(uvloop.run(load(asked.port, requests, asked.connections, asked.seconds))))


if __name__ == "__main__":
    main()
