"""Fixtures of the tests of patterns."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from taihu.data.engines.stores import open_stores
from taihu.terms import shelf

PACKS = Path(__file__).resolve().parents[2] / "packs"


@functools.cache
def the_shelf() -> shelf.Shelf:
    return shelf.read_shelf(PACKS)


@pytest.fixture
def stores(tmp_path):
    opened = open_stores(tmp_path, the_shelf(), segment="test")
    yield opened
    opened.close()


@pytest.fixture
def acts(stores):
    """The acts in the ledger so far, oldest first."""
    return lambda: [found.entry.act for found in reversed(stores.ledger.entries(limit=500).entries)]
