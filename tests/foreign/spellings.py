"""How departments spell a value: spellings that must be understood, must be returned, or may be either."""

import datetime
from dataclasses import dataclass

FULL = {i: i + 0xFEE0 for i in range(0x21, 0x7F)}
GOOD, EITHER, BAD = "good", "either", "bad"
ANY = object()


@dataclass(frozen=True)
class Spelling:
    """One value as written, what must become of it, and the values that it may be read as."""

    label: str
    text: str
    verdict: str
    options: tuple


def full(text):
    """Full-width forms."""
    return str(text).translate(FULL)


def sprinkle(text, mark):
    """A mark after the first character."""
    return text[:1] + mark + text[1:]


def swap_last(text, rng, alphabet):
    """Another last character."""
    return text[:-1] + rng.choice([c for c in alphabet if c != text[-1]])


def scientific(text):
    """A long number as a spreadsheet shows it."""
    return f"{float(text[:17].replace('X', '0') + '0'):.5E}".replace("E+0", "E+")


ID = {
    GOOD: {
        "lower x": lambda v, r: v.lower(),
        "full width": lambda v, r: full(v),
        "leading apostrophe": lambda v, r: "'" + v,
        "curly apostrophe": lambda v, r: "‘" + v,
        "tab before": lambda v, r: "\t" + v,
        "no-break space after": lambda v, r: v + "\u00a0",
        "ideographic space around": lambda v, r: "\u3000" + v + "\u3000",
        "zero width inside": lambda v, r: v[:6] + "\u200b" + v[6:],
        "word joiner before": lambda v, r: "\u2060" + v,
        "left-to-right marks": lambda v, r: "\u202d" + v + "\u202c",
        "soft hyphen inside": lambda v, r: v[:6] + "\u00ad" + v[6:],
        "grouped by blanks": lambda v, r: f"{v[:6]} {v[6:14]} {v[14:]}",
        "grouped by hyphens": lambda v, r: f"{v[:6]}-{v[6:14]}-{v[14:]}",
        "excel formula": lambda v, r: f'="{v}"',
    },
    EITHER: {
        "fifteen digits": lambda v, r: v[:6] + v[8:17] if v[6:8] == "19" else v,
        "cyrillic kha": lambda v, r: v[:-1] + "Х" if v.endswith("X") else v,
        "times sign": lambda v, r: v[:-1] + "×" if v.endswith("X") else v,
        "with its name": lambda v, r: "身份证:" + v,
        "all zero": lambda v, r: ("0" * 18, (None,)),
    },
    BAD: {
        "wrong check": lambda v, r: swap_last(v, r, "0123456789X"),
        "seventeen digits": lambda v, r: v[:17],
        "nineteen digits": lambda v, r: v + "0",
        "scientific": lambda v, r: scientific(v),
        "last three lost": lambda v, r: v[:15] + "000" if _last(v[:15] + "00") != "0" else v[:17],
        "masked": lambda v, r: v[:6] + "********" + v[14:],
        "thirteenth month": lambda v, r: v[:10] + "13" + v[12:],
        "letter O for zero": lambda v, r: v.replace("0", "O", 1),
        "a name": lambda v, r: "张三",
        "born tomorrow": lambda v, r: v[:6] + "20310101" + v[14:17] + _last(v[:6] + "20310101" + v[14:17]),
        "two numbers": lambda v, r: v + "/" + v[:17],
        "all one": lambda v, r: "1" * 18,
    },
}


def _last(seventeen):
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(seventeen))
    return "10X98765432"[total % 11]


