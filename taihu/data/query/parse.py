"""Text to the parser's tree: one SELECT statement within the caps, and nothing of the parser's own messages."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import errors, exp
from sqlglot.tokenizer_core import Token, TokenType

from taihu.data.query import refusals
from taihu.data.query.place import Text

LONGEST = 50_000
MOST_TOKENS = 12_000
DEEPEST_BRACKETS = 30
DEEPEST_TREE = 150
MOST_NODES = 20_000
OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
STATEMENTS = "taihu SQL 只接受一条 SELECT 查询。"

# The parser's fallback for unknown commands logs the statement's text, which may hold values.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def parse(text: Text) -> exp.Expr:
    """The tree of a text; refuses what is too large, what does not parse and more than one statement."""
    check_size(text)
    try:
        statements = [tree for tree in sqlglot.parse(text.sql, read="duckdb") if tree is not None]
    except errors.SqlglotError as problem:
        raise _not_sql(text, problem) from None
    except RecursionError:
        raise refusals.TooLarge("查询嵌套过深。", at=text.place(0), help="请用 WITH 把它分成几步。") from None
    if len(statements) != 1:
        raise refusals.NotAllowed(f"文中有 {len(statements)} 条语句。", at=text.place(0), help=STATEMENTS)
    check_tree(text, statements[0])
    return statements[0]


def parse_expression(text: Text) -> exp.Expr:
    """The tree of one expression, written alone as in a check."""
    check_size(text)
    selected = parse(Text(text.source, f"SELECT {text.sql}"))
    if not isinstance(selected, exp.Select) or len(selected.expressions) != 1:
        raise refusals.NotAllowed(
            "此处只能写一个表达式。", at=text.place(0), help="请写一个条件，例如 born_on <= $today。"
        )
    extra = [name for name, value in selected.args.items() if value and name not in ("expressions", "kind")]
    if extra:
        raise refusals.NotAllowed("此处只能写一个表达式。", at=text.place(0), help=f"请去掉 {', '.join(extra)} 子句。")
    for node in selected.walk():
        if "start" in node.meta:
            node.meta["start"] -= len("SELECT ")
    found: exp.Expr = selected.expressions[0]
    found.parent = None
    return found


def check_size(text: Text) -> None:
    """Refuses a text that the parser should not even see."""
    if len(text.sql) > LONGEST:
        raise refusals.TooLarge(
            f"查询文本有 {len(text.sql)} 个字符，上限 {LONGEST}。", at=text.place(0), help="请分成几个查询。"
        )
    if "\0" in text.sql:
        raise refusals.NotSql("文中有空字符（NUL）。", at=text.place(text.sql.index("\0")), help="请删去该字符。")
    try:
        found = sqlglot.tokenize(text.sql, read="duckdb")
    except errors.SqlglotError as problem:
        raise _not_sql(text, problem) from None
    if not found:
        raise refusals.NotSql("查询是空的。", at=text.place(0), help=STATEMENTS)
    if len(found) > MOST_TOKENS:
        raise refusals.TooLarge(
            f"查询有 {len(found)} 个词，上限 {MOST_TOKENS}。", at=text.place(0), help="长的取值清单请放进数据表。"
        )
    _check_depth(text, found)


def _check_depth(text: Text, found: list[Token]) -> None:
    depth = run = 0
    for token in found:
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        run = run + 1 if token.token_type in (TokenType.NOT, TokenType.DASH, TokenType.PLUS) else 0
        if depth > DEEPEST_BRACKETS or run > DEEPEST_BRACKETS:
            raise refusals.TooLarge(
                f"括号嵌套超过 {DEEPEST_BRACKETS} 层。", at=text.place(token.start), help="请用 WITH 把它分成几步。"
            )


def check_tree(text: Text, tree: exp.Expr) -> None:
    """Refuses a tree that our own recursion could not walk."""
    count = 0
    pending = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        count += 1
        if depth > DEEPEST_TREE or count > MOST_NODES:
            raise refusals.TooLarge(
                "查询过大或嵌套过深。", at=text.place(0), help="请用 WITH 把它分成几步；长的 OR 请写成 IN (…)。"
            )
        pending += ((child, depth + 1) for child in node.iter_expressions())


def _not_sql(text: Text, problem: errors.SqlglotError) -> refusals.NotSql:
    """Our own message: the parser's repeats the text. Only its line and column are taken."""
    details = getattr(problem, "errors", None) or [{}]
    line, column = details[0].get("line"), details[0].get("col")
    if not line:
        return refusals.NotSql("这不是一条完整的 SQL 查询。", at=text.place(0), help="请检查括号、引号与逗号。")
    start = sum(len(part) + 1 for part in text.sql.split("\n")[: line - 1])
    at = text.place(start + max(0, (column or 1) - len(details[0].get("highlight") or "x")))
    return refusals.NotSql("从这里起读不懂。", at=at, help="请检查此处的拼写、括号、引号与逗号。")
