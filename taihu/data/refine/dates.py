"""Reads days and moments as Chinese offices write them; what cannot be read for certain stays as it is."""

from __future__ import annotations

import datetime
import re

from taihu.data.refine import words

# Excel counts days from 1899-12-30, once past its 1900-02-29 that never was.
EXCEL_START = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a day without a zone, as Excel's are
EXCEL_FIRST, EXCEL_LAST = 10_000, 73_050  # 1927-05-18 to 2099-12-31: below are counts, not days
CHINESE_HOURS = datetime.timedelta(hours=8)
DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-"))
DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
MONTHS = {
    name: n
    for n, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
YEAR = r"(1[89]\d\d|2[01]\d\d|9999)"
SEPARATED = re.compile(YEAR + r" ?[-/.,、\\ ] ?(\d{1,2})(?: ?[-/.,、\\ ] ?(\d{1,2})[-/.]?)?")
COMPACT = re.compile(YEAR + r"(\d\d)(\d\d)?")
ENGLISH = re.compile(r"(\d{1,2})[-/ ]([a-z]{3})[a-z]*[-/ ,]+" + YEAR)
SERIAL = re.compile(r"(\d{5})(\.\d+)?")
WEEKDAY = re.compile(r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?")
MOMENT = re.compile(
    r"(.+?)[ t]*(上午|下午|am|pm)? ?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.:](\d{1,9}))?)? ?(am|pm)?(z|[+-]\d\d:?(?:\d\d)?)?"
)
LONG = re.compile(YEAR + r"(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(\d{3})?")
EPOCH = re.compile(r"([12]\d{9})(\d{3})?")


def read_date(text: str) -> str:
    """`2026年3月5日`, `2026.03`, `20260305`, `二〇二六年三月五日`, an Excel serial → `2026-03-05`; else the text itself.

    A month alone is its first day; a time of day is dropped. Two-digit years and days before months
    are not guessed.
    """
    folded = words.fold_spaced(text).translate(DASHES)
    day = find_day(folded)
    if day is None:
        moment = find_moment(folded)
        day = moment.date() if moment else None
    return day.isoformat() if day else text


def read_time(text: str) -> str:
    """A moment in Chinese time as `2026-03-05 08:30:00`; a day alone is its first moment; else the text itself."""
    folded = words.fold_spaced(text).translate(DASHES)
    moment = find_moment(folded)
    if moment is None:
        day = find_day(folded)
        moment = datetime.datetime.combine(day, datetime.time()) if day else None
    return moment.isoformat(" ") if moment else text


def find_day(folded: str) -> datetime.date | None:
    """The day that a folded text says for certain."""
    plain = _spell_digits(WEEKDAY.sub("", folded).strip())
    for form in (SEPARATED, COMPACT):
        match = form.fullmatch(plain)
        if match:
            return _day(match[1], match[2], match[3] or "1")
    match = ENGLISH.fullmatch(plain)
    if match and match[2] in MONTHS:
        return _day(match[3], str(MONTHS[match[2]]), match[1])
    match = SERIAL.fullmatch(plain)
    if match and EXCEL_FIRST <= int(match[1]) <= EXCEL_LAST:
        return (EXCEL_START + datetime.timedelta(days=int(match[1]))).date()
    return None


def find_moment(folded: str) -> datetime.datetime | None:
    """The moment that a folded text says for certain; one with a zone is told in Chinese time."""
    plain = _spell_clock(WEEKDAY.sub(" ", folded))
    match = LONG.fullmatch(plain)
    if match:
        return _moment(_day(match[1], match[2], match[3]), (match[4], match[5], match[6], match[7]))
    match = EPOCH.fullmatch(plain)
    if match:
        seconds = int(match[1]) + int(match[2] or 0) / 1000
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).replace(tzinfo=None) + CHINESE_HOURS
    match = SERIAL.fullmatch(plain)
    if match and match[2] and EXCEL_FIRST <= int(match[1]) <= EXCEL_LAST:
        moment = EXCEL_START + datetime.timedelta(days=float(plain))
        return (moment + datetime.timedelta(milliseconds=500)).replace(microsecond=0)
    match = MOMENT.fullmatch(plain)
    return _read_clock(match) if match else None


def _read_clock(match: re.Match[str]) -> datetime.datetime | None:
    """A day and a clock, with half-days and zones."""
    hour = int(match[3])
    half = match[2] or match[7]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in ("下午", "pm") else 0)
    moment = _moment(find_day(match[1].strip()), (str(hour), match[4], match[5], match[6]))
    return _to_chinese(moment, match[8]) if moment and match[8] else moment


def _to_chinese(moment: datetime.datetime, zone: str) -> datetime.datetime | None:
    """A moment of another zone in Chinese time; None beyond the last year."""
    digits = zone[1:].replace(":", "").ljust(4, "0")
    ahead = datetime.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    try:
        return moment + CHINESE_HOURS + (-ahead if zone[0] == "+" else ahead)
    except OverflowError:
        return None


def _day(year: str, month: str, day: str) -> datetime.date | None:
    try:
        return datetime.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _moment(day: datetime.date | None, clock: tuple[str, str, str | None, str | None]) -> datetime.datetime | None:
    """A day with hour, minute, second and fraction; 24:00 is the next day's first moment."""
    hour, minute, second, fraction = clock
    if day is None or int(hour) > 24 or int(minute) > 59 or int(second or 0) > 59:
        return None
    micro = int((fraction or "0").ljust(6, "0")[:6])
    if int(hour) == 24 and (int(minute), int(second or 0), micro) != (0, 0, 0):
        return None
    since = datetime.timedelta(hours=int(hour), minutes=int(minute), seconds=int(second or 0), microseconds=micro)
    try:
        return datetime.datetime.combine(day, datetime.time()) + since
    except OverflowError:
        return None


def _spell_clock(text: str) -> str:
    """`8时30分`, `8点30` → `8:30`."""
    return re.sub(r"(\d{1,2}) ?[时点] ?(?:(\d{1,2}) ?分?)? ?(?:(\d{1,2}) ?秒)?$", _colons, text)


def _colons(match: re.Match[str]) -> str:
    return f"{match[1]}:{match[2] or '0'}:{match[3] or '0'}"


def _spell_digits(text: str) -> str:
    """`二〇二六年三月十五日` → `2026-3-15`."""
    if not re.search("[年月日号十〇零一二三四五六七八九]", text):
        return text
    spelled = re.sub("([一二三])十([一二三四五六七八九])", r"\1\2", text)
    spelled = re.sub("([二三])十", r"\g<1>0", spelled)
    spelled = re.sub("十([一二三四五六七八九])", r"1\1", spelled).replace("十", "10").translate(DIGITS)
    return re.sub(r" ?年 ?| ?月份? ?", "-", re.sub(r" ?[日号]$", "", spelled)).strip("- ")