NAME = {
    GOOD: {
        "blank between": lambda v, r: (f"{v[0]} {v[1:]}", (v,)) if len(v) == 2 else v,
        "wide blank between": lambda v, r: (f"{v[0]}\u3000{v[1:]}", (v,)) if len(v) == 2 else v,
        "no-break space": lambda v, r: "\u00a0" + v + "\u00a0",
        "wide blank after": lambda v, r: v + "\u3000\u3000",
        "zero width": lambda v, r: sprinkle(v, "\u200b"),
        "byte order mark": lambda v, r: "\ufeff" + v,
        "soft hyphen": lambda v, r: v + "\u00ad",
        "right-to-left mark": lambda v, r: v + "\u200f",
        "variation selector": lambda v, r: v[:1] + "\ufe00" + v[1:],
        "bullet": lambda v, r: v.replace("·", "•"),
        "hyphenation point": lambda v, r: v.replace("·", "‧"),
        "katakana dot": lambda v, r: v.replace("·", "・"),
        "half katakana dot": lambda v, r: v.replace("·", "･"),
        "dot operator": lambda v, r: v.replace("·", "⋅"),
        "one dot leader": lambda v, r: v.replace("·", "․"),
        "full stop as dot": lambda v, r: v.replace("·", "．"),
        "blanks round the dot": lambda v, r: v.replace("·", " · "),
        "compatibility form": lambda v, r: v.replace("金", "\uf90a").replace("李", "\uf9e1"),
        "kangxi radical": lambda v, r: v.replace("石", "\u2f6f").replace("金", "\u2fa6").replace("龙", "龙"),
        "line feed after": lambda v, r: v + "\n",
        "tab after": lambda v, r: v + "\t",
    },
    EITHER: {
        "title": lambda v, r: (v + r.choice(("先生", "女士", "同志")), ANY),
        "former name": lambda v, r: (v + "（曾用名：李四）", ANY),
        "note": lambda v, r: (v + "(已故)", ANY),
        "digit behind": lambda v, r: (v + "1", ANY),
        "private use": lambda v, r: (v[:1] + "\ue5d1", ANY),
        "traditional": lambda v, r: (v.replace("张", "張").replace("陈", "陳"), ANY),
        "latin": lambda v, r: ("ZHANG WEI", ANY),
        "description sequence": lambda v, r: (v[:1] + "⿰王玉", ANY),
    },
    BAD: {
        "question marks": lambda v, r: "??",
        "one question mark": lambda v, r: v[:1] + "?",
        "replacement": lambda v, r: v[:1] + "\ufffd",
        "mojibake of mojibake": lambda v, r: "锟斤拷锟斤拷",
        "utf-8 read as latin": lambda v, r: "张伟".encode().decode("latin-1").replace("\x9f", "Ÿ"),
        "digits": lambda v, r: "123456",
    },
}
SEX_WORD = {"1": "男", "2": "女"}
SEX = {
    GOOD: {
        "code": lambda v, r: v,
        "word": lambda v, r: SEX_WORD[v],
        "long word": lambda v, r: SEX_WORD[v] + "性",
        "letter": lambda v, r: "MF"[int(v) - 1],
        "english": lambda v, r: ("male", "Female")[int(v) - 1],
        "blank after": lambda v, r: SEX_WORD[v] + " ",
        "wide code": lambda v, r: full(v),
        "code and word": lambda v, r: f"{v}-{SEX_WORD[v]}",
        "padded code": lambda v, r: "0" + v,
        "float": lambda v, r: v + ".0",
        "blank": lambda v, r: ("", (None,)),
    },
    EITHER: {"unknown": lambda v, r: ("未知", ("0", None, "9")), "unsaid": lambda v, r: ("9", ("9",))},
    BAD: {
        "other sex": lambda v, r: SEX_WORD["21"[int(v) - 1]],
        "three": lambda v, r: "3",
        "homophone": lambda v, r: "难",
        "x": lambda v, r: "X",
    },
}


def serial(day, epoch=datetime.date(1899, 12, 30)):
    """A day as a spreadsheet counts it."""
    return str((day - epoch).days)


def minguo(day):
    """A day in the calendar of the Republic."""
    return f"民国{day.year - 1911}年{day.month}月{day.day}日"


