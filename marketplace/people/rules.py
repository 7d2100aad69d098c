"""What an address is, and how long a sign-in lasts. No database here."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import phonenumbers
from phonenumbers import PhoneNumberType

from marketplace.base.models import Channel

TICKET_LASTS = timedelta(minutes=15)
"""A one-time link and its code (design/security.md)."""
GUESSES = 5
"""Wrong codes that a ticket survives; with 20 tickets a day for an address, that is 100 chances in a million a day."""

EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
PHONE = re.compile(r"\+[1-9][0-9]{7,14}")


@dataclass(frozen=True)
class Lasting:
    """How long a sign-in lasts: without being used, and in all."""

    idle: timedelta
    absolute: timedelta


RESIDENT = Lasting(idle=timedelta(days=30), absolute=timedelta(days=90))
"""Somebody who comes seldom, on their own phone, and sees only what is their own."""
MEMBER = Lasting(idle=timedelta(hours=2), absolute=timedelta(hours=12))
"""Somebody who works here and sees participants, often on a shared machine: one working day."""


AGAIN = timedelta(minutes=10)
"""Before exports, changes of roles and of addresses one must have shown who one is within this time."""
AGAIN_SENT = 2 * AGAIN
"""A form that was opened in time may be sent until then: nothing that was typed is lost."""


def over(signed_in_at: datetime, seen_at: datetime, lasting: Lasting, now: datetime) -> bool:
    """Has a sign-in come to its end?"""
    return now >= min(signed_in_at + lasting.absolute, seen_at + lasting.idle)


def contact(text: str) -> tuple[Channel, str] | None:
    """An e-mail address (lower case, domain in ASCII) or a phone number (E.164; +47 where none is given) as typed by
    a person; None when it is neither."""
    text = text.strip()
    if "@" in text:
        local, _, domain = text.lower().rpartition("@")
        try:
            address = f"{local}@{domain.encode('idna').decode()}"
        except UnicodeError:
            return None
        return (Channel.EMAIL, address) if len(address) <= 254 and EMAIL.fullmatch(address) else None
    number = re.sub(r"[\s().\-\u2010-\u2015]", "", text)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif national := re.fullmatch(r"(?:47)?([2-9][0-9]{7})", number):
        number = f"+47{national[1]}"
    return (Channel.SMS, number) if PHONE.fullmatch(number) else None


TAKES_SMS = frozenset(
    {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE, PhoneNumberType.PERSONAL_NUMBER}
)
"""In some countries, as in the United States, a number does not tell what it belongs to."""


def can_take_sms(number: str) -> bool:
    """May a text message reach this number (as `contact` gives it)? Not landlines, nor the numbers of switchboards,
    free calls and the like. A foreign number of the right length that the lists do not know yet is given a chance:
    they are as old as the library, and only of Norwegian ones we know that no others come."""
    try:
        parsed = phonenumbers.parse(number, "NO")
    except phonenumbers.NumberParseException:
        return False
    kind = phonenumbers.number_type(parsed)
    if kind == PhoneNumberType.UNKNOWN:
        return bool(parsed.country_code != 47 and phonenumbers.is_possible_number(parsed))
    return kind in TAKES_SMS


DEVICES = ("iPhone", "iPad", "Android", "Windows", "Macintosh", "CrOS", "Linux")
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox",
            "FxiOS": "Firefox", "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari"}  # fmt: skip
"""What stands in User-Agent, most telling first: nearly all browsers also say that they are Chrome and Safari."""


def device(user_agent: str) -> str:
    """Browser and machine in words, without versions: "Firefox, Android". Empty when it says nothing we know."""
    browser = next((name for sign, name in BROWSERS.items() if f"{sign}/" in user_agent), "")
    machine = next((name for name in DEVICES if name in user_agent), "")
    machine = {"Macintosh": "Mac", "CrOS": "Chromebook"}.get(machine, machine)
    return ", ".join(part for part in (browser, machine) if part)


LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look alike."""


def recovery_code() -> str:
    """Eight signs by chance (39 bits), as people read them: K7M4-QP2X."""
    signs = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
