"""Finds out what a file is by its first bytes; names do not count."""

from __future__ import annotations

import codecs
from pathlib import Path

from taihu.terms import problem


class Empty(problem.Problem):
    """The file has no content."""

    code = "C-010"


class WrongFormat(problem.Problem):
    """The file is of a format that holds no table, or none that is read here."""

    code = "C-011"


MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
    (b"PAR1", "parquet"),
    (b"SQLite format 3\0", "sqlite"),
)
# What departments send instead of a table, and what to do about it.
FOREIGN = (
    (b"%PDF", "PDF 文档"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", ""),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"\xfd7zXZ", "xz 压缩文件"),
    (b"BZh", "bzip2 压缩文件"),
    (b"\x28\xb5\x2f\xfd", "zstd 压缩文件"),
    (b"\x7fELF", "程序"),
    (b"MZ", ""),
    (b"{\\rtf", "RTF 文档"),
    (b"\x00\x00\x00\x18ftyp", "视频"),
)
HELP = "请报送 CSV、Excel(xlsx、xls)、JSON、GeoJSON、Parquet 或 SQLite 文件，可用 zip 或 gzip 压缩。"


WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
FORMS = {
    "text": "文本表格（CSV）",
    "json": "JSON",
    "markup": "网页表格（扩展名可能是 xls）",
    "workbook": "Excel 工作簿",
    "xls": "Excel 工作簿（97-2003）",
    "parquet": "Parquet",
    "sqlite": "SQLite 数据库",
}


def look(path: Path) -> str:
    """The format by first bytes: zip, gzip, xls, parquet, sqlite, markup, json or text; raises Empty, WrongFormat."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Empty("文件是空的。", where="第 1 行", help="请核对导出条件后重新报送；确无数据时不必报送。")
    for magic, form in MAGIC:
        if head.startswith(magic):
            return form
    for magic, title in FOREIGN:
        if title and head.startswith(magic):
            raise WrongFormat(f"这是一个{title}，不是数据表。", where="文件开头", help=HELP)
    if head[257:262] == b"ustar":
        raise WrongFormat("这是一个 tar 压缩包。", where="文件开头", help=HELP)
    if _is_binary(head):
        raise WrongFormat("这是一个二进制文件，不是数据表。", where="文件开头", help=HELP)
    return _look_at_text(head)


def _is_binary(head: bytes) -> bool:
    """True where control characters are common, save in UTF-16 and UTF-32, whose NULs stand on one side."""
    even_nuls, odd_nuls = head[::2].count(0), head[1::2].count(0)
    is_wide = max(even_nuls, odd_nuls) > 0.02 * len(head) and min(even_nuls, odd_nuls) < max(even_nuls, odd_nuls) / 20
    if is_wide or head.startswith(WIDE):
        return False
    return sum(byte < 9 or 13 < byte < 32 for byte in head) > 0.02 * len(head)


def _look_at_text(head: bytes) -> str:
    """Markup, JSON or other text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    low = start[:200].lower()
    if (
        low.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<style", b"<div"))
        or b"<table" in head.lower()
    ):
        return "markup"
    if low.startswith(b"<"):
        raise WrongFormat("这是一个 XML 文件。", where="文件开头", help=HELP)
    return "json" if start[:1] in (b"{", b"[") else "text"
