"""Measures refining against a raw DuckDB CSV→Parquet that writes the same token column, both in this run.

`python bench/refine.py --rows 3400000 --folder DIR` prints wall and CPU seconds of both, the ratios, the
share of the vault and the peaks of memory. Each measured part runs in a process of its own, with the
same two threads; `--repeat` takes the best of several runs of each, alternating.
"""

from __future__ import annotations

import argparse
import datetime
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb

from taihu.data.engines import stores as engines
from taihu.data.objects.batch import Batch
from taihu.data.objects.reading import Reading
from taihu.data.objects.register import Register
from taihu.data.refine.refine import refine
from taihu.data.vault.vault import Vault
from taihu.terms.identifiers import RESIDENT_CHECKS, RESIDENT_WEIGHTS
from taihu.terms.shelf import read_shelf

PACKS = Path(__file__).parents[1] / "packs"
DATASET = "bases.people.resident"
COLUMNS = (
    "resident_id",
    "name",
    "sex",
    "born_on",
    "ethnic_group",
    "household",
    "relation",
    "town",
    "address",
    "phone",
    "registered_on",
)
NOON = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)


def write_residents(path: Path, rows: int, dirt: int) -> None:
    """Residents with right numbers; one row in `dirt` has a wrong check character, a blank or a strange spelling."""
    weights = " + ".join(f"(n // {10 ** (16 - k)} % 10) * {w}" for k, w in enumerate(RESIDENT_WEIGHTS))
    check = f"substr('{RESIDENT_CHECKS}', (({weights}) % 11)::INTEGER + 1, 1)"
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(
        f"""COPY (
        WITH people AS (
            SELECT i, hash(i) AS h, hash(i + 7) AS g, hash(i + 13) % {dirt} AS d,
                ['330501', '330502', '330511', '330503', '330521', '330522', '330523'][1 + (hash(i) % 7)::INTEGER] AS place,
                DATE '1930-01-01' + (hash(i + 1) % 34000)::INTEGER AS born
            FROM range({rows}) t(i)),
        counted AS (SELECT *, row_number() OVER (PARTITION BY place, born ORDER BY i) AS k FROM people),
        numbered AS (SELECT *, (place || strftime(born, '%Y%m%d'))::BIGINT * 1000 + k % 1000 AS n FROM counted)
        SELECT CASE WHEN d = 1 THEN n || 'A' WHEN d = 2 THEN '' ELSE n || {check} END,
            ['沈', '陈', '王', '张', '吴', '朱', '徐', '姚'][1 + (g % 8)::INTEGER]
                || ['伟', '芳', '娜', '秀英', '敏', '静', '丽', '强', '磊', '军'][1 + (h % 10)::INTEGER],
            CASE WHEN d = 3 THEN '不男' WHEN n % 2 = 1 THEN '男' ELSE '女' END,
            CASE WHEN d = 4 THEN strftime(born, '%Y年%m月%d日') ELSE born::VARCHAR END,
            CASE WHEN g % 30 = 0 THEN '苗族' ELSE '汉族' END,
            'H' || lpad((i // 3)::VARCHAR, 8, '0'), ['户主', '配偶', '子女'][1 + (i % 3)::INTEGER],
            ['330502001', '330502100', '330503101', '330521101', '330522004', '330523110'][1 + (h % 6)::INTEGER],
            '浙江省湖州市吴兴区织里镇' || ['人民路', '富民路', '吴兴大道'][1 + (g % 3)::INTEGER]
                || CASE WHEN d = 5 THEN '１２' ELSE (g % 900)::VARCHAR END || '号',
            CASE WHEN h % 5 = 0 THEN NULL ELSE '13' || lpad((g % 1000000000)::VARCHAR, 9, '0') END,
            born + 30
        FROM numbered) TO '{path}' (HEADER false, DELIMITER ',')"""
    )


