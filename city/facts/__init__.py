"""What is known of the city: places, weights, names, rates of dirt; data files and the function that reads them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parent
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read(name: str) -> Any:
    """The content of `<name>.yaml`; the caller must not change it."""
    with (FOLDER / f"{name}.yaml").open(encoding="utf-8") as stream:
        return yaml.load(stream, LOADER)  # noqa: S506 - a safe loader, written in C where there is one
