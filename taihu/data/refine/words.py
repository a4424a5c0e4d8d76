"""Text as we keep it: half-width letters and digits, no stray blanks, and nothing where nothing was filled in."""

from __future__ import annotations

import re
import unicodedata

# Full-width letters, digits, signs that belong to numbers and the ideographic blank; Chinese punctuation stays.
_WIDE = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
_WIDE |= {0xFF0B: ord("+"), 0xFF0D: ord("-"), 0xFF0E: ord("."), 0xFF0F: ord("/"), 0xFF1D: ord("="), 0xFF20: ord("@")}
# All blanks of Unicode and what ends a line.
_SPACES_OF_UNICODE = (0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)
_BLANKS = dict.fromkeys((*_SPACES_OF_UNICODE, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85), " ")
# Control characters and what shows nothing: joiners, marks of direction, variation selectors, byte order marks.
_UNSEEN = (0xAD, 0x34F, 0x61C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF)
_SELECTORS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_NOTHING = dict.fromkeys((*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *_UNSEEN, *_SELECTORS))
# Radicals that stand for the character they are; compatibility forms are composed with the rest.
_RADICALS = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}
TABLE = {**_WIDE, **_BLANKS, **_NOTHING, **_RADICALS}
# What makes a text worth a second look, in RE2: anything of the table or not composed, blanks at an end or
# doubled, the quotes and the formula with which spreadsheets are told that a number is text, and damage.
DIRT = (
    r"[\x00-\x1f\x7f-\x{a0}\x{ad}\x{300}-\x{36f}\x{61c}\x{1680}\x{180e}\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}"
    r"\x{2f00}-\x{2fd5}\x{3000}\x{f900}-\x{faff}\x{fe00}-\x{fe0f}\x{feff}\x{fffd}\x{ff0b}\x{ff0d}-\x{ff0f}\x{ff10}-\x{ff19}\x{ff1d}"
    r"\x{ff20}-\x{ff3a}\x{ff41}-\x{ff5a}\x{2f800}-\x{2fa1f}\x{e0100}-\x{e01ef}]|^[ '`=]|[ '`]$|  |锟斤|烫烫烫|屯屯屯|[ã-ï][\x{a1}-\x{bf}]|^[?？ ]+$"
)
# Beyond that, in a name: blanks inside, signs that stand for the middle dot, a sign for what could not be read, no letter.
DIRT_IN_NAMES = r" |[•․‧∙⋅・･.?？]|^\PL*$"
_SPACES = re.compile(r" {2,}")
_CHINESE = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BETWEEN_CHINESE = re.compile(f"(?<=[{_CHINESE}]) +(?=[{_CHINESE}])")
_DOT = re.compile(r"(?<=\w) *[·•․‧∙⋅・･.] *(?=\w)")
_FORMULA = re.compile(r'=\s*"([^"]*)"')
# Where UTF-8 was read as Latin letters, or the sign for unreadable was itself read as GBK; fillers of memory.
_CONTINUED = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_DAMAGE = re.compile(f"\ufffd|锟斤|烫烫烫|屯屯屯|[ã-ï](?:{_CONTINUED}{{2}}|[\xa1-\xbf]{_CONTINUED}?)|^[?？ ]+$")
_UNREADABLE = re.compile("[?？]")


def clean(text: str) -> str:
    """The text in half-width letters and digits, without control characters and blanks that mean nothing."""
    found = _FORMULA.fullmatch(text.strip())
    composed = unicodedata.normalize("NFC", (found[1] if found else text).translate(TABLE))
    return _SPACES.sub(" ", composed).strip(" '`")


def fold(text: str) -> str:
    """The text for comparison with a word: every full-width sign half-width, no blanks, lower case."""
    return "".join(unicodedata.normalize("NFKC", text.translate(_NOTHING)).split()).strip("'`").lower()


def clean_name(text: str) -> str:
    """A name without the blanks that pad it to equal width, and with the one middle dot of GB 18030."""
    cleaned = clean(text)
    dotted = _DOT.sub("·", cleaned) if any(character >= "\u3400" for character in cleaned) else cleaned
    return _BETWEEN_CHINESE.sub("", dotted)


def is_damaged(text: str) -> bool:
    """True where characters of a text were lost on the way: replaced, or read in another encoding."""
    return _DAMAGE.search(text) is not None


def is_no_name(text: str) -> bool:
    """True for a name with a sign of something unreadable, or without any letter."""
    return _UNREADABLE.search(text) is not None or not any(character.isalpha() for character in text)


def fold_spaced(text: str) -> str:
    """As `fold`, with single blanks kept where there were any: `2026-03-05 8:00`."""
    return " ".join(unicodedata.normalize("NFKC", text.translate(_NOTHING)).split()).strip(" '`").lower()
