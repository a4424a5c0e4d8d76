"""Whatever stands in the cells, a batch is refined: nothing aborts, no row is lost, every return has a reason."""

from __future__ import annotations

import csv
import io
import random

import pytest

from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Reading
from taihu.data.objects.register import Register
from taihu.data.refine.refine import refine
from taihu.terms.zone import Zone
from tests.data.refine.deliveries import NOON, rows_of, some_stores

NASTY = [
    "", " ", "　", "\t", "\n", "\x00", "\x01", "\x7f", "\ufeff", "\u200b", "\ud7ff", "𠮷", "👨‍👩‍👧", "e\u0301", "ﬁ", "①", "Ⅳ", "㍿",
    "无", "不详", "NULL", "N/A", "-", "/", "\\", "\\N", "'", '"', '""', "';--", "$1", "{x}", "%s", "#REF!", "=1+1", "@SUM(A1)",
    "0", "-0", "00", "1", "-1", "+1", "1.0", "1e3", "1E+17", "9" * 18, "9" * 19, "9" * 40, "-" + "9" * 40, "0.1", ".5", "5.", "1,2,3", "1_000",
    "NaN", "inf", "-inf", "infinity", "epoch", "now", "today", "true", "是", "否", "√",
    "1900-01-01", "1899-12-31", "0000-00-00", "9999-12-31", "2026-02-29", "2024-02-29", "20261332", "2026年13月1日", "长期", "2026", "26-1-1",
    "2026-01-01T25:00", "2026-01-01 24:00:00", "2026-01-01 23:59:60", "9999-12-31T23:59:59-12:00", "46086", "99999", "1772670600000",
    "330501199001010018", "330501900101001", "33050119900101001x", "000000000000000000", "111111111111111111", "91330502MA2B00000N", "330502", "330502001000000",
    "12345678901234567890123456789012", "13800138000", "+86-138 0013 8000", "120.1,30.8", "POINT(nan nan)", "POINT(1e400 1)", "((((", "120.1" * 50, "30.8,120.1", "男", "1 男", "汉", "C18", "织里镇",
    "x" * 5_000, "中" * 3_000, "\\x00", "\\u0000", "a\nb", "a\r\nb", "a,b", "|||",
]  # fmt: skip


def a_dirty_batch(stores, dataset, rng, rows=150) -> Batch:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [column.name for column in dataset.columns]
    has_datum = any(column.kind.name == "point" for column in dataset.columns)
    for number in range(rows):
        cells = [rng.choice(NASTY).replace("\x00", "") for _ in names]
        writer.writerow(
            [
                number + 2,
                rng.choice(("", "", "", "short", "odd")),
                *cells,
                *([rng.choice(NASTY).replace("\x00", "")] if has_datum else []),
            ]
        )
    ref = stores.objects.put(io.BytesIO(text.getvalue().encode("utf-8", "replace")))
    layout = ("_row", "_fault", *names, *(["__datum"] if has_datum else []))
    batch = Batch("", 0, dataset.id, dataset.department, "x.csv", ref.sha256, ref.size, NOON, "x", "received", rows)
    batch = type(batch)(
        **{**{name: getattr(batch, name) for name in batch.__slots__}, "reading": Reading(ref.sha256, rows, layout)}
    )
    return Register(stores.root / "collect" / "batches.sqlite3").keep(batch)


@pytest.mark.slow
def test_every_dataset_of_the_shelf_withstands_dirt(tmp_path):
    stores = some_stores(tmp_path)
    rng = random.Random(20261124)

    for dataset in stores.shelf.datasets():
        for _ in range(2):
            batch = a_dirty_batch(stores, dataset, rng)
            refined = refine(batch=batch, stores=stores, by="runs", at=NOON)

            assert refined.rows_in == refined.accepted + refined.returned == 150, dataset.id
            told = rows_of(stores, f"{dataset.id}.returned", "_batch", "_codes", "_reasons", zone=Zone.COLLECTED)
            mine = [(codes, reasons) for owner, codes, reasons in told if owner == batch.id]
            assert len(mine) == refined.returned
            assert all(len(codes.split()) == len(reasons.splitlines()) > 0 for codes, reasons in mine)
    stores.close()
