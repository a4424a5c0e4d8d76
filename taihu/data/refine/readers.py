"""Readers: for each column the Python that reads a spelling which the plain forms of its SQL do not cover."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from taihu.data.refine import dates, numbers, words
from taihu.terms import identifiers
from taihu.terms.dataset import Column
from taihu.terms.standard import Standard, Standards

Reader = Callable[[str], str | None]
CellReader = Callable[[str | None], str | None]
TRUE = ("是", "有", "真", "对", "√", "✓", "✔", "☑", "y", "yes", "true", "t", "1", "on")
FALSE = ("否", "无", "假", "错", "×", "✗", "✘", "☐", "n", "no", "false", "f", "0", "off")
MONEY_SCALE = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
FEN_HEADING = "分"
FOREVER = "9999-12-31"
# In front of a text that could not be read; no cleaned text can begin with it.
MARK = "\x01"
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9:.]{8,15})?")
DIVISION = re.compile(r"[1-9][0-9](?:[0-9]{2}(?:[0-9]{2}(?:[0-9]{3}(?:[0-9]{3})?)?)?)?")
WHOLE = re.compile(r"-?[0-9]{1,18}")
# A number that a program took for a measure on its way; longer ones have lost digits by that.
FLOAT = re.compile(r"([0-9]{1,15})\.0+")
DEEPER = re.compile(r"([A-T])?([0-9]{2})([0-9]{1,2})?")


def spellings_of(column: Column, standards: Standards) -> dict[str, str]:
    """Accepted spellings of a column with a closed list, folded, with the code each means; empty without a list."""
    if column.codes:
        return {words.fold(code): code for code in column.codes}
    standard = standards.standards.get(column.standard)
    if standard is None:
        return {}
    if standard.kind == "codes":
        return {words.fold(word): code for word, code in standard.spellings().items()}
    return _titles_of_divisions(standards) if standard.kind == "divisions" else {}


def _titles_of_divisions(standards: Standards) -> dict[str, str]:
    """Names of counties and towns that only one live division bears: some departments send the name for the code."""
    found: dict[str, set[str]] = {}
    for division in standards.atlas:
        if len(division.code) in (6, 9) and division.until == 9999:
            found.setdefault(words.fold(division.title), set()).add(division.code)
    return {title: codes.pop() for title, codes in found.items() if len(codes) == 1}


def make_reader(column: Column, standards: Standards, *, heading_unit: str = "") -> CellReader:
    """What reads one cell: the kept spelling, None for nothing, and the text behind a MARK where it cannot be read."""
    known = (
        {**dict.fromkeys(map(words.fold, TRUE), "true"), **dict.fromkeys(map(words.fold, FALSE), "false")}
        if column.kind.name == "bool"
        else spellings_of(column, standards)
    )
    blanks = frozenset(map(words.fold, standards.blanks.words)) - known.keys() | {""}
    inner = _choose(column, standards, known, heading_unit)
    is_number = column.kind.name == "date" or bool(known) or bool(column.standard)

    def read(text: str | None) -> str | None:
        # DuckDB also asks for the entries of a dictionary that no row of its CASE needs, nothing among them.
        if text is None:
            return None
        plain = _unwrap(text, is_number)
        if words.fold(plain) in blanks:
            return None
        try:
            return inner(plain)
        except (ValueError, ArithmeticError):
            return MARK + text

    return read


def _choose(column: Column, standards: Standards, known: Mapping[str, str], heading_unit: str) -> Reader:
    kind = column.kind.name
    if kind == "date":
        return _date_reader(standards)
    if kind == "time":
        return lambda text: _or_mark(dates.read_time(text), text)
    if kind in ("int", "decimal"):
        return _number_reader(column, heading_unit)
    standard = standards.standards.get(column.standard)
    if standard is not None and standard.kind == "identifier" and not column.codes:
        return _identifier_reader(standard.check)
    if known or kind == "bool":
        return _code_reader(known, standard if not column.codes else None)
    return _name_reader if is_name(column) else _text_reader


def is_name(column: Column) -> bool:
    """True for people's names: by the mask, or by the title where a name is open (河长姓名)."""
    return column.mask == "name" or column.title.endswith("姓名")


