"""Dataset and column: what a department promises to send, with levels, sharing and opening."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from taihu.terms.label import PUBLIC, Label, join_all
from taihu.terms.zone import Zone


class Share(enum.StrEnum):
    """May other bodies have it (共享属性)? Ordered from free to shut."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"


class Openness(enum.StrEnum):
    """May society have it (开放属性)? Ordered from free to shut."""

    OPEN = "open"
    RESTRICTED = "restricted"
    FORBIDDEN = "forbidden"


class Cycle(enum.StrEnum):
    """How often the department promises to send (更新周期)."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ONCE = "once"


class Delivery(enum.StrEnum):
    """A delivery replaces everything before it, or adds and corrects by key."""

    FULL = "full"
    CHANGES = "changes"


KINDS = ("text", "int", "decimal", "date", "time", "bool", "code", "point")
DECIMAL = re.compile(r"decimal\((\d{1,2}),\s*(\d{1,2})\)")


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of a column's values. Floats do not exist: their sums depend on row order."""

    name: str
    precision: int = 0
    scale: int = 0

    @classmethod
    def read(cls, text: str) -> Kind:
        """Reads `text`, `int`, `decimal(8,3)`…; raises ValueError naming the kinds."""
        if text in KINDS and text != "decimal":
            return cls(text)
        match = DECIMAL.fullmatch(text)
        if match and 0 < int(match[1]) <= 38 and int(match[2]) <= int(match[1]):
            return cls("decimal", int(match[1]), int(match[2]))
        raise ValueError(f"{text!r} is no kind; kinds are text, int, decimal(p,s), date, time, bool, code, point")

    def __str__(self) -> str:
        """Writes the kind as YAML spells it."""
        return f"decimal({self.precision},{self.scale})" if self.name == "decimal" else self.name


@dataclass(frozen=True, slots=True)
class Agreement:
    """The column must say what another column's identifier says (`on`: sex, born, division)."""

    column: str
    on: str


@dataclass(frozen=True, slots=True)
class Column:
    """One item of a dataset: kind, label, sharing, standard, mask and the checks it must pass."""

    name: str
    title: str
    kind: Kind
    label: Label
    share: Share
    open: Openness
    aliases: tuple[str, ...] = ()
    about: str = ""
    standard: str = ""
    mask: str = ""
    unit: str = ""
    codes: tuple[str, ...] = ()
    range_from: Decimal | None = None
    range_to: Decimal | None = None
    is_required: bool = False
    agrees: Agreement | None = None
    policy: str = ""

    @property
    def is_vaulted(self) -> bool:
        """True for a direct identifier: above the landing zone a keyed token and a masked form stand for it."""
        return self.standard in VAULTED


# Standards whose values live in the vault, with the mask that stands beside the token.
VAULTED = {"resident-id": "resident-id"}


@dataclass(frozen=True, slots=True)
class Check:
    """A rule over the columns of one row, written in taihu SQL; a row that breaks it is returned."""

    name: str
    title: str
    dimension: str
    holds: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many years after a date of its own a row may be kept, and by which clause."""

    years: int
    start: str
    ground: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """What a department promises to send: the strictest of its columns decides its label, share and opening."""

    name: str
    pack: str
    title: str
    department: str
    cycle: Cycle
    delivery: Delivery
    key: tuple[str, ...]
    presence: Label
    columns: tuple[Column, ...]
    checks: tuple[Check, ...] = ()
    policy: str = ""
    summary: str = ""
    fields: tuple[str, ...] = ()
    zone: Zone = Zone.GOVERNED
    procedure: str = ""
    keep: Keep | None = None
    source: str = field(default="", compare=False)

    @property
    def id(self) -> str:
        """The full name: `bases.people.resident`."""
        return f"{self.pack}.{self.name}"

    def column(self, name: str) -> Column:
        """The column of that name; raises KeyError naming the known ones."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.id} has no column {name!r}; columns are {', '.join(c.name for c in self.columns)}")

    @property
    def label(self) -> Label:
        """The join of the presence label and all columns."""
        return join_all((self.presence, *(c.label for c in self.columns)))

    def find_protected(self, columns: Iterable[str] = ()) -> tuple[str, ...]:
        """Titles of what is important or core data among these columns, or all; rows' existence counts for every column."""
        wanted = set(columns) or {column.name for column in self.columns}
        found = [c.title for c in self.columns if c.name in wanted and c.label.is_protected]
        return ("某行是否存在", *found) if self.presence.is_protected else tuple(found)

    @property
    def share(self) -> Share:
        """The strictest share class of the columns."""
        return max((c.share for c in self.columns), key=list(Share).index)

    @property
    def open(self) -> Openness:
        """The strictest open class of the columns."""
        return max((c.open for c in self.columns), key=list(Openness).index)

    def open_columns(self) -> Iterator[Column]:
        """The columns that society may have: unconditionally open and L1 without kinds."""
        return (c for c in self.columns if c.open is Openness.OPEN and c.label.is_within(PUBLIC))
