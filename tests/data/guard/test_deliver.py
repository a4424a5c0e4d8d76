"""An export is marked for its recipient, registered and entered before it leaves; a leaked one names her."""

import csv
import dataclasses
import datetime
import io
import random

import pytest

from taihu.data.guard import deliver, question
from taihu.data.guard.answer import answer
from taihu.data.guard.imprint import apart, leak
from taihu.data.guard.imprint.leak import NotALeak
from taihu.doors.terminal import trace
from taihu.terms.label import Label, Level
from taihu.terms.permit import Quota
from tests.data.guard import guard_world as world

PEOPLE = tuple(
    (f"33050219900101{n:04d}", f"人{n}", f"138{n:08d}", f"33050200{n % 7}", "1990-01-01", f"{n}.50", True, 1, f"2026-11-{n % 27 + 1:02d} 08:{n % 60:02d}:00")
    for n in range(200)
)  # fmt: skip
QUERY = "bases.people.earned"


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    root = tmp_path_factory.mktemp("deliver")
    world.QUERIES["earned"] = "select name, income, seen_at, town from person"
    world.QUERIES["sorted"] = "select name, income from person order by income desc"
    try:
        opened = world.a_shelf_and_stores(root)
    finally:
        del world.QUERIES["earned"], world.QUERIES["sorted"]
    world.write_people(opened, PEOPLE)
    yield opened
    opened.close()


def permit(**differences):
    label = Label(Level.L4, frozenset(("person",)))
    columns = ("name", "income", "seen_at", "town")
    return world.a_permit(label=label, columns=columns, quota=Quota(1000, 1000), **differences)


def hand_out(stores, by, form="csv", query=QUERY, days=0, **differences):
    at = world.NOON + datetime.timedelta(days=days)
    given = permit(**differences)
    whole = answer(question.Ask(query=query, limit=1000), given, stores=stores, by=by, at=at)
    return deliver.deliver(whole, given, query=query, form=form, title="收入", stores=stores, by=by, at=at)


def find(stores, path, **said):
    return deliver.trace(leak.read_leak(path), stores=stores, by="secadmin", at=world.NOON, **said)


def test_a_leak_re_ordered_and_with_half_its_rows_names_who_fetched_it(stores, tmp_path):
    copies = {name: hand_out(stores, name) for name in ("赵", "钱", "孙")}
    rows = list(csv.reader(io.StringIO(copies["钱"].content.decode("utf-8-sig"))))
    kept = random.Random(3).sample(rows[1:], 100)
    path = tmp_path / "leak.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *kept])

    found = find(stores, path)

    assert [suspect.delivery.by for suspect in found if suspect.is_named] == ["钱"]
    assert found[0].probability > 0.999
    lines = list(trace.say(found, {"civil": "市民政局"}))
    assert lines[0].startswith("市民政局(civil.aid,领取人 钱),授权 g-1,2026-11-24 交付 D20261124-")
    assert "可据此认定" in lines[0]
    assert not [s for s in find(stores, path, since=datetime.date(2026, 11, 25)) if s.is_named]
    assert not [s for s in find(stores, path, dataset="other") if s.is_named]


def test_a_workbook_names_its_recipient_too(stores, tmp_path):
    path = tmp_path / "leak.bin"
    path.write_bytes(hand_out(stores, "李", form="xlsx").content)
    hand_out(stores, "周", form="xlsx")

    found = deliver.trace(apart.read_apart(path), stores=stores, by="secadmin", at=world.NOON)

    assert [suspect.delivery.by for suspect in found if suspect.is_named] == ["李"]


def test_no_value_is_altered(stores):
    made = hand_out(stores, "吴")
    rows = list(csv.reader(io.StringIO(made.content.decode("utf-8-sig"))))[1:]

    assert {(name, float(income), moment.replace(" ", "T")) for name, income, moment, _ in rows} == {
        (p[1], float(p[5]), p[8].replace(" ", "T")) for p in PEOPLE
    }


def test_the_entry_says_whether_a_mark_is_carried_and_under_which_grant(stores):
    made = hand_out(stores, "郑", grant="g-9")
    entry = stores.ledger.find(made.receipt).entry

    assert (entry.act, entry.by, entry.grant, entry.rows, entry.label) == ("export", "郑", "g-9", 200, "L4 person")
    assert entry.detail["mark"].startswith("带有印记：income seen_at")
    assert entry.detail["delivery"] == made.delivery.id
    assert entry.detail["form"] == "csv"


def test_where_nothing_can_carry_a_mark_it_says_so(stores):
    given = permit()
    whole = answer(question.Ask(query="bases.people.sorted", limit=5), given, stores=stores, by="王", at=world.NOON)
    bare = dataclasses.replace(whole, columns=whole.columns[:1], rows=[row[:1] for row in whole.rows])

    made = deliver.deliver(
        bare, given, query="bases.people.sorted", form="csv", title="x", stores=stores, by="王", at=world.NOON
    )

    assert made.says.startswith("本次交付不带印记")
    assert stores.ledger.find(made.receipt).entry.detail["mark"] == "不带印记"


def test_a_query_that_orders_its_rows_keeps_their_order(stores):
    rows = list(
        csv.reader(io.StringIO(hand_out(stores, "冯", query="bases.people.sorted").content.decode("utf-8-sig")))
    )

    incomes = [float(row[1]) for row in rows[1:]]
    assert incomes == sorted(incomes, reverse=True)


def test_a_file_of_nobody_accuses_nobody(stores, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("姓名,收入\n" + "\n".join(f"人{n},{n}.50" for n in range(200)), encoding="utf-8")

    found = find(stores, path)

    assert not [suspect for suspect in found if suspect.is_named]
    assert "不能认定来源" in next(trace.say(found, {}))


@pytest.mark.parametrize("content", [b"\x00\xff\xfe\x81", b"only one line"])
def test_what_is_no_table_is_told(content, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(content)

    with pytest.raises(NotALeak):
        apart.read_apart(path)


def test_a_child_that_dies_is_told_as_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "__name__", "taihu.data.guard.imprint.nothing")
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    with pytest.raises(NotALeak, match="已中止"):
        apart.read_apart(path)


def test_looking_for_a_leak_is_entered(stores, tmp_path):
    path = tmp_path / "some.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    find(stores, path)

    entry = next(found.entry for found in stores.ledger.entries(limit=5).entries if found.entry.act == "trace")
    assert entry.by == "secadmin"
