"""Fixtures of the tests of patterns."""

from __future__ import annotations

import pytest

from tests import builders as make


@pytest.fixture
def stores(tmp_path):
    with make.a_house(tmp_path) as opened:
        yield opened


@pytest.fixture
def acts(stores):
    """The acts in the ledger so far, oldest first."""
    return lambda: [found.entry.act for found in reversed(stores.ledger.entries(limit=500).entries)]
