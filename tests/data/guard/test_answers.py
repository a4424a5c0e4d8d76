"""What leaves under which permit: tables of both answers, and what the ledger is told."""

import dataclasses
import datetime

import pytest

from taihu.data.guard import answer as guard
from taihu.data.guard import conceal, find, plain, refused, serve, standing
from taihu.data.guard.question import Ask, Condition, Lookup, Op, Order, Rows, Verify
from taihu.data.ledger.index import Wanted
from taihu.data.ledger.writer import Unavailable
from taihu.terms import fault
from taihu.terms.dataset import Column, Kind, Openness, Share
from taihu.terms.label import PUBLIC, Level, join_all
from taihu.terms.pack import UnknownName
from taihu.terms.permit import Form, Quota, Scope
from tests.data.guard.guard_world import (
    CHARGE,
    IDS,
    NOON,
    PERSON,
    a_permit,
    a_shelf_and_stores,
    about_people,
    write_charges,
    write_people,
)

COLUMN = Column("item", "某项", Kind("text"), PUBLIC, Share.NONE, Openness.FORBIDDEN)
L3, L4 = about_people(Level.L3), about_people(Level.L4)
FEES = {"reads": (CHARGE,), "columns": ("town", "since", "fee", "note"), "label": PUBLIC}
KEY = {"id": IDS[0]}


def ask(question, permit, stores, at=NOON):
    return guard.answer(question, permit, stores=stores, by="li", at=at)


def last(stores):
    stores.ledger.catch_up()
    return max((found for found in stores.ledger.entries(limit=1_000).entries), key=lambda found: found.number).entry


REFUSALS = [
    ("an ended permit", Lookup(PERSON, KEY), {"until": datetime.date(2026, 11, 23)}, refused.Ended),
    ("a form not granted", Lookup(PERSON, KEY), {"forms": frozenset((Form.VERIFY,))}, refused.FormNotGranted),
    ("no form at all", Lookup(PERSON, KEY), {"forms": frozenset()}, refused.FormNotGranted),
    ("another dataset", Lookup(CHARGE, {"town": "1"}), {}, refused.NotGranted),
    ("returned rows without a grant", Rows(PERSON + ".returned"), {}, refused.NotGranted),
    ("a column not granted", Lookup(PERSON, KEY, ("income",)), {}, refused.ColumnNotGranted),
    ("no column granted", Lookup(PERSON, KEY), {"columns": ()}, refused.ColumnNotGranted),
    ("an unknown column", Lookup(PERSON, KEY, ("nothing",)), {}, refused.UnknownColumn),
    ("no mask", Lookup(PERSON, KEY, ("income",)), {"columns": ("income",)}, refused.AboveLabel),
    ("only columns without masks", Lookup(PERSON, KEY), {"columns": ("income",)}, refused.AboveLabel),
    ("presence above", Lookup(PERSON, KEY), {"label": PUBLIC}, refused.PresenceAboveLabel),
    (
        "a kind not cleared",
        Lookup(PERSON, KEY, ("name",)),
        {"label": a_permit().label.__class__(Level.L4)},
        refused.AboveLabel,
    ),
    ("clear identifiers below L4", Lookup(PERSON, KEY, clear=("id",)), {"label": L3}, refused.AboveLabel),
    ("tokens below L3", Lookup(PERSON, KEY, ("id",), has_tokens=True), {}, refused.AboveLabel),
    ("an empty key", Lookup(PERSON, {}), {}, refused.WrongKey),
    ("another key", Lookup(PERSON, {"name": "x"}), {}, refused.WrongKey),
    ("a scope that the table has not", Lookup(PERSON, KEY), {"scope": (Scope("river", ("1",)),)}, refused.OutOfScope),
    ("a scope by what is hidden", Lookup(PERSON, KEY), {"scope": (Scope("name", ("1",)),)}, refused.OutOfScope),
    (
        "a scope by an identifier",
        Lookup(PERSON, KEY),
        {"scope": (Scope("id", ("1",)),), "label": L4},
        refused.OutOfScope,
    ),
    ("no calls left", Lookup(PERSON, KEY), {"quota": Quota(calls_a_day=0)}, refused.QuotaSpent),
    ("no claims", Verify(PERSON, KEY, {}), {}, refused.WrongValue),
    ("a claim not granted", Verify(PERSON, KEY, {"income": "1"}), {}, refused.ColumnNotGranted),
    ("a key that is not whole", Verify(PERSON, {}, {"name": "x"}), {}, refused.WrongKey),
    ("a claim that is no date", Verify(PERSON, KEY, {"born_on": "1990-13-01"}), {}, refused.WrongValue),
    (
        "a filter by what is masked",
        Rows(PERSON, where=(Condition("name", Op.EQUAL, ("沈一",)),)),
        {},
        refused.HiddenColumn,
    ),
    (
        "a part of an identifier",
        Rows(PERSON, where=(Condition("id", Op.BEGINS, ("33",)),)),
        {"label": L4},
        refused.HiddenColumn,
    ),
    ("an order by what is masked", Rows(PERSON, order=(Order("born_on"),)), {}, refused.HiddenColumn),
    ("an order by an identifier", Rows(PERSON, order=(Order("id"),)), {"label": L4}, refused.HiddenColumn),
    (
        "a filter not granted",
        Rows(PERSON, where=(Condition("married", Op.EQUAL, ("1",)),)),
        {},
        refused.ColumnNotGranted,
    ),
    ("a condition without values", Rows(PERSON, where=(Condition("town"),)), {}, refused.WrongValue),
    ("too many conditions", Rows(PERSON, where=(Condition("town", Op.FILLED),) * 41), {}, refused.WrongValue),
    ("too many values", Rows(PERSON, where=(Condition("town", Op.IN, ("1",) * 1_001),)), {}, refused.WrongValue),
    ("a page without rows", Rows(PERSON, limit=0), {}, refused.WrongValue),
    ("a page from nowhere", Rows(PERSON, after="abc"), {}, refused.WrongPlace),
    ("a page that is not text", Rows(PERSON, after="ü"), {}, refused.WrongPlace),
]


