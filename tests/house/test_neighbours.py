"""What belongs to one department is not there for another: no route tells a neighbour's object from one that is none."""

from __future__ import annotations

import functools
import re
import urllib.parse
from pathlib import Path

import pytest
from django.urls import get_resolver, reverse
from django.utils import timezone

from taihu.control.accounts import keeper
from taihu.control.accounts.roles import Role
from taihu.control.grants import actions as grants
from taihu.control.grants import compile as compiling
from taihu.control.grants import keeping
from taihu.data.engines.stores import open_stores
from taihu.doors.desk import stores as provider
from taihu.doors.exchange import operations
from taihu.terms import shelf
from tests import builders as make
from tests.house import neighbours
from tests.house.canary_city import City, Watched

pytestmark = pytest.mark.slow
PACKS = Path(__file__).resolve().parents[2] / "packs"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')


def _routes(resolver=None, names=()):
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern, (*names, *filter(None, [pattern.namespace])))
        elif pattern.pattern.regex.groups:
            yield ":".join((*names, pattern.name or "")), (tuple(pattern.pattern.converters), pattern.callback)


ROUTES = dict(_routes())


def test_each_route_with_an_argument_is_in_the_table_once():
    tables = (neighbours.ABOUT, neighbours.COMMON, neighbours.ELSEWHERE)
    named = [route for table in tables for route in table]
    assert len(named) == len(set(named))
    assert set(named) == ROUTES.keys()


@pytest.mark.parametrize("place", sorted(set(neighbours.ELSEWHERE.values())))
def test_a_route_that_is_tried_elsewhere_is_tried_there(place):
    file, name = place
    assert f"def {name}(" in (PACKS.parent / file).read_text(encoding="utf-8")


@pytest.fixture
def world(db, tmp_path, monkeypatch, settings):
    stores = open_stores(tmp_path, shelf.read_shelf(PACKS), segment="test")
    monkeypatch.setattr(provider, "opened", lambda: stores)
    monkeypatch.setattr(timezone, "now", lambda: neighbours.AT)
    yield stores
    stores.close()


def _address(name, given):
    return reverse(name, kwargs={argument: given[argument] for argument in ROUTES[name][0]})


def _ask(client, name, given, said):
    """What both methods answer, without what the address itself says and without what changes with each request."""
    address = _address(name, given)
    told = []
    for answer in (client.get(address), client.post(address, said)):
        body = TOKEN.sub(b"", answer.getvalue())
        for spelling in (address, urllib.parse.unquote(address), urllib.parse.quote(address, safe="")):
            body = body.replace(spelling.encode(), b"HERE")
        where = answer.headers.get("Location", "").replace(address, "HERE")
        told.append((answer.status_code, where, len(body), body))
    return told


def test_a_neighbour_of_any_role_cannot_tell_an_object_from_none(world):
    things = neighbours.make_things(world)
    wrong = []
    for role in sorted(Role):
        client = _sign_in(make.a_person(f"plan.{role}", role))
        for name, kind in neighbours.ABOUT.items():
            thing = things[kind]
            if role not in keeper.admission_of(ROUTES[name][1]).roles():
                assert client.post(_address(name, thing.real)).status_code == 403, (role, name)
            elif role not in thing.seen_by:
                wrong += _compare(client, name, thing)
    assert wrong == []


def _compare(client, name, thing):
    """What differs between the neighbour's object and none, or betrays it."""
    real, unknown = (_ask(client, name, given, thing.said) for given in (thing.real, {**thing.real, **thing.unknown}))
    bodies = b"".join(told[-1] for told in real).decode(errors="replace")
    told = (name, [one[:3] for one in real], [one[:3] for one in unknown])
    if real != unknown or any(mark in bodies for mark in thing.marks):
        yield told
    if any(status not in (403, 404, 405, 409) for status, *_ in real):
        yield told


def _sign_in(person):
    return Watched(person, []).client


def test_the_owner_finds_each_object(world):
    """Otherwise the test above would pass over objects that nobody finds."""
    things = neighbours.make_things(world)
    make.a_person("water.steward", Role.STEWARD)
    at_desk = {name: _sign_in(make.a_holder(name, Role.STEWARD)) for name in ("police", "civil", "water")}
    found = set()
    for name, kind in neighbours.ABOUT.items():
        if kind not in found:
            thing, client = things[kind], at_desk[things[kind].owner]
            client.get("/desk/")  # shows what an earlier act left to say
            unknown = _ask(client, name, {**thing.real, **thing.unknown}, thing.said)
            found |= {kind} if _ask(client, name, thing.real, thing.said) != unknown else set()

    assert things.keys() - found == {"unpublished dataset"}


def test_each_operation_of_the_exchange_door_is_in_the_table():
    assert operations.BY_NAME.keys() == neighbours.EXCHANGE.keys()


@pytest.mark.parametrize("operation", sorted(neighbours.EXCHANGE))
def test_a_key_opens_a_neighbours_dataset_no_more_than_one_that_is_none(world, operation):
    neighbours.make_things(world)
    firm = world.shelf.dataset("bases.organisations.firm")
    grant = make.a_grant(world, firm, "uscc", "name")
    key = grants.issue_key(grant=grant, by=make.a_holder("civil", Role.STEWARD), at=neighbours.AT, stores=world)
    keeping.keep(compiling.to_permit(grant, firm), grant.key_hash, stores=world)
    real, unknown, body = neighbours.EXCHANGE[operation]
    call = functools.partial(City(world.root, world).call, key=key, body=body)

    told = [call(f"/exchange/v1/{name}/{operation}") for name in (real, unknown)]

    assert told[0].status_code in (403, 404), told[0].text
    assert told[0].status_code == told[1].status_code, (told[0].text, told[1].text)
    assert told[0].text.replace(real, "HERE") == told[1].text.replace(unknown, "HERE")
    assert "金丝雀" not in told[0].text
