"""One row of the police's file becomes a person whom three departments know, and a masked answer that proves itself."""

import asyncio
import functools
import importlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from taihu.control.accounts.roles import Role
from taihu.control.catalogue import actions as catalogue
from taihu.control.catalogue.models import Entry
from taihu.control.grants import actions as grants
from taihu.control.grants import looking, request
from taihu.data.collect import batches
from taihu.data.guard import answer as guard
from taihu.data.guard import serve, standing
from taihu.data.guard.question import Lookup, Rows
from taihu.data.intake import bring_in
from taihu.data.intake.source import File
from taihu.data.ledger import proof
from taihu.data.link import link, subjects
from taihu.data.refine import refine
from taihu.doors.exchange import app, forward
from taihu.terms.permit import Form
from tests import builders as make

HOUSE = Path(__file__).resolve().parents[2]
PERSON = "bases.people.person"
NUMBER = make.a_number("33050219900101001")
OTHER = make.a_number("33050219851231002")
WRONG = make.a_broken_number("33050219770707003")
FILES = {
    "bases.people.resident": (
        "户籍人口.csv",
        "gb18030",
        "公民身份号码,姓名,性别,出生日期,所属乡镇街道代码,户籍地址,联系电话,登记日期\n"
        f"{NUMBER},沈知远,男,1990-01-01,330502001,湖州市吴兴区月河街道1号,13800000001,2001-01-01\n"
        f"{OTHER},陈芳,女,1985-12-31,330502001,湖州市吴兴区月河街道2号,13800000002,2001-01-01\n"
        f"{WRONG},王敏,男,1977-07-07,330502001,湖州市吴兴区月河街道3号,13800000003,2001-01-01\n",
    ),
    "bases.people.health_record": (
        "健康档案.csv",
        "utf-8",
        f"档案编号,身份证号,姓名,本人电话,更新时间\nD1,{NUMBER},沈知远,13912345678,2026-11-20 08:00\n",
    ),
    "bases.people.assistance": (
        "救助对象.csv",
        "utf-8-sig",
        f"身份证号码,姓名,救助类别,月救助金额(元)\n{NUMBER},沈知远,低保,800\n",
    ),
}
ASKED = ("subject", "resident_id", "name", "phone")


