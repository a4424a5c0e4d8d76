"""Files that were damaged at random are read or refused; nothing unforeseen happens."""

import gzip
import io
import json
import random
import zipfile

import openpyxl
import pytest

from taihu.data.collect import child
from taihu.data.collect.readers import __main__ as reader
from taihu.data.collect.readers import child_main
from taihu.terms.problem import Problem

ROWS = [("330501199001010018", "王伟", "低保"), ("330522198512310028", "李娜", "特困")] * 10
HEAD = ("身份证号码", "姓名", "救助类别")
INSERTED = (b'"', b",", b"\n", b"\r", b"<", b"\xff", b"\xe4\xbd\xa0", b"\0", b"{", b"[")


def a_book():
    book = openpyxl.Workbook()
    for row in (HEAD, *ROWS):
        book.active.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("名册.xlsx", content)
    return packed.getvalue()


TEXT = "\n".join(",".join(row) for row in (HEAD, *ROWS)) + "\n"
SEEDS = {
    "utf-8": TEXT.encode(),
    "gb18030": TEXT.encode("gb18030"),
    "utf-16": TEXT.encode("utf-16"),
    "gzip": gzip.compress(TEXT.encode()),
    "workbook": a_book(),
    "zip": zipped(a_book()),
    "json": json.dumps([dict(zip(HEAD, row, strict=True)) for row in ROWS], ensure_ascii=False).encode(),
    "html": f"<table>{''.join(f'<tr><td>{a}<td>{b}<td>{c}' for a, b, c in (HEAD, *ROWS))}</table>".encode(),
}


def mutate(content, dice):
    damaged = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        place = dice.randrange(len(damaged) + 1)
        match dice.randrange(4):
            case 0:
                damaged[place : place + 1] = bytes([dice.randrange(256)])
            case 1:
                del damaged[place : place + dice.randrange(1, 50)]
            case 2:
                damaged[place:place] = dice.choice(INSERTED) * dice.randrange(1, 4)
            case _:
                damaged[place:place] = damaged[max(0, place - 60) : place]
    return bytes(damaged)


@pytest.mark.slow
@pytest.mark.parametrize("purpose", ["reading", "draft"])
@pytest.mark.parametrize("form", SEEDS)
def test_a_damaged_file_is_read_or_refused(tmp_path, assistance, form, purpose):
    dice = random.Random(f"{form} {purpose}")
    job = {
        "path": str(tmp_path / "in"),
        "out": str(tmp_path / "out"),
        "inner": str(tmp_path / "inner"),
        "filename": "送来的文件",
        "columns": child.describe(assistance),
        "purpose": purpose,
        "elsewhere": ["parquet"],
    }
    ends = set()
    for _ in range(20):
        (tmp_path / "in").write_bytes(mutate(SEEDS[form], dice))
        try:
            child_main.run(job, reader.open_table)
            ends.add("reads: with a remedy")
        except Problem as problem:
            ends.add(f"{problem.code}: {'with' if problem.help else 'without'} a remedy")
    assert all(end.endswith("with a remedy") for end in ends)
