"""A city of the real packs whose clock stands still, and a walk through all that everybody may see of it."""

from __future__ import annotations

import datetime
import json
import random
import re
import secrets
import types
import urllib.parse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import django.utils.timezone
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from taihu.control.accounts import sessions
from taihu.control.accounts.models import Person
from taihu.control.runs import actions as runs
from taihu.control.runs import work
from taihu.control.runs.models import Run
from taihu.data.collect import batches
from taihu.data.engines.stores import Stores
from taihu.data.guard import answer as guard
from taihu.data.guard import question, standing
from taihu.data.guard.draft import Answer
from taihu.data.vault import keys as vault_keys
from taihu.doors.desk import demo
from taihu.doors.terminal import jobs
from taihu.patterns import answers
from taihu.patterns.maps import geo
from taihu.terms.dataset import Dataset
from taihu.terms.problem import Problem
from taihu.terms.view import Reader
from tests.house.twin_deliveries import Delivery

BEGIN = datetime.datetime(2026, 11, 24, 1, tzinfo=datetime.UTC)
LINK = re.compile(r'(?:href|src|action)="([^"#]*)')
MOST_PAGES = 600
# Addresses that are the same for everybody, or no part of the portal.
BESIDE = ("/static/", "/desk", "/login", "/logout", "/demo", "tel:", "mailto:", "http")
Seen = dict[str, object]
# A leak that is put in on purpose: the address at which it shows, and what puts it in.
Plant = tuple[str, Callable[[pytest.MonkeyPatch, Stores], None]]


class Hands:
    """What two cities have in common beside their packs: the clock, the keys, and the dice."""

    def __init__(self, monkeypatch) -> None:
        self.at = BEGIN
        self.dice = random.Random(0)
        monkeypatch.setattr(django.utils.timezone, "now", lambda: self.at)
        monkeypatch.setattr(secrets, "choice", lambda letters: self.dice.choice(letters))
        monkeypatch.setattr(vault_keys, "secrets", types.SimpleNamespace(token_bytes=bytes))

    def start(self) -> None:
        """Sets clock and dice back."""
        self.at, self.dice = BEGIN, random.Random(0)

    def wait(self, **much: float) -> None:
        """Lets time pass."""
        self.at += datetime.timedelta(**much)


