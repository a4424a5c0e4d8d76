"""Writes a grid as text: encodings, delimiters, quotes, ends of lines, and what breaks them."""

import csv
import io

from tests.foreign.grids import REFUSE
from tests.foreign.spellings import BAD, EITHER, GOOD

ENCODINGS = {
    "utf-8": 5,
    "utf-8-sig": 5,
    "gb18030": 8,
    "utf-16": 2,
    "utf-16-le": 1,
    "utf-16-be": 1,
    "big5": 1,
    "utf-32": 1,
}
DELIMITERS = {",": 10, "\t": 5, "|": 3, ";": 3, "\x01": 1, "^": 1, "||": 1, "|@|": 1, "，": 1, "!": 1}
DOUBTFUL = {"utf-16-le", "utf-16-be", "big5", "utf-32", "\x01", "^", "||", "|@|", "，", "!"}


def choose(table, rng):
    """One key by its weight."""
    return rng.choices(list(table), list(table.values()))[0]


def write(grid, rng):
    """Bytes, and the labels of what was chosen."""
    encoding, delimiter = choose(ENCODINGS, rng), choose(DELIMITERS, rng)
    if encoding == "big5":
        delimiter = ","
    end = rng.choices(("\r\n", "\n", "\r"), (6, 4, 1))[0]
    # The writer quotes only the line ends of its own: with another one all cells are quoted.
    quoting = csv.QUOTE_ALL if end == "\r" else rng.choices((csv.QUOTE_MINIMAL, csv.QUOTE_ALL), (3, 1))[0]
    grid.labels += [encoding, repr(delimiter), repr(end)] + (["quoted"] if quoting else [])
    if {encoding, delimiter} & DOUBTFUL:
        grid.verdict = EITHER if grid.verdict == GOOD else grid.verdict
    text = to_text(grid, delimiter, end, quoting)
    text = _frame(grid, text, end, delimiter, rng)
    text = DAMAGES.get(_choose_damage(grid, rng, delimiter), _leave)(grid, text, end, rng)
    return to_bytes(grid, text, encoding)


def to_bytes(grid, text, encoding):
    """The text in an encoding; where it has no such character, the file is UTF-8 after all."""
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        grid.labels.append("utf-8 after all")
        return text.encode("utf-8")


def to_text(grid, delimiter, end, quoting):
    """Lines of a delimited text; a delimiter of several characters quotes nothing."""
    if len(delimiter) > 1:
        return end.join(delimiter.join(str(c).replace("\n", " ") for c in line) for line in grid.lines()) + end
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    for line in grid.lines():
        writer.writerow(line)
    return out.getvalue()


def _frame(grid, text, end, delimiter, rng):
    dice = rng.random()
    if dice < 0.04 and delimiter in ",;|\t" and not grid.above:
        grid.labels.append("sep=")
        return f"sep={delimiter}{end}{text}"
    if dice < 0.1 and not grid.below:
        grid.labels.append("rows affected")
        grid.junk += 1
        return text + rng.choice(
            (f"{end}({len(grid.rows)} rows affected){end}", f"{end}已选择{len(grid.rows)}行。{end}")
        )
    if dice < 0.16:
        grid.labels.append("no end of line")
        return text.rstrip("\r\n")
    if dice < 0.2:
        grid.labels.append("end mark")
        return text + "\x1a"
    if dice < 0.24:
        grid.labels.append("blank lines at the end")
        return text + end * 5
    return text


def _choose_damage(grid, rng, delimiter):
    if grid.verdict != GOOD or len(delimiter) > 1 or grid.below or rng.random() > 0.22:
        return ""
    return rng.choice(sorted(DAMAGES))


def _leave(grid, text, end, rng):
    del grid, end, rng
    return text


