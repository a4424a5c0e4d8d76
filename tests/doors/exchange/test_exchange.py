import asyncio
import datetime
import io
from pathlib import Path

import httpx
import pytest
from openapi_spec_validator import validate

from taihu.data.collect import receive
from taihu.data.engines import stores as engine_stores
from taihu.data.guard import serve
from taihu.data.guard.permits import Permits, hash_key
from taihu.data.refine import refine
from taihu.doors.exchange import app, describe, forward
from taihu.terms import shelf
from taihu.terms.label import Label, Level
from taihu.terms.permit import Form, Permit, Quota

PACKS = Path(__file__).resolve().parents[3] / "packs"
AT = datetime.datetime(2026, 11, 24, 4, tzinfo=datetime.UTC)
NUMBER = "330501199001010018"
DATASET = "bases.people.resident"
TEXT = f"公民身份号码,姓名,性别,出生日期,民族,户号,与户主关系,所属乡镇街道代码,户籍地址,联系电话,登记日期\n{NUMBER},沈伟,男,1990-01-01,汉族,1,户主,330502100,浙江省湖州市吴兴区织里镇1号,13812345678,2001-01-01\n"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    opened = engine_stores.open_stores(tmp_path_factory.mktemp("var"), shelf.read_shelf(PACKS), segment="gateway")
    dataset = opened.shelf.dataset(DATASET)
    delivery = receive.Delivered(io.BytesIO(TEXT.encode()), "户籍人口.csv")
    receipt = receive.receive(delivery=delivery, dataset=dataset, stores=opened, by="test", at=AT)
    refine.refine(batch=receipt.batch, stores=opened, by="test", at=AT)
    serve.serve(dataset, stores=opened)
    permits = Permits(opened.root / "guard" / "permits.sqlite3")
    permits.keep(a_permit(), hash_key("right"))
    permits.keep(a_permit(grant="SQ-2", calls=1), hash_key("spent"))
    permits.keep(a_permit(grant="SQ-3", until=AT.date() - datetime.timedelta(days=1)), hash_key("late"))
    permits.close()
    yield opened
    opened.close()


def a_permit(grant="SQ-1", calls=1000, until=None):
    return Permit(
        grant=grant,
        department="civil",
        system="civil.relief",
        purpose="社会救助核对",
        ground="社会救助暂行办法第五十八条",
        reads=(DATASET,),
        columns=tuple(f"{DATASET}.{name}" for name in ("resident_id", "name", "sex")),
        label=Label(Level.L2, frozenset({"person"})),
        forms=frozenset((Form.LOOKUP, Form.VERIFY)),
        until=until or AT.date(),
        quota=Quota(calls_a_day=calls),
    )


@pytest.fixture
def call(stores):
    """Calls the door as a client would; pages behind it answer with what they were asked."""

    def page(request):
        if request.url.path == "/gone":
            raise httpx.ConnectError("nobody")
        headers = {
            "x-seen": request.headers.get("accept-encoding", "none"),
            "x-for": request.headers.get("x-forwarded-for", ""),
        }
        return httpx.Response(
            200, stream=httpx.ByteStream(f"{request.method} {request.url.raw_path.decode()}".encode()), headers=headers
        )

    forwarder = forward.Forwarder("http://pages", httpx.MockTransport(page))
    transport = httpx.ASGITransport(app.build(stores, forwarder, clock=lambda: AT), raise_app_exceptions=False)

    async def send(method, path, **more):
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            client.headers.clear()
            return await client.request(method, path, **more)

    def go(method, path, *, key="right", **more):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return asyncio.run(send(method, path, headers={**headers, **more.pop("headers", {})}, **more))

    return go


def lookup(call, *, key="right", dataset=DATASET, **body):
    return call(
        "POST",
        f"/exchange/v1/{dataset}/lookup",
        key=key,
        json={"key": {"resident_id": NUMBER}, "operator": "窗口01", **body},
    )


