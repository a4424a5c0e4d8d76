"""A register of firms delivered to many recipients, and what becomes of copies that leak."""

import csv
import datetime
import io
import random

import openpyxl

from taihu.data.guard import export
from taihu.data.guard.draft import Answer, AnswerColumn
from taihu.data.guard.imprint import leak, stamp
from taihu.data.guard.imprint.delivery import Delivery
from taihu.terms.dataset import Kind
from taihu.terms.label import Label, Level

MASTER = b"m" * 32
ON = datetime.date(2026, 11, 24)
L2 = Label(Level.L2, frozenset())


def column(name, title, kind, *, is_masked=False):
    return AnswerColumn(name, title, L2, is_masked, kind)


COLUMNS = (
    column("code", "统一社会信用代码", Kind("text")),
    column("name", "企业名称", Kind("text")),
    column("capital", "注册资本(万元)", Kind("decimal", 18, 2)),
    column("tax", "纳税额(万元)", Kind("decimal", 18, 2)),
    column("registered_at", "登记时间", Kind("time")),
    column("staff", "从业人数", Kind("int")),
)
MARKED = ("capital", "tax", "registered_at")


def firms(count, seed=1):
    chance = random.Random(seed)
    moment = datetime.datetime.fromisoformat("2001-03-04T08:00:00")
    return [
        (
            f"9133{chance.randrange(10**9):09d}{number:05d}",
            f"湖州{number}号({chance.choice('甲乙丙')})有限公司",
            f"{chance.choice((50, 100, 500, 1000))}.00",
            f"{chance.randrange(10**7) / 100:.2f}",
            (moment + datetime.timedelta(seconds=chance.randrange(7 * 10**8))).isoformat(),
            chance.randrange(500),
        )
        for number in range(count)
    ]


def delivery(number, dataset="market.firm"):
    return Delivery(f"JF-{number:04d}", f"SQ-{number:04d}", f"部门{number}", f"系统{number}", dataset, ON)


def deliver(rows, number, **how):
    return stamp.stamp(COLUMNS, rows, delivery(number), master=MASTER, **how)


def to_csv(rows, columns=COLUMNS):
    return export.to_csv(Answer(columns, rows, None))


def to_xlsx(rows, columns=COLUMNS):
    return export.to_xlsx(Answer(columns, rows, None), title="企业")


def spoil(stamped, chance, folder):
    """A leak: half the rows in another order, some columns gone, the file saved as CSV or Excel by somebody else."""
    rows = chance.sample(stamped.rows, len(stamped.rows) // 2)
    kept = [chance.choice(MARKED), *chance.sample([c.name for c in COLUMNS], chance.randint(1, 5))]
    numbers = [number for number, c in enumerate(COLUMNS) if c.name in kept]
    chance.shuffle(numbers)
    columns = tuple(COLUMNS[number] for number in numbers)
    cells = [tuple(row[number] for number in numbers) for row in rows]
    path = folder / f"leak-{chance.randrange(10**12)}"
    path.write_bytes(chance.choice((as_csv, as_gb_csv, as_text_sheet, to_xlsx))(cells, columns))
    return leak.read_leak(path)


def as_csv(cells, columns):
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([[c.title for c in columns], *cells])
    return stream.getvalue().encode()


def as_gb_csv(cells, columns):
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\n").writerows([[c.title for c in columns], *cells])
    return stream.getvalue().encode("gb18030")


def as_text_sheet(cells, columns):
    book = openpyxl.Workbook()
    for row in [[c.title for c in columns], *cells]:
        book.active.append([str(cell) for cell in row])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_opened_in_excel(cells, columns):
    """What Excel makes of a CSV: numbers without their noughts, moments where it knows one; a `T` stays a text."""
    book = openpyxl.Workbook()
    book.active.append([c.title for c in columns])
    for row in cells:
        book.active.append([_take_over(value, c) for value, c in zip(row, columns, strict=True)])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _take_over(value, c):
    if c.kind.name == "decimal":
        return float(value)
    if c.kind.name == "time" and " " in value:
        return datetime.datetime.fromisoformat(value)
    return value
