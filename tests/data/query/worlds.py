"""Small databases that look equal to a reader: only what is above the reader's label differs."""

import datetime
import random
from decimal import Decimal

import duckdb as engine

from taihu.data.query import duckdb, grade, read
from taihu.terms.dataset import Kind
from taihu.terms.label import Label, Level
from tests.data.query.small_world import a_dataset

TABLES = {
    "river": a_dataset(
        "river",
        [
            ("k", "text"),
            ("a", "int"),
            ("b", "int", "L2"),
            ("s", "text", "L3", ("person",)),
            ("d", "date", "L2"),
            ("m", "decimal(8,3)", "L4", ("medical",)),
            ("f", "bool", "L3"),
        ],
        key=["k"],
    ),
    "walk": a_dataset(
        "walk",
        [
            ("k", "text", "L2"),
            ("a", "int"),
            ("b", "int", "L4", ("person",)),
            ("s", "text"),
            ("d", "date"),
            ("m", "decimal(8,3)", "L2"),
            ("f", "bool"),
        ],
        presence="L2",
    ),
    "case_file": a_dataset(
        "case_file",
        [("n", "int", "L3"), ("k", "text"), ("s", "text", "L3", ("medical",)), ("d", "date", "L4")],
        key=["n"],
        presence="L3",
    ),
}
COLUMNS = {name: [(c.name, c.kind.name) for c in table.columns] for name, table in TABLES.items()}
CEILINGS = [Label(), Label(Level.L2), Label(Level.L3, frozenset({"person"})), Label(Level.L4, frozenset({"medical"}))]
VALUES = {
    "int": [0, 1, 2, -1, 7, None, 10**12],
    "text": ["a", "b", "", "1", "2026-01-02", "ab%", None, "k1", "1.5", "infinity", "99999999999999999999"],
    "date": [
        datetime.date(2026, 1, 1),
        datetime.date(2026, 1, 31),
        datetime.date(1900, 1, 1),
        datetime.date(9999, 12, 31),
        None,
    ],
    "decimal": [Decimal("0.5"), Decimal("1.25"), Decimal("-2"), Decimal("99999.999"), None],
    "bool": [True, False, None],
}
KEYS = {"text": [f"k{n}" for n in range(20)], "int": list(range(20))}
PARAMETERS = {"days": Kind("int")}
BOUND = {"today": datetime.date(2026, 1, 31), "days": 2}


class Worlds:
    """A base database and, for each ceiling, some that look equal to it from there."""

    def __init__(self, seed, variants=3):
        self.rng = random.Random(seed)
        self.connection = engine.connect(config={"threads": 1})
        self.tables = TABLES
        base = {name: self.rows(name, self.rng.randrange(2, 6)) for name in TABLES}
        self.load("w0", base)
        self.variants = {}
        for number, ceiling in enumerate(CEILINGS):
            prefixes = [f"w{number + 1}_{variant}" for variant in range(variants)]
            for prefix in prefixes:
                self.load(prefix, {name: self.perturb(name, rows, ceiling) for name, rows in base.items()})
            self.variants[ceiling] = prefixes
        self.seen = {}

    def close(self):
        self.connection.close()

    def rows(self, name, count):
        """Random rows; a declared key is unique and not null."""
        table = TABLES[name]
        keys = {column: self.rng.sample(KEYS[table.column(column).kind.name], count) for column in table.key}
        return [
            [keys[c.name][n] if c.name in keys else self.rng.choice(VALUES[c.kind.name]) for c in table.columns]
            for n in range(count)
        ]

    def perturb(self, name, rows, ceiling):
        """Other values above the ceiling, and other rows where even their presence is."""
        table = TABLES[name]
        if not table.presence.is_within(ceiling):
            return self.rows(name, self.rng.randrange(0, 6))
        fresh = self.rows(name, len(rows))
        is_low = [c.label.is_within(ceiling) for c in table.columns]
        mixed = [
            [old if low else new for old, new, low in zip(row, other, is_low, strict=True)]
            for row, other in zip(rows, fresh, strict=True)
        ]
        self.rng.shuffle(mixed)
        return mixed

    def load(self, prefix, tables):
        for name, rows in tables.items():
            types = ", ".join(
                f"{c.name} {({'int': 'BIGINT', 'text': 'VARCHAR', 'bool': 'BOOLEAN'}).get(c.kind.name, str(c.kind))}"
                for c in TABLES[name].columns
            )
            self.connection.execute(f"CREATE TABLE {prefix}_{name} ({types})")
            if rows:
                marks = ", ".join("?" for _ in TABLES[name].columns)
                self.connection.executemany(f"INSERT INTO {prefix}_{name} VALUES ({marks})", rows)

    def read(self, text):
        return read.read(text, source="r.sql", tables=TABLES, parameters=PARAMETERS)

    def view(self, plan, prefix, visible):
        """The released rows: hidden columns are NULL."""
        key = (id(plan), prefix, visible)
        if key not in self.seen:
            masks = {column.name: duckdb.Mask() for column in plan.columns if column.name not in visible}
            sql, parameters = duckdb.write_duckdb(
                plan, scan=lambda table: f"{prefix}_{table.rpartition('.')[2]}", parameters=BOUND, masks=masks
            )
            self.seen[key] = (plan, self.connection.execute(sql, parameters).fetchall())
        return self.seen[key][1]

    def originally(self, text):
        """What DuckDB answers to the text itself."""
        for name in TABLES:
            self.connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM w0_{name}")
        return self.connection.execute(
            text, {name: value for name, value in BOUND.items() if f"${name}" in text}
        ).fetchall()

    def leak(self, plan, **options):
        """A ceiling and columns at which two databases that should look equal do not; None where there is none."""
        grades = grade.grade(plan, **options)
        for ceiling, prefixes in self.variants.items():
            visible = frozenset(c.name for c in grades.columns if c.label.is_within(ceiling))
            if not grades.presence.label.is_within(ceiling):
                continue
            base = self.view(plan, "w0", visible)
            if any(self.view(plan, prefix, visible) != base for prefix in prefixes):
                return ceiling, visible
        return None
