"""A steward uploads her Excel, reads what went back and why, mends the red cells of her own workbook, and it is green."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from taihu.control.accounts.roles import Role
from taihu.data.collect import batches
from taihu.data.guard import answer as guard
from taihu.data.guard import standing
from taihu.data.guard.question import Rows
from tests import builders as make

ASSISTANCE = "bases.people.assistance"
HEAD = ["身份证号码", "姓名", "救助类别", "月救助金额(元)"]
RIGHT = make.a_number("33050219900101001")
MENDED = make.a_number("33050219900101003")
ROWS = [
    [RIGHT, "沈伟", "低保", "800"],
    [make.a_broken_number("33050219900101003"), "陈芳", "特困", "700"],
    [make.a_number("33050219900101005"), "王敏", "五保", "600"],
]


def a_workbook():
    """With a title over the heading, as stewards write them."""
    book = openpyxl.Workbook()
    book.active["A1"] = "社会救助对象花名册"
    book.active.merge_cells("A1:D1")
    for row in (HEAD, *ROWS):
        book.active.append(row)
    return book


def to_bytes(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.slow
def test_the_workbook_turns_green(house, browse, work_off):
    desk = browse(make.a_person("civil.steward", Role.STEWARD))

    def upload(book, name, **more):
        said = {"dataset": ASSISTANCE, "file": SimpleUploadedFile(name, to_bytes(book)), **more}
        desk.post(reverse("desk:upload"), said, follow=True)
        work_off()
        found = batches.list_batches(house, dataset=ASSISTANCE)[0]
        return found, desk.get(reverse("desk:batch", args=[found.id])).content.decode()

    first, page = upload(a_workbook(), "花名册.xlsx")
    assert (first.rows_in, first.accepted, first.returned) == (3, 1, 2)
    assert "校验码不符" in page
    assert MENDED[:17] not in page

    back = openpyxl.load_workbook(io.BytesIO(desk.get(reverse("desk:workbook", args=[first.id])).content))
    red = {cell.coordinate: cell.comment.text for row in back.active.iter_rows() for cell in row if cell.comment}
    assert set(red) == {"A4", "C5"}
    assert "低边" in red["C5"], "the comment says what is allowed"
    back.active["A4"], back.active["C5"] = MENDED, "低边"
    second, page = upload(back, "花名册-标注.xlsx", replaces=first.id)

    assert (second.rows_in, second.accepted, second.returned, second.replaces) == (3, 3, 0, first.id)
    assert "全部 3 行已入库" in page
    dataset = house.shelf.dataset(ASSISTANCE)
    own = standing.standing_permit("civil", [dataset])
    seen = guard.answer(Rows(ASSISTANCE, columns=("kind",)), own, stores=house, by="civil.steward", at=make.MONDAY)
    assert sorted(row[0] for row in seen.rows) == ["低保", "低边", "特困"]
