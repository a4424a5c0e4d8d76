"""How Chinese texts sound: pinyin without tones, and the family name in front."""

from __future__ import annotations

import duckdb
import pypinyin

# Family names of two characters that begin like one of one character (from the 2007 list of frequent names).
DOUBLE = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "夏侯",
    "令狐",
    "宇文",
    "长孙",
    "端木",
    "独孤",
)


def add(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> None:
    """Adds `<column>__sound` (pinyin without tones) and `<column>__family` (family name) to a table."""
    rows = connection.execute(
        f'SELECT DISTINCT unnest(string_split("{column}", \'\')) AS c FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY c'  # noqa: S608 - checked names
    ).fetchall()
    characters = [row[0] for row in rows]
    sounds = [pypinyin.lazy_pinyin(character)[0] for character in characters]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sound AS SELECT unnest(?::VARCHAR[]) AS c, unnest(?::VARCHAR[]) AS s",
        [characters, sounds],
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE spoken AS
            SELECT name, string_agg(s, ' ' ORDER BY place) AS sound
            FROM (SELECT name, unnest(string_split(name, '')) AS c, generate_subscripts(string_split(name, ''), 1) AS place
                  FROM (SELECT DISTINCT "{column}" AS name FROM "{table}" WHERE "{column}" <> ''))
            JOIN sound USING (c) GROUP BY name"""  # noqa: S608 - checked names
    )
    doubles = ", ".join(f"'{name}'" for name in DOUBLE)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE "{table}" AS
            SELECT t.*, spoken.sound AS "{column}__sound",
                   left(t."{column}", CASE WHEN left(t."{column}", 2) IN ({doubles}) THEN 2 ELSE 1 END) AS "{column}__family"
            FROM "{table}" t LEFT JOIN spoken ON t."{column}" = spoken.name"""  # noqa: S608 - checked names
    )
