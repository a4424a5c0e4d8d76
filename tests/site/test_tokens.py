from __future__ import annotations

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]
CSS = HOUSE / "taihu" / "site" / "static" / "site"
TEXT = ("ink", "ink-2", "ink-3", "lake", "ok", "warn", "bad", "info")


def blocks():
    """The custom properties of each rule of tokens.css, in order: light, dark, dark by the system."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    found = [dict(re.findall(r"--([\w-]+):\s*([^;]+);", body)) for body in re.findall(r"\{([^{}]*)\}", text)]
    return [block for block in found if "ground" in block]


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_both_dark_sets_are_equal_and_name_what_the_light_one_names():
    light, dark, by_system = blocks()

    assert dark == by_system
    assert dark.keys() == light.keys()


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_reads_on_both_grounds(theme):
    tokens = blocks()[theme]
    for name in TEXT:
        for ground in ("ground", "raised"):
            assert contrast(tokens[name], tokens[ground]) >= 4.5, (name, ground)
    assert contrast(tokens["on-lake"], tokens["lake"]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_soft_grounds_carry_ink_and_their_own_colour(theme):
    tokens = blocks()[theme]
    for tone in ("ok", "warn", "bad", "info", "lake"):
        assert contrast(tokens["ink"], tokens[f"{tone}-soft"]) >= 4.5, tone
        assert contrast(tokens[tone], tokens[f"{tone}-soft"]) >= 4.5, tone


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_of_controls_can_be_seen(theme):
    tokens = blocks()[theme]

    assert contrast(tokens["edge"], tokens["ground"]) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_series_stand_out_from_the_ground_or_are_outlined(theme):
    tokens = blocks()[theme]
    weak = [n for n in range(1, 9) if contrast(tokens[f"series-{n}"], tokens["ground"]) < 3]

    # Bars are drawn with an outline of the ground and decals; lines carry their names.
    assert set(weak) <= {2, 7}


def test_every_colour_is_a_token():
    for sheet in ("base", "shell", "parts", "portal"):
        text = (CSS / f"{sheet}.css").read_text(encoding="utf-8")
        assert not re.search(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", text), sheet


def test_every_icon_that_a_template_names_is_in_the_sprite():
    known = set(re.findall(r'<symbol id="([\w-]+)"', (CSS / "icons.svg").read_text(encoding="utf-8")))
    for template in HOUSE.glob("taihu/**/templates/**/*.html"):
        text = template.read_text(encoding="utf-8")
        named = re.findall(r"\{% icon '([\w-]+)'", text) + re.findall(r"icon='([\w-]+)'", text)
        assert set(named) <= known, template.name
