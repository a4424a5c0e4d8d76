"""Runs the tests of the ledger under every suite."""

from __future__ import annotations

import pytest

from taihu.data.ledger import suite
from tests.data.ledger import ledger_world


@pytest.fixture(params=suite.SUITES)
def policy(request, monkeypatch):
    """The policy of the node whose ledgers `a_ledger` makes."""
    monkeypatch.setattr(ledger_world, "POLICY", suite.read_policy(request.param))
    return ledger_world.POLICY
