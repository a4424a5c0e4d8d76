"""Numbers of people and bodies, correct in form: GB 11643, GB 32100 with GB 11714, bank accounts, telephones."""

from __future__ import annotations

import numpy as np

from city.world.chance import Days, Ints, Texts, padded, rank_within, repeat, texts

PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
PERSON_CHECKS = texts(list("10X98765432"))
CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_VALUES = {letter: value for value, letter in enumerate(CODE_LETTERS)}
BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
BODY_CHECKS = "0X987654321"
FIRST_DAY = np.datetime64("1900-01-01")
DAYS = 51_000  # 1900 to 2039
SEQUENCES = 500  # of each sex, prefix and day


def complete(first17: Ints) -> Texts:
    """Appends the check character of GB 11643 to seventeen digits."""
    total = np.zeros(len(first17), dtype=np.int64)
    for place, weight in enumerate(PERSON_WEIGHTS):
        total += first17 // 10 ** (16 - place) % 10 * weight
    numbers: Texts = first17.astype("U17").astype(object) + PERSON_CHECKS[total % 11]
    return numbers


class Registry:
    """Gives resident numbers; remembers how many each prefix, day and sex has had, so that none is given twice."""

    def __init__(self, prefixes: list[str]) -> None:
        self.prefixes = np.array([int(prefix) for prefix in prefixes], dtype=np.int64)
        self._given = np.zeros((len(prefixes), DAYS, 2), dtype=np.int16)

    def give(self, prefix: Ints, born: Days, sex: Ints) -> Texts:
        """Numbers for people by index of prefix, birthday and sex (1 male, 2 female)."""
        day = (born - FIRST_DAY).astype(np.int64)
        group = (prefix * DAYS + day) * 2 + (sex - 1)
        count = rank_within(group) + self._given[prefix, day, sex - 1]
        np.add.at(self._given, (prefix, day, sex - 1), 1)
        start = (day * 37 + prefix * 101 + sex * 11) % SEQUENCES
        sequence = (start + count * 7) % SEQUENCES * 2 + sex % 2
        month = born.astype("datetime64[M]")
        year = month.astype("datetime64[Y]").astype(np.int64) + 1970
        written = (
            year * 10_000
            + (month.astype(np.int64) % 12 + 1) * 100
            + (born - month.astype("datetime64[D]")).astype(np.int64)
            + 1
        )
        return complete(self.prefixes[prefix] * 10**11 + written * 10**3 + sequence)


def body_check(body: str) -> str:
    """The check character of GB 11714 for eight characters."""
    total = sum(int(letter, 36) * weight for letter, weight in zip(body, BODY_WEIGHTS, strict=True))
    return BODY_CHECKS[total % 11]


def credit_code(registrar: str, division: str, body: str) -> str:
    """A credit code of GB 32100 for a registrar and kind (`91`), a division and eight characters of the body."""
    head = f"{registrar}{division}{body}{body_check(body)}"
    total = sum(CODE_VALUES[letter] * pow(3, place, 31) for place, letter in enumerate(head))
    return head + CODE_LETTERS[-total % 31]


def body_numbers(first: int, years: Ints) -> list[str]:
    """Eight characters for bodies counted from `first`: digits before the reform of October 2015, MA… since."""
    return [
        f"{(14_670_000 + (first + k) * 7_919) % 80_000_000 + 10_000_000:08d}" if year < 2016 else _lettered(first + k)
        for k, year in enumerate(years.tolist())
    ]


def _lettered(count: int) -> str:
    """MA2 and five characters of the alphabet of GB 32100."""
    letters = ""
    for _ in range(5):
        count, rest = divmod(count, 31)
        letters = CODE_LETTERS[rest] + letters
    return "MA2" + letters


def accounts(rng: np.random.Generator, n: int) -> Texts:
    """Bank accounts of nineteen digits that pass the check of ISO/IEC 7812."""
    head = rng.choice(np.array([622848, 621799, 623091, 622202]), n).astype(np.int64)
    first18 = head * 10**12 + rng.integers(0, 10**12, n)
    total = np.zeros(n, dtype=np.int64)
    for place in range(18):
        digit = first18 // 10**place % 10
        doubled = digit * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    numbers: Texts = first18.astype("U18").astype(object) + (-total % 10).astype("U1").astype(object)
    return numbers


def mobiles(rng: np.random.Generator, heads: list[str], n: int) -> Texts:
    """Mobile numbers of eleven digits."""
    numbers: Texts = texts(heads)[rng.integers(0, len(heads), n)] + padded(rng.integers(0, 10**8, n), 8)
    return numbers


def landlines(rng: np.random.Generator, n: int) -> Texts:
    """Numbers of the city's fixed network."""
    lines: Texts = repeat("0572-", n) + rng.integers(2_000_000, 8_999_999, n).astype("U7").astype(object)
    return lines
