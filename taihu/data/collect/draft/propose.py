"""Proposes name, kind, level and the rest of each column from its heading and what its values are like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pypinyin

from taihu.data.collect.draft import kinds, words
from taihu.data.collect.draft.words import BODY, PERSON, Word
from taihu.data.collect.readers import headings
from taihu.data.collect.readers.likeness import ENOUGH
from taihu.terms.label import Level

LONGEST_NAME = 50
IDENTIFIERS = {
    "resident-id": ("身份证号", Level.L4),
    "bank-account": ("银行账号", Level.L4),
    "phone": ("电话号码", Level.L3),
    "uscc": ("统一社会信用代码", Level.L1),
}
MASKS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "resident-id": ("resident-id", ()),
    "phone": ("phone", ()),
    "bank-account": ("account", ("financial",)),
}
NAMES_OF_PEOPLE = next(word for word in words.WORDS if word.mask == "name" and word.level is Level.L3)
LATIN = re.compile(r"[a-z]+|[0-9]+")
RESERVED = {"masked"}


@dataclass
class Proposed:
    """One column of the draft; `why` are remarks for the steward, with shares but without values."""

    position: int
    heading: str
    name: str
    kind: str
    level: Level
    about: str = ""
    standard: str = ""
    mask: str = ""
    kinds: tuple[str, ...] = ()
    unit: str = ""
    codes: tuple[str, ...] = ()
    is_required: bool = False
    aliases: tuple[str, ...] = ()
    agrees: tuple[str, str] | None = None
    has_days: bool = False
    why: list[str] = field(default_factory=list)


def propose(columns: Sequence[Mapping[str, Any]]) -> list[Proposed]:
    """All columns but running numbers and empty headings; levels never fall below what values or headings demand."""
    proposed = []
    taken: set[str] = set()
    for position, column in enumerate(columns):
        if not column["heading"] or is_serial(column) or _is_datum(column, columns):
            continue
        found = _propose_one(position, column)
        found.name = _free(found.name, taken)
        taken.add(found.name)
        proposed.append(found)
    _settle_people(proposed)
    _settle_titles(proposed)
    _settle_agreements(proposed)
    return proposed


def is_serial(column: Mapping[str, Any]) -> bool:
    """True for 序号 and its like: a number of the list, not of the thing."""
    return bool(column["is_serial"]) and headings.simplify(column["heading"]) in {
        "序号",
        "编号",
        "no",
        "id",
        "rownum",
        "行号",
        "xh",
        "#",
        "",
    }


def _is_datum(column: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> bool:
    """True for the coordinate system beside a geometry: deliveries are read with it, it is no column of its own."""
    places = headings.GEOMETRY | headings.POINT_X
    has_place = any(places.intersection(headings.spell(other["heading"])) for other in columns)
    return has_place and bool(headings.DATUM.intersection(headings.spell(column["heading"])))


def _propose_one(position: int, column: Mapping[str, Any]) -> Proposed:
    """One column by itself."""
    heading = " ".join(column["heading"].split()).strip("_") or column["heading"]
    simple = headings.spell(heading)[-1] or headings.simplify(heading)
    word = words.find_word(simple)
    standard = _find_standard(column, simple, word)
    found = Proposed(position, heading, _name(heading, simple, word, standard), "text", Level.L1)
    found.standard = standard
    _apply_word(found, word, looks_like_people=column["shares"].get("person", 0) >= ENOUGH)
    _apply_standard(found, column)
    found.kind, found.unit = kinds.find_kind(column, simple, has_standard=bool(found.standard))
    if found.unit == "fen" and not found.name.endswith("_fen"):
        found.name = f"{found.name}_fen"
    if found.kind == "text" and not found.standard and not _holds_names(found):
        found.codes = tuple(column["words"])
    found.has_days = column["shares"].get("day", 0) >= ENOUGH
    found.is_required = column["rows"] > 0 and column["filled"] == column["rows"]
    if column["filled"] == 0:
        found.why.append("全部为空，类型待定")
    return found


def _holds_names(found: Proposed) -> bool:
    """A list of people's names is no code list, however often the same few come."""
    return found.mask in {"name", "address", "phone", "account", "resident-id"} or found.level >= Level.L3


def _find_standard(column: Mapping[str, Any], simple: str, word: Word | None) -> str:
    """What the values say, and where they say nothing what the heading says."""
    shares = column["shares"]
    for name in ("resident-id", "uscc"):
        if shares.get(name, 0) >= ENOUGH:
            return name
    if shares.get("phone", 0) >= ENOUGH and (word is None or word.standard in ("", "phone")):
        return "phone"
    luhn = column["checked"].get("bank-account", 0)
    if shares.get("bank-account", 0) >= ENOUGH and luhn >= ENOUGH:
        return "bank-account"
    if word and word.standard:
        fits = shares.get(word.standard, 1.0 if word.standard not in IDENTIFIERS else 0.0)
        return (
            word.standard
            if not column["filled"] or fits >= 0.5 or word.standard in ("resident-id", "phone", "bank-account")
            else ""
        )
    return ""


