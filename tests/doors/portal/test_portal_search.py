from __future__ import annotations

import pytest
import tantivy

from taihu.doors.portal import search

DOCUMENTS = [
    {
        "id": "topics.rivers.reading",
        "title": "断面水质监测",
        "columns": "断面编码 溶解氧 oxygen_mg_l",
        "department": "市水利局 Water",
        "pack": "河长制",
        "summary": "",
    },
    {
        "id": "bases.places.address",
        "title": "标准地址",
        "columns": "地址编码 门牌号",
        "department": "市自然资源和规划局",
        "pack": "空间基础库",
        "summary": "含水库大坝地址",
    },
    {
        "id": "bases.organisations.firm",
        "title": "市场主体登记",
        "columns": "统一社会信用代码 uscc",
        "department": "市市场监管局",
        "pack": "法人基础库",
        "summary": "",
    },
]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    place = tmp_path_factory.mktemp("search") / "index"
    search._build(place, DOCUMENTS)
    return tantivy.Index(search._schema(), path=str(place), reuse=True)


@pytest.mark.parametrize(
    ("text", "first", "is_near"),
    [
        ("水质", "topics.rivers.reading", False),
        ("水", "topics.rivers.reading", False),
        ("溶解氧", "topics.rivers.reading", False),
        ("oxygen_mg_l", "topics.rivers.reading", False),
        ("WATER", "topics.rivers.reading", False),
        ("门牌", "bases.places.address", False),
        ("信用代码", "bases.organisations.firm", False),
        ("firm", "bases.organisations.firm", False),
        ("水质 港口", "topics.rivers.reading", True),
    ],
)
def test_a_word_finds_its_dataset(index, text, first, is_near):
    hits = search.find(index, text)

    assert hits.ids[0] == first
    assert hits.is_near is is_near


@pytest.mark.parametrize("text", ["", "  ", "***", "“”", "港口货物吞吐量", "AND OR NOT", '"', "\x00", "😀"])
def test_words_that_nothing_has_find_nothing_and_break_nothing(index, text):
    assert search.find(index, text).ids == ()


def test_a_title_weighs_more_than_a_summary(index):
    assert search.find(index, "水").ids == ("topics.rivers.reading", "bases.places.address")


def test_an_index_is_built_once_for_the_same_words_and_old_ones_go(tmp_path):
    search._open(tmp_path, "one", '[2, [{"id": "a.b", "title": "甲"}]]')
    search._open(tmp_path, "two", '[2, [{"id": "a.b", "title": "乙"}]]')

    assert [place.name for place in tmp_path.iterdir()] == ["two"]
    search._open.cache_clear()
