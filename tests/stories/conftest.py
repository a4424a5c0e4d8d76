"""What the stories share: a house over the city's packs, a worker that works off what waits, and people's browsers."""

import pytest
from django.test import Client
from django.utils import timezone

from taihu.control.accounts import sessions
from taihu.control.runs import work
from taihu.doors.desk import stores as provider
from taihu.doors.terminal import jobs
from tests import builders as make


@pytest.fixture
def house(tmp_path, monkeypatch):
    with make.a_house(tmp_path / "var") as stores:
        monkeypatch.setattr(provider, "opened", lambda: stores)
        yield stores


@pytest.fixture
def work_off(house):
    """The worker of the city does what waits for it."""

    def work_off(at=None):
        said = {"jobs": jobs.all_jobs(), "stores": house, "worker": "test", "once": True}
        return work.work(at_provider=lambda: at or timezone.now(), **said)

    return work_off


@pytest.fixture
def browse(house):
    """A browser signed in as somebody, without the cost of hashing a password."""

    def open_browser(person):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().timestamp()
        session.save()
        return client

    return open_browser