def test_a_lookup_is_masked_and_names_its_place_in_the_ledger(call, stores):
    told = lookup(call).json()

    assert dict(zip([c["name"] for c in told["columns"]], told["rows"][0], strict=True)) == {
        "resident_id": "330501********0018",
        "name": "沈*",
        "sex": "1",
    }
    entry = stores.ledger.find(told["ledger"]["id"]).entry
    assert (entry.act, entry.by, entry.grant, entry.rows) == ("answer", "窗口01", "SQ-1", 1)


def test_a_verification_tells_agreement_and_no_value(call):
    asked = {"key": {"resident_id": NUMBER}, "claims": {"name": "沈伟", "sex": "2"}, "operator": "窗口01"}

    answered = call("POST", f"/exchange/v1/{DATASET}/verify", json=asked)

    assert answered.json()["agrees"] == {"name": True, "sex": False}
    assert "沈伟" not in answered.text


def test_a_refused_column_says_which_to_request(call):
    refused = lookup(call, columns=["phone"])

    assert refused.status_code == 403
    assert refused.json()["code"] == "G-COLUMN-01"
    assert "phone" in refused.text


@pytest.mark.parametrize(
    ("method", "path", "key", "more", "status", "code"),
    [
        ("POST", f"/exchange/v1/{DATASET}/lookup", "", {"json": {}}, 401, "X-001"),
        ("POST", f"/exchange/v1/{DATASET}/lookup", "wrong", {"json": {"key": {}, "operator": "a"}}, 401, "X-001"),
        ("POST", f"/exchange/v1/{DATASET}/lookup", "right", {"content": b"{"}, 400, "X-002"),
        ("POST", f"/exchange/v1/{DATASET}/lookup", "right", {"content": b"[" * 60_000}, 400, "X-002"),
        (
            "POST",
            f"/exchange/v1/{DATASET}/lookup",
            "right",
            {"json": {"key": {"resident_id": "1"}, "operator": "a", "level": "L4"}},
            400,
            "X-002",
        ),
        ("POST", f"/exchange/v1/{DATASET}/lookup", "right", {"content": b" " * 70_000}, 413, "X-003"),
        ("POST", f"/exchange/v1/{DATASET}/erase", "right", {"json": {}}, 404, "X-004"),
        ("GET", "/exchange/v1/nothing", "right", {}, 404, "X-004"),
        ("DELETE", "/exchange/v1/openapi.json", "right", {}, 404, "X-004"),
        (
            "POST",
            "/exchange/v1/bases.people.person/lookup",
            "right",
            {"json": {"key": {"subject": "x"}, "operator": "a"}},
            403,
            "G-READS-01",
        ),
        (
            "POST",
            f"/exchange/v1/{DATASET}/lookup",
            "late",
            {"json": {"key": {"resident_id": NUMBER}, "operator": "a"}},
            403,
            "G-UNTIL-01",
        ),
        ("GET", "/exchange/v1/permits", "wrong", {}, 401, "X-001"),
        ("GET", "/gone", "", {}, 503, "X-010"),
    ],
)
def test_every_refusal_has_the_one_shape(call, method, path, key, more, status, code):
    refused = call(method, path, key=key, **more)

    assert set(refused.json()) == {"code", "message", "where", "help"}
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert NUMBER not in refused.text


def test_a_spent_quota_is_told_as_such(call):
    first, second = lookup(call, key="spent"), lookup(call, key="spent")

    assert (first.status_code, second.status_code) == (200, 429)


def test_a_key_tells_its_permits(call):
    (permit,) = call("GET", "/exchange/v1/permits").json()["permits"]

    assert (permit["grant"], permit["level"], permit["forms"]) == ("SQ-1", "L2", ["lookup", "verify"])


def test_other_paths_are_forwarded_as_they_were_asked(call):
    page = call("GET", "/data?q=%E6%B2%B3", key="", headers={"X-Forwarded-For": "6.6.6.6"})

    assert page.text == "GET /data?q=%E6%B2%B3"
    assert page.headers["x-seen"] == "none"
    assert page.headers["x-for"] == "127.0.0.1"


def test_the_description_is_valid_and_points_inside_itself():
    document = describe.document()

    validate(document)
    assert "://" not in str(document)
