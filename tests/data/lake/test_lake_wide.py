import datetime

import duckdb

from taihu.data.lake import lake, staged
from taihu.terms.zone import Zone

AT = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
COLUMNS = [(f"c{number}", "BIGINT") for number in range(60)]


def test_a_table_of_sixty_columns_reads_all_of_them(tmp_path):
    opened = lake.Lake(tmp_path)
    folder = opened.staging(Zone.GOVERNED, "topics.wide.row")
    values = ", ".join(f"{number} AS c{number}" for number in range(60))
    with duckdb.connect() as connection:
        copied = connection.execute(f"COPY (SELECT {values}) TO '{folder}/a.parquet' (FORMAT parquet, RETURN_STATS)")
        files = staged.read_copy(copied.fetchall())
        opened.commit(
            Zone.GOVERNED, "topics.wide.row", files, stream="s", number=1, mode="append", schema=COLUMNS, at=AT
        )
        found = connection.execute(opened.snapshot(Zone.GOVERNED, "topics.wide.row").to_sql()[1:-1]).fetchone()

    assert found == tuple(range(60))
