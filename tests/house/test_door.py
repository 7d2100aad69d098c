"""Text comes in at one door: over HTTP, by every way in, it is in one form before anything is decided of it."""

import re
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from unicodedata import normalize

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.web.forms import Filled, Form
from marketplace.base.web.templates import TEMPLATES
from marketplace.districts.forms import DistrictForm
from offers.catalogue.models import Joining
from offers.publishing.questions.models import OfferQuestion, QuestionKind
from offers.seats.models import Booking
from organizations.approval.forms import ApplyForm, NameForm
from tests import make
from tests.offers.bookings.test_views import book
from tests.visitor import Visitor

ROOT = Path(__file__).parents[2]


async def test_one_person_is_one_however_the_machine_codes_the_name(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=5)
    page = await book(
        visitor, offer.slug, name="A\u030ase\u00a0\u200bNordmann", email="\u2068ase@example.no\u2069"
    )
    assert page.heading == "Du er påmeldt"
    assert await value("SELECT name FROM person") == "Åse Nordmann"
    assert await value("SELECT value FROM contact_point") == "ase@example.no"
    reference = (await Booking.get()).reference
    for word in (normalize("NFD", "ÅSE nordmann"), "<mailto:ase@example.no>"):
        found = await visitor.open("/bookings")
        typed = f"\u200eNummer: {reference[:3]}\u2011{reference[3:]}"
        done = await visitor.submit(found, "/bookings", reference=typed, word=word)
        assert done.status == 303, done.text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("\u200b\u2060\u200d", "Skriv et fornavn eller et kallenavn"),
        ("Du har vunnet! http://vinn.example", "Skriv bare navnet"),
        ("Kari 010190 12345", "ikke fødselsnummeret"),
    ],
)
async def test_what_is_no_name_is_told_at_the_field_and_stored_nowhere(
    visitor: Visitor, capfd: pytest.CaptureFixture[str], name: str, words: str
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=5, max_party=5)
    for typed in ({"name": name}, {"who": "other", "participant_name": name, "name": "Ola"},
                  {"seats": 2, "companions": name}):  # fmt: skip
        if typed.get("companions") and not name.strip("\u200b\u2060\u200d"):
            continue  # a line of nothing is no name, and nobody has to be named
        page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
        given = {"name": "Ola", "contact": "email", "email": "ola@example.no"} | typed
        answer = await visitor.submit(page, **given)
        assert answer.status == 422
        assert words in answer.text or "Skriv hva den du melder på heter" in answer.text
    assert await value("SELECT count(*) FROM person") == 0
    shown = capfd.readouterr()
    assert "12345" not in shown.out + shown.err


async def test_an_answer_with_a_national_identity_number_is_refused_and_stored_nowhere(
    visitor: Visitor,
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=5)
    asked = await OfferQuestion.create(
        offer=offer, position=1, kind=QuestionKind.TEXT, text="Noe vi bør vite?", purpose="Mat", choices=[]
    )
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {"name": "Ola", "contact": "none", f"answer-{asked.id}": "Jeg er 010190-12345"}
    answer = await visitor.submit(page, **given)
    assert answer.status == 422
    assert "Her står det et fødselsnummer" in answer.text
    assert await rows("SELECT id FROM booking_answer") == []
    given[f"answer-{asked.id}"] = "Ring 990 00 022"
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert (await visitor.submit(page, **given)).status == 303


async def test_a_line_break_counts_as_one_sign(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=5)
    asked = await OfferQuestion.create(
        offer=offer, position=1, kind=QuestionKind.TEXT, text="Noe vi bør vite?", purpose="Mat", choices=[]
    )
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    text = "\r\n".join(["x" * 99] * 5)  # 499 signs with line breaks that browsers send as two
    answer = await visitor.submit(page, name="Ola", contact="none", **{f"answer-{asked.id}": text + "x"})
    assert answer.status == 303, answer.text
    assert len(await value("SELECT text FROM booking_answer")) == 500


async def test_a_search_finds_the_same_in_either_coding_and_an_address_may_bring_marks(
    visitor: Visitor,
) -> None:
    offer = await make.offer("Språkkafé")
    for words in (normalize("NFC", "språkkafé"), normalize("NFD", "språkkafé"), "spr\u00adåk\u200bkafé"):
        page = Visitor.open(visitor, "/offers?q=" + words)
        assert "Språkkafé" in (await page).text
    assert (await visitor.open(f"/offers/{offer.slug}\u200b")).heading == "Språkkafé"


def every_form() -> list[type[Form]]:
    found = {}
    for path in sorted(ROOT.glob("*/**/*forms.py")):
        if path.parts[len(ROOT.parts)] in ("marketplace", "offers", "organizations"):
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            for form in vars(module).values():
                if isinstance(form, type) and issubclass(form, Form) and form is not Form:
                    found[form.__module__, form.__name__] = form
    return [*found.values()]


def forms() -> dict[str, set[int]]:
    """By name of a field: how long it may be, in all forms."""
    found: dict[str, set[int]] = defaultdict(set)
    for form in every_form():
        for name, field in form.model_fields.items():
            text = f"{field.metadata} {field.annotation}"
            found[name] |= {int(most) for most in re.findall(r"max_length=([0-9]+)", text)}
    return found


def test_a_field_takes_on_the_page_what_it_takes_here() -> None:
    known = forms()
    told = [
        (path.name, name, int(most))
        for path in TEMPLATES.glob("**/*.html")
        for name, most in re.findall(
            r'(?:text_field|textarea)\(\w+, "(\w+)".*?maxlength=([0-9]+)', path.read_text()
        )
    ]
    assert len(told) > 20
    assert [each for each in told if each[2] not in known[each[1]]] == []


def test_every_field_of_a_persons_name_takes_a_name_only() -> None:
    asked = []
    for form in every_form():
        for field in {"name", "own_name", "participant_name", "contact_name", "companions"} & {
            *form.model_fields
        }:
            for bad in ("Du har vunnet! https://vinn.example", "Kari 010190 12345"):
                sent = {field: [bad], "who": ["other"], "seats": ["2"]}
                errors = Filled(form, sent, {}).errors
                if issubclass(form, ApplyForm | NameForm) and field == "name" and "010190" in bad:
                    continue  # what a group is called
                if issubclass(form, DistrictForm):
                    continue  # what a part of a town is called
                asked.append((form.__name__, field, field in errors))
    assert len(asked) > 15
    assert [each for each in asked if not each[2]] == []
