"""The twelve digits of a person (IIN, ЖСН, ИИН) and of an organisation (BIN, БСН, БИН).

Both end in the same check digit (orders of the Minister of Internal Affairs 29.06.2023 № 521 and of the Minister of
Justice 27.06.2023 № 423).  Nothing else about a number is checked: since the decree of 26.08.2013 № 853 its digits
are not tied to birth date or sex.
"""

import re
from decimal import Decimal, InvalidOperation
from random import Random
from typing import Final

LENGTH: Final = 12
_FIRST_ROW = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
_SECOND_ROW = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_DIGITS = re.compile(r"[0-9]+")
_DECIMAL = re.compile(r"[0-9]+(?:[.,]0*)?")
_SCIENTIFIC = re.compile(r"([0-9])[.,]([0-9]+)[eEеЕ]\+?([0-9]{1,2})")
_DECORATION = re.compile(r"[\s'’‘`\u00ad\u200b-\u200f\u2060\ufeff-]")
_FEWEST_DIGITS = 9  # a year 00 and a month below ten lose three zeros; no number loses more
_FEWEST_SPELLED = 10  # a spreadsheet shows at most seven digits of a long number: the rest is gone, not hidden
_NO_MONTH = "99"
_SERIALS = 10_000_000


def check(number: str) -> bool:
    """Twelve ASCII digits with the right check digit; twelve zeros satisfy the sum and are refused."""
    if len(number) != LENGTH or not _DIGITS.fullmatch(number) or number == "0" * LENGTH:
        return False
    return _check_digit(number[:-1]) == int(number[-1])


def repair(text: str) -> str | None:
    """The number as it was before a spreadsheet took it for a quantity, or None if it cannot be had for certain.

    Gaps, apostrophes and hyphens go, «61211600012» and «61211600012.0» get their zeros back, «6.1211600012E+10» is
    written out.  «6.12E+10» has lost its digits and is refused, whatever its check digit would say.
    """
    bare = _DECORATION.sub("", text)
    digits = re.split("[.,]", bare)[0] if _DECIMAL.fullmatch(bare) else _written_out(bare)
    if not _FEWEST_DIGITS <= len(digits) <= LENGTH:
        return None
    number = digits.rjust(LENGTH, "0")
    return number if check(number) else None


def mask(number: str) -> str:
    """The number for the screen: eight dots and the last four digits; anything shorter than twelve is all dots."""
    if not number:
        return ""
    return f"{'•' * 8} {number[-4:]}" if len(number) == LENGTH else "•" * len(number)


def make(serial: int | Random, *, organisation: bool = False) -> str:
    """A valid number nobody has, for demonstrations and tests: the third and fourth digits say month 99.

    The same serial (0 to 9 999 999, for an organisation 0 to 99 999) always gives the same number, different serials
    different ones; a `Random` draws the serial.  Numbers of people start with a zero, so lost zeros occur; an
    organisation's has 4 and 0 as fifth and sixth digits (a resident's head office).
    """
    limit = _SERIALS // 100 if organisation else _SERIALS
    drawn = serial.randrange(limit) if isinstance(serial, Random) else serial
    if not 0 <= drawn < limit:
        raise ValueError(f"the serial must lie between 0 and {limit - 1}")
    tail = f"40{drawn:05d}" if organisation else f"{drawn:07d}"
    for year in range(0, 100, 10):
        start = f"{year:02d}{_NO_MONTH}{tail}"
        digit = _check_digit(start)
        if digit is not None:
            return f"{start}{digit}"
    raise AssertionError("one of ten years always gives a check digit")


def _check_digit(start: str) -> int | None:
    """The twelfth digit after these eleven, or None for those that are never issued."""
    for weights in (_FIRST_ROW, _SECOND_ROW):
        rest = sum(int(digit) * weight for digit, weight in zip(start, weights, strict=True)) % 11
        if rest < 10:
            return rest
    return None


def _written_out(text: str) -> str:
    found = _SCIENTIFIC.fullmatch(text)
    if not found or 1 + len(found[2]) < _FEWEST_SPELLED:
        return ""
    try:
        value = Decimal(f"{found[1]}.{found[2]}E{found[3]}")
    except InvalidOperation:
        return ""
    return f"{value:f}".split(".")[0] if value == value.to_integral_value() else ""
