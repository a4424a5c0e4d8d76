"""Fixtures of the tests of the desk: stores in a folder, and browsers that are signed in."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from taihu.control.accounts import sessions
from taihu.doors.desk import stores as provider
from tests import builders as make
from tests.control import control_builders as small


@pytest.fixture
def stores(tmp_path, monkeypatch):
    with make.a_house(tmp_path, small.a_shelf()) as opened:
        monkeypatch.setattr(provider, "opened", lambda: opened)
        yield opened


@pytest.fixture
def browse(stores):
    """A browser signed in as somebody, without the cost of hashing a password."""

    def open_browser(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().timestamp()
        session.save()
        return client

    return open_browser