def _unwrap(text: str, is_number: bool) -> str:
    """Without a formula around a text; in columns of digits also without the point of a measure."""
    plain = words.clean(text) if "=" in text[:4] or not text.isprintable() else text
    found = FLOAT.fullmatch(plain.strip()) if is_number else None
    return found[1] if found else plain


def _text_reader(text: str) -> str:
    return MARK + text if words.is_damaged(text) else words.clean(text)


def _name_reader(text: str) -> str:
    name = words.clean_name(text)
    return MARK + text if words.is_damaged(text) or words.is_no_name(name) else name


def _date_reader(standards: Standards) -> Reader:
    forever = frozenset(map(words.fold, standards.blanks.forever))
    none = frozenset(standards.blanks.days)

    def read(text: str) -> str | None:
        if words.fold(text) in forever:
            return FOREVER
        found = dates.read_date(text)
        return None if found in none or words.fold(text)[:10] in none else _or_mark(found, text)

    return read


def _or_mark(found: str, text: str) -> str:
    """What a reader of dates found; it gives the text itself back where it could not read it."""
    return MARK + text if found == text and not ISO.fullmatch(text) else found


def _identifier_reader(check: str) -> Reader:
    """The kept spelling; marked where the form is wrong. Check characters are for SQL."""

    def read(text: str) -> str | None:
        number = identifiers.read(check, text)
        if not number.strip("0-"):
            return None  # systems write 0 for a number that nobody gave
        fault = identifiers.find_fault(check, number)
        return MARK + number if fault in (identifiers.Fault.FORM, identifiers.Fault.CUT) else number

    return read


def _number_reader(column: Column, heading_unit: str) -> Reader:
    scale = MONEY_SCALE.get(heading_unit, 1)

    def find(text: str) -> str:
        if column.unit != "fen":
            return numbers.read_number(text, unit=column.unit)
        if heading_unit == FEN_HEADING:
            return numbers.read_number(text, unit=FEN_HEADING)
        return numbers.read_fen(text, header_scale=scale)

    whole = max(column.kind.precision - column.kind.scale, 1)
    form = WHOLE if column.kind.name == "int" else re.compile(rf"-?0*[0-9]{{1,{whole}}}(\.[0-9]+)?")

    def read(text: str) -> str:
        number = find(text)
        return number if form.fullmatch(number) else MARK + text

    return read


def _code_reader(known: Mapping[str, str], standard: Standard | None) -> Reader:
    """A code for any of its spellings; below the listed ones as deep as the standard allows; else the clean text."""
    listed = {code.code: code.under for code in standard.codes} if standard else {}
    deeper = standard.deeper if standard else 0

    def read(text: str) -> str | None:
        folded = words.fold(text)
        if folded in known:
            return known[folded]
        if folded.isdigit() and (folded.lstrip("0") or "0") in known:
            return known[folded.lstrip("0") or "0"]
        match = DEEPER.fullmatch(folded.upper()) if deeper else None
        if match and match[2] in listed and match[1] in (None, listed[match[2]]):
            return match[2] + (match[3] or "")
        # `01 汉族`, `1-男`: a code and its own title in one cell.
        parts = [part for part in re.split(r"[\s\-—|::、,()/.]+", words.fold_spaced(text)) if part]
        meant = {known.get(part) for part in parts}
        code = meant.pop() if len(parts) > 1 and len(meant) == 1 else None
        return code or _division_digits(standard, folded) or MARK + text

    return read


def _division_digits(standard: Standard | None, folded: str) -> str | None:
    """A code of divisions need not be listed: other places are not."""
    is_code = standard is not None and standard.kind == "divisions" and DIVISION.fullmatch(folded)
    return folded if is_code else None
