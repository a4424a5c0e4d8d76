"""A dataset that no pack of the city has: many columns, every kind, more tests than one word of bits holds."""

from __future__ import annotations

import shutil

import pytest

from taihu.data.refine.refine import list_reasons, refine
from taihu.terms.identifiers import hybrid_check, org_check, resident_check
from taihu.terms.shelf import read_shelf
from tests.data.refine.deliveries import NOON, PACKS, a_batch, reasons_of, rows_of, some_stores

PACK = "label: 试验\npolicy: 二.(二)9\ncarries: [2.2.9-s5]\ndepartment: water\npurpose: 试验\n"
HEAD = (
    "label: 宽表\nevery: week\ndelivery: changes\nkey: [number]\nshare: none\nopen: forbidden\npresence: L2\ncolumns:\n"
)
COLUMNS = """
  number: {label: 编号, kind: text, level: L2}
  open: {label: 是否公开, kind: bool, level: L2}
  certificate: {label: 证照标识, kind: text, level: L2, standard: certificate-id}
  organisation: {label: 机构代码, kind: text, level: L2, standard: org-code}
  registration: {label: 注册号, kind: text, level: L2, standard: registration-number}
  account: {label: 账号, kind: text, level: L4, about: person, standard: bank-account}
  person: {label: 身份证号, kind: text, level: L4, about: person, standard: resident-id}
  home: {label: 户籍地, kind: text, level: L2, about: person, standard: division, agrees: {with: person, on: division}}
  share: {label: 占比, kind: 'decimal(5,2)', unit: percent, level: L2, range: {from: 0, to: 100}}
"""
SPARE = "".join(
    f"  spare_{letter}: {{label: 备用{letter}, kind: int, level: L2, required: yes, range: {{from: 0, to: 9}}}}\n"
    for letter in "abcdefghijklmnopqrstuvwx"
)
PERSON = "33052219851231002" + resident_check("33052219851231002")
CERTIFICATE = "1.2.156.3005.2.11100000000013338W009.11330105002500287C.2025052201.002.0"
ORGANISATION = "00256414" + org_check("00256414")
REGISTRATION = "33050000000001" + hybrid_check("33050000000001", "0123456789")


@pytest.fixture
def stores(tmp_path):
    packs = tmp_path / "packs"
    shutil.copytree(PACKS / "standards", packs / "standards")
    (packs / "topics" / "probe" / "datasets").mkdir(parents=True)
    (packs / "topics" / "probe" / "pack.yaml").write_text(PACK, encoding="utf-8")
    (packs / "topics" / "probe" / "datasets" / "wide.yaml").write_text(
        HEAD + COLUMNS.lstrip("\n") + SPARE, encoding="utf-8"
    )
    opened = some_stores(tmp_path / "var", read_shelf(packs))
    yield opened
    opened.close()


def a_row(*cells: str, spare: str = "1", last: str = "1") -> str:
    return " | ".join([*cells, *[spare] * 23, last])


@pytest.mark.slow
def test_every_kind_is_checked_and_the_last_of_many_tests_too(stores):
    dataset = stores.shelf.dataset("topics.probe.wide")
    heading = " | ".join(column.name for column in dataset.columns)
    good = ("是", CERTIFICATE, ORGANISATION, REGISTRATION, "6228480402564890018", PERSON, "330522", "12.5%")
    bad = (
        "也许",
        CERTIFICATE[:-1] + "1",
        ORGANISATION[:-1] + "X",
        REGISTRATION[:-1] + "9",
        "6228480402564890019",
        PERSON,
        "330521",
        "1234.5",
    )
    table = "\n".join(
        [heading, a_row("N1", *good), a_row("N2", *bad), a_row("N3", *good, last="12"), a_row("N4", *good, last="")]
    )

    batch = a_batch(stores, dataset.id, table)
    refined = refine(batch=batch, stores=stores, by="runs", at=NOON)

    assert (refined.accepted, refined.returned) == (1, 3)
    assert rows_of(stores, dataset.id, "open", "organisation", "home", "spare_x", "_batch") == [
        (True, ORGANISATION, "330522", 1, batch.id)
    ]
    assert reasons_of(stores, dataset.id, batch) == {
        3: [
            "R-FRM-05:open",
            "R-IDN-02:certificate",
            "R-IDN-02:organisation",
            "R-IDN-02:registration",
            "R-IDN-02:account",
            "R-FRM-04:share",
            "R-AGR-03:home",
        ],
        4: ["R-RNG-01:spare_x"],
        5: ["R-REQ-01:spare_x"],
    }
    assert {reason.code for reason in list_reasons(stores=stores, batch=batch.id)} == set(refined.by_code)
    assert list_reasons(stores=stores, batch="nothing") == ()
