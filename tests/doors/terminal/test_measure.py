"""What a city's truth says of rows, by the names and lines under which they came in."""

import json

import duckdb

from taihu.doors.terminal import measure


def test_rows_of_a_table_are_known_by_their_line_of_the_csv_and_pages_by_their_record(tmp_path):
    deliveries = [
        {"department": "market", "dataset": "firm", "kind": "sql", "path": "market/m.sqlite3", "table": "T_ENT"},
        {"department": "health", "dataset": "clinic", "kind": "api", "url": "http://127.0.0.1:1/health/clinics"},
        {"department": "water", "dataset": "permit", "kind": "file", "path": "water/drop/permits.csv"},
    ]
    (tmp_path / "city" / "truth").mkdir(parents=True)
    (tmp_path / "city" / "manifest.json").write_text(json.dumps({"deliveries": deliveries}), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"""COPY (SELECT * FROM (VALUES ('firm', 'market/T_ENT', 1, 'a'), ('clinic', 'health/clinics', 1, 'b'),
                ('permit', 'water/drop/permits.csv', 2, 'c')) t(dataset, file, line, subject))
                TO '{tmp_path}/city/truth/firms.parquet' (FORMAT parquet)"""
        )

    assert measure.read_truth(tmp_path) == {
        ("firm", "T_ENT.csv", 2): "a",
        ("clinic", "health-clinics.jsonl", 1): "b",
        ("permit", "permits.csv", 2): "c",
    }
