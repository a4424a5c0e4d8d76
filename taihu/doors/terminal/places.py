"""Where packs and the city's state lie on this machine: read from the environment once, at the door."""

from __future__ import annotations

import os
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[3]


def var() -> Path:
    """The folder of everything that is kept: `TAIHU_VAR`, else `var` beside the code."""
    return Path(os.environ.get("TAIHU_VAR", HOUSE / "var"))


def packs() -> Path:
    """The folder of packs: `TAIHU_PACKS`, else `packs` beside the code."""
    return Path(os.environ.get("TAIHU_PACKS", HOUSE / "packs"))


def built() -> Path:
    """The mark that a city was built to its end."""
    return var() / "built.json"
