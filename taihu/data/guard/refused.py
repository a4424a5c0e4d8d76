"""The guard's refusals: each says why, what would make it lawful, and which columns to request."""

from __future__ import annotations

from collections.abc import Sequence

from taihu.terms.problem import Problem


class Refused(Problem):
    """The guard gives no answer. `requests` are the columns that a request for a grant would have to name."""

    code = "G-000"
    status = 403

    def __init__(self, message: str, *, where: str = "", help: str = "", requests: Sequence[str] = ()) -> None:  # noqa: A002 - the field's name in the error shape
        super().__init__(message, where=where, help=help)
        self.requests = tuple(requests)


class Ended(Refused):
    """The permit's last day is over."""

    code = "G-UNTIL-01"


class FormNotGranted(Refused):
    """The permit does not let rows leave in this form."""

    code = "G-FORM-01"


class NotGranted(Refused):
    """The permit does not name this dataset."""

    code = "G-READS-01"


class ColumnNotGranted(Refused):
    """The permit does not name a column that is asked for or used."""

    code = "G-COLUMN-01"


class UnknownColumn(Refused):
    """The dataset has no such column."""

    code = "G-COLUMN-02"
    status = 400


class AboveLabel(Refused):
    """A column is above the permit's label, and no mask brings it within."""

    code = "G-LABEL-01"


class PresenceAboveLabel(Refused):
    """Which rows exist is itself above the permit's label."""

    code = "G-LABEL-02"


class NoProcedure(Refused):
    """The permit is for important or core data and names no decision by which they may leave."""

    code = "G-LABEL-03"


class OutOfScope(Refused):
    """The permit has a row scope that this dataset cannot be cut by."""

    code = "G-SCOPE-01"


class QuotaSpent(Refused):
    """The permit's calls of the day are used up."""

    code = "G-QUOTA-01"
    status = 429


class TooManyRows(Refused):
    """One answer would hold more rows than the permit allows."""

    code = "G-ROWS-01"


class NothingHere(Refused):
    """The table has no rows yet: nothing was accepted or published."""

    code = "G-TABLE-01"
    status = 404


class WrongKey(Refused):
    """The key is not the dataset's, or is not whole."""

    code = "G-KEY-01"
    status = 400


class HiddenColumn(Refused):
    """Rows cannot be chosen or sorted by a column that the permit does not show in the clear."""

    code = "G-WHERE-01"


class WrongValue(Refused):
    """A value in a key, claim or condition is not of the column's kind."""

    code = "G-WHERE-02"
    status = 400


class WrongPlace(Refused):
    """The text that says where a page begins is not one that this question gave out."""

    code = "G-PAGE-01"
    status = 400


class NoLedger(Refused):
    """The ledger cannot write, so nothing above L1 leaves."""

    code = "G-LEDGER-01"
    status = 503


class ValueMissing(Refused):
    """The vault lacks a value for which a token stands."""

    code = "G-VAULT-01"
    status = 500
