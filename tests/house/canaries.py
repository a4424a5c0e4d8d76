"""Planted values of L3 and L4, the bad deliveries that hold them, and the search through what was written and said."""

from __future__ import annotations

import gzip
import io
import os
import urllib.parse
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl

STORES = {"lake", "objects", "vault", "serving"}
HEAD = "公民身份号码,姓名,性别,出生日期,民族,户号,与户主关系,所属乡镇街道代码,户籍地址,联系电话,登记日期"
NUMBER, BROKEN = "330501199001010018", "330501199001010019"
CANARIES = (
    NUMBER,
    BROKEN,
    "330502198503120039",
    "金丝雀甲",
    "金丝雀乙",
    "金丝雀丙",
    "金丝雀路一号",
    "金丝雀路二号",
    "13857261918",
    "1385726191X",
    "13957261917",
    "138 5726 1920",
    "H-金丝雀",
    "6222021234567890123",
)
RIGHT = f"{NUMBER},金丝雀甲,男,1990-01-01,汉族,H-金丝雀,户主,330502100,金丝雀路一号,13857261918,2001-01-01"
WRONG = f"{BROKEN},金丝雀乙,男,1990-13-01,汉族,H-金丝雀,户主,330502100,金丝雀路二号,1385726191X,2001-01-01"
# Values in cells where nobody expects them: a number in the name, a telephone in the relation, an account in the town.
SHIFTED = (
    f",{NUMBER},金丝雀丙,330502198503120039,汉族,H-金丝雀,户主13957261917,6222021234567890123,138 5726 1920,"
    "金丝雀甲,330502198503120039"
)
# A reading of a river, open to everybody, whose cells hold numbers that belong nowhere.
RIVER = "断面编码,河段编码,监测时间,溶解氧,高锰酸盐指数,氨氮,总磷,水位"
READING = "D-01,R-001,2026-11-23 08:00:00,6.5,2.1,0.1,0.05,1200"
BAD_READING = f"D-02,R-002,{NUMBER},13857261918,6.5,0.1,0.05,1200"


def a_workbook() -> bytes:
    """The same rows as a department's Excel file."""
    book = openpyxl.Workbook()
    for line in (HEAD, WRONG, SHIFTED):
        book.active.append(line.split(","))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def bad_deliveries() -> list[tuple[str, bytes]]:
    """Files that are returned as a whole, each for another reason, and each full of values."""
    cut = gzip.compress("\n".join((HEAD, RIGHT, WRONG)).encode())
    return [
        ("零字节.csv", f"{HEAD}\n{RIGHT[: len(RIGHT) // 2]}\0".encode()),
        ("无表头.csv", f"{RIGHT}\n{WRONG}\n".encode()),
        ("两种编码.csv", f"{HEAD}\n{RIGHT}\n".encode() + f"{WRONG}\n".encode("gb18030")),
        ("截断.csv.gz", cut[: len(cut) // 2]),
        ("不是表格.xlsx", f"{RIGHT}\n{WRONG}\n".encode()),
        ("错列.csv", f"户名,{NUMBER},金丝雀乙\n{WRONG}\n".encode()),
        ("不是JSON.json", f'[{{"公民身份号码": "{NUMBER}", "姓名": 金丝雀甲'.encode()),
    ]


def find_canaries(data: bytes | str) -> list[str]:
    """The planted values in some bytes: in any encoding, in an address, in JSON, and inside of an archive."""
    body = data.encode() if isinstance(data, str) else data
    plain = urllib.parse.unquote_to_bytes(body.replace(b"+", b" "))
    searched = [body, plain, *_unpack(body)]
    return [value for value in CANARIES if any(spelling in text for spelling in _spell(value) for text in searched)]


def _spell(value: str) -> list[bytes]:
    escaped = value.encode("unicode_escape")
    return [*(value.encode(code) for code in ("utf-8", "gb18030", "utf-16-le", "utf-16-be")), escaped, escaped.upper()]


def _unpack(body: bytes) -> Iterator[bytes]:
    if body[:2] == b"\x1f\x8b":
        yield gzip.decompress(body)
    elif body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def find_in_files(root: Path) -> dict[str, list[str]]:
    """The planted values in all files below a folder, but for the guarded stores under `var`."""
    return {
        str(file.relative_to(root)): found
        for file in files_outside_the_stores(root)
        if (found := find_canaries(file.read_bytes()))
    }


def files_outside_the_stores(root: Path) -> Iterator[Path]:
    """All files but those of the lake, the objects, the vault and the lookup files."""
    for folder, _, names in os.walk(root):
        inner = Path(folder).relative_to(root).parts
        if inner[:1] == ("var",) and len(inner) > 1 and inner[1] in STORES:
            continue
        yield from (Path(folder) / name for name in names)
