"""Signing: beside the worker's runs, a thread signs the node's head every ten seconds and at stop."""

from __future__ import annotations

import datetime
import logging
import threading
from collections.abc import Callable

from taihu.data.ledger import node
from taihu.data.ledger.ledger import Ledger
from taihu.terms import fall

log = logging.getLogger(__name__)
Clock = Callable[[], datetime.datetime]


class Signing:
    """Signs while it is entered; leaving it signs and publishes a last time."""

    def __init__(self, ledger: Ledger, clock: Clock, *, seconds: float = node.SIGN_SECONDS) -> None:
        self._ledger, self._clock, self._seconds = ledger, clock, seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="node-head", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._keep_up(is_last=True)

    def _run(self) -> None:
        while True:
            self._keep_up(is_last=False)
            if self._stop.wait(self._seconds):
                return

    def _keep_up(self, *, is_last: bool) -> None:
        try:
            node.keep_up(self._ledger, at=self._clock(), is_last=is_last)
        except Exception as fallen:
            # The outer edge of the thread: a full disk now must not keep the next head from being signed.
            log.error("the node's head could not be signed: %s", fall.describe(fallen))
