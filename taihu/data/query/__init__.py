"""taihu SQL: text is parsed, resolved into a small typed algebra, graded, and written again for an engine.

Which module holds what:

- `read.read(text, source=, tables=, queries=, parameters=)` → `plan.Plan`; `read.read_expression(text, dataset=)` → `plan.Expression`
- `plan.Plan`: output columns with kinds, the tables and parameters it uses; `plan.Expression.to_duckdb(...)` for checks
- `grade.grade(plan, scope=)` → `grade.Grades`: label of each column and of the rows, with the path that explains it
- `explain.explain(mark, …)`: that path in Chinese or English sentences; `rules.RULES` is the rule table, as data
- `duckdb.write_duckdb(plan, scan=, parameters=, scope=, masks=)` → (sql, parameters); `masks.Mask` says what stands in a column's place
- `refusals`: every way in which a text is refused, a subclass of Problem with a Q- code and line:column
- `algebra`, `kinds`, `functions`, `aggregates`: the closed sets; `parse`, `names`, `expressions`, `operators`, `relations`, `blocks`, `grouping` read
"""
