"""A paged interface is fetched whole through outages, and only where it is allowed."""

import http.server
import json
import multiprocessing
import os
import signal
import threading
import types
from urllib.parse import parse_qs, urlsplit

import pytest

from taihu.data.collect import batches
from taihu.data.intake import address, call
from taihu.data.intake.bring_in import bring_in
from taihu.data.intake.database import SourceDown
from taihu.data.intake.source import Api
from taihu.data.objects.objects import Objects
from taihu.terms import fault

pytestmark = pytest.mark.slow

ROWS = [{"统一社会信用代码": f"U{n:04}", "企业名称": f"企业{n}", "注册资本": n / 4} for n in range(25)]


class Department(http.server.ThreadingHTTPServer):
    """Serves ROWS by pages of ten; `faults` are (page, times) → what goes wrong."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.faults = {}
        self.asked = []
        self.rows = list(ROWS)
        self.with_next = True


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        self.server.asked.append(page)
        fault_ = self.server.faults.get(page, [])
        what = fault_.pop(0) if fault_ else ""
        pages = -(-len(self.server.rows) // 10)
        body = {
            "code": 0,
            "total": len(self.server.rows),
            "pages": pages,
            "records": self.server.rows[page * 10 - 10 : page * 10],
        }
        if self.server.with_next:
            body["next"] = f"/health/records?page={page + 1}&size=10" if page < pages else None
        content = json.dumps(body, ensure_ascii=False).encode()
        status = {"500": 500, "503": 503, "403": 403, "302": 302}.get(what, 200)
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        if what == "302":
            self.send_header("Location", "http://169.254.169.254/")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if what == "cut" else content)
        self.close_connection = what == "cut"

    def log_message(self, *arguments):
        """Says nothing."""


@pytest.fixture
def department():
    with Department() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def fetch(department, stores, firms, at):
    pauses = []

    def fetch(**more):
        port = department.server_port
        source = Api(
            **{
                "url": f"http://127.0.0.1:{port}/health/records",
                "hosts": (f"127.0.0.1:{port}",),
                "rows": "records",
                "size": 10,
                "seconds": 2,
                **more,
            }
        )
        [receipt] = bring_in(source, dataset=firms, stores=stores, by="market.steward", at=at, pause=pauses.append)
        return receipt

    fetch.pauses = pauses
    return fetch


def test_all_pages_are_one_delivery_and_the_same_rows_one_batch(fetch, rows, stores, department):
    first = fetch()
    assert first.rows == 25
    assert rows(first, "uscc, capital")[1] == ("U0001", "0.25")
    assert fetch().id == first.id
    department.with_next = False
    assert fetch(rows="").id == first.id
    assert fetch(pages="none", total="none").id == first.id
    assert not list((stores.root / "objects" / "incoming").iterdir())
    assert not list((stores.root / "collect").glob("fetch-*"))


def test_outages_are_waited_out_with_growing_pauses(fetch, department):
    department.faults = {1: ["503"], 2: ["500", "cut", "503"], 3: ["cut"]}
    assert fetch().rows == 25
    assert fetch.pauses == [0.5, 0.5, 1.0, 2.0, 0.5]


def test_after_the_last_attempt_the_fetch_stops_and_later_goes_on_at_the_page(fetch, department, stores):
    department.faults = {3: ["500"] * 6}
    with pytest.raises(SourceDown):
        fetch()
    assert batches.list_batches(stores) == []
    department.asked.clear()
    assert fetch().rows == 25
    assert department.asked == [3]


def test_a_total_that_changes_between_pages_begins_anew(fetch, department, rows):
    department.faults = {3: ["500"] * 6}
    with pytest.raises(SourceDown):
        fetch()
    department.rows.insert(0, {"统一社会信用代码": "NEW", "企业名称": "新", "注册资本": 1})
    receipt = fetch()
    assert receipt.rows == 26
    assert rows(receipt, "uscc")[0] == ("NEW",)


@pytest.mark.parametrize("what", ["403", "302"])
def test_a_refusal_or_a_redirect_is_told_and_not_followed(fetch, department, what):
    department.faults = {1: [what]}
    with pytest.raises(call.Rejected):
        fetch()
    assert fetch.pauses == []


def test_a_next_page_elsewhere_is_not_called(fetch, department):
    department.rows[0] = dict(ROWS[0])
    with pytest.raises(call.Rejected):
        fetch(rows="records.nothing")
    with pytest.raises(address.NotAllowed):
        fetch(hosts=("example.org",))


TRICKS = [
    "http://0x7f000001/", "http://2130706433/", "http://127.1/", "http://①②⑦.0.0.1/", "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/", "http://169.254.169.254/", "http://user:x@listed.example/", "file:///etc/passwd", "gopher://listed.example/",
    "http://listed.example@evil.example/", "http:///x", "http://listed.example:99999/",
]  # fmt: skip


@pytest.mark.parametrize("url", TRICKS)
def test_an_address_that_is_not_listed_is_never_called(url):
    with pytest.raises(address.NotAllowed):
        address.check(url, ("listed.example",))


@pytest.mark.parametrize(
    "answer",
    [
        "127.0.0.1",
        "::1",
        "169.254.169.254",
        "0.0.0.0",  # noqa: S104 - not bound to
        "224.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "::ffff:127.0.0.1",
    ],
)
def test_a_listed_name_that_resolves_into_this_machine_is_refused(answer):
    with pytest.raises(address.NotAllowed):
        address.check("http://listed.example/", ("listed.example",), resolver=lambda host, port: [answer])


def test_a_listed_name_is_resolved_once_and_that_address_is_called():
    target = address.check("https://listed.example/x", ("listed.example",), resolver=lambda host, port: ["10.1.2.3"])
    assert (target.host, target.address, target.port) == ("listed.example", "10.1.2.3", 443)


def die(source, root, firms, at, point):
    def decide(name):
        if name == point[0]:
            point[1] -= 1
            if not point[1]:
                os.kill(os.getpid(), signal.SIGKILL)

    fault.decide_by(decide)
    stores = types.SimpleNamespace(
        root=root, objects=Objects(root / "objects"), ledger=types.SimpleNamespace(append=lambda e: None)
    )
    bring_in(source, dataset=firms, stores=stores, by="market.steward", at=at)


@pytest.mark.parametrize(
    "point",
    [
        ["intake.progress.rows", 2],
        ["intake.progress.state", 2],
        ["register.keep.insert", 1],
        ["intake.progress.clear", 1],
    ],
)
def test_killed_at_any_point_the_next_fetch_is_whole(fetch, department, stores, firms, at, point, rows):
    port = department.server_port
    source = Api(f"http://127.0.0.1:{port}/health/records", (f"127.0.0.1:{port}",), rows="records", size=10)
    victim = multiprocessing.get_context("fork").Process(target=die, args=(source, stores.root, firms, at, point))
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    receipt = fetch()
    assert [uscc for (uscc,) in rows(receipt, "uscc")] == [row["统一社会信用代码"] for row in ROWS]
    assert len(batches.list_batches(stores)) == 1
