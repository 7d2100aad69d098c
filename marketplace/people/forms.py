"""What is typed when signing in."""

from babel.support import LazyProxy

from marketplace.base.models import Channel
from marketplace.base.web.forms import gettext
from marketplace.people.rules import can_take_sms, contact
from marketplace.settings import settings


def reachable(text: str) -> str:
    """Only what a message can be sent to: an e-mail address, or a phone number that takes an SMS; kept as typed."""
    found = contact(text)
    if found is None:
        raise ValueError(
            gettext("Skriv en e-postadresse, som navn@example.no, eller et mobilnummer med åtte sifre.")
            if settings().sms_offered
            else gettext("Skriv en e-postadresse, som navn@example.no.")
        )
    if found[0] is Channel.SMS and not settings().sms_offered:
        raise ValueError(gettext("Vi kan ikke sende SMS herfra. Skriv en e-postadresse."))
    if found[0] is Channel.SMS and not can_take_sms(found[1]):
        raise ValueError(
            gettext("Dette nummeret kan ikke ta imot SMS. Skriv et mobilnummer eller en e-postadresse.")
        )
    return text


def _yours() -> str:
    if settings().sms_offered:
        return gettext("Skriv e-postadressen eller mobilnummeret ditt.")
    return gettext("Skriv e-postadressen din.")


def _theirs() -> str:
    if settings().sms_offered:
        return gettext("Skriv e-postadressen eller mobilnummeret.")
    return gettext("Skriv e-postadressen.")


YOURS = {"missing": LazyProxy(_yours, enable_cache=False)}
"""What an empty field for one's own address says; a number is asked for only where an SMS can be sent."""
THEIRS = {"missing": LazyProxy(_theirs, enable_cache=False)}
"""The same of somebody else's."""
