"""Column types in two spellings: DuckDB's, in which we write and read, and Delta's, in which tables are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence

import deltalake

from taihu.terms import problem

Columns = tuple[tuple[str, str], ...]

DELTA = {
    "VARCHAR": "string",
    "BIGINT": "long",
    "INTEGER": "integer",
    "SMALLINT": "short",
    "TINYINT": "byte",
    "DOUBLE": "double",
    "FLOAT": "float",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
    "BLOB": "binary",
}
DUCKDB = {delta: duckdb for duckdb, delta in DELTA.items()}
DECIMAL = re.compile(r"(?i)decimal\((\d+), ?(\d+)\)")


class UnknownType(problem.Problem):
    """A column has a type that Delta tables cannot keep."""

    code = "K-010"
    status = 500


class SchemaClash(problem.Problem):
    """A column would change its type; tables only ever gain columns."""

    code = "K-011"
    status = 409


def to_delta(duckdb_type: str) -> deltalake.schema.PrimitiveType | deltalake.schema.ArrayType:
    """The Delta type of a DuckDB type; raises UnknownType."""
    if duckdb_type.endswith("[]"):
        return deltalake.schema.ArrayType(to_delta(duckdb_type[:-2]), contains_null=True)
    decimal = DECIMAL.fullmatch(duckdb_type)
    if decimal:
        return deltalake.schema.PrimitiveType(f"decimal({decimal[1]},{decimal[2]})")
    if duckdb_type.upper() not in DELTA:
        raise UnknownType(
            f"湖表不能保存类型 {duckdb_type}。", help=f"可用类型：{'、'.join(DELTA)}、DECIMAL(p,s)，以及它们的数组。"
        )
    return deltalake.schema.PrimitiveType(DELTA[duckdb_type.upper()])


def to_duckdb(delta_type: object) -> str:
    """The DuckDB type of a Delta type; raises UnknownType."""
    if isinstance(delta_type, deltalake.schema.ArrayType):
        return f"{to_duckdb(delta_type.element_type)}[]"
    name = str(getattr(delta_type, "type", delta_type))
    decimal = DECIMAL.fullmatch(name)
    if decimal:
        return f"DECIMAL({decimal[1]},{decimal[2]})"
    if name not in DUCKDB:
        raise UnknownType(f"湖表的类型 {name} 不受支持。", help="请用本平台写入的表，或先在外部引擎中转换类型。")
    return DUCKDB[name]


def to_fields(columns: Sequence[tuple[str, str]]) -> list[deltalake.Field]:
    """Nullable Delta fields for DuckDB columns; promises about nulls are the dataset's, not the table's."""
    return [deltalake.Field(name, to_delta(duckdb_type), nullable=True) for name, duckdb_type in columns]


def of_table(table: deltalake.DeltaTable) -> Columns:
    """The columns of a table with their DuckDB types."""
    return tuple((field.name, to_duckdb(field.type)) for field in table.schema().fields)


def find_new(table: Columns, asked: Sequence[tuple[str, str]], *, where: str) -> Columns:
    """The asked columns that the table does not have yet; raises SchemaClash where a type differs."""
    known = {name: to_duckdb(to_delta(duckdb_type)) for name, duckdb_type in table}
    for name, duckdb_type in asked:
        wanted = to_duckdb(to_delta(duckdb_type))
        if known.get(name, wanted) != wanted:
            raise SchemaClash(
                f"列 {name} 在湖表中是 {known[name]}，要写入的是 {wanted}。",
                where=where,
                help="湖表只能增加列，不能改变类型；请另起列名，或重建该表。",
            )
    return tuple((name, duckdb_type) for name, duckdb_type in asked if name not in known)
