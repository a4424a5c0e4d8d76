"""Money in fen: read from what people write, never through a float."""

from __future__ import annotations

import re
from decimal import Decimal

AMOUNT = re.compile(r"[¥￥]?\s*(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?)\s*(亿元|万元|元|分|亿|万)?")
FEN = {"分": 1, "元": 100, "": 100, "万元": 1_000_000, "万": 1_000_000, "亿元": 10_000_000_000, "亿": 10_000_000_000}


def read_fen(text: str) -> int:
    """Reads `1,214.50 元`, `30万元`, `￥5`; without a unit the number is yuan. Raises ValueError, also for parts of a fen."""
    match = AMOUNT.fullmatch(text.strip())
    if not match:
        raise ValueError("not an amount of money")
    fen = Decimal(match[1].replace(",", "")) * FEN[match[2] or ""]
    if fen != fen.to_integral_value():
        raise ValueError("an amount has no parts of a fen")
    return int(fen)
