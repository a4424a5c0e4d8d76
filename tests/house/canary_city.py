"""A small city of the real packs, which keeps all that is shown, told, logged and written in it."""

from __future__ import annotations

import asyncio
import io

import httpx
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from taihu.control.accounts import sessions
from taihu.control.accounts.roles import Role
from taihu.control.runs import work
from taihu.data.collect import batches
from taihu.doors.exchange import app, forward
from taihu.doors.terminal import jobs
from tests import builders as make
from tests.house.canaries import find_canaries, find_in_files

PEOPLE = {
    "steward": ("police.s", Role.STEWARD),
    "approver": ("police.a", Role.APPROVER),
    "water": ("water.s", Role.STEWARD),
    "asker": ("civil.s", Role.STEWARD),
    "officer": ("bigdata.o", Role.OFFICER),
    "auditor": ("bigdata.u", Role.AUDITOR),
    "administrator": ("bigdata.y", Role.SYSADMIN),
}


class Watched:
    """A browser that keeps all that it was shown, by address: pages, headers, messages, where it was sent."""

    def __init__(self, person, seen):
        self.client, self.seen = Client(raise_request_exception=False), seen
        if person is None:
            return
        self.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        session = self.client.session
        session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().timestamp()
        session.save()

    def get(self, address, asked=None):
        return self._keep(self.client.get(address, asked))

    def post(self, address, said=None):
        return self._keep(self.client.post(address, said))

    def _keep(self, answer):
        request = answer.request
        place = f"{request['PATH_INFO']}?{request['QUERY_STRING']}"
        told = "\n".join((place, str(dict(answer.items())), str([str(m) for m in get_messages(answer.wsgi_request)])))
        self.seen.append((place, told.encode() + answer.getvalue()))
        return self.get(answer["Location"]) if answer.status_code in (302, 303) else answer


class City:
    """A small city of the real packs, with what was logged, seen and told in it."""

    def __init__(self, root, stores):
        self.root, self.stores = root, stores
        self.seen, self.log = [], io.StringIO()
        self.at_desk = {
            name: Watched(make.a_person(username, role), self.seen) for name, (username, role) in PEOPLE.items()
        }
        self.public = Watched(None, self.seen)

    def deliver(self, who, dataset, name, body, **more):
        """Sends a file at the desk and lets the worker do what came of it."""
        file = SimpleUploadedFile(name, body)
        self.at_desk[who].post(reverse("desk:upload"), {"dataset": dataset, "file": file, **more})
        self.work()
        return batches.list_batches(self.stores, dataset=dataset)[0]

    def work(self, more=None):
        """The worker's rounds until nothing waits."""
        known = {**jobs.all_jobs(), **(more or {})}
        work.work(at_provider=timezone.now, jobs=known, stores=self.stores, worker="test", once=True)

    def call(self, path, key, body):
        """Calls the exchange door as a system does."""
        shown = httpx.MockTransport(lambda request: httpx.Response(404))
        door = app.build(self.stores, forward.Forwarder("http://pages", shown), clock=timezone.now)

        async def send():
            transport = httpx.ASGITransport(door, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                said = {"content": body} if isinstance(body, str) else {"json": body}
                return await client.post(path, headers={"Authorization": f"Bearer {key}"}, **said)

        answer = asyncio.run(send())
        self.seen.append((path, str(answer.headers).encode() + answer.content))
        return answer

    def find_leaks(self):
        """The planted values by the place in which they were found."""
        database = "\n".join(connection.connection.iterdump())
        kept = str([session.get_decoded() for session in Session.objects.all()])
        places = [*self.seen, ("log", self.log.getvalue()), ("control database", database), ("sessions", kept)]
        leaks = {place: found for place, body in places if (found := find_canaries(body))}
        return leaks | find_in_files(self.root)
