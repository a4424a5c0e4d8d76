"""Fetches a table of a department's database as one CSV: a snapshot with its own count, always in the same order."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlalchemy
from sqlalchemy import exc

from taihu.data.collect import child
from taihu.data.collect.readers import documents, headings
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.workbook import write_value
from taihu.data.collect.receive import Delivered, Receipt, receive
from taihu.data.engines.stores import Stores
from taihu.data.intake.source import Table
from taihu.terms import fault, problem
from taihu.terms.dataset import Dataset

CHUNK = 5_000


class SourceDown(problem.Problem):
    """A database or interface does not answer."""

    code = "C-080"
    status = 503


class NoSuchTable(problem.Problem):
    """The database has no table of that name."""

    code = "C-081"
    status = 404


def fetch_table(source: Table, *, dataset: Dataset, stores: Stores, by: str, at: datetime.datetime) -> Receipt:
    """Reads the columns that the dataset declares, and no others; raises SourceDown, NoSuchTable.

    The same rows give the same bytes, hence the same batch.
    """
    path = stores.objects.reserve()
    try:
        rows = _dump(source, dataset, path)
        with path.open("rb") as stream:
            delivery = Delivered(stream, f"{source.table}.csv", rows=rows)
            return receive(delivery=delivery, dataset=dataset, stores=stores, by=by, at=at)
    finally:
        fault.point("intake.table.clear")
        path.unlink(missing_ok=True)


def _dump(source: Table, dataset: Dataset, path: Path) -> int | None:
    """Writes the table and returns how many rows the database itself counted in the same transaction."""
    engine = _open(source)
    place = f"{engine.dialect.name}:{source.table}"
    try:
        with engine.connect() as connection:
            _begin(connection)
            table = _reflect(source, connection)
            chosen, is_whole = _choose(table, dataset)
            count = connection.execute(sqlalchemy.select(sqlalchemy.func.count()).select_from(table)).scalar_one()
            query = sqlalchemy.select(*(_raw(column, connection) for column in chosen)).order_by(*_order(table, chosen))
            result = connection.execution_options(stream_results=True, yield_per=CHUNK).execute(
                query if is_whole else query.limit(0)
            )
            fault.point("intake.table.write")
            _write(path, [column.name for column in chosen], result.partitions(CHUNK))
            return int(count) if is_whole else None
    except (exc.SQLAlchemyError, ValueError):
        # The driver's own words may hold statements, addresses and values.
        raise SourceDown("无法读取部门数据库。", where=place, help="请核对地址、账号权限和网络，稍后重试。") from None
    finally:
        engine.dispose()


def _open(source: Table) -> sqlalchemy.Engine:
    """An engine for the url; raises SourceDown where its driver is not installed."""
    url = _read_only(source.url)
    try:
        return sqlalchemy.create_engine(url, **_options(source.url))
    except (ImportError, exc.SQLAlchemyError):
        raise SourceDown(
            "没有这种数据库的驱动。", where=url.drivername, help="请安装驱动（PostgreSQL：psycopg；MySQL：PyMySQL）。"
        ) from None


def _raw(column: sqlalchemy.Column[object], connection: sqlalchemy.Connection) -> sqlalchemy.ColumnElement[object]:
    """The stored value itself in SQLite, where a DATE column may hold any text."""
    return (
        sqlalchemy.type_coerce(column, sqlalchemy.types.NullType()) if connection.dialect.name == "sqlite" else column
    )


def _read_only(url: str) -> sqlalchemy.URL:
    """The url, for SQLite with the file opened read-only."""
    try:
        parsed = sqlalchemy.make_url(url)
    except exc.ArgumentError:
        raise SourceDown(
            "数据库地址不合规。", where="数据源", help="例如 postgresql+psycopg://用户@主机/库。"
        ) from None
    if parsed.get_backend_name() != "sqlite":
        return parsed
    path = Path(parsed.database or "")
    if not path.is_file():
        raise SourceDown("没有这个数据库文件。", where=path.name, help="请核对路径。")
    return parsed.set(database=f"file:{path.absolute()}", query={"mode": "ro", "uri": "true"})


def _options(url: str) -> dict[str, object]:
    """One snapshot for all statements, where the database offers it."""
    return {} if url.startswith("sqlite") else {"isolation_level": "REPEATABLE READ"}


def _begin(connection: sqlalchemy.Connection) -> None:
    """Begins a transaction that reads one snapshot and cannot write."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
    elif connection.dialect.name in ("postgresql", "mysql", "mariadb", "oracle"):
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _reflect(source: Table, connection: sqlalchemy.Connection) -> sqlalchemy.Table:
    """The table as the database describes it; raises NoSuchTable naming the known ones."""
    inspector = sqlalchemy.inspect(connection)
    names = [*inspector.get_table_names(schema=source.schema), *inspector.get_view_names(schema=source.schema)]
    if source.table not in names:
        raise NoSuchTable(
            f"数据库中没有表「{source.table}」。",
            where=source.table,
            help=f"现有：{'、'.join(sorted(names)[:20]) or '没有表'}。",
        )
    return sqlalchemy.Table(source.table, sqlalchemy.MetaData(), autoload_with=connection, schema=source.schema)


def _choose(table: sqlalchemy.Table, dataset: Dataset) -> tuple[Sequence[sqlalchemy.Column[object]], bool]:
    """The declared columns; where a required one is missing all headings without rows, so that collect can say so."""
    wanted = [Wanted.read(column) for column in child.describe(dataset)]
    columns = list(table.columns)
    mapped = headings.match([(column.name,) for column in columns], wanted)
    if any(column.is_required and column.name not in mapped.positions for column in wanted) or mapped.twice:
        return columns, False
    extras = (mapped.longitude, mapped.latitude, mapped.datum)
    positions = sorted({*mapped.positions.values(), *(p for p in extras if p is not None)})
    return [columns[position] for position in positions], True


def _order(table: sqlalchemy.Table, chosen: Sequence[sqlalchemy.Column[object]]) -> Sequence[sqlalchemy.Column[object]]:
    """By the primary key, else by all columns: the same rows come in the same order."""
    return list(table.primary_key.columns) or chosen


def _write(path: Path, names: Sequence[str], chunks: Iterator[Sequence[Sequence[object]]]) -> None:
    """Writes a heading and rows; texts as they are, numbers and dates as people write them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        for chunk in chunks:
            writer.writerows([[_text(value) for value in row] for row in chunk])


def _text(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return documents.write_value(value) if isinstance(value, str) else write_value(value)
