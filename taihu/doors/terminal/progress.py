"""Says on standard error what a command is doing: a step, a bar or the seconds, and how long it took."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Iterator
from typing import TextIO

WIDTH = 24
TICK_SECONDS = 0.25
# A step that is not numbered leaves a line behind only where somebody had to wait for it.
TOLD_FROM_SECONDS = 1.0


class Step:
    """One step under way: how far it is, drawn once in a while by a thread of its own, on a terminal only."""

    def __init__(self, head: str, stream: TextIO) -> None:
        self._head = head
        self._stream = stream
        self._began = time.monotonic()
        self._far: tuple[int, int, str] = (0, 0, "")
        self._is_over = threading.Event()

    def count(self, done: int, total: int, unit: str = "") -> None:
        """So many of so many are done: drawn as a bar."""
        self._far = (done, total, unit)

    def draw(self) -> str:
        """The line as it stands."""
        done, total, unit = self._far
        seconds = time.monotonic() - self._began
        if not total:
            return f"{self._head} … {seconds:.0f} s"
        filled = min(WIDTH, WIDTH * done // total)
        return f"{self._head} {'█' * filled}{'░' * (WIDTH - filled)} {done:,}/{total:,}{unit and ' ' + unit} {seconds:.0f} s"

    def run(self) -> None:
        """Draws until the step is over."""
        while True:
            self._stream.write(f"\r\033[K{self.draw()}")
            self._stream.flush()
            if self._is_over.wait(TICK_SECONDS):
                return

    def end(self) -> float:
        """The step is over; how many seconds it took."""
        self._is_over.set()
        return time.monotonic() - self._began


class Progress:
    """The steps of one command, numbered where their number is known."""

    def __init__(self, steps: int = 0, stream: TextIO | None = None) -> None:
        self._steps = steps
        self._number = 0
        self._began = time.monotonic()
        self._stream = stream or sys.stderr

    @contextlib.contextmanager
    def step(self, words: str) -> Iterator[Step]:
        """One step; what it yields is told how far it is."""
        self._number += 1
        head = f"[{self._number}/{self._steps}] {words}" if self._steps else words
        step = Step(head, self._stream)
        is_seen = self._stream.isatty()
        drawing = threading.Thread(target=step.run, daemon=True)
        if is_seen:
            drawing.start()
        try:
            yield step
        finally:
            seconds = step.end()
            if is_seen:
                drawing.join()
                self._stream.write("\r\033[K")
            if self._steps or seconds >= TOLD_FROM_SECONDS:
                self._stream.write(f"{head}: {seconds:.1f} s\n")
            self._stream.flush()

    def end(self, words: str) -> None:
        """Says how long the whole took."""
        self._stream.write(f"{words} in {time.monotonic() - self._began:.1f} s\n")
