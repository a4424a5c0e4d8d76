"""Identifiers of people, bodies and things: form, check digit and what the digits say, without any table of places."""

from __future__ import annotations

import datetime
import enum
import re
import unicodedata
from collections.abc import Callable, Mapping


class Fault(enum.StrEnum):
    """What is wrong with an identifier."""

    FORM = "form"
    CHECK = "check"
    BORN = "born"
    CUT = "cut"


RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
RESIDENT_CHECKS = "10X98765432"
RESIDENT_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]")
OLD_RESIDENT_FORM = re.compile(r"[1-9][0-9]{14}")
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
USCC_FORM = re.compile(r"[1-9A-HJ-NP-RTUWXY][0-9A-HJ-NP-RTUWXY][0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}")
ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORG_FORM = re.compile(r"[0-9A-Z]{8}[0-9X]")
ALNUM = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
REGISTRATION_FORM = re.compile(r"[1-9][0-9]{14}")
CERTIFICATE_FORM = re.compile(
    r"1\.2\.156\.3005\.2\.([0-9A-Z]{21})\.([0-9A-Z]{18})\.([0-9A-Z]{1,30})\.([0-9]{3})\.([0-9A-Z])"
)
MOBILE_FORM = re.compile(r"1[3-9][0-9]{9}")
LANDLINE_FORM = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})-?[2-9][0-9]{6,7}(?:-[0-9]{1,6})?")
LOCAL_FORM = re.compile(r"[2-9][0-9]{6,7}")
SERVICE_FORM = re.compile(r"[48]00-?[0-9]{3}-?[0-9]{4}|12[0-9]{3}|9[56][0-9]{3,5}")
ACCOUNT_FORM = re.compile(r"[0-9]{8,30}")
SCIENTIFIC = re.compile(r"[0-9]\.[0-9]+E\+?[0-9]{1,2}|[0-9]E\+[0-9]{1,2}")
CARD_LENGTHS = (16, 19)
# Dashes, quotes and blanks that people put around and between groups of digits.
BETWEEN = re.compile(r"[\s\-‐‑‒–—―·'\"`’‘“”_\u200b\ufeff\u00a0]")
HUNDRED_YEARS_BACK = 1850


def squeeze(text: str) -> str:
    """Half-width capitals without blanks, dashes and quotes: how a number is compared."""
    return BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def resident_check(first: str) -> str:
    """The check character of GB 11643 for the first seventeen digits."""
    return RESIDENT_CHECKS[sum(int(d) * w for d, w in zip(first, RESIDENT_WEIGHTS, strict=True)) % 11]


def lengthen(old: str) -> str:
    """The eighteen characters of a number of fifteen digits; raises ValueError for anything else."""
    if not OLD_RESIDENT_FORM.fullmatch(old):
        raise ValueError("an old resident number has fifteen digits")
    first = old[:6] + "19" + old[6:]
    return first + resident_check(first)


def read_resident_id(text: str) -> str:
    """A resident number as we keep it: squeezed, and fifteen digits made eighteen. Does not check it."""
    number = squeeze(text)
    return lengthen(number) if OLD_RESIDENT_FORM.fullmatch(number) else number


def born_of(number: str) -> datetime.date | None:
    """The birthday that eighteen characters say, if it is a day."""
    try:
        return datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """The sex that eighteen characters say, as the code of GB/T 2261.1."""
    return "1" if int(number[16]) % 2 else "2"


def division_of(number: str) -> str:
    """The division where eighteen characters were first given."""
    return number[:6]


def find_resident_fault(number: str) -> Fault | None:
    """What is wrong with eighteen characters; an unknown division is no fault."""
    if not RESIDENT_FORM.fullmatch(number):
        return Fault.CUT if SCIENTIFIC.fullmatch(number) else Fault.FORM
    born = born_of(number)
    if born is None or born.year < HUNDRED_YEARS_BACK:
        return Fault.BORN
    return None if resident_check(number[:17]) == number[17] else Fault.CHECK


