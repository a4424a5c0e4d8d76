"""Release: which columns of a dataset leave under a permit, and in which form: in the clear, masked, as a token."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from taihu.data.guard import raw, refused
from taihu.data.guard.standing import RETURNED
from taihu.terms.dataset import VAULTED, Column, Dataset
from taihu.terms.label import Label, Level, join_all
from taihu.terms.mask import MASKS, Mask
from taihu.terms.permit import Permit

# A keyed token is still personal information (PIPL art. 73): it never falls below L3.
TOKEN_LEVEL = Level.L3


class How(enum.StrEnum):
    """The form in which a column's values leave."""

    CLEAR = "clear"
    MASKED = "masked"
    SCRUBBED = "scrubbed"
    TOKEN = "token"  # noqa: S105 - a form of leaving, no secret
    VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A column on its way out: its form, and the label of what leaves."""

    column: Column
    how: How
    label: Label
    mask: str = ""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A granted column that cannot leave under this permit, and why."""

    name: str
    title: str
    problem: refused.Refused


@dataclass(frozen=True, slots=True)
class Release:
    """What leaves of a dataset, what does not, and the label of the whole."""

    leaving: tuple[Leaving, ...]
    withheld: tuple[Withheld, ...]
    presence: Label

    @property
    def label(self) -> Label:
        """What the reader must be cleared for: presence and everything that leaves."""
        return join_all((self.presence, *(leaving.label for leaving in self.leaving)))

    @property
    def is_about_people(self) -> bool:
        """True where something that leaves is about a person."""
        return any("person" in leaving.label.kinds for leaving in self.leaving)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a question wants: columns (none: all that are granted), which from the vault, identifiers as tokens."""

    columns: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()
    has_tokens: bool = False


def is_granted(permit: Permit, table: str, column: str) -> bool:
    """True where the permit names the column, alone or with its dataset; returned rows are granted whole."""
    if table.endswith(RETURNED):
        return table in permit.reads
    return column in permit.columns or f"{table}.{column}" in permit.columns


def release(table: str, dataset: Dataset, permit: Permit, wish: Wish) -> Release:
    """Decides about each wished column; raises a refusal for one that was wished by name and cannot leave."""
    check_presence(dataset, permit)
    check_returned(table, dataset, permit)
    known = {column.name: column for column in dataset.columns}
    names = wish.columns or tuple(name for name in known if is_granted(permit, table, name))
    leaving: list[Leaving] = []
    withheld: list[Withheld] = []
    for name in dict.fromkeys((*names, *wish.clear)):
        try:
            leaving.append(decide(table, find(dataset, name), permit, wish))
        except refused.Refused as problem:
            if name in (*wish.columns, *wish.clear):
                raise
            withheld.append(Withheld(name, known[name].title, problem))
    if not leaving:
        problems = [held.problem for held in withheld]
        raise (
            problems[0]
            if problems
            else refused.ColumnNotGranted(
                f"许可未包含「{dataset.title}」的任何数据项", where=table, help="请在授权申请中列明需要的数据项"
            )
        )
    return Release(tuple(leaving), tuple(withheld), dataset.presence)


def find(dataset: Dataset, name: str) -> Column:
    """The column of that name; raises UnknownColumn naming the known ones."""
    for column in dataset.columns:
        if column.name == name:
            return column
    known = "、".join(f"{column.name}({column.title})" for column in dataset.columns)
    raise refused.UnknownColumn(f"「{dataset.title}」没有数据项 {name[:60]!r}", where=dataset.id, help=f"现有：{known}")


def check_presence(dataset: Dataset, permit: Permit) -> None:
    """Raises PresenceAboveLabel where even which rows exist is above the permit."""
    if not dataset.presence.is_within(permit.label):
        raise refused.PresenceAboveLabel(
            f"「{dataset.title}」有哪些人或物在册本身为 {dataset.presence}，许可至 {permit.label}",
            where=dataset.id,
            help=f"请申请级别不低于 {dataset.presence} 的授权",
        )


def check_returned(table: str, dataset: Dataset, permit: Permit) -> None:
    """Raises AboveLabel where rows that went back are read by whom not every column is for: anything may stand anywhere."""
    if table.endswith(RETURNED) and not dataset.label.is_within(permit.label):
        raise refused.AboveLabel(
            f"「{dataset.title}」是未经治理的原文，任何数据项中都可能出现 {dataset.label} 的内容，许可至 {permit.label}",
            where=table,
            help="退回数据只供报送部门改正，请改用治理入库后的数据",
        )


def check_granted(table: str, column: Column, permit: Permit) -> None:
    """Raises ColumnNotGranted, which says what to request."""
    if not is_granted(permit, table, column.name):
        raise refused.ColumnNotGranted(
            f"许可未包含数据项「{column.title}」",
            where=f"{table}.{column.name}",
            help=f"请为用途「{permit.purpose}」申请数据项 {column.name}({column.label})，写明依据",
            requests=(column.name,),
        )


def decide(table: str, column: Column, permit: Permit, wish: Wish) -> Leaving:
    """The form in which a column leaves; raises ColumnNotGranted or AboveLabel."""
    check_granted(table, column, permit)
    if raw.is_raw(table, column.name):
        return _decide_raw(column, wish)
    if column.is_vaulted:
        return _decide_vaulted(table, column, permit, wish)
    if column.label.is_within(permit.label):
        return Leaving(column, How.CLEAR, column.label)
    return _masked(table, column, column.mask, permit)


def _decide_vaulted(table: str, column: Column, permit: Permit, wish: Wish) -> Leaving:
    if column.name in wish.clear:
        if not column.label.is_within(permit.label):
            raise _above(table, column, column.label, permit, "明文")
        return Leaving(column, How.VAULT, column.label)
    if wish.has_tokens:
        label = label_of_vaulted(column, How.TOKEN)
        if not label.is_within(permit.label):
            raise _above(table, column, label, permit, "令牌")
        return Leaving(column, How.TOKEN, label)
    return _masked(table, column, VAULTED[column.standard], permit)


def _decide_raw(column: Column, wish: Wish) -> Leaving:
    """A text as it came: masked by its column, or without the numbers of persons, unless it was asked for in the clear."""
    if column.name in wish.clear:
        return Leaving(column, How.CLEAR, column.label)
    if column.mask:
        return Leaving(column, How.MASKED, find_mask(column.mask).label(column.label), column.mask)
    return Leaving(column, How.SCRUBBED, column.label)


def label_of_vaulted(column: Column, how: How) -> Label:
    """The label of an identifier's token, or of its masked form."""
    if how is How.TOKEN:
        return Label(min(column.label.level, TOKEN_LEVEL), column.label.kinds)
    return find_mask(VAULTED[column.standard]).label(column.label)


def _masked(table: str, column: Column, mask: str, permit: Permit) -> Leaving:
    if not mask:
        raise _above(table, column, column.label, permit, "明文，且未规定脱敏方式")
    label = find_mask(mask).label(column.label)
    if not label.is_within(permit.label):
        raise _above(table, column, label, permit, "脱敏后")
    return Leaving(column, How.MASKED, label, mask)


def find_mask(name: str) -> Mask:
    """The mask of that name; one that hides everything for a name that the house does not know."""
    return MASKS.get(name, MASKS["all"])


def _above(table: str, column: Column, label: Label, permit: Permit, form: str) -> refused.AboveLabel:
    return refused.AboveLabel(
        f"数据项「{column.title}」（{form}）为 {label}，许可至 {permit.label}",
        where=f"{table}.{column.name}",
        help=f"请为用途「{permit.purpose}」申请包含 {label} 的授权，写明依据；或不索取该项",
        requests=(column.name,),
    )
