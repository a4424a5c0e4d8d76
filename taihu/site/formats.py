"""Numbers, money, dates, lengths of time and masks as people read them; the one place that decides."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
NOTHING = "—"
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
WAN, YI = 10_000, 100_000_000
LARGE = ((YI, " 亿"), (WAN, " 万"))
LARGE_ENGLISH = ((10**9, " billion"), (10**6, " million"))
SIZES = ("字节", "KB", "MB", "GB", "TB")
UNITS = {
    "fen": ("元", "CNY"),
    "metres": ("米", "m"),
    "minutes": ("分钟", "min"),
    "mm": ("毫米", "mm"),
    "days": ("天", "days"),
    "hours": ("小时", "h"),
    "percent": ("%", "%"),
    "mg/L": ("mg/L", "mg/L"),
}
Number = int | float | Decimal


def number(value: Number | None, places: int | None = None) -> str:
    """`1214` → `1,214`; a number keeps the places it has unless told how many."""
    if value is None:
        return NOTHING
    if places is not None:
        value = _round(value, places)
    if isinstance(value, Decimal):
        return f"{value:,f}"
    return f"{value:,}"


def compact(value: Number | None, *, english: bool = False) -> str:
    """A large number as it is said: `3367579` → `337 万`, in English `3.37 million`; small ones in full."""
    if value is None:
        return NOTHING
    exact = Decimal(str(value))
    for step, word in LARGE_ENGLISH if english else LARGE:
        if abs(exact) >= step:
            return f"{_three_digits(exact / step)}{word}"
    return number(value)


def percent(share: Number | None) -> str:
    """A share of one, with one decimal: `0.9312` → `93.1%`; never 100.0 or 0.0 for what is not quite."""
    if share is None:
        return NOTHING
    shown = _round(Decimal(str(share)) * 100, 1)
    if shown == 100 and share < 1:
        return ">99.9%"
    if shown == 0 and share > 0:
        return "<0.1%"
    return f"{shown}%"


def money(fen: int | None, *, english: bool = False) -> str:
    """Fen as 元, 万元 or 亿元 by size; `exact_money` stands on hover."""
    if fen is None:
        return NOTHING
    yuan = Decimal(fen) / 100
    if english:
        return f"CNY {compact(yuan, english=True)}" if abs(yuan) >= 10**6 else f"CNY {yuan:,.2f}"
    for step, word in ((YI, "亿元"), (WAN, "万元")):
        if abs(yuan) >= step:
            return f"{_trim(_round(yuan / step, 2))} {word}"
    return exact_money(fen)


def exact_money(fen: int) -> str:
    """Every fen of it: `121450` → `1,214.50 元`."""
    return f"{Decimal(fen) / 100:,.2f} 元"


def day(value: datetime.date | None) -> str:
    """A date in a table: `2026-11-24`."""
    return NOTHING if value is None else _to_local(value).strftime("%Y-%m-%d")


def prose_day(value: datetime.date | None, *, english: bool = False) -> str:
    """A date in a sentence: `2026年11月24日`, `24 November 2026`."""
    if value is None:
        return NOTHING
    local = _to_local(value)
    if english:
        return f"{local.day} {MONTHS[local.month - 1]} {local.year}"
    return f"{local.year}年{local.month}月{local.day}日"


def moment(value: datetime.datetime | None, *, seconds: bool = False) -> str:
    """A moment by the city's clock: `2026-11-24 20:53`."""
    return NOTHING if value is None else _to_local(value).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


AGO = (
    (60, 1, "刚刚", "just now"),
    (3600, 60, "{} 分钟{}", "{} min {}"),
    (24 * 3600, 3600, "{} 小时{}", "{} h {}"),
    (30 * 24 * 3600, 24 * 3600, "{} 天{}", "{} d {}"),
)


def ago(value: datetime.datetime | None, *, at: datetime.datetime, english: bool = False) -> str:
    """How long before or after `at`: `3 小时前`; over thirty days the date itself."""
    if value is None:
        return NOTHING
    seconds = (at - value).total_seconds()
    for limit, size, chinese, words in AGO:
        if abs(seconds) < limit:
            past = seconds >= 0
            way = ("ago" if past else "ahead") if english else ("前" if past else "后")
            return (words if english else chinese).format(int(abs(seconds) // size), way)
    return day(value)


def working_days(days: int | None, *, english: bool = False) -> str:
    """A clock's rest: `还剩 2 个工作日`, `已超期 3 个工作日`; None is a year that no calendar knows."""
    if days is None:
        return "working days not decided yet" if english else "工作日历未定"
    if english:
        return f"{days} working days left" if days > 0 else "due today" if days == 0 else f"{-days} working days late"
    if days == 0:
        return "今日到期"
    return f"还剩 {days} 个工作日" if days > 0 else f"已超期 {-days} 个工作日"


def duration(seconds: float | None) -> str:
    """How long something took: `0.8 秒`, `3 分 20 秒`, `2 小时 5 分`."""
    if seconds is None:
        return NOTHING
    if seconds < 60:
        return f"{_trim(_round(seconds, 1))} 秒"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} 分 {rest} 秒" if rest else f"{minutes} 分"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} 小时 {minutes} 分" if minutes else f"{hours} 小时"


def size(count: int | None, *, english: bool = False) -> str:
    """Bytes as `1.2 MB`, by thousands as files are told."""
    if count is None:
        return NOTHING
    value = Decimal(count)
    names: Sequence[str] = ("bytes", *SIZES[1:]) if english else SIZES
    for name in names[:-1]:
        if abs(value) < 1000:
            return f"{_trim(_round(value, 0 if name == names[0] else 1))} {name}"
        value /= 1000
    return f"{_trim(_round(value, 1))} {names[-1]}"


def unit(name: str, *, english: bool = False) -> str:
    """The unit as the head of a column writes it; one that is not known stands as declared."""
    return UNITS[name][english] if name in UNITS else name


def _to_local(value: datetime.date) -> datetime.date:
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        return value.astimezone(ZONE)
    return value


def _round(value: Number, places: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _three_digits(value: Decimal) -> str:
    """Three leading digits, without a useless tail: 336.7579 → 337, 3.367 → 3.37, 2.00 → 2."""
    whole = len(str(int(abs(value))))
    return _trim(_round(value, max(0, 3 - whole)))


def _trim(value: Decimal) -> str:
    text = f"{value:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
