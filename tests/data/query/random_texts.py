"""Random texts of taihu SQL over the tables of `worlds`: mistyped text, failing constants, NULLs, every construct."""

import random

KINDS = ("int", "text", "date", "decimal", "bool")
CONSTANTS = {
    "int": [
        "0",
        "1",
        "2",
        "-1",
        "7",
        "null",
        "1 // 0",
        "cast('abc' as int)",
        "cast('2' as int)",
        "9223372036854775807",
        "5 % 0",
        "$days",
    ],
    "text": ["'a'", "'b'", "''", "'1'", "'2026-01-02'", "null", "cast(1 as varchar)"],
    "date": [
        "date '2026-01-01'",
        "date '2026-01-31'",
        "$today",
        "cast('x' as date)",
        "make_date(2026, 13, 1)",
        "cast(null as date)",
    ],
    "decimal": ["0.5", "1.25", "-2.0", "cast('x' as decimal(8,3))", "cast(1 as decimal(8,3))", "1.000 * 0.5"],
    "bool": ["true", "false", "null", "1 = 1", "1 // 0 = 1"],
}
COMPARE = ("=", "<>", "<", "<=", ">", ">=", "is distinct from", "is not distinct from")
JOINS = ("join", "left join", "right join", "full join", "left join", "semi join", "anti join")


