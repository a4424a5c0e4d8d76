"""What a base declares of its members, sources and comparisons leads somewhere; a subject's id tells nothing."""

import pytest

from taihu.terms import shelf
from taihu.terms.subject import Subject
from tests.terms.test_pack_shelf import DATASET, faults_of, write

BASE = """
dataset: bridge
about: place
identifier: bridge
name: bridge
members:
  bridge: {columns: {bridge: bridge, built_on: built_on}}
sources:
  bridge: {order: [bridge], since: 2017-10-01, policy: 二.(一)1}
compare: {built_on: date}
blocks: [[bridge, built_on], built_on]
"""


def declare(root, text):
    return write(root, {"base.yaml": text, "datasets/bridge.yaml": DATASET}, name="bases/bridges")


def test_a_base_is_read_with_whose_rows_it_joins_and_how(tmp_path):
    (base,) = shelf.read_shelf(declare(tmp_path, BASE)).pack("bases.bridges").bases

    assert base.id == "bases.bridges.bridge"
    assert base.members[0].dataset == "bases.bridges.bridge"
    assert base.sources[0].order == ("bridge",)
    assert base.blocks == (("bridge", "built_on"), ("built_on",))


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("dataset: bridge", "dataset: tunnel", "dataset is 'tunnel'; allowed are bridge"),
        ("dataset: bridge\n", "", "dataset is missing"),
        ("  bridge: {columns:", "  ferry: {columns:", "members.ferry is no dataset of this pack"),
        ("{bridge: bridge,", "{birdge: bridge,", "members.bridge.columns names 'birdge'; did you mean bridge?"),
        ("built_on: built_on}", "built_on: built}", "members.bridge.columns names 'built'"),
        ("  bridge: {order", "  colour: {order", "sources.colour is no column of the base"),
        ("order: [bridge]", "order: [ferry]", "sources: bridge: 'ferry' sends no such column"),
        (
            "{columns: {bridge: bridge, built",
            "{columns: {built",
            "sources: bridge: 'bridge' sends no such column; there are none",
        ),
        ("{built_on: date}", "{builder: date}", "compare names 'builder'"),
        ("{built_on: date}", "{built_on: sound}", "compare is 'sound'; allowed are exact, chinese-name"),
        ("[[bridge, built_on], built_on]", "[[bridge, colour]]", "is 'colour'; allowed are bridge, built_on"),
        ("[[bridge, built_on], built_on]", "built_on", "blocks is no list"),
        ("[[bridge, built_on], built_on]", "[[]]", "is empty; the columns on which two rows must agree"),
    ],
)
def test_what_leads_nowhere_is_told_with_the_file(written, instead, said, tmp_path):
    assert written in BASE

    faults = faults_of(declare(tmp_path, BASE.replace(written, instead)))

    assert any(fault.startswith("packs/bases/bridges/base.yaml:") and said in fault for fault in faults), faults


def test_a_base_may_be_joined_by_its_identifier_alone(tmp_path):
    text = BASE.replace("blocks: [[bridge, built_on], built_on]\n", "").replace("compare: {built_on: date}\n", "")

    (base,) = shelf.read_shelf(declare(tmp_path, text)).pack("bases.bridges").bases

    assert (base.blocks, base.comparisons) == ((), ())


@pytest.mark.parametrize("text", ["P0123456789abcdef", "Oghjkmnpqrstvwxyz", "L0000000000000000"])
def test_an_id_of_ours_is_a_letter_and_sixteen_characters(text):
    assert Subject(text).id == text


@pytest.mark.parametrize(
    "text", ["330501199001010019", "P0123456789abcdei", "X0123456789abcdef", "P0123456789abcde", ""]
)
def test_an_id_number_is_no_subject_and_is_not_repeated_in_the_refusal(text):
    with pytest.raises(ValueError, match="Crockford") as caught:
        Subject(text)

    assert not text or text not in str(caught.value)
