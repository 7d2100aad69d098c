"""Each municipality says on its pages, and in messages about what happens there, who helps and what it is called."""

import pytest

from marketplace.base import clock
from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import Refused
from marketplace.base.post import outbox
from marketplace.base.post.delivery import Mailbox
from marketplace.base.post.letter import Letter
from marketplace.base.site import at_site, site, standard
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import Person
from offers.catalogue.models import Session
from organizations.directory.models import Municipality, OrganizationKind
from organizations.members.models import Role
from organizations.municipality import queries
from organizations.municipality.actions import set_host, set_own
from organizations.municipality.forms import hours_of
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_views import book
from tests.visitor import Visitor

OURS = standard().helpline_phone
NOTHING = {
    "site_name": None, "helpline_name": None, "helpline_phone": None, "helpline_hours": None, "helpline_email": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries._served, "_kept", None)
    monkeypatch.setattr(queries.catalogue, "listens", True)


@pytest.fixture
async def here(db: None) -> Municipality:
    return await make.municipality()


@pytest.fixture
async def nora(visitor: Visitor, here: Municipality) -> Person:
    """Coordinates Sandnes, and is signed in."""
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL, municipality=here)
    person = await make.member(unit, Role.COORDINATOR, "Nora")
    await visitor.sign_in(person)
    return person


async def test_what_a_coordinator_writes_stands_on_every_page_of_the_municipality(
    visitor: Visitor, nora: Person
) -> None:
    page = await visitor.follow(await visitor.open("/municipalities"))
    sent = await visitor.submit(
        page, "/municipalities/sandnes",
        helpline_phone="52 00 00 09", helpline_name="Innbyggertorget", helpline_hours="kl. 8 til 15.30",
        helpline_email="torget@example.no", site_name="Møtestedet", welcome_nb="Velkommen til Sandnes.",
    )  # fmt: skip
    assert "Sidene er endret" in (await visitor.follow(sent)).text
    front = await visitor.open("/")
    footer = front.soup.select_one("footer")
    assert footer is not None
    assert "Innbyggertorget" in footer.text
    assert "52 00 00 09" in footer.text
    assert "8–\u206015.30" in footer.text
    assert OURS not in footer.text
    assert "Velkommen til Sandnes." in front.text
    assert "Møtestedet" in front.soup.select_one(".tp-brand").text  # type: ignore[union-attr]
    lost = await visitor.open("/finnes-ikke")
    assert (lost.status, "52 00 00 09" in lost.text) == (404, True)  # also the page of an error
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'municipality.changed'") == 1


