"""Runs the tests of the vault under every suite."""

from __future__ import annotations

import pytest

from taihu.data.ledger import suite


@pytest.fixture(params=suite.SUITES)
def policy(request):
    """The policy of the node whose vault it is."""
    return suite.read_policy(request.param)
