"""A linked dataset is labelled no lower than what fills it and what decides about its rows, or the pack does not pass."""

import shutil
from pathlib import Path

import pytest

from taihu.doors.terminal import check_packs

pytestmark = pytest.mark.slow
PACKS = Path(__file__).parents[2] / "packs"
ORGANISATION, PERSON = "organisations/datasets/organisation.yaml", "people/datasets/person.yaml"
FALLS = "falls: {to: L1, by: 市数据局, policy: 二.(一)3}\n"


@pytest.fixture
def root(tmp_path):
    for part in ("standards", "bases"):
        shutil.copytree(PACKS / part, tmp_path / part)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (ORGANISATION, "kind: text, level: L3, about: person, standard: phone", "kind: text, level: L2, about: person, standard: phone", ":22: columns.phone.level is made of 「市场主体登记」的「联系电话」, which is L3 person"),
        (ORGANISATION, "level: L2, about: person, mask: name", "level: L2, mask: name", ":21: columns.representative.level is made of 「取水许可」的「法定代表人」, which is L2 person"),
        (PERSON, "来源部门数, kind: int, level: L3", "来源部门数, kind: int, level: L2", ":21: columns.sources.level is made of 「社会救助对象」有无此主体, which is L3"),
        ("organisations/base.yaml", FALLS, "", "organisation.yaml:10: presence: tells L3 person, as these decide which subjects there are: 「市场主体登记」的「法定代表人」 (L2 person)"),
        ("organisations/base.yaml", "to: L1", "to: L2", "base.yaml:35: falls.to is L2, but the presence of organisation is L1"),
        ("organisations/base.yaml", ", by: 市数据局", "", "falls.by"),
        ("places/datasets/address.yaml", "every: month", "every: month\nzone: opened", "address.yaml:4: zone is opened, but nothing makes this dataset"),
        ("organisations/datasets/firm.yaml", "presence: L1", "presence: L2", "organisation.yaml:10: presence: tells"),
    ],
)  # fmt: skip
def test_a_dataset_below_its_derived_label_is_told_with_its_line_and_its_sources(root, file, old, new, said):
    path = root / "bases" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new) if "zone" in new else text.replace(old, new, 1), encoding="utf-8")
    if file.endswith("firm.yaml"):
        base = root / "bases/organisations/base.yaml"
        base.write_text(base.read_text(encoding="utf-8").replace(FALLS, ""), encoding="utf-8")

    faults = [str(fault) for fault in check_packs.check_packs(root)]

    assert any(said in fault for fault in faults), faults


def test_the_bases_of_the_city_pass(root):
    assert check_packs.check_packs(root) == []