@functools.cache
def read_walk():
    """The functions that the plan of the house lists, by the name that stands there."""
    text = (HOUSE / "ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition("## The walk of one resident row\n")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")][2:]
    return {cells[1].strip(" `"): find_function(cells[1].strip(" `")) for cells in rows}


def find_function(step):
    module, _, name = step.partition(":")
    return functools.reduce(getattr, name.split("."), importlib.import_module(module))


@pytest.fixture
def walked():
    """The steps of the walk that were really called, in the order of their first call, in whatever thread."""
    steps = {function.__code__: step for step, function in read_walk().items()}
    called = {}

    def note(frame, event, _argument):
        if event == "call" and frame.f_code in steps:
            called.setdefault(steps[frame.f_code])

    threading.setprofile(note)
    sys.setprofile(note)
    yield called
    sys.setprofile(None)
    threading.setprofile(None)


def bring_all(stores, folder):
    """Each department's file comes in and is refined; the batch of the police with what became of it."""
    told = {}
    for name, (filename, encoding, text) in FILES.items():
        path = folder / filename
        path.write_bytes(text.encode(encoding))
        said = {"stores": stores, "by": "worker", "at": make.MONDAY}
        (receipt,) = bring_in.bring_in(File(path), dataset=stores.shelf.dataset(name), **said)
        done = refine.refine(batch=receipt.batch, **said)
        batches.settle(batch=receipt.batch, accepted=done.accepted, returned=done.returned, **said)
        told[name] = (receipt, done)
    return told


def publish(stores, dataset):
    """The entry goes through both gates, by three people."""
    for department in {known.department for known in stores.shelf.datasets()}:
        make.a_department(department)
    said = {"at": make.MONDAY, "stores": stores}
    catalogue.sync(**said)
    entry = Entry.objects.get(dataset=dataset.id)
    steward = make.a_person("bigdata.steward", Role.STEWARD)
    words = {
        "contact": "数据资源科",
        "phone": "0572-2398000",
        "share_basis": "公共数据条例",
        "share_condition": "写明事项",
    }
    catalogue.write(entry=entry, words={"summary": dataset.summary, **words}, by=steward, **said)
    catalogue.submit(entry=entry, by=steward, **said)
    catalogue.approve(entry=entry, by=make.a_person("bigdata.approver", Role.APPROVER), **said)
    return catalogue.publish(entry=entry, by=make.a_person("bigdata.officer", Role.OFFICER), **said)


def grant(stores, dataset, on_commit):
    """Civil affairs ask, the bureau passes on, the owner looks and signs; the preview that she saw, and the key."""
    said = {"at": make.MONDAY, "stores": stores}
    asker = make.a_person("civil.steward", Role.STEWARD)
    approver = make.a_holder("bigdata", Role.APPROVER)
    asked = request.Request(
        dataset=dataset.id,
        columns=ASKED,
        forms=(Form.LOOKUP,),
        purpose="低保受理环节核对申请人身份",
        ground="社会救助暂行办法第五十八条",
        until=make.later(90).date(),
        assessment="仅在受理环节核对,不留存,影响可控",
    )
    with on_commit(execute=True):
        filed = grants.ask(asked=asked, system=make.a_system("civil"), dataset=dataset, by=asker, **said)
        grants.pass_on(grant=filed, by=make.a_holder("bigdata", Role.OFFICER), **said)
        shown = looking.preview(filed, by=approver, **said)
        grants.approve(grant=filed, dataset=dataset, seen=shown.digest, by=approver, **said)
    with on_commit(execute=True):
        return shown, grants.issue_key(grant=filed, by=asker, **said)


def call(stores, bearer, **body):
    """A window of civil affairs calls the door."""

    async def send():
        pages = forward.Forwarder("http://pages", httpx.MockTransport(lambda _request: httpx.Response(404)))
        transport = httpx.ASGITransport(app.build(stores, pages, clock=lambda: make.later(hours=1)))
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            headers = {"Authorization": f"Bearer {bearer}"}
            said = {"operator": "窗口01", **body}
            return await client.post(f"/exchange/v1/{PERSON}/lookup", json=said, headers=headers)

    return asyncio.run(send())


def verify_elsewhere(folder, written):
    """What an auditor does at home: a file, a program, an empty folder and no city."""
    folder.mkdir(exist_ok=True)
    (folder / "proof.json").write_bytes(written)
    command = [sys.executable, "-m", "taihu.doors.terminal", "verify", "proof.json"]
    nowhere = {"PYTHONPATH": str(HOUSE), "TAIHU_VAR": str(folder / "nowhere"), "PATH": os.environ["PATH"]}
    said = subprocess.run(command, cwd=folder, env=nowhere, capture_output=True, text=True, check=False)
    assert not (folder / "nowhere").exists()
    return said.returncode, said.stdout


@pytest.mark.django_db
@pytest.mark.slow
def test_the_row_walks_the_whole_road(house, walked, tmp_path, django_capture_on_commit_callbacks):
    people = house.shelf.packs["bases.people"].bases[0]
    told = bring_all(house, tmp_path)
    receipt, done = told["bases.people.resident"]
    batch = batches.find_batch(house, receipt.id)
    assert (batch.rows_in, batch.accepted, batch.returned) == (3, 2, 1)
    assert [(reason.code, reason.column, reason.rows) for reason in done.reasons] == [("R-IDN-02", "resident_id", 1)]
    assert all(one.rows_in == one.accepted + one.returned for _, one in told.values())

    found = link.link(people, stores=house, by="worker", at=make.MONDAY)
    rows = subjects.list_rows(people, stores=house)
    ours = next(r for r in rows if r.dataset == "bases.people.resident" and r.batch == batch.id and r.number == 2)
    assert {r.dataset for r in rows if r.subject == ours.subject} == set(FILES)
    assert (found.records, found.subjects) == (4, 2)

    register = house.shelf.dataset("bases.people.resident")
    own = standing.standing_permit("police", [register])
    seen = guard.answer(Rows(register.id, columns=("name",)), own, stores=house, by="police.steward", at=make.MONDAY)
    assert sorted(name for (name,) in seen.rows) == ["沈知远", "陈芳"], (
        "the police see their own right rows at the desk"
    )

    dataset = house.shelf.dataset(PERSON)
    serve.serve(dataset, stores=house)
    assert publish(house, dataset).number == 1
    shown, key = grant(house, dataset, django_capture_on_commit_callbacks)
    answered = call(house, key, key={"subject": ours.subject}, columns=list(ASKED)).json()
    names = [column["name"] for column in answered["columns"]]
    told_row = dict(zip(names, answered["rows"][0], strict=True))
    assert told_row == {
        "subject": ours.subject,
        "resident_id": f"330502********{NUMBER[-4:]}",
        "name": "沈**",
        "phone": "139****5678",  # the health centre is the sole source of phones
    }
    assert answered["rows"][0] in [list(row) for row in shown.answer.rows]
    counted = standing.standing_permit("bigdata", [dataset])
    asked = Lookup(dataset.id, {"subject": ours.subject}, ("sources",))
    assert guard.answer(asked, counted, stores=house, by="bureau.officer", at=make.MONDAY).rows == [(3,)]

    refused = call(house, key, key={"subject": ours.subject}, columns=["address"])
    assert (refused.status_code, refused.json()["code"]) == (403, "G-COLUMN-01")
    assert "申请数据项 address" in refused.json()["help"]

    entry = house.ledger.find(answered["ledger"]["id"]).entry
    assert (entry.act, entry.by, entry.system, entry.rows) == ("answer", "窗口01", "civil.window", 1)
    assert set(walked) == set(read_walk()), "a step of the plan was not walked"
    print("walked:", *walked, sep="\n  ")

    written = house.ledger.prove(answered["ledger"]["id"]).to_json()
    house.close()
    code, words = verify_elsewhere(tmp_path / "home", written)
    assert code == 0, words
    assert PERSON in words
    assert NUMBER not in written.decode()
    tampered = json.loads(written)
    tampered["public"] = tampered["public"].replace("civil", "water")
    code, words = verify_elsewhere(tmp_path / "home", json.dumps(tampered).encode())
    assert code == 1
    assert words.startswith("不成立")
    for name in ("number", "commitment", "path", "head"):
        assert not proof.verify(spoil(written, name)).is_valid, name


def spoil(written, name):
    """The proof with one thing in it changed."""
    said = json.loads(written)
    value = said[name]
    if isinstance(value, int):
        said[name] = value + 1
    elif isinstance(value, str):
        said[name] = value[:-1] + ("0" if value[-1] != "0" else "1")
    elif isinstance(value, list):
        said[name] = value[1:]
    else:
        said[name] = {**value, "size": value["size"] + 1}
    return json.dumps(said)


def test_the_plan_lists_a_walk():
    assert len(read_walk()) >= 9
    assert "taihu.data.guard.wicket:Wicket.answer" in read_walk()