@pytest.mark.parametrize(
    ("question", "differences", "expected"), [r[1:] for r in REFUSALS], ids=[r[0] for r in REFUSALS]
)
def test_what_is_not_permitted_is_refused_with_reason_and_remedy_and_entered(stores, question, differences, expected):
    before = stores.ledger.count(Wanted(act="refuse"))

    with pytest.raises(expected) as caught:
        ask(question, a_permit(**differences), stores)

    assert type(caught.value) is expected
    assert caught.value.message
    assert caught.value.help
    assert stores.ledger.count(Wanted(act="refuse")) == before + 1
    entry = last(stores)
    assert (entry.act, entry.by, entry.grant, entry.detail["code"]) == ("refuse", "li", "g-1", expected.code)


def test_a_refusal_names_the_column_to_request(stores):
    with pytest.raises(refused.ColumnNotGranted) as caught:
        ask(Lookup(PERSON, KEY, ("income",)), a_permit(), stores)

    assert caught.value.requests == ("income",)
    assert "核对救助对象" in caught.value.help


def test_a_dataset_that_nobody_declared_is_refused_and_entered(stores):
    before = stores.ledger.count(Wanted(act="refuse"))

    with pytest.raises(UnknownName):
        ask(Lookup("a.b", KEY), a_permit(reads=("a.b",)), stores)

    assert stores.ledger.count(Wanted(act="refuse")) == before + 1


FORMS = [
    ("L2", {"label": about_people(Level.L2)}, {}, ("330502********0018", "沈*", "138****5678", "330502001", "1990")),
    ("L3", {"label": L3}, {}, ("330502********0018", "沈一", "13812345678", "330502001", "1990-01-01")),
    ("L4", {"label": L4}, {}, ("330502********0018", "沈一", "13812345678", "330502001", "1990-01-01")),
    ("L4 clear", {"label": L4}, {"clear": ("id",)}, (IDS[0], "沈一", "13812345678", "330502001", "1990-01-01")),
]


@pytest.mark.parametrize(("differences", "wish", "expected"), [f[1:] for f in FORMS], ids=[f[0] for f in FORMS])
def test_a_row_leaves_as_the_label_says_the_same_by_key_and_in_a_list(stores, differences, wish, expected):
    permit = a_permit(**differences)

    by_key = ask(Lookup(PERSON, KEY, **wish), permit, stores)
    listed = ask(Rows(PERSON, where=(Condition("id", Op.EQUAL, (IDS[0],)),), **wish), permit, stores)

    assert by_key.rows == listed.rows == [expected]
    assert by_key.columns == listed.columns
    assert [column.is_masked for column in by_key.columns] == [
        value != clear for value, clear in zip(expected, FORMS[3][3], strict=True)
    ]


