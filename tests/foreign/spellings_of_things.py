"""How departments spell phones, codes, money, measures, moments and points."""

import datetime
from decimal import Decimal

from tests.foreign.spellings import ANY, BAD, EITHER, GOOD, full, scientific, swap_last
from tests.foreign.truth import NATIONS, TOWNS

START = datetime.datetime.fromisoformat("1899-12-30")
LOCAL = datetime.timezone(datetime.timedelta(hours=8))
PHONE = {
    GOOD: {
        "plus": lambda v, r: "+86" + v,
        "plus and blank": lambda v, r: "+86 " + v,
        "country and hyphen": lambda v, r: "86-" + v,
        "zeros": lambda v, r: "0086" + v,
        "grouped": lambda v, r: f"{v[:3]} {v[3:7]} {v[7:]}",
        "hyphens": lambda v, r: f"{v[:3]}-{v[3:7]}-{v[7:]}",
        "wide": lambda v, r: full(v),
        "float": lambda v, r: v + ".0",
        "formula": lambda v, r: f'="{v}"',
        "apostrophe": lambda v, r: "'" + v,
        "hidden mark": lambda v, r: "\u202a" + v + "\u202c",
        "tab": lambda v, r: v + "\t",
        "landline": lambda v, r: ("0572-2" + v[5:], ("0572-2" + v[5:], "05722" + v[5:])),
        "landline in brackets": lambda v, r: ("（0572）2" + v[5:], ("0572-2" + v[5:], "05722" + v[5:])),
        "local": lambda v, r: ("2" + v[5:], ("2" + v[5:], "0572-2" + v[5:])),
        "service": lambda v, r: ("400-820-8820", ("400-820-8820", "4008208820")),
        "blank": lambda v, r: (r.choice(("", "无", "不详", "-", "NULL", "\\N", "N/A", "暂无", "/", "null")), (None,)),
    },
    EITHER: {
        "two phones": lambda v, r: (v + "/0572-2345678", ANY),
        "whose": lambda v, r: (v + "(儿子)", ANY),
        "leading zero": lambda v, r: "0" + v,
        "extension": lambda v, r: ("0572-2345678转801", ANY),
        "zero": lambda v, r: ("0", (None,)),
        "all zero": lambda v, r: ("0" * 11, (None,)),
    },
    BAD: {
        "short": lambda v, r: v[:10],
        "long": lambda v, r: v + "1",
        "scientific": lambda v, r: f"{float(v):.5E}",
        "masked": lambda v, r: v[:3] + "****" + v[7:],
        "twelve": lambda v, r: "12" + v[2:],
        "word": lambda v, r: "同上",
        "letter": lambda v, r: v[:10] + "O",
    },
}
USCC = {
    GOOD: {
        "lower": lambda v, r: v.lower(),
        "wide": lambda v, r: full(v),
        "hyphen": lambda v, r: f"{v[:8]}-{v[8:]}",
        "blanks": lambda v, r: f"{v[:4]} {v[4:8]} {v[8:]}",
        "no-break": lambda v, r: v + "\u00a0",
        "formula": lambda v, r: f'="{v}"',
        "bidi": lambda v, r: "\u202d" + v,
    },
    EITHER: {"with its name": lambda v, r: "统一社会信用代码:" + v},
    BAD: {
        "check": lambda v, r: swap_last(v, r, "0123456789ABCDEFGHJKLMNPQRTUWXY"),
        "letter O": lambda v, r: v[:3] + "O" + v[4:],
        "letter I": lambda v, r: v[:10] + "I" + v[11:],
        "letter Z": lambda v, r: v[:10] + "Z" + v[11:],
        "short": lambda v, r: v[:17],
        "organisation code": lambda v, r: v[8:16] + "-" + v[16],
        "registration number": lambda v, r: "330500000000014",
        "blank": lambda v, r: r.choice(("", "无", "待办")),
    },
}
ETHNIC = {
    GOOD: {
        "code": lambda v, r: v,
        "word": lambda v, r: NATIONS[v],
        "short word": lambda v, r: NATIONS[v].removesuffix("族"),
        "lost zero": lambda v, r: v.lstrip("0"),
        "wide": lambda v, r: full(v),
        "blank inside": lambda v, r: (NATIONS[v].replace("族", " 族"), (v,)),
        "code and word": lambda v, r: f"{v}-{NATIONS[v]}",
        "float": lambda v, r: str(int(v)) + ".0",
        "blank": lambda v, r: ("", (None,)),
    },
    EITHER: {
        "letters": lambda v, r: "HA" if v == "01" else v,
        "chuanqing": lambda v, r: ("穿青人", ("97",)),
        "unknown": lambda v, r: ("未识别民族", ("97", None)),
    },
    BAD: {"none": lambda v, r: "汗族", "number": lambda v, r: "77", "place": lambda v, r: "浙江"},
}
TOWN = {
    GOOD: {
        "twelve": lambda v, r: (v + "000", (v, v + "000")),
        "float": lambda v, r: v + ".0",
        "wide": lambda v, r: full(v),
        "apostrophe": lambda v, r: "'" + v,
        "blanks": lambda v, r: f" {v} ",
        "formula": lambda v, r: f'="{v}"',
        "no-break": lambda v, r: "\u00a0" + v,
    },
    EITHER: {
        "title": lambda v, r: TOWNS[v],
        "county": lambda v, r: (v[:6], ANY),
        "old district": lambda v, r: ("330511", ANY),
        "code and title": lambda v, r: v + TOWNS[v],
    },
    BAD: {
        "unknown": lambda v, r: v[:6] + "999",
        "short": lambda v, r: v[:8],
        "letters": lambda v, r: v[:8] + "O",
        "unknown village": lambda v, r: v + "999",
        "scientific": lambda v, r: f"{float(v):.4E}",
    },
}


