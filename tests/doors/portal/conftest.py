"""Fixtures of the tests of the portal."""

from __future__ import annotations

import pytest
from django.test import Client

from taihu.data.engines.stores import open_stores
from taihu.doors.desk import stores as provider
from taihu.doors.portal import search
from tests.doors.portal import portal_builders as make


@pytest.fixture
def stores(tmp_path, monkeypatch):
    opened = open_stores(tmp_path, make.a_shelf(), segment="test")
    monkeypatch.setattr(provider, "opened", lambda: opened)
    yield opened
    opened.close()
    search._open.cache_clear()


@pytest.fixture
def city(db, stores):
    """Stores with readings in the lake and all entries published."""
    make.put_readings(stores)
    make.publish_all(stores)
    return stores


@pytest.fixture
def browser():
    return Client(headers={"accept": "text/html"})
