"""Raw: the columns of rows that went back, and what may be shown of texts as they came; anything can stand in them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from taihu.data.guard import mask_sql
from taihu.data.guard.standing import RETURNED
from taihu.terms import identifiers, mask
from taihu.terms.dataset import VAULTED, Column, Dataset, Kind
from taihu.terms.label import Level

# What the house writes beside a returned row: places, codes and sentences, never a value.
REMARKS = frozenset(("_batch", "_number", "_row", "_has_key", "_codes", "_columns", "_reasons"))
# The key as refine compares it holds tokens of the platform, which never leave.
KEY = "_key"
KINDS = {"BIGINT": "int", "BOOLEAN": "bool"}

BLANKS = " \t\r\n\u00a0\u3000\u200b\ufeff"
DIGIT = "[0-9０-９]"
BETWEEN = r"[ \t\x{a0}\x{3000}\x{200b}\x{feff}\-‐‑‒–—―·_]{0,2}"
LETTER = "[A-Za-z]"
# A mobile number (one letter for a last digit too), and fifteen digits and more: id numbers, cards, accounts.
MOBILE = f"[1１]{BETWEEN}[3-9３-９]{BETWEEN}(?:{DIGIT}{BETWEEN}){{8}}(?:{DIGIT}|{LETTER})"
LONG = f"(?:{DIGIT}{BETWEEN}{LETTER}?{BETWEEN}){{14}}{DIGIT}"
LANDLINE = r"0[1-9][0-9]{1,2}[)）\-‐–— ]{1,2}[2-9][0-9]{6,7}"
NUMBER = f"(?:{DIGIT}{BETWEEN})*(?:{MOBILE}|{LONG})(?:{BETWEEN}{DIGIT})*[Xx]?|{LANDLINE}"
PYTHON_NUMBER = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda found: chr(int(found[1], 16)), NUMBER))

DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
UNITS = r"(?:\p{Han}{1,8}?(?:省|自治区|市|州|盟|区|县|旗)){0,4}"
# The form that a whole text must have before its mask shows a part of it.
FORMS = {
    "resident-id": f"[1-9][0-9]{{5}}(?:(?:18|19|20)[0-9]{{2}}{DAY}[0-9]{{3}}[0-9Xx]|[0-9]{{2}}{DAY}[0-9]{{3}})",
    "name": r"[\p{Han}〇]{1,20}(?:[·•・.][\p{Han}〇]{1,20}){0,4}|[A-Za-z][A-Za-z .'\-]{0,60}",
    "phone": "1[3-9][0-9]{9}|0[1-9][0-9]{1,2}-?[2-9][0-9]{6,7}|[2-9][0-9]{6,7}",
    "address": rf"(?s){UNITS}\p{{Han}}{{1,8}}(?:街道|镇|乡|[市县区]).*",
    "account": "[0-9]{9,32}",
    "date": "(?:18|19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}(?:[ T][0-9:.]{4,15})?",
    "coordinate": mask.POINT.removeprefix("^").removesuffix("$"),
    "plate": r"\p{Han}[A-Z][A-Z0-9]{5,6}",
}
# The form of whole texts that hold long runs of digits and are what their column expects.
TIME = "(?:18|19|20)[0-9]{2}[-/.年]?[0-9]{1,2}[-/.月]?[0-9]{1,2}日?(?:[ T]?[0-9]{1,2}:?[0-9]{2}(?::?[0-9]{2}(?:[.][0-9]{1,9})?)?)?"
NUMERIC = "-?[0-9]{1,9}[.][0-9]{1,20}"
EXPECTED = {
    "date": TIME,
    "time": TIME,
    "decimal": NUMERIC,
    "point": rf"(?:POINT ?[(])?{NUMERIC}[ ,，]{{1,2}}{NUMERIC}[)]?",
    "uscc": identifiers.USCC_FORM.pattern,
}

# Codes of refine by which a cell has not the form of its column, and by which no cell stands where it should.
STRANGE = "R-(?:FRM-[0-9]{2}|COD-01|IDN-01|PNT-02)"
SLIPPED = "R-ROW-0[1239]:"


def is_raw(table: str, name: str) -> bool:
    """True for a column of returned rows that holds texts as they came."""
    return table.endswith(RETURNED) and name not in REMARKS


def to_columns(dataset: Dataset, stored: Sequence[tuple[str, str]]) -> Iterator[Column]:
    """The columns of a dataset's returned rows: the dataset's own with label and mask, as text, and our remarks.

    A column that is no longer declared is labelled as the whole dataset and hidden wholly.
    """
    declared = {column.name: column for column in dataset.columns}
    later = [(name, "VARCHAR") for name in declared.keys() - {name for name, _ in stored}]
    for name, kind in (*stored, *sorted(later)):
        if name in REMARKS:
            yield Column(
                name, name, Kind(KINDS.get(kind, "text")), dataset.presence, share=dataset.share, open=dataset.open
            )
        elif name in declared:
            # Without its standard: what stands there is a text, no token of the vault.
            yield dataclasses.replace(
                declared[name], kind=Kind("text"), mask=mask_of(declared[name]), standard="", codes=(), agrees=None
            )
        elif name != KEY:
            yield Column(name, name, Kind("text"), dataset.label, share=dataset.share, open=dataset.open, mask="all")


def mask_of(column: Column) -> str:
    """The mask of a raw column: of L3 and above and of identifiers its own, or the whole; below none."""
    if column.is_vaulted:
        return VAULTED[column.standard]
    return (column.mask or "all") if column.label.level >= Level.L3 else ""


def write_masked(name: str, value_sql: str) -> str:
    """SQL of a mask over a text as it came: what has not the form of the mask is hidden wholly; NULL stays NULL."""
    text = f"trim({value_sql}, {_literal(BLANKS)})"
    form = FORMS.get(name)
    shown = (
        f"CASE WHEN regexp_full_match({text}, {_literal(form)}) THEN {mask_sql.write(name, text)} ELSE '{mask.ALL}' END"
        if form
        else f"'{mask.ALL}'"
    )
    return f"CASE WHEN {value_sql} IS NULL THEN NULL WHEN {text} = '' THEN '' ELSE {shown} END"


def write_scrubbed(declared: Column | None, value_sql: str) -> str:
    """SQL of a text as it came in which numbers of persons, telephones and accounts are hidden, wherever they stand."""
    scrubbed = f"regexp_replace({value_sql}, {_literal(NUMBER)}, '{mask.ALL}', 'g')"
    expected = [EXPECTED[key] for key in (declared.kind.name, declared.standard) if key in EXPECTED] if declared else []
    if not expected:
        return scrubbed
    text = f"trim({value_sql}, {_literal(BLANKS)})"
    held = " OR ".join(f"regexp_full_match({text}, {_literal(form)})" for form in expected)
    person = f"regexp_full_match({text}, {_literal(FORMS['resident-id'])})"
    return f"CASE WHEN ({held}) AND NOT {person} THEN {value_sql} ELSE {scrubbed} END"


def hide_strange(name: str, codes_sql: str, value_sql: str, shown_sql: str) -> str:
    """SQL that hides a whole cell that has not the form of its column: a neighbour's value may have slipped into it."""
    strange = f"regexp_matches({codes_sql}, {_literal(f'(?:^| )(?:{SLIPPED}|{STRANGE}:{re.escape(name)}(?: |$))')})"
    return f"CASE WHEN {strange} THEN {mask_sql.write('all', value_sql)} ELSE {shown_sql} END"


def has_number(text: str) -> bool:
    """True where a text holds what may be the number of a person, a telephone or an account."""
    return PYTHON_NUMBER.search(text) is not None


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
