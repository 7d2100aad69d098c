"""What an address is, and how long a sign-in lasts. No database here."""

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import PhoneNumberType

from marketplace.base.models import Channel
from marketplace.base.text import clean, plain_digits

PHONE = re.compile(r"\+[1-9][0-9]{7,14}")
WRITTEN = re.compile(r"[+0-9 ().\-\u2010-\u2015]+")
"""What a number is written with when nothing stands beside it."""
NORWEGIAN = re.compile(r"\+47[2-9][0-9]{7}")
"""Also where the lists say that nobody has it yet: they are as old as the library."""


def contact(text: str) -> tuple[Channel, str] | None:
    """An e-mail address (lower case, domain in ASCII) or a phone number (E.164; +47 where none is given) as a person
    typed or pasted it: with invisible marks, as a link, in angle brackets, with a name before; None when it is neither.

    A name before an e-mail address counts only with the brackets: in "ka ri@example.no" the space is a slip, and
    ri@example.no somebody else.
    """
    if COMMON.fullmatch(text):
        return Channel.EMAIL, text.lower()
    text = clean(text).strip()
    if bracketed := re.fullmatch(r"[^<>]*<([^<>]+)>[\s,;.]*", text):
        text = bracketed[1]
    text = re.sub(r"^\s*(?:mailto|tel|sms|callto):(?://)?", "", text, flags=re.IGNORECASE)
    if "@" in text:
        return _email(text.partition("?")[0].strip(" ,;.\"'()"))
    return _phone(plain_digits(text).strip(" ,;:\"'"))


COMMON = re.compile(
    r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9]{1,63}\.){1,3}(?:no|com|net|org)",
    re.IGNORECASE | re.ASCII,
)
"""What nearly all addresses look like: `validate_email` has nothing against one of these and changes nothing in it."""


def _email(text: str) -> tuple[Channel, str] | None:
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    return (Channel.EMAIL, found.ascii_email.lower()) if found.ascii_email else None


def _phone(text: str) -> tuple[Channel, str] | None:
    try:
        if WRITTEN.fullmatch(text):
            parsed = phonenumbers.parse(text, "NO")
        else:  # words beside it: then it must be a number that somebody can have, and the only one
            found = phonenumbers.PhoneNumberMatcher(text, "NO", leniency=phonenumbers.Leniency.VALID)
            (parsed,) = [match.number for match in found]
    except (phonenumbers.NumberParseException, ValueError):
        return None
    number = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    possible = NORWEGIAN.fullmatch(number) or (
        phonenumbers.is_valid_number(parsed)
        if parsed.country_code == 47
        else phonenumbers.is_possible_number(parsed)
    )
    return (Channel.SMS, number) if possible and not parsed.extension and PHONE.fullmatch(number) else None


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


def can_be_rung(number: str) -> bool:
    """Can this number (as `contact` gives it) be anybody's? Landlines too; not one that is too short or too long for
    its country."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "NO"))
    except phonenumbers.NumberParseException:
        return False