class Texts:
    """Writes one random text after another from a seed."""

    def __init__(self, tables, seed):
        self.tables = tables
        self.rng = random.Random(seed)
        self.number = 0
        self.depends_on_order = False

    def fresh(self, letter):
        self.number += 1
        return f"{letter}{self.number}"

    def pick(self, options):
        return self.rng.choice(options)

    def chance(self, part):
        return self.rng.random() < part

    def text(self):
        """A whole query; `depends_on_order` says whether DuckDB may answer it differently."""
        self.depends_on_order = False
        ctes, known = [], {}
        for _ in range(self.pick((0, 0, 0, 1, 1, 2))):
            name = self.fresh("q")
            sql, columns = self.query(2, [], known)
            ctes.append(f"{name} as ({sql})")
            known[name] = columns
        sql, columns = self.query(3, [], known, is_top=True)
        return (f"with {', '.join(ctes)} " if ctes else "") + sql

    def query(self, depth, outer, ctes, is_top=False):
        if depth > 1 and self.chance(0.15):
            return self.set_operation(depth, outer, ctes)
        return self.select(depth, outer, ctes, is_top=is_top)

    def set_operation(self, depth, outer, ctes):
        kinds = [self.pick(KINDS) for _ in range(self.pick((1, 2)))]
        names = [self.fresh("c") for _ in kinds]
        sides = [self.select(depth - 1, outer, ctes, wanted=list(zip(names, kinds, strict=True)))[0] for _ in range(2)]
        operation = self.pick(("union", "union all", "except", "intersect", "except all"))
        return f"{sides[0]} {operation} {sides[1]}", list(zip(names, kinds, strict=True))

    def source(self, depth, outer, ctes):
        """An item of FROM: (sql, alias, columns)."""
        alias = self.fresh("r")
        if ctes and self.chance(0.4):
            name = self.pick(sorted(ctes))
            return f"{name} as {alias}", alias, ctes[name]
        if depth > 1 and self.chance(0.25):
            sql, columns = self.query(depth - 1, [], ctes)
            return f"({sql}) as {alias}", alias, columns
        name = self.pick(sorted(self.tables))
        return f"{name} as {alias}", alias, self.tables[name]

    def select(self, depth, outer, ctes, wanted=None, is_top=False):
        sql, alias, columns = self.source(depth, outer, ctes)
        reach = [(f"{alias}.{name}", kind) for name, kind in columns]
        for _ in range(self.pick((0, 0, 1, 1, 2)) if depth > 1 else 0):
            other, alias, columns = self.source(depth - 1, outer, ctes)
            side = [(f"{alias}.{name}", kind) for name, kind in columns]
            join = self.pick(JOINS)
            sql += f" {join} {other} on {self.join_condition(reach, side)}"
            reach += side if join not in ("semi join", "anti join") else []
        where = f" where {self.expr('bool', reach, outer, depth, ctes)}" if self.chance(0.6) else ""
        columns = wanted or [(self.fresh("c"), self.pick(KINDS)) for _ in range(self.pick((1, 2, 3)))]
        if self.chance(0.35):
            body = self.grouped(columns, reach, outer, depth, ctes, f"{sql}{where}")
        else:
            body = self.plain(columns, reach, outer, depth, ctes, f"{sql}{where}")
        if self.chance(0.12) and wanted is None:
            self.depends_on_order = True
            body += f" order by {columns[0][0]}{self.pick(('', ' desc', ' nulls first'))} limit {self.pick((1, 2, 3))}"
        elif is_top and self.chance(0.2):
            body += f" order by {columns[-1][0]}{self.pick(('', ' desc'))}"
        return body, columns

    def join_condition(self, left, right):
        pairs = [(a, b) for a, kind in left for b, other in right if kind == other]
        if not pairs or self.chance(0.1):
            return self.expr("bool", left + right, [], 1, {})
        condition = "{} = {}".format(*self.pick(pairs))
        return f"{condition} and {self.expr('bool', left + right, [], 1, {})}" if self.chance(0.3) else condition

    def plain(self, columns, reach, outer, depth, ctes, source):
        items = []
        for name, kind in columns:
            value = (
                self.window(kind, reach)
                if kind in ("int", "decimal") and self.chance(0.15)
                else self.expr(kind, reach, outer, depth, ctes)
            )
            items.append(f"{self.typed(value, kind)} as {name}")
        qualify = ""
        if self.chance(0.07):
            self.depends_on_order = True
            qualify = (
                f" qualify row_number() over (partition by {self.pick(reach)[0]} order by {self.pick(reach)[0]}) = 1"
            )
        return f"select {'distinct ' if self.chance(0.15) else ''}{', '.join(items)} from {source}{qualify}"

    def typed(self, value, kind):
        """A bare NULL has no kind, and sides of a set operation must agree."""
        return f"cast({value} as { {'int': 'bigint', 'text': 'varchar', 'date': 'date', 'decimal': 'decimal(20,3)', 'bool': 'boolean'}[kind] })"

    def window(self, kind, reach):
        value = self.pick([ref for ref, found in reach if found == kind] or [self.pick(CONSTANTS[kind][:3])])
        over = f"partition by {self.pick(reach)[0]} order by {self.pick(reach)[0]}"
        if kind == "int" and self.chance(0.5):
            call = self.pick(("row_number()", "rank()", "dense_rank()", "count(*)", "ntile(2)"))
            self.depends_on_order |= call in ("row_number()", "ntile(2)")
            return f"{call} over ({over})"
        if self.chance(0.3):
            self.depends_on_order = True
            return self.pick(
                (f"lag({value}) over ({over})", f"sum({value}) over ({over} rows between 1 preceding and current row)")
            )
        return f"{self.pick(('sum', 'max', 'min'))}({value}) over ({over})"

    def grouped(self, columns, reach, outer, depth, ctes, source):
        keys = [
            self.expr(self.pick(KINDS), reach, [], 1, {}) if self.chance(0.3) else self.pick(reach)[0]
            for _ in range(self.pick((0, 1, 1, 2)))
        ]
        keys = [key for key in keys if any(ref in key for ref, _ in reach)]
        items = []
        for name, kind in columns:
            fitting = [key for key in keys if dict(reach).get(key) == kind]
            value = self.pick(fitting) if fitting and self.chance(0.5) else self.aggregate(kind, reach, outer, depth)
            items.append(f"{self.typed(value, kind)} as {name}")
        having = (
            f" having {self.aggregate('int', reach, outer, 1)} {self.pick(COMPARE[:6])} {self.pick(('0', '1', '2'))}"
            if self.chance(0.3)
            else ""
        )
        group = f" group by {', '.join(keys)}" if keys else ""
        return f"select {', '.join(items)} from {source}{group}{having}"

    def aggregate(self, kind, reach, outer, depth):
        local = lambda wanted: self.expr(wanted, reach, [], min(depth, 1), {})  # noqa: E731
        only = f" filter (where {local('bool')})" if self.chance(0.2) else ""
        if kind == "int":
            call = self.pick(
                (
                    "count(*)",
                    f"count({local(self.pick(KINDS))})",
                    f"count(distinct {local('int')})",
                    f"sum({self.pick_ref('int', reach)})",
                    f"max({local('int')})",
                )
            )
        elif kind == "decimal":
            call = self.pick(
                (
                    f"sum({self.pick_ref('decimal', reach)})",
                    f"min({local('decimal')})",
                    f"avg({self.pick_ref('int', reach)})",
                )
            )
        elif kind == "bool":
            call = f"{self.pick(('bool_and', 'bool_or'))}({local('bool')})"
        elif kind == "text" and self.chance(0.4):
            value = self.pick_ref("text", reach)
            call = f"string_agg({value}, ',' order by {value})"
        else:
            call = f"{self.pick(('min', 'max'))}({local(kind)})"
        return call + only

    def pick_ref(self, kind, reach):
        return self.pick([ref for ref, found in reach if found == kind] or [self.pick(CONSTANTS[kind][:3])])

    def expr(self, kind, reach, outer, depth, ctes):
        refs = [ref for ref, found in (*reach, *outer) if found == kind]
        if depth <= 0 or self.chance(0.3):
            return self.pick(refs) if refs and self.chance(0.8) else self.pick(CONSTANTS[kind])
        sub = lambda wanted: self.expr(wanted, reach, outer, depth - 1, ctes)  # noqa: E731
        if self.chance(0.12):
            return f"case when {sub('bool')} then {sub(kind)} else {sub(kind)} end"
        if self.chance(0.07):
            return f"coalesce({sub(kind)}, {sub(kind)})"
        if depth > 1 and self.chance(0.1):
            return self.scalar(kind, (*reach, *outer), depth, ctes)
        return getattr(self, f"{kind}_expr")(sub, reach, outer, depth, ctes)

    def scalar(self, kind, outer, depth, ctes):
        sql, alias, columns = self.source(1, [], ctes)
        reach = [(f"{alias}.{name}", found) for name, found in columns]
        where = self.expr("bool", reach, list(outer), 1, {})
        return f"(select {self.aggregate(kind, reach, [], 1)} from {sql} where {where})"

    def int_expr(self, sub, reach, outer, depth, ctes):
        return self.pick((
            f"({sub('int')} {self.pick('+-*')} {sub('int')})", f"({sub('int')} // {sub('int')})", f"({sub('int')} % {sub('int')})",
            f"try_cast({sub('text')} as int)", f"cast({sub('text')} as bigint)", f"length({sub('text')})", f"({sub('date')} - {sub('date')})",
            f"year({sub('date')})", f"abs({sub('int')})", f"date_diff('month', {sub('date')}, {sub('date')})", f"nullif({sub('int')}, {sub('int')})",
        ))  # fmt: skip

    def text_expr(self, sub, reach, outer, depth, ctes):
        return self.pick((
            f"({sub('text')} || {sub('text')})", f"upper({sub('text')})", f"substring({sub('text')}, {sub('int')}, 2)", f"cast({sub('int')} as varchar)",
            f"replace({sub('text')}, 'a', 'b')", f"cast({sub('date')} as varchar)", f"left({sub('text')}, 1)", f"trim({sub('text')})",
        ))  # fmt: skip

    def date_expr(self, sub, reach, outer, depth, ctes):
        return self.pick((
            f"try_cast({sub('text')} as date)", f"cast({sub('text')} as date)", f"make_date(2026, {sub('int')}, 1)", f"last_day({sub('date')})",
            f"cast({sub('date')} + interval 1 month as date)", f"cast(date_trunc('month', {sub('date')}) as date)",
        ))  # fmt: skip

    def decimal_expr(self, sub, reach, outer, depth, ctes):
        return self.pick((
            f"cast(({sub('decimal')} {self.pick('+-')} {sub('decimal')}) as decimal(12,3))", f"round({sub('decimal')}, 1)",
            f"cast({sub('int')} as decimal(12,3))", f"try_cast({sub('text')} as decimal(8,3))", f"abs({sub('decimal')})",
        ))  # fmt: skip

    def bool_expr(self, sub, reach, outer, depth, ctes):
        kind = self.pick(KINDS[:4])
        options = [
            f"({sub(kind)} {self.pick(COMPARE)} {sub(kind)})", f"({sub(kind)} {self.pick(COMPARE)} {sub(kind)})", f"({sub('bool')} {self.pick(('and', 'or'))} {sub('bool')})",
            f"(not {sub('bool')})", f"({sub(self.pick(KINDS))} is {self.pick(('', 'not '))}null)", f"({sub(kind)} in ({sub(kind)}, {sub(kind)}))",
            f"({sub('text')} like 'a%')", f"({sub(kind)} between {sub(kind)} and {sub(kind)})",
        ]  # fmt: skip
        if depth > 1:
            alias_sql, alias, columns = self.source(1, [], ctes)
            inner = [(f"{alias}.{name}", found) for name, found in columns]
            where = self.expr("bool", inner, [*reach, *outer], 1, {})
            options += [f"{self.pick(('', 'not '))}exists (select 1 from {alias_sql} where {where})"] * 2
            fitting = [ref for ref, found in inner if found == kind]
            if fitting:
                options += [
                    f"({sub(kind)} {self.pick(('', 'not '))}in (select {self.pick(fitting)} from {alias_sql} where {where}))"
                ] * 2
        return self.pick(options)
