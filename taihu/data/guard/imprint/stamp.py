"""Stamps a delivery: for each cell that can be written in two ways, the recipient's key says in which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from taihu.data.guard.draft import AnswerColumn, Row
from taihu.data.guard.imprint.delivery import Delivery, Place, Plan
from taihu.data.guard.imprint.forms import BY_KIND, FORMS, read
from taihu.data.ledger.suite import INTL_1, Suite

# So many choices name one of a million deliveries with half the rows gone, and one in 10^9 is still not an accident.
ENOUGH = 128


@dataclass(frozen=True)
class Stamped:
    """What leaves, with the delivery as the register must keep it, and what the recipient's record says of the mark."""

    rows: list[Row]
    delivery: Delivery
    says: str


class Key:
    """The choices of one delivery: a fair coin for each text, known only to whoever has the master key."""

    def __init__(self, master: bytes, delivery: str, suite: Suite = INTL_1) -> None:
        self._suite = suite
        self._key = suite.mac(master, b"imprint\0" + delivery.encode())

    def choose(self, place: Place, value: str, beside: str) -> int:
        """The form of a value: 0 or 1."""
        return self._suite.mac(self._key, "\0".join(("form", place.column, value, beside)).encode())[0] & 1

    def rank(self, column: str, value: str) -> bytes:
        """Where a row stands among the others."""
        return self._suite.mac(self._key, "\0".join(("order", column, value)).encode())


def stamp(
    columns: Sequence[AnswerColumn],
    rows: Sequence[Row],
    delivery: Delivery,
    *,
    master: bytes,
    also: Mapping[str, str] | None = None,
    is_ordered: bool = False,
    suite: Suite = INTL_1,
) -> Stamped:
    """The rows with their mark. No value changes: decimals and times are written in one of two equal forms.

    `also` allows further forms for single columns (`{"name": "brackets"}`). Rows are put in an order of the key
    unless their order is part of the answer (`is_ordered`). Where nothing can carry a mark, it says so.
    """
    plan = make_plan(columns, rows, also or {}, is_ordered=is_ordered)
    entered = replace(delivery, rows=len(rows), plan=plan)
    key = Key(master, delivery.id, suite)
    at = {column.name: number for number, column in enumerate(columns)}
    written = [_write(row, plan, key, at) for row in rows]
    if plan.order:
        anchor = at[plan.order]
        written.sort(key=lambda row: (key.rank(plan.order, _text(row[anchor])), [_text(value) for value in row]))
    return Stamped(written, entered, _say(plan))


def make_plan(
    columns: Sequence[AnswerColumn], rows: Sequence[Row], also: Mapping[str, str], *, is_ordered: bool
) -> Plan:
    """Which columns carry the mark. One with few values has its choices varied by the most telling other column."""
    values = {
        c.name: {_text(row[number]) for row in rows if row[number] is not None} for number, c in enumerate(columns)
    }
    forms = {c.name: find_form(c, also) for c in columns}
    plain = [c for c in columns if not forms[c.name]]
    anchor = min(plain, key=lambda c: (-len(values[c.name]), c.name), default=None)
    places, choices = [], 0
    for column in columns:
        place = _find_place(column, forms[column.name], values[column.name], anchor, values)
        if place is not None:
            places.append(place)
            choices += len(values[place.beside or place.column])
    if anchor is None or is_ordered or len(values[anchor.name]) < 2:
        return Plan(tuple(places), choices=choices)
    return Plan(tuple(places), anchor.name, anchor.title, choices)


def find_form(column: AnswerColumn, also: Mapping[str, str]) -> str:
    """The form in which a column may carry the mark; none for a masked one: its texts are no values."""
    return "" if column.is_masked else also.get(column.name) or BY_KIND.get(column.kind.name, "")


def _find_place(
    column: AnswerColumn, form: str, values: set[str], anchor: AnswerColumn | None, known: Mapping[str, set[str]]
) -> Place | None:
    scale = column.kind.scale if column.kind.name == "decimal" else 0
    readable = sum(read(FORMS[form], text, scale) is not None for text in values) if form else 0
    if not readable:
        return None
    beside = anchor if anchor and readable < ENOUGH and len(known[anchor.name]) > readable else None
    return Place(column.name, column.title, form, scale, *((beside.name, beside.title) if beside else ()))


def _write(row: Row, plan: Plan, key: Key, at: Mapping[str, int]) -> Row:
    cells = list(row)
    for place in plan.places:
        number = at[place.column]
        if row[number] is None:
            continue
        pair = FORMS[place.form].both(_text(row[number]), place.scale)
        if pair is not None:
            beside = _text(row[at[place.beside]]) if place.beside else ""
            cells[number] = pair[key.choose(place, pair[0], beside)]
    return tuple(cells)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _say(plan: Plan) -> str:
    if not plan.has_mark:
        return "本次交付不带印记：没有可承载印记的数据项，行序也须保持。"
    kinds = "、".join(dict.fromkeys(FORMS[place.form].title for place in plan.places))
    carried = f"书写形式（{kinds}；{plan.choices} 处选择）" if plan.places else ""
    order = "行序" if plan.order else ""
    weak = "" if plan.choices >= ENOUGH // 2 else "选择较少，重新排序或删减后可能无法追溯。"
    return f"本次交付带有印记：{'、'.join(filter(None, (carried, order)))}。数据的值未作任何改动。{weak}"
