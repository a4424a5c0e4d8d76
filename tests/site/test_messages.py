from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from taihu.site import messages

HOUSE = Path(__file__).resolve().parents[2]
CHINESE = "[\u4e00-\u9fff]"


def placeholders(words):
    return {name for _, name, _, _ in string.Formatter().parse(words) if name}


def test_both_languages_have_the_same_keys_and_places_for_values():
    chinese, english = messages.read("zh"), messages.read("en")

    assert chinese.keys() == english.keys()
    for key in chinese:
        assert placeholders(chinese[key]) == placeholders(english[key]), key


def test_chinese_words_use_full_width_points():
    for key, words in messages.read("zh").items():
        assert not re.search(f"{CHINESE}[,;?!]|{CHINESE}:(?!//)", words), key


def test_a_key_that_nobody_wrote_is_named():
    with pytest.raises(messages.UnknownMessage, match=r"site\.nothing"):
        messages.say("site.nothing", "zh")


def test_an_unknown_language_falls_back_to_chinese():
    assert messages.say("site.name", "fr") == "太湖"


def test_values_are_put_in_as_they_are_even_with_braces():
    assert messages.say("portal.found_for", "zh", text="{x}", total=3) == "“{x}”找到 3 个数据资源"


def test_every_message_that_a_template_names_exists():
    known = messages.read("zh")
    for template in HOUSE.glob("taihu/**/templates/**/*.html"):
        for key in re.findall(r"\{% say '([\w.]+)'[^|]*?%\}", template.read_text(encoding="utf-8")):
            assert key in known, f"{template.name}: {key}"


def test_a_word_of_the_trade_has_one_explanation():
    assert "一个部门" in messages.explain("一数一源")
    with pytest.raises(messages.UnknownMessage):
        messages.explain("没有的词")