def test_the_ledger_is_told_who_got_what_and_of_whom_and_no_value(stores):
    found = ask(Lookup(PERSON, KEY, filing="case-9"), a_permit(), stores)

    entry = stores.ledger.find(found.receipt.id).entry
    assert (entry.act, entry.by, entry.department, entry.system) == ("answer", "li", "civil", "civil.aid")
    assert (entry.purpose, entry.ground) == ("核对救助对象", "社会救助暂行办法")
    assert (entry.dataset, entry.label, entry.rows, entry.where) == (PERSON, "L2 person", 1, PERSON)
    assert entry.columns == ("id", "name", "phone", "town", "born_on")
    masked = "id:masked name:masked phone:masked born_on:masked"
    assert dict(entry.detail) == {"form": "lookup", "key": "id", "masked": masked, "filing": "case-9"}
    assert entry.subjects == (conceal.subject_of(IDS[0], stores.vault),)
    assert stores.vault.token(IDS[0]) not in str(entry)
    assert not any(secret in str(entry) for secret in (IDS[0], "沈一", "13812345678"))


def test_a_key_is_taken_as_people_write_it(stores):
    written = f" {IDS[0][:6]}-{IDS[0][6:14]} {IDS[0][14:]}".translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})

    assert ask(Lookup(PERSON, {"id": written}, ("town",)), a_permit(), stores).rows == [("330502001",)]


def test_a_key_that_is_not_there_gives_no_row_and_an_entry(stores):
    found = ask(Lookup(PERSON, {"id": "330502199001010026"}), a_permit(), stores)

    assert found.rows == []
    assert stores.ledger.find(found.receipt.id).entry.rows == 0


def test_tokens_join_within_a_grant_and_not_across_grants(stores):
    permit = a_permit(label=L3)
    by_key = ask(Lookup(PERSON, KEY, ("id",), has_tokens=True), permit, stores).rows
    listed = ask(Rows(PERSON, ("id", "town"), has_tokens=True), permit, stores).rows
    other = ask(Lookup(PERSON, KEY, ("id",), has_tokens=True), a_permit(grant="g-9", label=L3), stores).rows

    assert by_key[0][0] in [token for token, _ in listed]
    assert by_key != other
    assert stores.vault.token(IDS[0]) not in str((by_key, listed, other))


def test_a_granted_column_that_cannot_leave_is_told_not_hidden(stores):
    found = ask(Lookup(PERSON, KEY), a_permit(columns=("town", "income")), stores)

    assert [column.name for column in found.columns] == ["town"]
    assert [(held.name, held.problem.code) for held in found.withheld] == [("income", "G-LABEL-01")]


def test_all_kinds_leave_as_plain_values(stores):
    permit = a_permit(columns=("income", "married", "children", "seen_at", "born_on"), label=L4)
    expected = [
        ("1990-01-01", "1200.50", True, 1, "2026-11-01T08:00:00"),
        ("1985-03-12", "900.00", False, 0, "2026-11-02T08:00:00.5"),
        ("1970-07-07", None, None, None, None),
    ]

    listed = ask(Rows(PERSON), permit, stores).rows
    by_key = [ask(Lookup(PERSON, {"id": id}), permit, stores).rows[0] for id in IDS]  # noqa: A001

    assert sorted(listed) == sorted(expected)
    assert by_key == expected


SCOPES = [
    (Scope("town", ("330502001",)), 1),
    (Scope("town", ("330502",), by_prefix=True), 2),
    (Scope("town", ("3305",), by_prefix=True), 3),
    (Scope("town", ("330502",)), 0),
    (Scope("town", ()), 0),
    (Scope("town", (), by_prefix=True), 0),
]


@pytest.mark.parametrize(("scope", "count"), SCOPES)
def test_only_rows_of_the_scope_leave_by_list_key_and_query(stores, scope, count):
    permit = a_permit(scope=(scope,))
    by_key = [row for id in IDS for row in ask(Lookup(PERSON, {"id": id}, ("town",)), permit, stores).rows]  # noqa: A001
    listed = ask(Rows(PERSON, ("town",)), permit, stores).rows
    queried = ask(Ask(query="bases.people.listed"), permit, stores).rows

    assert len(by_key) == len(listed) == len(queried) == count