async def test_a_host_name_leads_to_its_own_municipality(
    visitor: Visitor, here: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await set_host("3447", "localhost", now=NOW)
    land = queries.municipality_here(await queries.municipalities(), "localhost")
    assert land is not None
    await set_own(
        land.id, **NOTHING | {"helpline_phone": "61 00 00 01"}, welcomes={"nn": "Velkomen"}, by=None, now=NOW
    )
    theirs = await queries.site_here("localhost")
    assert theirs is not None
    assert (theirs.place, theirs.helpline_phone) == ("Søndre Land", "61 00 00 01")
    assert theirs.helpline_name == standard().helpline_name
    ours = await queries.site_here("127.0.0.1")
    assert ours is not None
    assert (ours.place, ours.helpline_phone, ours.welcome) == ("Sandnes", OURS, "")
    with at_site(theirs):
        assert site().welcome == "Velkomen"


async def test_a_host_name_leads_to_one_municipality_only(here: Municipality) -> None:
    await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await set_host("3447", "land.example.no", now=NOW)
    with pytest.raises(Refused, match="leads to Søndre Land"):
        await set_host("1108", "land.example.no", now=NOW)
    with pytest.raises(Refused, match="No municipality has the number 9999"):
        await set_host("9999", "x.example.no", now=NOW)
    assert await set_host("3447", None, now=NOW) == "Søndre Land"
    assert await set_host("1108", "land.example.no", now=NOW) == "Sandnes"


async def test_a_message_says_who_helps_in_the_municipality_of_the_offer(here: Municipality) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await set_own(land.id, **NOTHING | {"helpline_phone": "61 00 00 01"}, welcomes={}, by=None, now=NOW)
    offer, other = await make.offer(), await make.offer("Kor")
    await rows("UPDATE offer SET municipality_id = $2 WHERE id = $1", offer.id, land.id)
    found = await queries.site_of_offer(offer.id)
    assert found is not None
    assert found.helpline_phone == "61 00 00 01"
    found = await queries.site_of_offer(other.id)
    assert found is not None
    assert found.helpline_phone == OURS


async def test_the_receipt_that_is_sent_names_that_help_line(
    visitor: Visitor, here: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    await set_own(
        land.id,
        **NOTHING | {"helpline_phone": "61 00 00 01", "site_name": "Møtestedet"},
        welcomes={},
        by=None,
        now=NOW,
    )
    offer = await make.offer()
    session = await Session.get(offer=offer)
    await rows("UPDATE offer SET municipality_id = $2 WHERE id = $1", offer.id, land.id)
    await book(visitor, offer.slug, session.id)
    letters: list[Letter] = []

    async def taken(_self: Mailbox, letter: Letter) -> None:
        letters.append(letter)

    monkeypatch.setattr(Mailbox, "send", taken)
    assert await outbox.send_due(refuse, clock.now) == 1
    for text in (letters[0].content.text, letters[0].content.html or ""):
        assert "61 00 00 01" in text
        assert "Møtestedet" in text
        assert OURS not in text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"helpline_name": "Torget"}, "helpline_phone", "Skriv nummeret også"),
        ({"helpline_phone": "52 00 00 09"}, "helpline_name", "hva de som svarer, heter"),
        ({"helpline_phone": "52 00 00 09", "helpline_name": "Torget"}, "helpline_hours", "ringer forgjeves"),
        ({"helpline_phone": "ring oss"}, "helpline_phone", "Skriv telefonnummeret med tall"),
        ({"helpline_phone": "52 00 00 09", "helpline_hours": "når vi kan"}, "helpline_hours", "9–15"),
        ({"helpline_phone": "52 00 00 09", "helpline_hours": "15-9"}, "helpline_hours", "stenge senere"),
        ({"helpline_phone": "52 00 00 09", "helpline_email": "torget"}, "helpline_email", "e-postadresse"),
        ({"welcome_nb": "v" * 201}, "welcome_nb", "200"),
    ],
)
async def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    visitor: Visitor, nora: Person, typed: dict[str, str], field: str, words: str
) -> None:
    page = await visitor.submit(
        await visitor.open("/municipalities/sandnes"),
        "/municipalities/sandnes",
        **typed,
        site_name="Møtestedet",
    )
    assert page.status == 422
    complaint = page.soup.select_one(f"#{field}-error")
    assert complaint is not None
    assert words in complaint.text
    assert page.soup.select_one("#site_name")["value"] == "Møtestedet"  # type: ignore[index]
    assert await row("SELECT site_name FROM municipality WHERE site_name IS NOT NULL") is None


async def test_a_coordinator_of_another_municipality_does_not_find_the_page(
    visitor: Visitor, nora: Person
) -> None:
    await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    assert (await visitor.open("/municipalities/sondre-land")).status == 404
    assert (await visitor.open("/municipalities/finnes-ikke")).status == 404


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("9-15", "09:00-15:00"),
        ("09.00–15.30", "09:00-15:30"),
        ("kl. 8 til 16", "08:00-16:00"),
    ],
)
def test_opening_hours_are_read_as_people_write_them(typed: str, kept: str) -> None:
    assert hours_of(typed) == kept


async def test_without_a_number_there_is_no_help_line_of_their_own(here: Municipality) -> None:
    with pytest.raises(Exception, match="municipality_helpline"):
        await rows("UPDATE municipality SET helpline_name = 'Torget' WHERE id = $1", here.id)


async def test_pages_say_what_was_last_heard_while_the_database_is_away(
    here: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries._served, "_kept", None)  # what is heard here goes with this test
    monkeypatch.setattr(queries.catalogue, "listens", True)
    await set_own(here.id, **NOTHING | {"helpline_phone": "52 00 00 09"}, welcomes={}, by=None, now=NOW)
    with monkeypatch.context() as listening:
        listening.setattr(queries.catalogue, "heard", (1, 1))
        assert await queries.site_here("127.0.0.1")

    async def away() -> list[queries.Served]:
        raise ConnectionRefusedError

    monkeypatch.setattr(queries, "_municipalities", away)
    found = await queries.site_here("127.0.0.1")
    assert found is not None
    assert found.helpline_phone == "52 00 00 09"
    monkeypatch.setattr(queries._served, "_kept", None)
    assert await queries.site_here("127.0.0.1") is None  # nothing was heard yet: as the instance says
