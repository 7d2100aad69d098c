"""How numbers are said, in every page, file and report: thousands apart, a minus that is one, whole per cent."""

from babel.numbers import format_decimal, format_percent

from marketplace.base.i18n import cldr


def amount(number: float) -> str:
    """4 880 and −12 (4,880 in English): a whole number that does not break."""
    return format_decimal(round(number), locale=cldr()).replace("-", "−")


def share(part: float, whole: float) -> int | None:
    """A part in whole per cent, rounded: 100 only of all of it, 0 only of nothing. None where there is no whole."""
    if whole <= 0:
        return None
    rounded = round(100 * part / whole)
    return min(max(rounded, 1), 99) if 0 < part < whole else rounded


def growth(before: float, now: float) -> int | None:
    """How much more there is now, in whole per cent, rounded: −100 only where nothing is left. None from nothing."""
    if before <= 0:
        return None
    rounded = round(100 * (now - before) / before)
    return max(rounded, -99) if now > 0 else rounded


def one_decimal(number: float) -> str:
    """3,5 (3.5 in English)."""
    return format_decimal(number, "#,##0.0", locale=cldr()).replace("-", "−")


def percent(number: int, *, signed: bool = False) -> str:
    """59 % and, signed, +59 % (59% in English)."""
    sign = "+" if signed and number > 0 else ""
    return sign + format_percent(number / 100, locale=cldr()).replace("-", "−")
