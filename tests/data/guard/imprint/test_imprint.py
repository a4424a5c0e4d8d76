import random
from decimal import Decimal

import openpyxl
import pytest

from taihu.data.guard.imprint import forms, leak, recognise, stamp, weigh
from taihu.data.guard.imprint.delivery import DeliveredBefore, Deliveries
from taihu.terms.dataset import Kind
from tests.data.guard.imprint import leaks

RECIPIENTS = 30


@pytest.fixture(scope="module")
def copies():
    return [leaks.deliver(leaks.firms(240), number) for number in range(RECIPIENTS)]


def find(leaked, copies):
    return recognise.trace(leaked, [copy.delivery for copy in copies], master=leaks.MASTER)


@pytest.mark.parametrize(
    "count", [pytest.param(20, marks=pytest.mark.slow), pytest.param(200, marks=pytest.mark.faults)]
)
def test_leaks_are_traced_and_nobody_is_accused_wrongly(copies, tmp_path, count):
    chance = random.Random(20261125)
    traced = wrong = 0
    for _ in range(count):
        guilty = chance.randrange(RECIPIENTS)

        found = find(leaks.spoil(copies[guilty], chance, tmp_path), copies)

        named = [suspect.delivery.id for suspect in found if suspect.is_named]
        traced += copies[guilty].delivery.id in named
        wrong += sum(name != copies[guilty].delivery.id for name in named)

    print(f"\n{count} leaks of {RECIPIENTS} recipients: traced {traced / count:.1%}, wrong accusations {wrong}")
    assert wrong == 0
    assert traced >= 0.9 * count


@pytest.mark.slow
def test_copies_that_are_in_no_register_accuse_nobody(copies, tmp_path):
    chance = random.Random(5)
    accused = 0
    for number in range(10):
        stranger = leaks.deliver(leaks.firms(240), 1_000 + number)
        found = find(leaks.spoil(stranger, chance, tmp_path), copies)
        accused += sum(suspect.is_named for suspect in found)

    assert accused == 0


def values(rows):
    """What the cells mean."""
    return sorted(
        (code, name, Decimal(capital), Decimal(tax), time.replace(" ", "T"), staff)
        for code, name, capital, tax, time, staff in rows
    )


def test_a_mark_alters_no_fact():
    rows = leaks.firms(200)

    stamped = leaks.deliver(rows, 7)

    assert values(stamped.rows) == values(rows)
    assert sorted(stamped.rows) != sorted(rows)
    assert "未作任何改动" in stamped.says


def test_two_recipients_get_different_copies_and_one_gets_the_same_again():
    rows = leaks.firms(200)

    assert leaks.deliver(rows, 7).rows == leaks.deliver(rows[::-1], 7).rows
    assert sorted(leaks.deliver(rows, 7).rows) != sorted(leaks.deliver(rows, 8).rows)


def test_a_file_names_recipient_grant_and_day(copies, tmp_path):
    register = Deliveries(tmp_path / "deliveries.sqlite3")
    for copy in copies:
        register.keep(copy.delivery)
    file = tmp_path / "企业.xlsx"
    file.write_bytes(leaks.to_xlsx(copies[11].rows))

    first, second, *_ = recognise.trace_file(file, register, master=leaks.MASTER)

    assert (first.delivery.department, first.delivery.grant, first.delivery.on) == ("部门11", "SQ-0011", leaks.ON)
    assert first.delivery.plan == copies[11].delivery.plan
    assert first.probability > 0.999999
    assert first.wrong_at_most < 1e-30
    assert first.says.startswith("部门11(系统11),授权 SQ-0011,2026-11-24 交付 JF-0011:可能性 100.0000%")
    assert "不得据此认定" in second.says
    assert first.agreeing == first.seen > 300
    assert not second.is_named
    assert second.probability < 1e-12
    assert recognise.trace_file(file, register, master=b"another" * 5)[0].is_named is False
    register.close()


def test_the_order_of_rows_alone_can_tell(copies):
    plain = [(row[0], row[1]) for row in copies[3].rows]

    found = find(leak.Leak(("统一社会信用代码", "企业名称"), plain), copies)

    assert found[0].delivery.id == copies[3].delivery.id
    assert found[0].is_named


def test_a_copy_whose_columns_have_other_names_is_traced_by_what_the_cells_look_like(copies):
    renamed = leak.Leak(("a", "b", "c", "d", "e", "f"), [tuple(map(str, row)) for row in sorted(copies[5].rows)])

    found = find(renamed, copies)

    assert found[0].delivery.id == copies[5].delivery.id
    assert found[0].is_named


def test_a_copy_of_two_recipients_names_both(copies):
    half = copies[1].rows[:120]
    known = {row[0] for row in half}
    mixed = [*half, *(row for row in copies[2].rows if row[0] not in known)]

    found = find(
        leak.Leak(tuple(c.title for c in leaks.COLUMNS), [tuple(map(str, row)) for row in sorted(mixed)]), copies
    )

    assert {suspect.delivery.id for suspect in found if suspect.is_named} == {"JF-0001", "JF-0002"}


def test_a_copy_washed_of_its_forms_and_order_accuses_nobody(copies):
    washed = [(a, b, f"{c:.2f}", f"{d:.2f}", e, f) for a, b, c, d, e, f in values(copies[4].rows)]

    found = find(leak.Leak(tuple(c.title for c in leaks.COLUMNS), [tuple(map(str, row)) for row in washed]), copies)

    assert not any(suspect.is_named for suspect in found)
    assert max(suspect.probability for suspect in found) < 0.5


