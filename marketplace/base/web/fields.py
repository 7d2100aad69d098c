"""Fields that several forms have, as people fill them in. What is wrong is a ValueError with the user's words."""

import re
from datetime import date, time
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from marketplace.base.i18n import LANGUAGES
from marketplace.base.i18n import gettext as _
from marketplace.base.text import plain_digits


def web_address(text: Any) -> str:
    """An address with https:// or http://, added when only the name is written. Raises ValueError."""
    address = str(text).strip("<>")
    address = address if "://" in address else f"https://{address}"
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        good = False
    if not good or re.search(r"\s", address):
        raise ValueError(_("Skriv en nettadresse, for eksempel https://www.example.no/kurs"))
    return address


def phone_number(text: Any) -> str:
    """A number as everybody may read it, in digits and spaces; what else people copy along with it goes."""
    number = re.sub(
        r"^(?:tel|tlf|telefon|mob|mobil)\b[.:]*", "", plain_digits(str(text)).strip("<> "), flags=re.I
    )
    number = " ".join(re.sub(r"[().\-\u2010-\u2015/]", " ", number).split())
    if not re.fullmatch(r"\+?[0-9 ]{3,20}", number):
        raise ValueError(_("Skriv telefonnummeret med tall, for eksempel 51 00 00 15"))
    return number


def our_language(code: str) -> str:
    """One of the languages that there are."""
    if code not in LANGUAGES:
        raise ValueError(_("Velg et av alternativene."))
    return code


Lang = Annotated[str, AfterValidator(our_language)]
Address = Annotated[str, BeforeValidator(web_address), Field(max_length=500)]
Phone = Annotated[str, BeforeValidator(phone_number), Field(max_length=40)]
Line = Annotated[str, Field(max_length=120)]
Words = Annotated[str, Field(max_length=600)]
"""A few sentences."""


DAY = re.compile(r"(?P<day>[0-9]{1,2})\.\s*(?P<month>[0-9]{1,2})\.\s*(?P<year>[0-9]{4}|[0-9]{2})"
                 r"|(?P<named_day>[0-9]{1,2})\.?\s*(?P<name>[a-z]{3,9})\.?\s*(?P<named_year>[0-9]{4}|[0-9]{2})"
                 r"|(?P<iso_year>[0-9]{4})-(?P<iso_month>[0-9]{1,2})-(?P<iso_day>[0-9]{1,2})",
                 re.IGNORECASE)  # fmt: skip


MONTHS = [
    ("januar", "january"), ("februar", "february"), ("mars", "march"), ("april",), ("mai", "may"), ("juni", "june"),
    ("juli", "july"), ("august",), ("september",), ("oktober", "october"), ("november",), ("desember", "december"),
]  # fmt: skip
"""In the languages of our pages; the first three letters or more will do."""


CLOCK = re.compile(r"(?:kl\.?\s*)?(?P<hour>[0-9]{1,2})(?:[.:](?P<minute>[0-9]{2}))?", re.IGNORECASE)


def day_of(text: Any) -> date:
    """12.1.2027, 12.1.27, 12. januar 2027 or 2027-01-12 as a date. Raises ValueError with the user's words."""
    if isinstance(text, date):
        return text
    written = plain_digits(str(text)).strip(" .,")
    found = DAY.fullmatch(written)
    parts = {name: part for name, part in found.groupdict().items() if part} if found else {}
    if name := parts.pop("name", ""):
        parts["month"] = month_of(name)
    if not parts.get("month", parts.get("iso_month")):
        raise ValueError(_("Skriv datoen slik: 12.1.2027"))
    whole = {name.rpartition("_")[2]: int(part) for name, part in parts.items()}
    if whole["year"] < 100 and "iso_year" not in parts:
        whole["year"] += 2000
    try:
        return date(**whole)
    except ValueError:
        raise ValueError(_("Datoen %(date)s finnes ikke.", date=written)) from None


def month_of(name: str) -> str:
    """The number of the month that is written so; empty for what is none."""
    found = (number for number, names in enumerate(MONTHS, 1)
             if any(month.startswith(name.lower()) for month in names))  # fmt: skip
    return str(next(found, ""))


def clock_of(text: Any) -> time:
    """18, 18.00 or 18:00 as a clock time. Raises ValueError with the user's words."""
    if isinstance(text, time):
        return text
    found = CLOCK.fullmatch(plain_digits(str(text)).strip(" .,"))
    if not found or int(found["hour"]) > 23 or int(found["minute"] or 0) > 59:
        raise ValueError(_("Skriv klokkeslettet slik: 18.00"))
    return time(int(found["hour"]), int(found["minute"] or 0))


Day = Annotated[date, BeforeValidator(day_of)]


Clock = Annotated[time, BeforeValidator(clock_of)]
