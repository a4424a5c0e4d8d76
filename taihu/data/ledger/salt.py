"""Salt: random bytes for private parts, drawn many at a time, for each draw is a call to the system."""

from __future__ import annotations

import os

from taihu.data.ledger.record import SALT_BYTES

DRAWN = 256


class Salts:
    """A stock of salts for many threads; each is given once. A forked child must make a stock of its own."""

    def __init__(self) -> None:
        self._stock: list[bytes] = []

    def take(self) -> bytes:
        """A salt that nobody had."""
        try:
            return self._stock.pop()
        except IndexError:
            drawn = os.urandom(SALT_BYTES * DRAWN)
            self._stock.extend(drawn[at : at + SALT_BYTES] for at in range(SALT_BYTES, len(drawn), SALT_BYTES))
            return drawn[:SALT_BYTES]