@pytest.mark.parametrize(("names", "is_named"), [(("registered_at", "name"), True), (("capital", "tax"), False)])
def test_what_excel_takes_over_is_no_evidence_and_what_it_leaves_is(copies, tmp_path, names, is_named):
    numbers = [number for number, c in enumerate(leaks.COLUMNS) if c.name in names]
    cells = [tuple(row[number] for number in numbers) for row in sorted(copies[9].rows)[:120]]
    file = tmp_path / "leak.xlsx"
    file.write_bytes(leaks.as_opened_in_excel(cells, [leaks.COLUMNS[number] for number in numbers]))

    found = find(leak.read_leak(file), copies)

    assert [suspect.delivery.id for suspect in found if suspect.is_named] == [copies[9].delivery.id] * is_named


def test_a_delivery_that_can_carry_no_mark_says_so():
    plain = (leaks.column("staff", "从业人数", Kind("int")),)

    made = stamp.stamp(plain, [(1,), (2,)], leaks.delivery(1), master=leaks.MASTER, is_ordered=True)

    assert made.rows == [(1,), (2,)]
    assert not made.delivery.plan.has_mark
    assert made.says.startswith("本次交付不带印记")


def test_a_masked_column_and_an_ordered_answer_keep_what_they_have():
    columns = (
        leaks.column("name", "姓名", Kind("text")),
        leaks.column("paid", "金额", Kind("decimal", 9, 2), is_masked=True),
    )
    rows = [("乙", "**.00"), ("甲", "12.50")]

    made = stamp.stamp(columns, rows, leaks.delivery(1), master=leaks.MASTER, is_ordered=True)

    assert made.rows == rows


def test_few_choices_are_told():
    made = leaks.deliver(leaks.firms(8), 1)

    assert "可能无法追溯" in made.says


def test_a_form_that_is_not_of_every_column_is_used_only_where_allowed():
    rows = leaks.firms(100)

    plain = {row[1] for row in leaks.deliver(rows, 3).rows}
    allowed = {row[1] for row in leaks.deliver(rows, 3, also={"name": "brackets"}).rows}

    assert plain == {row[1] for row in rows}
    assert any("(" in name for name in allowed)
    assert any("（" in name for name in allowed)
    assert {name.replace("（", "(").replace("）", ")") for name in allowed} == plain


@pytest.mark.parametrize(
    ("form", "text", "scale", "read"),
    [
        ("decimal", "12.50", 2, ("12.50", 0)),
        ("decimal", "12.500", 2, ("12.50", 1)),
        ("decimal", "12.5", 2, ("12.50", None)),
        ("decimal", "12.505", 2, None),
        ("decimal", "-7", 0, ("-7", 0)),
        ("decimal", "-7.0", 0, ("-7", 1)),
        ("decimal", "7.", 1, ("7.0", None)),
        ("decimal", "NaN", 2, None),
        ("decimal", "1e999", 2, None),
        ("time", "2026-11-24T08:00:00", 0, ("2026-11-24T08:00:00", 0)),
        ("time", "2026-11-24 08:00:00", 0, ("2026-11-24T08:00:00", 1)),
        ("time", "2026/11/24 08:00:00", 0, None),
        ("day", "20261124", 0, ("2026-11-24", 1)),
        ("day", "2026-1124", 0, None),
        ("brackets", "甲(乙)", 0, ("甲（乙）", 1)),
        ("brackets", "甲（乙)", 0, ("甲（乙）", None)),
        ("brackets", "甲", 0, None),
    ],
)
def test_a_text_is_read_as_a_value_and_its_form(form, text, scale, read):
    assert forms.read(forms.FORMS[form], text, scale) == read


def test_evidence_against_the_innocent_averages_to_one():
    whole = sum(weigh.math.comb(20, m) / 2**20 * weigh.math.exp(weigh.weigh(m, 20)) for m in range(21))

    assert whole == pytest.approx(1)


def test_a_delivery_is_entered_once(tmp_path):
    register = Deliveries(tmp_path / "deliveries.sqlite3")
    register.keep(leaks.delivery(1))

    with pytest.raises(DeliveredBefore):
        register.keep(leaks.delivery(1))

    assert [kept.id for kept in register.list(dataset="market.firm", since=leaks.ON)] == ["JF-0001"]
    assert register.list(dataset="other") == ()
    register.close()


@pytest.mark.parametrize("content", [b"", b"only,a,head\n", b"PK\x03\x04 no zip", b"\xff\xfe\x00\x81"])
def test_what_is_no_table_is_refused(tmp_path, content):
    file = tmp_path / "leak"
    file.write_bytes(content)

    with pytest.raises(leak.NotALeak):
        leak.read_leak(file)


def test_a_moment_that_excel_has_taken_over_carries_no_form(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["登记时间", "注册资本(万元)"])
    book.active.append([leaks.datetime.datetime(2026, 11, 24, 8), 12.5])
    book.active["B2"].number_format = "0.000"
    book.save(tmp_path / "leak.xlsx")

    assert leak.read_leak(tmp_path / "leak.xlsx").rows == [("2026/11/24 08:00:00", "12.500")]