class TwinCity:
    """One of the two: built by the real road, from the desk's upload to the portal's release."""

    def __init__(self, stores: Stores, hands: Hands) -> None:
        self.stores, self.hands = stores, hands
        hands.start()
        demo.install(stores=stores, at=hands.at)

    def build(self, deliveries: Iterator[Delivery]) -> None:
        """Delivers, refines, links and releases."""
        for delivery in deliveries:
            self._deliver(delivery)
        for base in (base for pack in self.stores.shelf.packs.values() for base in pack.bases):
            runs.ask(job="link", args={"base": base.id}, at=self.hands.at, by="test")
            self.work()
        runs.ask(job="portal.release", at=self.hands.at, by="test")
        self.work()
        assert not Run.objects.exclude(problem_code="").exists()

    def _deliver(self, delivery: Delivery) -> None:
        department = self.stores.shelf.dataset(delivery.dataset).department
        steward = Person.objects.filter(department=department, assignments__role="steward").first()
        client = Client()
        client.force_login(steward, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[sessions.BEGUN] = session[sessions.SEEN] = timezone.now().timestamp()
        session.save()
        file = SimpleUploadedFile(delivery.filename, delivery.body)
        answer = client.post(reverse("desk:upload"), {"dataset": delivery.dataset, "file": file})
        assert answer.status_code == 302, answer.content.decode()
        self.work()
        batch = batches.list_batches(self.stores, dataset=delivery.dataset)[0]
        assert batch.accepted, (delivery.dataset, batch)
        self.hands.wait(minutes=1)

    def work(self) -> None:
        """The worker's rounds until nothing waits."""
        work.work(at_provider=timezone.now, jobs=jobs.all_jobs(), stores=self.stores, worker="test", once=True)


def look_at(city: TwinCity, words: Sequence[str], *, languages=("zh", "en"), methods=("GET", "HEAD"), only=()) -> Seen:
    """All that everybody may see of a city, by where it was seen; `words` are searched for, `only` some datasets asked."""
    seen: Seen = {}
    for language in languages:
        _crawl(city, language, methods, words, seen)
    for path in sorted((city.stores.root / "releases").rglob("*")):
        if path.is_file():
            seen[f"release {path.relative_to(city.stores.root)}"] = path.read_bytes()
    seen["index"] = _describe_index(city.stores.root / "search")
    _ask(city, [one for one in city.stores.shelf.datasets() if not only or one.name in only], seen)
    return seen


def look_under(city: TwinCity, plants: Mapping[str, Plant]) -> Seen:
    """What is seen where a plant should show, one plant after another."""
    seen: Seen = {}
    for name, (address, put) in plants.items():
        with pytest.MonkeyPatch.context() as patch:
            put(patch, city.stores)
            seen[name] = _get(city, Client(headers={"accept": "text/html"}), "GET", address)
    return seen


def _get(city: TwinCity, client: Client, method: str, address: str) -> tuple[int, list[tuple[str, str]], bytes]:
    city.hands.dice.seed(address)
    answer = client.generic(method, address)
    return answer.status_code, sorted(answer.items()), answer.getvalue()


def _crawl(city: TwinCity, language: str, methods: Sequence[str], words: Sequence[str], seen: Seen) -> None:
    client = Client(headers={"accept": "text/html"}, raise_request_exception=False)
    client.cookies["language"] = language
    waiting = ["/", reverse("portal:data_json"), *_guess(city, words)]
    known = set(waiting)
    while waiting and len(known) < MOST_PAGES:
        address = waiting.pop(0)
        for method in methods:
            seen[f"{method} {address} {language}"] = told = _get(city, client, method, address)
            found = _find_links(address, told[-1], dict(told[1]).get("Content-Type", "")) if method == "GET" else ()
            fresh = [link for link in found if link not in known]
            known |= set(fresh)
            waiting += fresh
    assert len(known) < MOST_PAGES, "the walk does not end"


def _find_links(address: str, body: bytes, kind: str) -> list[str]:
    if kind.startswith("application/json") and "/download/" not in address:
        text = json.dumps(json.loads(body))
        found = [urllib.parse.urlsplit(url).path for url in re.findall(r'"(http://testserver[^"]*)"', text)]
    elif kind.startswith("text/html") and "?" not in address:
        links = [link.replace("&amp;", "&") for link in LINK.findall(body.decode())]
        found = [urllib.parse.urljoin(address, link) for link in links if not link.startswith(BESIDE)]
    else:
        found = []
    return [link for link in dict.fromkeys(found) if link.startswith("/") and not link.startswith(BESIDE)]


def _guess(city: TwinCity, words: Sequence[str]) -> Iterator[str]:
    """Addresses that no page links to: closed and unknown datasets, forms that do not exist, questions."""
    for dataset in (*(one.id for one in city.stores.shelf.datasets()), "bases.people.nobody"):
        yield f"/data/{dataset}"
        yield f"/data/{dataset}/meta.json"
        yield f"/data/{dataset}/report"
        yield from (f"/data/{dataset}/download/{form}" for form in ("csv", "json", "xlsx", "parquet"))
    yield from (f"/data?{urllib.parse.urlencode({'q': word})}" for word in words)
    yield from (f"/data?sort={sort}" for sort in ("newest", "title", "rows"))
    yield from ("/data?page=99", "/data?fresh=late", "/data/reports/20261124-00000000", "/no-such-page")


def _describe_index(folder: Path) -> object:
    """The index's name is the digest of its words; its files carry random names, so that their kinds and sizes count."""
    return sorted((path.parent.name, path.suffix) for path in folder.rglob("*") if path.is_file())


def _ask(city: TwinCity, datasets: Sequence[Dataset], seen: Seen) -> None:
    """What the guard answers or refuses under the permits of everybody."""
    for dataset in datasets:
        permit = standing.open_permit(dataset)
        for name, asked in _questions(dataset):
            seen[f"ask {dataset.id} {name}"] = _try(
                lambda asked=asked, permit=permit: _tell(
                    guard.answer(asked, permit, stores=city.stores, by="test", at=city.hands.at)
                )
            )
    for pack in city.stores.shelf.packs.values():
        asking = answers.Asking(pack, Reader.PUBLIC, "test", city.hands.at, city.stores)
        for query in pack.queries:
            seen[f"query {query.name}"] = _try(lambda query=query, asking=asking: asking.query(query.name).rows)
        for chart in pack.maps:
            for layer in chart.layers:
                seen[f"map {layer.name}"] = _try(
                    lambda layer=layer, asking=asking: json.dumps(geo.draw_layer(layer, asking).features)
                )


def _questions(dataset: Dataset) -> Iterator[tuple[str, question.Question]]:
    key = dict.fromkeys(dataset.key, "x")
    yield "all", question.Rows(dataset.id, limit=5)
    yield "lookup", question.Lookup(dataset.id, key)
    yield "verify", question.Verify(dataset.id, key, {dataset.columns[-1].name: "x"})
    yield "returned", question.Rows(f"{dataset.id}.returned")
    for column in dataset.columns:
        yield f"column {column.name}", question.Rows(dataset.id, columns=(column.name,))
        yield f"order {column.name}", question.Rows(dataset.id, order=(question.Order(column.name),), limit=5)
        yield (
            f"empty {column.name}",
            question.Rows(dataset.id, where=(question.Condition(column.name, question.Op.EMPTY),)),
        )


def _tell(given: Answer) -> object:
    return (given.columns, given.rows, bool(given.next), given.withheld)


def _try(call: Callable[[], object]) -> str:
    try:
        return repr(call())
    except Problem as problem:
        return repr(problem.to_shape())


def find_differences(first: Seen, second: Seen) -> dict[str, str]:
    """Where two cities do not look the same, with the first place that differs."""
    names = sorted(first.keys() | second.keys())
    return {name: _differ(first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)}


def _differ(one: object, other: object) -> str:
    left, right = repr(one), repr(other)
    place = next((n for n, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    return f"{left[max(0, place - 60) : place + 60]} <> {right[max(0, place - 60) : place + 60]}"