def test_a_row_without_a_value_is_in_no_scope(stores):
    permit = a_permit(columns=("town", "married", "children"), scope=(Scope("children", ("1", "0")),))

    found = [ask(Lookup(PERSON, {"id": id}), permit, stores).rows for id in IDS]  # noqa: A001

    assert [len(rows) for rows in found] == [1, 1, 0]
    assert len(ask(Rows(PERSON), permit, stores).rows) == 2


def test_a_key_with_more_rows_than_one_answer_may_hold_is_refused(stores):
    permit = a_permit(**FEES, quota=Quota(rows_an_answer=1))

    assert len(ask(Lookup(CHARGE, {"town": "330502002"}), permit, stores).rows) == 1
    with pytest.raises(refused.TooManyRows):
        ask(Lookup(CHARGE, {"town": "330502001"}), permit, stores)
    assert ask(Lookup(CHARGE, {"town": "330502001", "since": "2024-01-01"}, ("fee",)), permit, stores).rows == [
        ("2.00",)
    ]
    with pytest.raises(refused.WrongValue, match="起始日期"):
        ask(Lookup(CHARGE, {"town": "330502001", "since": "soon"}), permit, stores)


def test_a_key_column_above_the_label_is_refused(stores):
    by_name = dataclasses.replace(stores.shelf.dataset(PERSON), key=("name",))

    with pytest.raises(refused.HiddenColumn) as caught:
        find.read_key(by_name, {"name": "沈一"}, a_permit(), stores.vault)

    assert caught.value.requests == ("name",)


KEPT = [
    ("decimal(8,2)", "3.1", "3.10"),
    ("bool", "是", "1"),
    ("date", "20240101", "2024-01-01"),
    ("time", "2024-01-01 08:00:00", "2024-01-01T08:00:00"),
    ("int", "7", "7"),
    ("text", " x ", "x"),
]


@pytest.mark.parametrize(("kind", "written", "kept"), KEPT)
def test_key_values_are_spelled_as_lookup_files_hold_them(kind, written, kept):
    column = dataclasses.replace(COLUMN, kind=Kind.read(kind))

    assert find.to_served(column.kind, plain.read(column, written)) == kept


WRONG = [
    ("bool", "maybe"),
    ("int", "x"),
    ("int", "9" * 20),
    ("decimal(8,2)", "NaN"),
    ("decimal(8,2)", "x"),
    ("decimal(8,2)", "1e99"),
    ("date", "2024-13-01"),
    ("time", "soon"),
    ("time", "2024-01-01T08:00:00+08:00"),
]


@pytest.mark.parametrize(("kind", "written"), WRONG)
def test_a_value_of_another_kind_is_refused_and_not_repeated(kind, written):
    with pytest.raises(refused.WrongValue) as caught:
        plain.read(dataclasses.replace(COLUMN, kind=Kind.read(kind)), written)

    assert "某项" in str(caught.value)
    assert written not in str(caught.value)


def test_words_for_no_are_read():
    assert plain.read(dataclasses.replace(COLUMN, kind=Kind.read("bool")), "否") is False


VERDICTS = [
    ({"name": "沈一"}, ("一致",)),
    ({"name": " 沈 一 "}, ("一致",)),
    ({"name": "沈二"}, ("不一致",)),
    ({"born_on": "1990-01-01", "name": "x"}, ("一致", "不一致")),
    ({"id": IDS[0]}, ("一致",)),
    ({"id": IDS[1]}, ("不一致",)),
    ({"income": "1200.5"}, ("一致",)),
    ({"income": "1200.51"}, ("不一致",)),
    ({"married": "是"}, ("一致",)),
    ({"children": "1"}, ("一致",)),
    ({"seen_at": "2026-11-01 08:00"}, ("一致",)),
]


@pytest.mark.parametrize(("claims", "expected"), VERDICTS)
def test_verification_says_whether_and_never_what(stores, claims, expected):
    permit = a_permit(columns=("id", "name", "born_on", "income", "married", "children", "seen_at"))

    found = ask(Verify(PERSON, KEY, claims), permit, stores)

    assert found.rows == [expected]
    assert stores.ledger.find(found.receipt.id).entry.subjects


