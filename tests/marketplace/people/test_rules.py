"""What an address is, and what a device is called."""

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from marketplace.base.models import Channel
from marketplace.people.rules import COMMON, can_take_sms, contact
from marketplace.people.sign_in.rules import device


@pytest.mark.parametrize(
    ("typed", "channel", "value"),
    [
        (" Kari.Nordmann+kurs@Example.NO ", Channel.EMAIL, "kari.nordmann+kurs@example.no"),
        ("post@blåbær.example.no", Channel.EMAIL, "post@xn--blbr-roah.example.no"),
        ("51 00 00 01", Channel.SMS, "+4751000001"),
        ("510 00 001", Channel.SMS, "+4751000001"),
        ("47 51 00 00 01", Channel.SMS, "+4751000001"),
        ("0047 51000001", Channel.SMS, "+4751000001"),
        ("+47 51-00-00-01", Channel.SMS, "+4751000001"),
        ("47 00 00 01", Channel.SMS, "+4747000001"),
        ("+46 (70) 123 45 67", Channel.SMS, "+46701234567"),
        ("+49 (0)170 1234567", Channel.SMS, "+491701234567"),
        (
            "\u202a+47 51 00 00 01\u202c",
            Channel.SMS,
            "+4751000001",
        ),  # as the address book of a machine copies it
        ("\u200e51\u00a000\u202f00\u200b01\ufeff", Channel.SMS, "+4751000001"),
        ("tel:+47-51-00-00-01", Channel.SMS, "+4751000001"),
        ("TEL:51000001", Channel.SMS, "+4751000001"),
        ("Kari Nordmann <51 00 00 01>", Channel.SMS, "+4751000001"),
        ("Mobil: 990 00 022", Channel.SMS, "+4799000022"),
        ("Kari, 990 00 022", Channel.SMS, "+4799000022"),
        ("51 00 00 0\u0661", Channel.SMS, "+4751000001"),
        ("۹۹۰۰۰۰۲۲", Channel.SMS, "+4799000022"),  # a Persian keyboard
        ("\uff0b\uff14\uff17 51000001", Channel.SMS, "+4751000001"),
        ("<kari@example.no>", Channel.EMAIL, "kari@example.no"),
        ("mailto:Kari@Example.no?subject=Hei", Channel.EMAIL, "kari@example.no"),
        ('"Nordmann, Kari" <kari@example.no>;', Channel.EMAIL, "kari@example.no"),
        ("Kari Nordmann <mailto:kari@example.no>", Channel.EMAIL, "kari@example.no"),
        ("kari@example.no.", Channel.EMAIL, "kari@example.no"),
        ("\u2068ka\u00adri@exam\u200bple.no\u2069", Channel.EMAIL, "kari@example.no"),
        (
            "post@bla\u030aba\u0308r.example.no".replace("a\u0308", "æ"),
            Channel.EMAIL,
            "post@xn--blbr-roah.example.no",
        ),
    ],
)
def test_an_address_is_read_as_people_write_it(typed: str, channel: Channel, value: str) -> None:
    assert contact(typed) == (channel, value)


@pytest.mark.parametrize(
    "typed",
    ["", "kari", "@", "kari@", "kari@example", "kari@.no", "kari@exa mple.no", "ka ri@example.no", "a@b@c.no\n",
     "kåre@example.no", "kari@example..no", "kari..a@example.no", "Kari kari@example.no", "kari@localhost",
     "<kari@example.no> <ola@example.no>", "99000022 eller 41234567", "99000022/41234567", "99000022x12",
     "romnummer 12345678", "a" * 65 + "@a.no", f"a@{'a' * 64}.no",
     f"a@{'a.' * 130}no", "kari@example.no\r\nBcc: a@b.no", "1", "0", "+0", "+47", "12345678", "0047",
     "+" + "1" * 40, "510000011", "+47 22 33", "110", "02800"],
)  # fmt: skip
def test_what_is_no_address_is_none(typed: str) -> None:
    assert contact(typed) is None


@pytest.mark.parametrize(
    ("number", "can"),
    [
        ("+4799000022", True), ("+4741234567", True), ("+46701234567", True), ("+447911123456", True),
        ("+12025550123", True),  # in the United States nobody can tell
        ("+88012345678", True),  # unknown to the lists, and not ours to rule out
        ("+4751000001", False), ("+4722334455", False), ("+4687123456", False),  # landlines
        ("+4780012345", False), ("+4782012345", False), ("+4702800", False),  # free, dear, a switchboard
        ("+4712345678", False), ("+47110", False), ("+999123456789", False), ("", False), ("kari@example.no", False),
    ],
)  # fmt: skip
def test_a_text_message_goes_to_what_can_take_one(number: str, can: bool) -> None:
    assert can_take_sms(number) is can


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (Android 16; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0", "Firefox, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
         "Mobile/15E148 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 "
         "Mobile/15E148 Safari/604.1", "Chrome, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 "
         "Safari/537.36 Edg/141.0.0.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
         "Chrome/130.0.0.0 Mobile Safari/537.36", "Samsung Internet, Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
         "Safari/605.1.15", "Safari, Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox, Linux"),
        ("curl/8.14.1", ""),
        ("<script>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_device_is_told_in_words_without_a_version(user_agent: str, words: str) -> None:
    assert device(user_agent) == words


PART = st.text("abAZ09_+-.", min_size=1, max_size=70)
LABELS = st.lists(st.text("abxn019-", min_size=1, max_size=65), min_size=1, max_size=4).map(".".join)


@given(PART, st.one_of(LABELS, st.sampled_from(["example", "test", "local", "xn--abc", "123"])))
def test_the_quick_look_at_an_address_says_what_the_library_says(part: str, labels: str) -> None:
    address = f"{part}@{labels}.no"
    if COMMON.fullmatch(address):
        found = validate_email(address, check_deliverability=False, allow_smtputf8=False, strict=True)
        assert found.ascii_email
        assert found.ascii_email.lower() == address.lower()


def test_the_quick_look_is_enough_for_what_people_have() -> None:
    assert COMMON.fullmatch("Kari.Nordmann+tur@epost.example.no")
    assert not COMMON.fullmatch("kari..nordmann@example.no")
    assert not COMMON.fullmatch("kari@-example.no")