def uscc_check(first: str) -> str:
    """The check character of GB 32100 for the first seventeen."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[-total % 31]


def find_uscc_fault(number: str) -> Fault | None:
    """What is wrong with a unified social credit code; the organisation code inside has a check of its own."""
    if not USCC_FORM.fullmatch(number):
        return Fault.CUT if SCIENTIFIC.fullmatch(number) else Fault.FORM
    return None if uscc_check(number[:17]) == number[17] else Fault.CHECK


def org_check(first: str) -> str:
    """The check character of GB 11714 for the first eight."""
    rest = 11 - sum(ALNUM.index(c) * w for c, w in zip(first, ORG_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def find_org_fault(number: str) -> Fault | None:
    """What is wrong with an organisation code."""
    if not ORG_FORM.fullmatch(number):
        return Fault.FORM
    return None if org_check(number[:8]) == number[8] else Fault.CHECK


def hybrid_check(first: str, alphabet: str) -> str:
    """The check character of ISO 7064 MOD M+1,M for a string over an alphabet of M characters."""
    size = len(alphabet)
    carry = size
    for character in first:
        carry = (carry + alphabet.index(character)) % size or size
        carry = carry * 2 % (size + 1)
    return alphabet[(size + 1 - carry) % size]


def find_registration_fault(number: str) -> Fault | None:
    """What is wrong with a registration number of a firm (ISO 7064 MOD 11,10)."""
    if not REGISTRATION_FORM.fullmatch(number):
        return Fault.CUT if SCIENTIFIC.fullmatch(number) else Fault.FORM
    return None if hybrid_check(number[:14], "0123456789") == number[14] else Fault.CHECK


def find_certificate_fault(number: str) -> Fault | None:
    """What is wrong with the identifier of an electronic certificate (ISO 7064 MOD 37,36 over its parts)."""
    match = CERTIFICATE_FORM.fullmatch(number)
    if not match:
        return Fault.FORM
    first = "".join(match.groups()[:4])
    return None if hybrid_check(first, ALNUM) == match[5] else Fault.CHECK


def has_luhn(digits: str) -> bool:
    """True where the last digit is the check digit of ISO/IEC 7812 for the others."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def is_card(digits: str) -> bool:
    """True for the length and beginning of a bank card; other accounts are numbered by each bank."""
    return digits.startswith("62") and len(digits) in CARD_LENGTHS


def find_account_fault(number: str) -> Fault | None:
    """What is wrong with a bank account; only cards carry a check digit."""
    if not ACCOUNT_FORM.fullmatch(number):
        return Fault.CUT if SCIENTIFIC.fullmatch(number) else Fault.FORM
    return Fault.CHECK if is_card(number) and not has_luhn(number) else None


def read_phone(text: str) -> str:
    """A telephone number as we keep it: digits, without the country, a dash after an area code left in place."""
    number = unicodedata.normalize("NFKC", text).upper()
    number = re.sub(r"[\s\u200b\ufeff'\"`()_.·]", "", re.sub(r"[‐‑‒–—―/]", "-", number))
    number = re.sub(r"^(?:\+|00)?86-?(?=1[3-9]|0)", "", number)
    digits = number.replace("-", "")
    return digits if MOBILE_FORM.fullmatch(digits) else number


def find_phone_fault(number: str) -> Fault | None:
    """What is wrong with a telephone number: mobile, landline with or without area, service numbers."""
    forms = (MOBILE_FORM, LANDLINE_FORM, LOCAL_FORM, SERVICE_FORM)
    if any(form.fullmatch(number) for form in forms):
        return None
    return Fault.CUT if SCIENTIFIC.fullmatch(number) else Fault.FORM


def read_certificate_id(text: str) -> str:
    """The identifier of an electronic certificate: its dots belong to it."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


READERS: Mapping[str, Callable[[str], str]] = {
    "resident-id": read_resident_id,
    "uscc": squeeze,
    "org-code": squeeze,
    "registration-number": squeeze,
    "certificate-id": read_certificate_id,
    "phone": read_phone,
    "bank-account": squeeze,
}
FINDERS: Mapping[str, Callable[[str], Fault | None]] = {
    "resident-id": find_resident_fault,
    "uscc": find_uscc_fault,
    "org-code": find_org_fault,
    "registration-number": find_registration_fault,
    "certificate-id": find_certificate_fault,
    "phone": find_phone_fault,
    "bank-account": find_account_fault,
}


def read(check: str, text: str) -> str:
    """The identifier in its kept spelling; raises KeyError for an algorithm that the house does not know."""
    return READERS[check](text)


def find_fault(check: str, number: str) -> Fault | None:
    """What is wrong with an identifier in its kept spelling; None where nothing is."""
    return FINDERS[check](number)