def test_verification_of_nobody_and_of_nothing(stores):
    permit = a_permit()

    assert ask(Verify(PERSON, {"id": "330502199001010026"}, {"name": "x"}), permit, stores).rows == []
    assert ask(Verify(PERSON, {"id": IDS[2]}, {"phone": "13812345678"}), permit, stores).rows == [("不一致",)]


def test_lookups_read_the_published_file_where_it_has_what_is_asked(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    token = stores.vault.token(IDS[0])
    columns = ("id", "id__masked", "name", "phone", "town", "born_on", "married", "seen_at")
    row = (
        token,
        "330502********0018",
        "档案",
        "13800000000",
        "330502001",
        "1990-01-01",
        True,
        "2026-01-01T08:00:00",
    )
    stores.serving.publish(PERSON, columns=columns, key=("id",), rows=[row], version=1)

    found = ask(Lookup(PERSON, KEY), a_permit(label=L3), stores)
    more = ask(Lookup(PERSON, KEY), a_permit(columns=("married", "seen_at")), stores)

    assert found.rows == [("330502********0018", "档案", "13800000000", "330502001", "1990-01-01")]
    assert more.rows == [(True, "2026-01-01T08:00:00")]
    with pytest.raises(refused.NothingHere):
        ask(Lookup(PERSON, KEY), a_permit(columns=("children",)), stores)
    stores.close()


def test_keys_of_other_kinds_are_found_in_the_published_file(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    rows = [("330502001", datetime.date(2024, 1, 1), "2.00")]
    stores.serving.publish(CHARGE, columns=("town", "since", "fee"), key=("town", "since"), rows=rows, version=1)

    asked = Lookup(CHARGE, {"town": "330502001", "since": "2024-01-01"}, ("fee",))

    assert ask(asked, a_permit(**FEES), stores).rows == [("2.00",)]
    stores.close()


def test_nothing_came_in_yet_is_said(tmp_path):
    stores = a_shelf_and_stores(tmp_path)

    for question in (Lookup(PERSON, KEY), Rows(PERSON), Ask(query="bases.people.listed")):
        with pytest.raises(refused.NothingHere):
            ask(question, a_permit(), stores)
    stores.close()


def test_a_value_missing_in_the_vault_is_said_and_nothing_leaves(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    row = (stores.vault.token(IDS[0]), "330502********0018")
    stores.serving.publish(PERSON, columns=("id", "id__masked"), key=("id",), rows=[row], version=1)

    with pytest.raises(refused.ValueMissing):
        ask(Lookup(PERSON, KEY, ("id",), clear=("id",)), a_permit(label=L4), stores)
    stores.close()


def down(point):
    if point == "ledger.append.entries":
        raise OSError(28, "No space left on device")


def test_without_a_ledger_only_l1_leaves(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    write_people(stores)
    write_charges(stores)
    fault.decide_by(down)
    try:
        with pytest.raises(refused.NoLedger):
            ask(Lookup(PERSON, KEY), a_permit(), stores)
        with pytest.raises(refused.ColumnNotGranted):
            ask(Lookup(PERSON, KEY, ("income",)), a_permit(), stores)
        found = ask(Rows(CHARGE, ("fee",)), a_permit(**FEES), stores)
        with pytest.raises(Unavailable):
            stores.ledger.check_writable()
    finally:
        fault.decide_by(None)
        stores.close()

    assert found.receipt is None
    assert len(found.rows) == 3


def test_the_last_day_is_the_citys_day(stores):
    permit = a_permit(until=datetime.date(2026, 11, 24))
    late = datetime.datetime(2026, 11, 24, 15, 59, tzinfo=datetime.UTC)

    ask(Lookup(PERSON, KEY), permit, stores, at=late)
    with pytest.raises(refused.Ended):
        ask(Lookup(PERSON, KEY), permit, stores, at=late + datetime.timedelta(minutes=1))


PREVIEWS = [
    (Lookup(PERSON, {}), 2),
    (Rows(PERSON), 2),
    (Rows(PERSON, limit=1), 1),
    (Ask(query="bases.people.listed"), 2),
]


@pytest.mark.parametrize(("question", "count"), PREVIEWS)
def test_a_preview_shows_what_the_consumer_will_see_and_counts_no_call(stores, question, count):
    permit = a_permit(grant="g-preview", quota=Quota(calls_a_day=0, rows_an_answer=10))

    shown = guard.preview(question, permit, stores=stores, by="approver", at=NOON, limit=2)

    consumed = a_permit(grant="g-preview")
    asked = question if not isinstance(question, Lookup) else Rows(PERSON)
    expected = ask(asked, consumed, stores)
    assert shown.columns == expected.columns
    assert len(shown.rows) == count
    assert set(shown.rows) <= set(expected.rows)
    entry = stores.ledger.find(shown.receipt.id).entry
    assert (entry.act, entry.by) == ("preview", "approver")


def test_a_preview_of_verification_shows_the_two_words(stores):
    shown = guard.preview(Verify(PERSON, KEY, {"name": ""}), a_permit(), stores=stores, by="approver", at=NOON)

    assert shown.rows == [("一致",), ("不一致",)]


def test_a_preview_of_what_will_be_refused_is_refused(stores):
    with pytest.raises(refused.FormNotGranted):
        guard.preview(Rows(PERSON), a_permit(forms=frozenset()), stores=stores, by="approver", at=NOON)


EXPLAINED = [
    (Lookup(PERSON, {}), ["id", "name", "phone", "town", "born_on"]),
    (Rows(PERSON, ("name",)), ["name"]),
    (Verify(PERSON, {}, {"name": ""}), ["name"]),
    (Ask(query="bases.people.of_town"), ["id", "name", "born_on"]),
]


@pytest.mark.parametrize(("question", "names"), EXPLAINED)
def test_what_would_leave_is_explained_without_rows_and_without_an_entry(stores, question, names):
    before = stores.ledger.count()

    told = guard.explain(question, a_permit(), stores=stores)

    assert told.problem is None
    assert [column.name for column in told.columns] == names
    assert told.label.level >= Level.L2
    assert stores.ledger.count() == before


def test_why_nothing_would_leave_is_explained(stores):
    told = guard.explain(Lookup(PERSON, {}), a_permit(label=PUBLIC), stores=stores)

    assert isinstance(told.problem, refused.PresenceAboveLabel)
    assert told.columns == ()


def test_a_department_sees_its_own_rows_and_those_that_went_back(stores):
    permit = standing.standing_permit("police", (stores.shelf.dataset(PERSON),))

    own = ask(Rows(PERSON, ("id", "name", "income")), permit, stores)
    returned = ask(Rows(PERSON + ".returned"), permit, stores)

    assert ("330502********0018", "沈一", "1200.50") in own.rows
    given = dict(zip([column.name for column in returned.columns], returned.rows[0], strict=True))
    assert {name: value for name, value in given.items() if value is not None} == {
        "_batch": "b1", "_row": 7, "_codes": "R-KEY-01", "id": "***", "name": "沈*"
    }  # fmt: skip
    assert {column.name: column.label for column in returned.columns}["_codes"] == stores.shelf.dataset(PERSON).presence


def test_society_gets_open_columns_only(stores):
    permit = standing.open_permit(stores.shelf.dataset(CHARGE))

    found = ask(Rows(CHARGE), permit, stores)

    assert [column.name for column in found.columns] == ["town", "since", "fee"]
    assert standing.open_permit(stores.shelf.dataset(PERSON)).columns == ()


def test_a_topic_reads_what_its_pack_may_read(stores):
    pack = stores.shelf.pack("bases.people")
    tables = list(stores.shelf.tables_of("bases.people").values())

    permit = standing.topic_permit(pack, tables, label=join_all(table.label for table in tables))

    assert permit.reads == (PERSON, CHARGE) or set(permit.reads) == {PERSON, CHARGE}
    assert ask(Ask(query="bases.people.incomes"), permit, stores).rows[0] == ("330502001", "1200.50")


def test_the_current_version_is_served_once_and_read_from_there(tmp_path):
    stores = a_shelf_and_stores(tmp_path)
    dataset = stores.shelf.dataset(PERSON)
    assert serve.serve(dataset, stores=stores) is None
    write_people(stores)
    before = ask(Lookup(PERSON, KEY), a_permit(), stores)

    first = serve.serve(dataset, stores=stores)
    again = serve.serve(dataset, stores=stores)

    assert first == again
    assert first.rows == 3
    assert ask(Lookup(PERSON, KEY), a_permit(), stores).rows == before.rows
    stores.close()