def chinese(day):
    """A day in Chinese figures."""
    digits = "〇一二三四五六七八九"
    small = lambda n: (("" if n < 20 else digits[n // 10]) + "十" if n > 9 else "") + (digits[n % 10] if n % 10 else "")  # noqa: E731
    return "".join(digits[int(d)] for d in str(day.year)) + f"年{small(day.month)}月{small(day.day)}日"


DATE = {
    GOOD: {
        "iso": lambda v, r: v.isoformat(),
        "dots": lambda v, r: f"{v.year}.{v.month}.{v.day}",
        "padded dots": lambda v, r: f"{v:%Y.%m.%d}",
        "slashes": lambda v, r: f"{v.year}/{v.month}/{v.day}",
        "loose hyphens": lambda v, r: f"{v.year}-{v.month}-{v.day}",
        "compact": lambda v, r: f"{v:%Y%m%d}",
        "chinese": lambda v, r: f"{v.year}年{v.month}月{v.day}日",
        "padded chinese": lambda v, r: f"{v:%Y年%m月%d日}",
        "blanks in chinese": lambda v, r: f"{v.year} 年 {v.month} 月 {v.day} 日",
        "midnight": lambda v, r: f"{v} 00:00:00",
        "short midnight": lambda v, r: f"{v.year}/{v.month}/{v.day} 0:00",
        "fraction": lambda v, r: f"{v} 00:00:00.000",
        "t": lambda v, r: f"{v}T00:00:00",
        "offset": lambda v, r: f"{v}T00:00:00+08:00",
        "full width": lambda v, r: full(v.isoformat()),
        "wide compact": lambda v, r: full(f"{v:%Y%m%d}"),
        "compact float": lambda v, r: f"{v:%Y%m%d}.0",
        "backslashes": lambda v, r: f"{v.year}\\{v.month}\\{v.day}",
        "ideographic hyphens": lambda v, r: f"{v:%Y—%m—%d}",
        "blank before": lambda v, r: f" {v}\u00a0",
        "apostrophe": lambda v, r: f"'{v}",
        "compact with time": lambda v, r: f"{v:%Y%m%d}000000",
    },
    EITHER: {
        "short year": lambda v, r: f"{v:%y}/{v.month}/{v.day}",
        "republic": lambda v, r: minguo(v),
        "serial": lambda v, r: serial(v),
        "chinese figures": lambda v, r: chinese(v),
        "american": lambda v, r: f"{v.month}/{v.day}/{v.year}",
        "oracle": lambda v, r: f"{v:%d-%b-%y}".upper(),
        "english": lambda v, r: f"{v:%b %d, %Y}",
        "weekday": lambda v, r: f"{v.year}年{v.month}月{v.day}日 星期" + "一二三四五六日"[v.weekday()],
        "epoch": lambda v, r: str((v - datetime.date(1970, 1, 1)).days * 86_400_000 - 28_800_000),
        "hao": lambda v, r: f"{v.year}年{v.month}月{v.day}号",
        "blanks": lambda v, r: f"{v.year} {v.month} {v.day}",
        "utc evening": lambda v, r: f"{v - datetime.timedelta(days=1)}T16:00:00Z",
        "lunar": lambda v, r: ("农历" + v.isoformat(), ()),
        "approximately": lambda v, r: ("约" + v.isoformat(), ANY),
    },
    BAD: {
        "thirtieth of february": lambda v, r: f"{v.year}-02-30",
        "thirteenth month": lambda v, r: f"{v.year}-13-01",
        "day zero": lambda v, r: f"{v.year}-05-00",
        "month only": lambda v, r: f"{v.year}年",
        "word": lambda v, r: "去年",
        "year typo": lambda v, r: f"2{v.year}-01-01",
        "three parts short": lambda v, r: f"{v.year}-{v.month}-",
        "range": lambda v, r: f"{v}至{v + datetime.timedelta(days=9)}",
        "republic reversed": lambda v, r: "31.04.1990",
        "hashes": lambda v, r: "########",
        "leap day of no leap year": lambda v, r: "1999-02-29",
    },
}
MONTH = {
    GOOD: {
        "iso": lambda v, r: f"{v:%Y-%m}",
        "compact": lambda v, r: f"{v:%Y%m}",
        "chinese": lambda v, r: f"{v.year}年{v.month}月",
        "dots": lambda v, r: f"{v.year}.{v.month:02d}",
        "slash": lambda v, r: f"{v.year}/{v.month}",
        "day one": lambda v, r: f"{v:%Y-%m}-01",
    },
    EITHER: {"short": lambda v, r: f"{v:%y.%m}", "serial": lambda v, r: serial(v)},
    BAD: {"thirteenth": lambda v, r: f"{v.year}13", "word": lambda v, r: "上月", "zero": lambda v, r: f"{v.year}-00"},
}
