"""Source: where a department's data lies and how it may be fetched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class File:
    """One file."""

    path: Path


@dataclass(frozen=True)
class Folder:
    """A drop folder: each file that is new, or has changed since it was fetched, is a delivery, in order of names."""

    path: Path
    pattern: str = "*"


@dataclass(frozen=True)
class Table:
    """A table or view of a database, by SQLAlchemy url; read in one transaction and never written."""

    url: str = field(repr=False)
    table: str
    schema: str | None = None


@dataclass(frozen=True)
class Api:
    """A paged JSON interface.

    `hosts` is the allow-list, `name` or `name:port` as the url spells it: without it nothing is called.
    `rows` is where the list of records stands in an answer (`data.rows`; empty: it is found). An
    interface pages by number, or by a `next` that is an address, a number or a mark.
    """

    url: str
    hosts: tuple[str, ...]
    rows: str = ""
    total: str = "total"
    pages: str = "pages"
    next: str = "next"
    page_parameter: str = "page"
    page_from: int = 1
    size_parameter: str = "size"
    size: int = 1000
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    seconds: float = 10.0
    attempts: int = 6


Source = File | Folder | Table | Api