def cut(grid, text, end, rng):
    """The file ends in the middle of its last row."""
    body = text.rstrip("\r\n\x1a")
    last = body.rsplit(end, 1)[-1]
    row = grid.rows[-1]
    if len(last) < 20 or row.mark in last[: len(last) // 2] or row.mark not in last or '"' in last:
        return text
    grid.labels.append("cut in the last row")
    grid.verdict = EITHER
    row.verdict, row.blame, row.labels[""] = BAD, {"", *row.cells}, "cut in the middle"
    return body[: -(len(last) // 2)]


def cut_behind(grid, text, end, rng):
    """The file ends in the middle of its last row, behind the mark."""
    body = text.rstrip("\r\n\x1a")
    last = body.rsplit(end, 1)[-1]
    row = grid.rows[-1]
    kept = last[: max(len(last) // 2, last.find(row.mark) + 8)]
    if row.mark not in kept or len(last) - len(kept) < 12 or '"' in last:
        return text
    grid.labels.append("cut behind the mark")
    grid.verdict = EITHER
    row.verdict, row.blame, row.labels[""] = BAD, {"", *row.cells}, "cut in the middle"
    return body[: len(body) - len(last) + len(kept)]


def comma(grid, text, end, rng):
    """A delimiter that nobody quoted makes one row longer."""
    row = rng.choice(grid.rows)
    delimiter = next((d for d in ",\t|;" if repr(d) in grid.labels), "")
    lines = text.split(end)
    found = [i for i, line in enumerate(lines) if f"H{row.mark}" in line and '"' not in line]
    if not delimiter or len(found) != 1 or "same rows" in grid.labels:
        return text
    lines[found[0]] += f"{delimiter}幢{delimiter}5"
    grid.labels.append("a delimiter too many")
    row.verdict, row.blame, row.labels[""] = BAD, {""}, "a delimiter too many"
    return end.join(lines)


def few(grid, text, end, rng):
    """A row without its last cells."""
    row = rng.choice(grid.rows)
    delimiter = next((d for d in ",\t|;" if repr(d) in grid.labels), "")
    lines = text.split(end)
    found = [i for i, line in enumerate(lines) if f"H{row.mark}" in line and '"' not in line]
    if not delimiter or len(found) != 1 or "same rows" in grid.labels:
        return text
    short = delimiter.join(lines[found[0]].split(delimiter)[:-2])
    if row.mark not in short:
        return text
    lines[found[0]] = short
    grid.labels.append("cells too few")
    row.verdict, row.blame, row.labels[""] = BAD, {"", *row.cells}, "cells too few"
    return end.join(lines)


def quote(grid, text, end, rng):
    """A quotation mark inside of a cell, and nothing doubled: only its own row may suffer."""
    row = rng.choice(grid.rows)
    found = [line for line in text.split(end) if f"H{row.mark}" in line and '"' not in line]
    if len(found) != 1 or "same rows" in grid.labels:
        return text
    spoilt = (
        found[0].replace(f"H{row.mark}", f'"甲"H{row.mark}')
        if rng.random() < 0.5
        else found[0].replace(f"H{row.mark}", f'甲"H{row.mark}')
    )
    grid.labels.append("a wild quotation mark")
    row.verdict, row.labels[""] = EITHER, "a wild quotation mark"
    row.options = dict.fromkeys(row.options, ...)
    return text.replace(found[0], spoilt)


def trailing(grid, text, end, rng):
    """A delimiter at the end of every line."""
    delimiter = next((d for d in ",\t|;" if repr(d) in grid.labels), "")
    if not delimiter or "\n" in text.replace(end, ""):
        return text
    if any("\n" in str(c) for row in grid.rows for c in row.cells.values()) or any("\n" in h for h in grid.headings):
        return text
    grid.labels.append("trailing delimiters")
    return end.join(line + delimiter if line else line for line in text.split(end))


def two_in_one(grid, text, end, rng):
    """NUL bytes where a program kept its buffers."""
    grid.labels.append("NUL")
    grid.verdict = REFUSE
    return text[: len(text) // 2] + "\0" + text[len(text) // 2 :]


DAMAGES = {
    "cut": cut, "cut behind": cut_behind, "comma": comma, "few": few, "quote": quote, "trailing": trailing, "nul": two_in_one,
}  # fmt: skip
