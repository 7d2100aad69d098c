"""How long a ticket and a sign-in last, and what a device is called. No database here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

TICKET_LASTS = timedelta(minutes=15)
"""A one-time link and its code (design/security.md)."""


GUESSES = 5
"""Wrong codes that a ticket survives; with 20 tickets a day for an address, that is 100 chances in a million a day."""


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
