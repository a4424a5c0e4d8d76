"""Chooses the sheet of a workbook that holds the dataset; never guesses between two."""

from __future__ import annotations

from collections.abc import Sequence

from taihu.data.collect.readers import heading_line
from taihu.data.collect.readers.headings import Wanted
from taihu.data.collect.readers.table import Listed
from taihu.data.collect.readers.workbook import Book
from taihu.terms import problem


class SeveralSheets(problem.Problem):
    """Two sheets could both be the delivery."""

    code = "C-042"


def choose(book: Book, wanted: Sequence[Wanted]) -> Listed:
    """The sheet whose heading places most columns; raises SeveralSheets, NoRows."""
    if not book.sheets:
        hidden = f"（另有 {len(book.hidden)} 个隐藏的工作表）" if book.hidden else ""
        raise heading_line.NoRows(f"工作簿中没有数据{hidden}。", where="工作簿", help="请核对后重新报送。")
    scored = (
        [(_score(sheet, wanted), sheet) for sheet in book.sheets] if wanted else [(len(s.rows), s) for s in book.sheets]
    )
    best = max(score for score, _sheet in scored)
    chosen = [sheet for score, sheet in scored if score == best]
    if best > 0 and wanted and len(chosen) > 1:
        names = "、".join(f"「{sheet.sheet}」" for sheet in chosen[:10])
        raise SeveralSheets(
            f"有 {len(chosen)} 个工作表都符合该数据资源：{names}。",
            where="工作簿",
            help="请把数据合并到一个工作表，或分成几个文件报送。",
        )
    sheet = chosen[0]
    sheet.notes.extend(_tell_others(book, sheet))
    sheet.replaces = book.replaces
    return sheet


def _score(sheet: Listed, wanted: Sequence[Wanted]) -> int:
    try:
        return heading_line.find(sheet, wanted).mapped.score
    except problem.Problem:
        return 0


def _tell_others(book: Book, chosen: Listed) -> list[str]:
    """Names the sheets that are not read."""
    others = [sheet.sheet for sheet in book.sheets if sheet is not chosen]
    notes = [f"未读取的工作表：{'、'.join(others[:10])}。"] if others else []
    return notes + ([f"未读取隐藏的工作表 {len(book.hidden)} 个。"] if book.hidden else [])
