"""Text at the door: what looks the same is the same, and what shows nothing is nothing."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.base.text import clean, isolated, name_key, plain_digits, plain_number, same_name
from marketplace.base.web.forms import Filled, Form, eleven_digits, identity_number
from marketplace.people.names import PersonName, group_name, person_name
from offers.seats.links import typed_reference


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("A\u030asmund", "Åsmund"),
        ("ett\r\nto\rtre\u2028fire", "ett\nto\ntre\nfire"),
        ("Kari\u00a0Nordmann", "Kari Nordmann"),
        ("\ufeffKari\u200b \u202eNordmann\u202c", "Kari Nordmann"),
        ("Em\u200dma", "Emma"),  # a joiner joins nothing in our letters
        ("Em\u00adma", "Emma"),
        ("\u200b\u2060\u200d\ufe0f\u3164", ""),
        ("\U000e0048\U000e0069", ""),  # letters that nobody sees
    ],
)
def test_one_form_is_kept(typed: str, kept: str) -> None:
    assert clean(typed) == kept


@pytest.mark.parametrize(
    "word",
    ["می\u200cخواهم", "क्\u200dष", "👩\u200d👩\u200d👧", "👨🏽\u200d⚕\ufe0f",
     "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "❤\ufe0f", "1\ufe0f\u20e3",
     "葛\U000e0100", "علي", "שָׁלוֹם"],
)  # fmt: skip
def test_what_shapes_a_word_or_a_picture_stays(word: str) -> None:
    assert clean(word) == unicodedata.normalize("NFC", word)


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not re.search("[\r\u00a0\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]", once)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cf", "Zs", "Cc", "Zl", "Zp", "Cn"])))
def test_names_are_the_same_however_they_are_coded(name: str) -> None:
    assert same_name(clean(name), clean(unicodedata.normalize("NFD", clean(name))))


def test_names_are_compared_as_people_take_them() -> None:
    assert same_name("A\u030aSE  nordmann", "åse\u00a0Nordmann\u200f")
    assert same_name("می\u200cنا", "مینا")
    assert not same_name("Åse", "Ase")  # two names
    assert name_key(" Ola  NORDMANN ") == "ola nordmann"


def test_digits_of_any_script_are_digits() -> None:
    assert plain_digits("٤٣۰６ a") == "4306 a"


@pytest.mark.parametrize(
    "typed", ["82000", "82 000", "82.000", "82,000", "82\u00a0000", "82\u202f000", "82’000", "٨٢ ٠٠٠"]
)
def test_thousands_are_read_as_people_and_tables_write_them(typed: str) -> None:
    """82.000 once was 82."""
    assert plain_number(typed) == "82000"


@pytest.mark.parametrize("typed", ["12,5", "1 2", "1.5", "82.00", "1 000 00", "tusen", "-1 000", ""])
def test_what_is_no_whole_number_is_let_be(typed: str) -> None:
    assert plain_number(typed) == typed


def test_what_runs_from_right_to_left_keeps_to_itself_in_plain_text() -> None:
    assert isolated("Kari") == "Kari"
    assert isolated("علي") == "\u2068علي\u2069"


class SampleForm(Form):
    name: PersonName
    seats: int = 1
    note: str | None = None


def filled(**typed: str) -> Filled[SampleForm]:
    return Filled(SampleForm, {name: [text] for name, text in typed.items()}, {})


def test_what_is_left_empty_is_missing() -> None:
    assert filled(name="  ").errors == {"name": "Dette må fylles ut."}
    assert filled(name="Kari", note=" \n ").data.note is None


def test_a_number_may_be_typed_on_any_keyboard() -> None:
    assert filled(name="Kari", seats="۳").data.seats == 3


@pytest.mark.parametrize(
    "name",
    ["Du har vunnet! http://x.example", "vinn.no", "x.com", "A.COM", "www.x", "Per@x.no", "Per/Kari", "Per\\Kari",
     "x\uff0eno", "http\uff1a\uff0f\uff0fx", "a\u3002com", "10.0.0.1", "Kari\nNordmann", "Ring 829 12 345",
     "Ring ٨٢٩١٢٣٤٥", "01019000083", "010190 00083", "Kari 01.01.90-00083"],
)  # fmt: skip
def test_what_is_no_name_is_refused(name: str) -> None:
    assert list(filled(name=name).errors) == ["name"]


@pytest.mark.parametrize(
    "name",
    ["Kari A. Nordmann", "J.P.Hansen", "D'Angelo", "Anne-Marie", "Emma 3", "Ola (pappa)",
     "علي محمد", "李小龍", "Ola O.B. Hansen"],
)  # fmt: skip
def test_names_are_let_be(name: str) -> None:
    assert person_name(name) == name


@pytest.mark.parametrize("name", ["Vinn https://x.example", "www.x.example", "a@x.example", "http\uff1a//x"])
def test_what_a_group_is_called_holds_no_address(name: str) -> None:
    with pytest.raises(ValueError, match="Skriv bare navnet"):
        group_name(name)
    assert group_name("Kirkens SOS / Bymisjonen") == "Kirkens SOS / Bymisjonen"


@pytest.mark.parametrize(
    ("text", "any_eleven", "right"),
    [
        ("01019000083", True, True), ("010190 000 83", True, True), ("01.01.90-00083", True, True),
        ("fnr01019000083", True, True), ("0 1 0 1 9 0 0 0 0 8 3", True, True), ("٠١٠١٩٠٠٠٠٨٣", True, True),
        ("0101 9000 083", True, True), ("010190 12345", True, False), ("1234.56.78903", True, False),
        ("+46701234567", False, False), ("1.10.2026 18.00", False, False), ("12.10.2026 18.00–20.00", False, False),
        ("Zoom 912 3456 7890", False, False), ("990 00 022 og 51 00 00 01", False, False), ("010190", False, False),
    ],
)  # fmt: skip
def test_eleven_digits_are_known_for_what_they_are(text: str, any_eleven: bool, right: bool) -> None:
    assert (eleven_digits(text), identity_number(text)) == (any_eleven, right)


def test_a_national_identity_number_is_refused_in_every_field() -> None:
    assert "fødselsnummer" in filled(name="Kari", note="Jeg er 010190 00083").errors["note"]
    assert filled(name="Kari", note="Konto 1234.56.78903").valid  # an account's


@pytest.mark.parametrize(
    "typed",
    [
        "K7M-4QP",
        "k7m4qp",
        " K7M 4QP ",
        "Nummer: K7M-4QP",
        "\u200eK7M\u20114QP\u200b",
        "K7M\u20134QP.",
        "Nummer K7M-4QP\n",
    ],
)
def test_a_reference_is_read_as_it_was_copied(typed: str) -> None:
    assert typed_reference(typed) == "K7M4QP"


def test_a_key_that_our_page_wrote_is_none_whatever_its_digits_are() -> None:
    class KeyForm(Form):
        form_key: str

    for written in ("a01019000083" + "b" * 20, "a0101900-0083-7000-8000-0123456789ab"):
        assert identity_number(written), "as a text it would be"
        assert Filled(KeyForm, {"form_key": [written]}, {}).valid
