"""The refusals of taihu SQL: each says where, what was found, what is allowed and what to do."""

from __future__ import annotations

from collections.abc import Iterable

from taihu.data.query.place import Place
from taihu.terms.problem import Problem


class QueryRefused(Problem):
    """A text that taihu SQL does not take; the subclasses say why."""

    code = "Q-000"
    status = 422

    def __init__(self, message: str, *, at: Place, help: str = "") -> None:  # noqa: A002 - the field's name in the error shape
        super().__init__(message, where=str(at), help=help)
        self.at = at


class NotSql(QueryRefused):
    """The text cannot be parsed."""

    code = "Q-TEXT-01"


class TooLarge(QueryRefused):
    """The text is longer, deeper or has more parts than we take."""

    code = "Q-SIZE-01"


class NotAllowed(QueryRefused):
    """A construct that is not on the list."""

    code = "Q-FORM-01"


class NotAFunction(QueryRefused):
    """A function that is not on the list, or not with these arguments."""

    code = "Q-FUNC-01"


class UnknownTable(QueryRefused):
    """A table, query or alias that nobody declared."""

    code = "Q-NAME-01"


class UnknownName(QueryRefused):
    """A column that no relation in reach has."""

    code = "Q-NAME-02"


class AmbiguousName(QueryRefused):
    """A name that could mean two things."""

    code = "Q-NAME-03"


class UnknownParameter(QueryRefused):
    """A `$name` that was not declared."""

    code = "Q-NAME-04"


class WrongType(QueryRefused):
    """Values of kinds that do not go together."""

    code = "Q-TYPE-01"


class NotGrouped(QueryRefused):
    """A column beside aggregates that is no group key, or an aggregate where none may stand."""

    code = "Q-GROUP-01"


class NotOneRow(QueryRefused):
    """A sub-query used as a value that may have more than one row."""

    code = "Q-ROWS-01"


class WrongValue(QueryRefused):
    """A parameter's value is missing or is not of its kind."""

    code = "Q-VALUE-01"


class Closed(QueryRefused):
    """A table without a scope rule, asked for by a reader who has a row scope."""

    code = "Q-SCOPE-01"


def known(names: Iterable[str], limit: int = 30) -> str:
    """The known names for a message, cut where there are many."""
    listed = sorted(set(names))
    return "、".join(listed[:limit]) + (f" 等 {len(listed)} 个" if len(listed) > limit else "") if listed else "(无)"
