"""A small city with one person in many places, and a search through every byte of it that can be opened."""

import contextlib
import io
import zipfile
from pathlib import Path

import duckdb
import openpyxl

from taihu.data.collect import batches
from taihu.data.collect.erasure import erase, hunt, orders
from taihu.data.guard import serve
from taihu.data.ledger.suite import NotOpened
from taihu.data.link import link
from taihu.data.objects.keyring import KeyDestroyed
from taihu.data.refine import refine
from taihu.data.vault import part, vault
from tests import builders as make

PERSON = make.a_number("33050219900307001")
OLD_FORM = PERSON[:6] + PERSON[8:17]
OTHERS = [make.a_number(f"3305021985010200{n}") for n in range(1, 5)]
RESIDENT, HEALTH = "bases.people.resident", "bases.people.health_record"
WORDS = orders.Words("《个人信息保护法》第四十七条", "湖数删〔2026〕3号", "本人依法申请删除,经核准")
HEADING = "公民身份号码,姓名,性别,出生日期,户号,所属乡镇街道代码,登记日期\r\n"


def a_resident(number, name, household="H1"):
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    sex = "男" if int(number[16]) % 2 else "女"
    return f"{number},{name},{sex},{born},{household},330502001,2015-03-01\r\n"


def take_in(stores, dataset, content, filename="delivery.csv", *, days=0):
    """Received, refined, settled and served, as the worker does it."""
    at = make.later(days)
    receipt = make.a_delivery(stores, dataset, content, filename, at=at)
    assert receipt.problem is None, receipt.problem
    refined = refine.refine(batch=receipt.batch, stores=stores, by="worker", at=at)
    batches.settle(
        stores=stores, batch=receipt.batch, accepted=refined.accepted, returned=refined.returned, by="worker", at=at
    )
    serve.serve(stores.shelf.dataset(dataset), stores=stores)
    return batches.find_batch(stores, receipt.id)


def a_workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def a_city(stores):
    """The person in plain, spelled and broken rows, in three formats, in two versions of two tables, linked and served."""
    others = "".join(a_resident(number, f"张{n}") for n, number in enumerate(OTHERS))
    spelled = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in PERSON)
    take_in(stores, RESIDENT, HEADING + a_resident(PERSON, "王小明") + others)
    broken = a_resident(OTHERS[0], PERSON).replace("男", "不男").replace("女", "不女")
    take_in(stores, RESIDENT, HEADING + others + a_resident(f" {spelled}", "王小明", "H9") + broken, days=1)
    heading = ["档案编号", "身份证号", "姓名", "更新时间"]
    sheet = [
        heading,
        ["D1", PERSON, "王小明", "2026-11-01 08:00"],
        ["D2", OTHERS[1], "张1", "2026-11-01 08:00"],
        ["D3", OLD_FORM, "王小明", "2026-11-01 08:00"],
    ]
    take_in(stores, HEALTH, a_workbook(sheet), "健康档案.xlsx", days=1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = f"档案编号,身份证号,姓名,更新时间\nD1,{PERSON},王小明,2026-11-02 08:00\nD4,{OTHERS[2]},张2,2026-11-02 08:00\n"
        archive.writestr("健康.csv", rows.encode("gb18030"))
    take_in(stores, HEALTH, packed.getvalue(), "健康.zip", days=2)
    take_in(stores, HEALTH, f"档案编号,身份证号,姓名,更新时间\nD5,{OTHERS[3]},张3,2026-11-03 08:00\n", days=3)
    make.a_delivery(stores, HEALTH, f"这不是表格 {PERSON}".encode("utf-16"), "说明.txt", at=make.later(3))
    base = next(base for pack in stores.shelf.packs.values() for base in pack.bases if base.id == "bases.people.person")
    link.link(base, stores=stores, by="worker", at=make.later(3))
    serve.serve(stores.shelf.dataset(base.id), stores=stores)
    # What killed processes leave.
    stage = stores.lake.root / "governed" / RESIDENT / "_stage-left"
    stage.mkdir()
    (stage / "sent.csv").write_text(PERSON, encoding="utf-8")
    stores.objects.reserve().write_text(PERSON, encoding="utf-8")


def ask_and_approve(stores):
    record = orders.ask_for_person(identifier=PERSON, words=WORDS, stores=stores, by="officer", at=make.later(4))
    erase.preview(id=record.id, stores=stores)
    return erase.approve(id=record.id, stores=stores, by="secadmin", at=make.later(4))


def erase_person(stores):
    return erase.erase(id=ask_and_approve(stores).id, stores=stores, at=make.later(4))


def find_traces(stores, *needles):
    """The files in which one of some texts still stands, whatever opens with the keys that are left."""
    return sorted({name for name, data in read_all(stores) for needle in needles if hunt.holds(data, needle)})


def read_all(stores):
    """Every file under the root as its bytes, and what it opens to."""
    for path in sorted(stores.root.rglob("*")):
        if path.is_file():
            name = str(path.relative_to(stores.root))
            yield name, path.read_bytes()
            yield from ((name, data) for data in _open(path, stores))
    room = stores.objects._room
    for path in room.memory.glob("*"):
        yield f"memory/{path.name}", path.read_bytes()


def _open(path: Path, stores):
    if path.suffix == ".parquet":
        with duckdb.connect() as connection:
            rows = connection.execute(f"SELECT * FROM read_parquet('{path}', hive_partitioning=false)").fetchall()
            yield repr(rows).encode()
    elif path.parent.parent == stores.objects.root and len(path.name) == 64:
        with contextlib.suppress(KeyDestroyed, NotOpened), stores.objects.open(path.name) as stream:
            yield stream.read()
    elif path.name == "values" and path.parent.parent.name == "vault":
        shape = part.read_shape(path, stores.vault._policy)
        for pairs in stores.vault._read_whole(path, shape):
            yield "\n".join(pairs.values.to_pylist()).encode()
            yield pairs.tokens.tobytes().hex().encode()
    elif path.name == "tokens":
        yield vault._read_tokens(path).tobytes().hex().encode()
    elif path.parent.parent.name == "erasures" and path.name in (orders.ORDER, orders.FOUND):
        yield (orders.read(path.parent.name, path.name, stores=stores) or "").encode()


def count_rows(stores, batch):
    """Rows of a batch that stand in the governed table or among the returned ones, in any version."""
    kept = set()
    for zone, table in (("governed", batch.dataset), ("collected", f"{batch.dataset}.returned")):
        for file in (stores.lake.root / zone / table).glob("*.parquet"):
            with duckdb.connect() as connection:
                asked = f"SELECT DISTINCT _row FROM read_parquet('{file}') WHERE _batch = ?"
                kept |= {row for (row,) in connection.execute(asked, [batch.id]).fetchall()}
    return len(kept)