def _apply_word(found: Proposed, word: Word | None, *, looks_like_people: bool) -> None:
    """What the heading demands; a column of people's names is one under any heading, `name` alone is none."""
    if word is None or (word.mask == "name" and found.heading.isascii() and not looks_like_people):
        found.level = Level.L2
        word = NAMES_OF_PEOPLE if looks_like_people else None
    if word is None:
        return
    found.level, found.about, found.mask, found.kinds = word.level, word.about, word.mask, word.kinds


def _apply_standard(found: Proposed, column: Mapping[str, Any]) -> None:
    """What the values demand: an identifier decides, whatever the heading says."""
    if found.standard in IDENTIFIERS:
        title, level = IDENTIFIERS[found.standard]
        share = column["shares"].get(found.standard, 0)
        found.why.append(f"{share:.1%} 的值像{title}" if share else f"表头像{title}")
        if found.standard in column["checked"]:
            found.why.append(f"其中校验位正确 {column['checked'][found.standard]:.1%}")
        found.level = level if found.standard == "uscc" else max(found.level, level)
        found.mask, found.kinds = MASKS.get(found.standard, (found.mask, found.kinds))
    if found.standard == "resident-id":
        found.about = PERSON
        return
    for name, level in _list_strays(column):
        if name != found.standard and level > found.level:
            found.level, found.about = level, found.about or PERSON
            found.why.append(f"{column['shares'][name]:.1%} 的值像{IDENTIFIERS[name][0]}，请核对")
    if column["shares"].get("inside", 0) > 0 and found.level < Level.L4:
        found.level, found.about = Level.L4, found.about or PERSON
        found.why.append("部分值的文字中含有身份证号")


def _list_strays(column: Mapping[str, Any]) -> Iterator[tuple[str, Level]]:
    """Identifiers of people that stand among other values, with the level that they demand."""
    shares = column["shares"]
    if shares.get("resident-id", 0) > 0:
        yield "resident-id", Level.L4
    if shares.get("bank-account", 0) > words.EMBEDDED:
        yield "bank-account", Level.L4 if column["checked"].get("bank-account", 0) >= 0.5 else Level.L3
    if shares.get("phone", 0) > words.EMBEDDED:
        yield "phone", Level.L3


def _says_all(simple: str, word: Word, standard: str) -> bool:
    """True where the usual name fits this heading too: 监护人姓名 is a name, but not the row's `name`."""
    if len(simple) > 8 or word.standard not in ("", standard) or word.name in words.LOOSE:
        return False
    return word.mask != "name" or word.name != "name" or simple in words.PLAIN_PERSON


def _name(heading: str, simple: str, word: Word | None, standard: str) -> str:
    """A name in code: of the usual heading where it says all, else the heading's own letters or pinyin."""
    if simple in words.NAMES:
        return words.NAMES[simple]
    if word and _says_all(simple, word, standard):
        return word.name
    if heading.isascii():
        name = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", heading).lower())
    else:
        name = "_".join(pypinyin.lazy_pinyin(simple, errors=lambda rest: "_".join(LATIN.findall(rest.lower()))))
    name = re.sub(r"_+", "_", name).strip("_")[:LONGEST_NAME].strip("_")
    return name if name[:1].isalpha() else f"column_{name}".strip("_")


def _free(name: str, taken: set[str]) -> str:
    """The name, or the name with the next number where it is taken."""
    name = f"{name}_text" if name.split("_")[-1] in RESERVED else name
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}_{count}"
    return free


def _settle_people(proposed: Sequence[Proposed]) -> None:
    """In a list of people all columns are about people, and those of unknown meaning are L2; phones and addresses too."""
    identified = any(c.standard == "resident-id" for c in proposed)
    named = any(c.about == PERSON and c.mask == "name" for c in proposed)
    of_bodies = any(c.standard == "uscc" or c.about == BODY for c in proposed)
    of_people = (identified or named) and not of_bodies
    for column in proposed:
        if of_people and not column.about and column.standard not in ("division", "industry"):
            column.about = PERSON
        if column.about == PERSON:
            column.level = max(column.level, Level.L2)
        if column.mask == "address" and of_people:
            column.level = max(column.level, Level.L3)
        if column.standard in ("phone", "bank-account"):
            column.about = PERSON
            column.level = max(column.level, IDENTIFIERS[column.standard][1])
        column.about = "" if column.about == BODY else column.about


def _settle_titles(proposed: Sequence[Proposed]) -> None:
    """Headings must differ, since deliveries are read by them."""
    seen: dict[str, Proposed] = {}
    for column in proposed:
        form = headings.simplify(column.heading)
        if form in seen:
            column.why.append("表头与另一列相同，请在源表中改名")
            column.heading = f"{column.heading}({column.position + 1})"
        seen[headings.simplify(column.heading)] = column


def _settle_agreements(proposed: Sequence[Proposed]) -> None:
    """Sex and birthday must say what the only id number says."""
    numbers = [column for column in proposed if column.standard == "resident-id"]
    if len(numbers) != 1:
        return
    for column in proposed:
        if column.standard == "sex":
            column.agrees = (numbers[0].name, "sex")
        elif column.name == "born_on" and column.kind == "date" and column.has_days:
            column.agrees = (numbers[0].name, "born")
