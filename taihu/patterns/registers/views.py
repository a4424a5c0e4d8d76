"""Pages of registers: the list with a search and the deliveries that made it, and one entry with its cases."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

from django.http import Http404, HttpResponse
from django.shortcuts import render

from taihu.control.accounts import keeper
from taihu.control.accounts.requests import DeskRequest
from taihu.data.collect import batches
from taihu.data.guard.plain import Plain
from taihu.data.guard.question import Condition, Op
from taihu.data.refine import report
from taihu.patterns import access, answers
from taihu.patterns.cases.models import Case
from taihu.patterns.registers import admissions
from taihu.terms.dataset import Dataset
from taihu.terms.pack import Pack
from taihu.terms.view import Register

ROWS_A_PAGE = 50
DELIVERIES = 20


@keeper.keep(admissions.LIST)
def entries(request: DeskRequest, pack: str, name: str) -> HttpResponse:
    """The entries, fifty at a time, found by words in the columns that the register names."""
    found, register, dataset = _find(request, pack, name)
    words = request.GET.get("q", "").strip()[:60]
    columns = tuple(dict.fromkeys((*dataset.key, *register.columns)))
    rows = answers.list_rows(
        found, dataset, by=request.user.username, at=request.at, stores=request.stores, columns=columns
    )
    lines = [
        (_address(dataset, rows, row), _texts(rows, row, register.columns))
        for row in rows.rows
        if _has(words, rows, row, register)
    ]
    number = _page_number(request.GET.get("page", "1"), len(lines))
    shown = {
        "pack": found,
        "register": register,
        "dataset": dataset,
        "head": [rows.column(column) for column in register.columns],
        "lines": lines[(number - 1) * ROWS_A_PAGE : number * ROWS_A_PAGE],
        "count": len(lines),
        "total": len(rows.rows),
        "words": words,
        "search": [rows.column(column).title for column in register.search or register.columns],
        "number": number,
        "pages": -(-len(lines) // ROWS_A_PAGE) or 1,
        "deliveries": _deliveries(request, dataset),
        "receipt": rows.receipt,
        "is_cut": rows.is_cut,
    }
    return render(request, "registers/list.html", shown)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivery that went into a register."""

    batch: str
    received_at: datetime.datetime
    accepted: int
    returned: int


def _deliveries(request: DeskRequest, dataset: Dataset) -> list[Delivered]:
    """The deliveries that went into the register, newest first: its history as the department sent it."""
    found = batches.list_batches(request.stores, dataset=dataset.id)[:DELIVERIES]
    told = ((batch, report.find(request.stores.root, batch.id)) for batch in found)
    return [Delivered(batch.id, batch.received_at, said.accepted, said.returned) for batch, said in told if said]


def _page_number(text: str, count: int) -> int:
    last = -(-count // ROWS_A_PAGE) or 1
    return min(max(int(text), 1), last) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _has(words: str, rows: answers.Rows, row: tuple[Plain, ...], register: Register) -> bool:
    columns = register.search or register.columns
    texts = [answers.show(rows.column(name), row[rows.index(name)]) for name in columns]
    return not words or any(words.lower() in text.lower() for text in texts)


def _texts(rows: answers.Rows, row: tuple[Plain, ...], columns: Sequence[str]) -> list[str]:
    return [answers.show(rows.column(name), row[rows.index(name)]) for name in columns]


def _address(dataset: Dataset, rows: answers.Rows, row: tuple[Plain, ...]) -> str:
    return "/".join(quote(answers.write(row[rows.index(name)]), safe="") for name in dataset.key)


@keeper.keep(admissions.RECORD)
def record(request: DeskRequest, pack: str, name: str, key: str) -> HttpResponse:
    """One entry: its facts, and the cases about it."""
    found, register, dataset = _find(request, pack, name)
    values = [unquote(part) for part in key.split("/")]
    if len(values) != len(dataset.key):
        raise Http404
    where = [Condition(column, Op.EQUAL, (value,)) for column, value in zip(dataset.key, values, strict=True)]
    rows = answers.list_rows(
        found, dataset, by=request.user.username, at=request.at, stores=request.stores, where=where, most=2
    )
    if not rows.rows:
        raise Http404
    facts = [(column, answers.show(column, cell)) for column, cell in zip(rows.columns, rows.rows[0], strict=True)]
    heading = next((text for column, text in facts if column.name == register.heading), values[0])
    kinds = [kind.id for kind in found.cases if kind.about == dataset.key]
    cases = Case.objects.seen_by(request.hats).filter(kind__in=kinds, key="|".join(values)).select_related("matter")
    shown = {
        "pack": found,
        "register": register,
        "dataset": dataset,
        "facts": facts,
        "heading": heading,
        "cases": cases,
        "receipt": rows.receipt,
    }
    return render(request, "registers/record.html", shown)


def _find(request: DeskRequest, pack: str, name: str) -> tuple[Pack, Register, Dataset]:
    found = access.find_pack(request, pack)
    register = next((register for register in found.registers if register.name == name), None)
    if register is None:
        raise Http404
    return found, register, request.stores.shelf.dataset(f"{found.id}.{register.dataset}")
