"""taihu SQL: text is parsed, resolved into a small typed algebra, graded, and written again for an engine.

Which module holds what:

- `read.read(text, source=, tables=, queries=, parameters=)` → `plan.Plan`; `read.read_expression(text, dataset=)` → `plan.Expression`
- `grade.grade(plan, scope=)` → `grade.Grades`: the label of each column and of the rows, each with the path that explains it
- `explain.explain(column, ceiling, language)`: that path in sentences; `rules.RULES`: the rule table, as data
- `duckdb.write_duckdb(plan, scan=, parameters=, scope=, masks=)` → (sql, parameters); `duckdb.Mask`: what stands in a column's place
- `duckdb.write_expression(expression, column, parameters)` → SQL that never aborts, for checks inside other statements
- `refusals`: every way in which a text is refused, a subclass of Problem with a Q- code and line:column
- closed sets: `formulas` and `algebra` (nodes), `kinds`, `functions`, `aggregates`; `unique`: which columns are known to be unique
- the reader: `parse`, `place`, `names`, `views`, `relations`, `items`, `expressions`, `dates`, `spellings`, `operators`, `calls`, `grouping`, `blocks`
- the DuckDB writer: `duckdb`, `scalars`, `over`, `twins`; a writer for another engine stands beside them and shares all the rest
"""