def read_of(path: Path) -> str:
    """DuckDB's reader for the file, all texts."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    return f"read_csv('{path}', auto_detect=false, header=false, quote='\"', escape='\"', columns={{{columns}}})"


def run_raw(path: Path, folder: Path) -> dict[str, Any]:
    """CSV→Parquet as DuckDB writes it by default, with the token beside the other columns."""
    token, parameters = Vault(folder / "vault", keys=folder / "keys").token_sql("resident_id")
    connection = duckdb.connect(config={"threads": 2})
    connection.execute(
        f"COPY (SELECT *, {token} AS token FROM {read_of(path)}) TO '{folder / 'raw.parquet'}' (FORMAT parquet)",
        parameters,
    )
    return {}


def run_refine(path: Path, folder: Path, rows: int) -> dict[str, Any]:
    """The product's own refining, committed; receiving is not part of it."""
    stores = engines.open_stores(folder, read_shelf(PACKS), segment="bench")
    with path.open("rb") as stream:
        ref = stores.objects.put(stream)
    batch = Register(folder / "collect" / "batches.sqlite3").keep(
        Batch(
            "",
            0,
            DATASET,
            "police",
            path.name,
            ref.sha256,
            ref.size,
            NOON,
            "bench",
            "received",
            rows,
            reading=Reading(ref.sha256, rows, COLUMNS),
        )
    )
    spent = [0.0]
    keep = stores.vault.keep

    def timed(pairs: Any) -> Any:
        begun = time.perf_counter()
        try:
            return keep(pairs)
        finally:
            spent[0] += time.perf_counter() - begun

    stores.vault.keep = timed  # type: ignore[assignment,method-assign]
    begun, cpu = time.perf_counter(), time.process_time()
    refined = refine(batch=batch, stores=stores, by="bench", at=NOON)
    found = {
        "wall": time.perf_counter() - begun,
        "cpu": time.process_time() - cpu,
        "vault": spent[0],
        "rows": refined.rows_in,
        "accepted": refined.accepted,
        "returned": refined.returned,
        "by_code": dict(refined.by_code),
    }
    stores.close()
    return found


def run_child(part: str, path: Path, folder: Path, rows: int) -> None:
    """Runs one part and prints what it took as JSON."""
    folder.mkdir(parents=True, exist_ok=True)
    begun, cpu = time.perf_counter(), time.process_time()
    found = run_raw(path, folder) if part == "raw" else run_refine(path, folder, rows)
    took = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - cpu}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**took, **found, "peak_mb": peak}))


def measure(part: str, path: Path, folder: Path, rows: int) -> dict[str, Any]:
    """One part in a process and a folder of its own."""
    shutil.rmtree(folder, ignore_errors=True)
    asked = [
        sys.executable,
        __file__,
        "--part",
        part,
        "--file",
        str(path),
        "--folder",
        str(folder),
        "--rows",
        str(rows),
    ]
    done = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3_400_000)
    parser.add_argument("--dirt", type=int, default=500, help="one row in so many has each kind of fault")
    parser.add_argument("--folder", type=Path, default=Path("var/bench/refine"))
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--part", choices=("raw", "refine"))
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    if asked.part:
        run_child(asked.part, asked.file, asked.folder, asked.rows)
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    path = (asked.folder / f"residents-{asked.rows}-{asked.dirt}.csv").absolute()
    if not path.is_file():
        write_residents(path, asked.rows, asked.dirt)
    runs = [
        (
            measure("raw", path, asked.folder / "raw", asked.rows),
            measure("refine", path, asked.folder / "refined", asked.rows),
        )
        for _ in range(asked.repeat)
    ]
    raw = min((pair[0] for pair in runs), key=lambda run: run["wall"])
    ours = min((pair[1] for pair in runs), key=lambda run: run["wall"])
    print(
        f"rows {ours['rows']:,} (accepted {ours['accepted']:,}, returned {ours['returned']:,}); {path.stat().st_size / 1e6:,.0f} MB"
    )
    print(
        f"raw CSV→Parquet with token: {raw['wall']:.2f} s wall, {raw['cpu']:.2f} s CPU, peak {raw['peak_mb']:,.0f} MB"
    )
    print(
        f"refine, committed:          {ours['wall']:.2f} s wall, {ours['cpu']:.2f} s CPU, peak {ours['peak_mb']:,.0f} MB"
    )
    print(
        f"ratio raw/refine: {raw['wall'] / ours['wall']:.2f} by wall, {raw['cpu'] / ours['cpu']:.2f} by CPU (goal 0.40)"
    )
    print(
        f"of it the vault: {ours['vault']:.2f} s, {ours['vault'] / ours['wall']:.0%}, the reading of its values included"
    )
    print(f"rows a second: {ours['rows'] / ours['wall']:,.0f}")


if __name__ == "__main__":
    main()
