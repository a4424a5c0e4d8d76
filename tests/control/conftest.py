"""Fixtures of the tests of control."""

from __future__ import annotations

import pytest

from taihu.data.engines.stores import open_stores
from tests.control import control_builders as make


@pytest.fixture
def stores(tmp_path):
    opened = open_stores(tmp_path, make.a_shelf(), segment="test")
    yield opened
    opened.close()


@pytest.fixture
def acts(stores):
    """The acts in the ledger so far, oldest first."""
    return lambda: [found.entry.act for found in reversed(stores.ledger.entries(limit=500).entries)]
