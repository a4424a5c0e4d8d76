"""Text as we keep it: half-width letters and digits, no stray blanks, and nothing where nothing was filled in."""

from __future__ import annotations

import re
import unicodedata

# Full-width letters, digits, signs that belong to numbers and the ideographic blank; Chinese punctuation stays.
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE |= {0xFF0B: ord("+"), 0xFF0D: ord("-"), 0xFF0E: ord("."), 0xFF0F: ord("/"), 0xFF1D: ord("="), 0xFF20: ord("@")}
_BLANKS = dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85), " ")
_NOTHING = dict.fromkeys(
    (*range(0x09), *range(0x0E, 0x20), 0x7F, 0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0xFFFD)
)
TABLE = {**_WIDE, **_BLANKS, **_NOTHING}
# What makes a text worth a second look, in RE2: anything of the table, or blanks at an end or doubled.
DIRT = (
    r"[\x00-\x1f\x7f\x{85}\x{a0}\x{ad}\x{2002}\x{2003}\x{2009}\x{200b}-\x{200f}\x{202f}\x{2060}\x{3000}\x{feff}\x{fffd}"
    r"\x{ff0b}\x{ff0d}-\x{ff0f}\x{ff10}-\x{ff19}\x{ff1d}\x{ff20}-\x{ff3a}\x{ff41}-\x{ff5a}]|^[ '`]|[ '`]$|  "
)
_SPACES = re.compile(r" {2,}")
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")


def clean(text: str) -> str:
    """The text in half-width letters and digits, without control characters and blanks that mean nothing."""
    return _SPACES.sub(" ", text.translate(TABLE)).strip(" '`")


def fold(text: str) -> str:
    """The text for comparison with a word: every full-width sign half-width, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_NOTHING)).split()).strip("'`").lower()


def close_up(text: str) -> str:
    """The text without blanks between Chinese characters, as names are padded to equal width."""
    return _BETWEEN_CHINESE.sub("", text)


def fold_spaced(text: str) -> str:
    """As `fold`, with single blanks kept where there were any: `2026-03-05 8:00`."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_NOTHING)).split()).strip(" '`").lower()