def money(fen):
    """Yuan with two places."""
    return f"{Decimal(fen) / 100:.2f}"


MONEY = {
    GOOD: {
        "two places": lambda v, r: money(v),
        "thousands": lambda v, r: f"{Decimal(v) / 100:,.2f}",
        "wide thousands": lambda v, r: f"{Decimal(v) / 100:,.2f}".replace(",", "，"),
        "sign": lambda v, r: "¥" + money(v),
        "wide sign": lambda v, r: "￥" + money(v),
        "yuan": lambda v, r: money(v) + "元",
        "blanks and yuan": lambda v, r: money(v) + " 元",
        "wide": lambda v, r: full(money(v)),
        "shortest": lambda v, r: f"{(Decimal(v) / 100).normalize():f}",
        "four places": lambda v, r: money(v) + "00",
        "ten thousands": lambda v, r: f"{(Decimal(v) / 1000000).normalize():f}万元",
        "blank": lambda v, r: (r.choice(("", "-", "NULL", "/", "无")), (None,)),
    },
    EITHER: {
        "float noise": lambda v, r: money(v) + "00000001",
        "third place": lambda v, r: (money(v) + "5", (v, v + 1)),
        "figures": lambda v, r: ("捌佰捌拾元整", (88000,)),
        "rmb": lambda v, r: "RMB" + money(v),
        "accountant's minus": lambda v, r: ("(5.00)", ()),
        "per month": lambda v, r: money(v) + "元/月",
        "scientific": lambda v, r: f"{float(Decimal(v) / 100):.10E}",
    },
    BAD: {
        "negative": lambda v, r: "-5",
        "dollars": lambda v, r: money(v) + "美元",
        "word": lambda v, r: "若干",
        "two points": lambda v, r: "1.234.5",
        "two amounts": lambda v, r: "100+50",
        "letter O": lambda v, r: "1OO",
    },
}
WHOLE = {
    GOOD: {
        "float": lambda v, r: f"{v}.0",
        "wide": lambda v, r: full(v),
        "thousands": lambda v, r: f"{v:,}",
        "blank": lambda v, r: (r.choice(("", "-", "NULL", "\\N", "无")), (None,)),
        "blanks": lambda v, r: f"  {v}\u3000",
        "zeros": lambda v, r: f"{v}.000",
    },
    EITHER: {
        "half": lambda v, r: (f"{v}.5", (v, v + 1)),
        "plus": lambda v, r: f"+{v}",
        "scientific": lambda v, r: f"{v:.8E}",
        "leading zero": lambda v, r: f"0{v}",
        "figures": lambda v, r: ("四十五", (45,)),
    },
    BAD: {
        "word": lambda v, r: "很长",
        "negative": lambda v, r: "-3",
        "far too much": lambda v, r: "99999999999999999999",
    },
}
MEASURE = {
    GOOD: {
        "plain": lambda v, r: str(v),
        "zeros": lambda v, r: f"{v}000",
        "wide": lambda v, r: full(v),
        "blank": lambda v, r: (r.choice(("", "-", "--", "NULL", "NA", "/", "缺测", "—")), (None,)),
        "float noise": lambda v, r: f"{float(v):.3f}",
    },
    EITHER: {
        "below": lambda v, r: ("<0.025", (None,)),
        "below by letter": lambda v, r: ("0.025L", (None,)),
        "not found": lambda v, r: (r.choice(("未检出", "ND")), (None,)),
        "third place": lambda v, r: (f"{v}4", (Decimal(f"{v}4"),)),
        "too fine": lambda v, r: (f"{v}0004", (v,)),
        "comma": lambda v, r: str(v).replace(".", ","),
        "unit": lambda v, r: f"{v}mg/L",
        "scientific": lambda v, r: f"{v:.6E}",
        "default": lambda v, r: ("-9999", (None,)),
        "point first": lambda v, r: (".5", (Decimal("0.5"),)),
    },
    BAD: {
        "too much": lambda v, r: "999.9",
        "word": lambda v, r: "正常",
        "two": lambda v, r: "7.1~7.4",
        "star": lambda v, r: "7.1*2",
    },
}
TIME = {
    GOOD: {
        "iso": lambda v, r: f"{v:%Y-%m-%d %H:%M:%S}",
        "minutes": lambda v, r: (f"{v:%Y-%m-%d %H:%M}", (v.replace(second=0),)),
        "slashes": lambda v, r: f"{v.year}/{v.month}/{v.day} {v.hour}:{v:%M:%S}",
        "t": lambda v, r: f"{v:%Y-%m-%dT%H:%M:%S}",
        "fraction": lambda v, r: f"{v:%Y-%m-%d %H:%M:%S}.000",
        "offset": lambda v, r: f"{v:%Y-%m-%dT%H:%M:%S}+08:00",
        "utc": lambda v, r: f"{v - datetime.timedelta(hours=8):%Y-%m-%dT%H:%M:%S}Z",
        "compact": lambda v, r: f"{v:%Y%m%d%H%M%S}",
        "chinese": lambda v, r: f"{v.year}年{v.month}月{v.day}日 {v.hour}:{v:%M:%S}",
        "chinese parts": lambda v, r: f"{v.year}年{v.month}月{v.day}日{v.hour}时{v.minute}分{v.second}秒",
        "dots": lambda v, r: f"{v.year}.{v.month}.{v.day} {v:%H:%M:%S}",
        "wide": lambda v, r: full(f"{v:%Y-%m-%d %H:%M:%S}").replace("\u3000", " "),
        "wide colon": lambda v, r: f"{v:%Y-%m-%d %H:%M:%S}".replace(":", "："),
        "two blanks": lambda v, r: f"{v:%Y-%m-%d  %H:%M:%S}",
    },
    EITHER: {
        "midday": lambda v, r: f"{v:%Y-%m-%d} {'上午' if v.hour < 12 else '下午'}{v.hour % 12 or 12}:{v:%M:%S}",
        "english": lambda v, r: f"{v.month}/{v.day}/{v.year} {v:%I:%M:%S %p}",
        "epoch": lambda v, r: str(int(v.replace(tzinfo=LOCAL).timestamp())),
        "epoch milliseconds": lambda v, r: str(int(v.replace(tzinfo=LOCAL).timestamp() * 1000)),
        "day only": lambda v, r: (f"{v:%Y-%m-%d}", (v.replace(hour=0, minute=0, second=0),)),
        "twenty-four": lambda v, r: (
            f"{v:%Y-%m-%d} 24:00:00",
            (v.replace(hour=0, minute=0, second=0) + datetime.timedelta(days=1),),
        ),
        "java": lambda v, r: f"{v:%a %b %d %H:%M:%S} CST {v.year}",
        "serial": lambda v, r: (str((v - START).total_seconds() / 86400), ANY),
    },
    BAD: {
        "hour twenty-five": lambda v, r: f"{v:%Y-%m-%d} 25:00:00",
        "minute sixty": lambda v, r: f"{v:%Y-%m-%d} 08:60:00",
        "no such day": lambda v, r: f"{v.year}-02-30 08:00:00",
        "word": lambda v, r: "早上",
        "time only": lambda v, r: f"{v:%H:%M:%S}",
        "blank": lambda v, r: r.choice(("", "NULL")),
    },
}
POINT = {
    GOOD: {
        "comma": lambda v, r: f"{v[0]},{v[1]}",
        "comma and blank": lambda v, r: f"{v[0]}, {v[1]}",
        "blank": lambda v, r: f"{v[0]} {v[1]}",
        "wkt": lambda v, r: f"POINT({v[0]} {v[1]})",
        "wkt with blank": lambda v, r: f"POINT ({v[0]} {v[1]})",
        "wide comma": lambda v, r: f"{v[0]}，{v[1]}",
        "brackets": lambda v, r: f"({v[0]},{v[1]})",
        "json": lambda v, r: f"[{v[0]}, {v[1]}]",
        "geojson": lambda v, r: f'{{"type":"Point","coordinates":[{v[0]},{v[1]}]}}',
    },
    EITHER: {
        "swapped": lambda v, r: f"{v[1]},{v[0]}",
        "height": lambda v, r: f"{v[0]},{v[1]},3.5",
        "wkt z": lambda v, r: f"POINT Z ({v[0]} {v[1]} 3.5)",
        "srid": lambda v, r: f"SRID=4490;POINT({v[0]} {v[1]})",
        "letters": lambda v, r: f"E{v[0]} N{v[1]}",
        "degrees": lambda v, r: (f"{int(v[0])}°{int(v[0] % 1 * 60)}′E,{int(v[1])}°{int(v[1] % 1 * 60)}′N", ANY),
        "semicolon": lambda v, r: f"{v[0]};{v[1]}",
        "named datum": lambda v, r: f"{v[0]},{v[1]}(CGCS2000)",
    },
    BAD: {
        "elsewhere": lambda v, r: "116.397,39.908",
        "origin": lambda v, r: "0,0",
        "half": lambda v, r: f"{v[0]}",
        "projected": lambda v, r: "40485231.5,3421567.8",
        "word": lambda v, r: "村口",
        "slip": lambda v, r: f"{v[0] / 10:.6f},{v[1]}",
        "wkt line": lambda v, r: f"LINESTRING({v[0]} {v[1]}, {v[0]} {v[1]})",
        "empty": lambda v, r: "POINT EMPTY",
    },
}
ACCOUNT = {
    GOOD: {
        "grouped": lambda v, r: " ".join(v[i : i + 4] for i in range(0, len(v), 4)),
        "hyphens": lambda v, r: "-".join(v[i : i + 4] for i in range(0, len(v), 4)),
        "wide": lambda v, r: full(v),
        "apostrophe": lambda v, r: "'" + v,
        "formula": lambda v, r: f'="{v}"',
        "tab": lambda v, r: v + "\t",
        "blank": lambda v, r: (r.choice(("", "无", "-")), (None,)),
    },
    EITHER: {"bank before": lambda v, r: "农行" + v},
    BAD: {
        "check": lambda v, r: swap_last(v, r, "0123456789"),
        "scientific": lambda v, r: scientific(v),
        "short": lambda v, r: v[:6],
        "masked": lambda v, r: v[:6] + "*********" + v[15:],
    },
}
