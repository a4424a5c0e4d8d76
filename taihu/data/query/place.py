"""Place: source, line and column of a piece of SQL text, found from the parser's offsets."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; lines and columns count from 1."""

    source: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Writes `source:line:column`."""
        return f"{self.source}:{self.line}:{self.column}"


NOWHERE = Place("")


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its source name, able to tell the place of an offset or of a parsed node."""

    source: str
    sql: str

    def place(self, offset: int) -> Place:
        """The place of a character offset."""
        before = self.sql[: max(0, offset)]
        return Place(self.source, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)

    def place_of(self, node: exp.Expr) -> Place:
        """The place of the first token that is known inside a node, else of what holds it."""
        if isinstance(node, exp.Placeholder) and f"${node.name}" in self.sql:
            return self.place(self.sql.index(f"${node.name}"))
        current: exp.Expr | None = node
        while current is not None:
            starts = [found.meta["start"] for found in current.walk() if "start" in found.meta]
            if starts:
                return self.place(min(starts))
            current = current.parent
        return Place(self.source)
