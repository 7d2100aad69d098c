"""Whoever wants an alias is on no page of those who lead, by name or by address; nor is whoever is with them."""

import re
from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.my_page import actions
from marketplace.people.models import ActsFor, Person, Relation
from offers.bookings import mails
from offers.bookings.actions import book
from offers.bookings.links.queries import link_by_reference
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.participants.queries import participants
from offers.seats.claims import Party
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.town import routes
from tests.visitor import Visitor

assert mails  # importing them makes them known
CANARY = re.compile(r"kanari|91000077|91 00 00 77", re.IGNORECASE)


async def the_town(visitor: Visitor) -> tuple[Offer, Session, dict[str, Booking]]:
    """An offer with everything that a canary can be in it, and its editor signed in."""
    owner = await make.organization()
    offer = await make.offer(
        owner=owner, joining=Joining.WHOLE, starts=[NOW + timedelta(hours=1)], capacity=9
    )
    pool = await SeatPool.get(offer=offer)
    ola = await make.person("Kanari Ola", "kanari@example.no")
    contact = await ola.contact_points.all().first()
    guest = await make.person("Kanari Gjest")
    guests = await make.contact(guest, "kanari@example.no", verified=False)
    phone = await make.person("Kanari Uten")
    kept = {}
    for name, participant, booker, reach, state in (
        ("own", ola, ola, contact, BookingState.CONFIRMED),
        ("child", await make.person("Kanariunge"), ola, contact, BookingState.CONFIRMED),
        ("guest", guest, guest, guests, BookingState.CONFIRMED),
        ("unreached", phone, phone, None, BookingState.WAITING),
        ("other", await make.person("Berit"), None, None, BookingState.CONFIRMED),
    ):
        kept[name] = await make.booking(
            pool,
            participant,
            state,
            booked_by=booker or participant,
            contact=reach,
            seats=2 if name == "own" else 1,
        )
    await visitor.sign_in(await make.member(owner, Role.MANAGER, "Nils"))
    return offer, await Session.get(offer=offer), kept


def pages(offer: Offer, session: Session, kept: dict[str, Booking]) -> list[str]:
    """Every page of those who lead, of this offer and this session; each booking's taking off too."""
    paths = [route.path for route in routes("GET") if route.path.startswith("/manage")]
    found = [path.replace("{slug}", offer.slug).replace("{id}", str(session.id)) for path in paths]
    return (
        [path for path in found if "{" not in path]
        + [
            f"/manage/offers/{offer.slug}/{page}?booking={each.id}"
            for each in kept.values()
            for page in ("take-off", "queue")
        ]
        + [f"/manage/sessions/{session.id}/list?with=contacts"]
    )


async def seen(visitor: Visitor, offer: Offer, session: Session, kept: dict[str, Booking]) -> set[str]:
    """The pages on which the canary sings."""
    found = set()
    for path in pages(offer, session, kept):
        page = await visitor.open(path)
        assert page.status < 500
        if CANARY.search(page.response.text):
            found.add(path.rpartition("/")[2].partition("?")[0])
    return found


async def test_no_page_of_those_who_lead_says_who_or_where_and_at_once(visitor: Visitor) -> None:
    offer, session, kept = await the_town(visitor)
    before = await seen(visitor, offer, session, kept)
    assert before == {"bookings", "register", "offline", "list", "call-list", "take-off", "queue"}
    await actions.shield(kept["own"].participant_id, True, now=NOW)
    await actions.shield(kept["unreached"].participant_id, True, now=NOW)
    assert await seen(visitor, offer, session, kept) == set()
    listed = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert "Kontakt gjennom Infohjelpen" in listed.text
    for name in ("own", "child", "guest", "unreached"):
        assert kept[name].reference[:3] in listed.text, name
    assert "Berit" in listed.text
    await actions.shield(kept["own"].participant_id, False, now=NOW)
    assert "bookings" in await seen(visitor, offer, session, kept)


async def test_after_it_is_cancelled_the_lists_of_whom_to_ring_say_no_name_either(visitor: Visitor) -> None:
    offer, session, kept = await the_town(visitor)
    await actions.shield(kept["own"].participant_id, True, now=NOW)
    await actions.shield(kept["unreached"].participant_id, True, now=NOW)
    await rows("UPDATE contact_point SET refused_at = $1", NOW)
    await visitor.submit(await visitor.open(f"/manage/offers/{offer.slug}/cancel"), "/cancel")
    page = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert kept["own"].reference[:3] in page.text
    assert await seen(visitor, offer, session, kept) == set()


async def test_the_place_in_a_list_does_not_tell_how_the_name_begins(visitor: Visitor) -> None:
    _offer, session, kept = await the_town(visitor)
    await rows("UPDATE person SET name = 'Åse', shielded = true WHERE id = $1", kept["own"].participant_id)
    await rows("UPDATE booking SET reference = 'BBBBBB' WHERE id = $1", kept["own"].id)
    await rows("UPDATE booking SET reference = 'CCCCCC' WHERE id = $1", kept["child"].id)
    await rows("UPDATE booking SET reference = 'DDDDDD' WHERE id = $1", kept["guest"].id)
    sheet = await visitor.open(f"/manage/sessions/{session.id}/list")
    names = [cell.get_text() for cell in sheet.soup.select("tbody th")]
    assert names == ["BBB", "Berit", "CCC", "DDD"]


@pytest.mark.parametrize("word", ["Kanari Ola", "kanari@example.no"])
async def test_neither_name_nor_address_tells_whose_the_number_of_an_alias_is(
    visitor: Visitor, word: str
) -> None:
    _offer, _session, kept = await the_town(visitor)
    number = kept["own"].reference
    assert await link_by_reference(number, word)
    await actions.shield(kept["own"].participant_id, True, now=NOW)
    answers = set()
    for typed, said in ((number, word), (number, "Per"), ("BBBBBB", word)):
        find = await visitor.open("/bookings")
        page = await visitor.submit(find, "/bookings", reference=typed, word=said)
        for form in page.soup.select("form"):
            form.decompose()  # what was typed
        answers.add((page.status, page.text))
    assert len(answers) == 1, "a wrong number, a wrong name and an alias look the same"
    path = link_path(kept["own"].id, 1)
    assert (await visitor.open(path)).status == 200, "the link does"


async def test_the_rest_of_a_number_is_not_found_by_trying(visitor: Visitor) -> None:
    await the_town(visitor)
    find = await visitor.open("/bookings")
    tried = [
        (await visitor.submit(find, "/bookings", reference=f"BCD{end:03}", word="Ola")).status
        for end in range(200, 261)
    ]
    assert tried == [422] * 60 + [429]
    assert (await visitor.submit(find, "/bookings", reference="KKK222", word="Ola")).status == 422


async def test_a_guide_wishes_it_for_somebody_and_gives_no_reason(visitor: Visitor) -> None:
    owner = await make.organization()
    offer = await make.offer(owner=owner, joining=Joining.WHOLE)
    await visitor.sign_in(await make.member(owner, Role.GUIDE, "Guri"))
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {
        "who": "other",
        "participant_name": "Kanarifugl",
        "contact": "email",
        "email": "kanari@example.no",
    }
    assert (await visitor.submit(form, "/bookings", alias="true", **given)).status == 303
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Nils"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert not CANARY.search(page.response.text)
    assert (await Booking.get()).reference[:3] in page.text


async def test_only_a_guide_sets_it_when_booking(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    await visitor.sign_in(await make.person("Per", "per@example.no"))
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {"who": "other", "participant_name": "Tove", "contact": "none", "alias": "true", "lang": "en"}
    await visitor.submit(form, "/bookings", **given)
    booking = await Booking.get().select_related("participant")
    assert (booking.participant.shielded, booking.lang) == (False, "nb")


async def test_the_wish_is_mine_to_set_on_min_side(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page/alias")
    done = await visitor.follow(await visitor.submit(page, "/alias", alias="true"))
    assert "Valget er lagret." in done.text
    await ola.refresh_from_db()
    assert ola.shielded
    await visitor.submit(done, "/alias", alias=None)
    await ola.refresh_from_db()
    assert not ola.shielded


async def test_whoever_comes_is_told_what_to_say_at_the_door(visitor: Visitor) -> None:
    tove = await make.person("Tove", "tove@example.no", shielded=True)
    booking = await make.booking(await SeatPool.get(offer=await make.offer()), tove)
    told = f"Navnet står ikke på lista. Si {booking.reference[:3]} til den som tar imot."
    path = link_path(booking.id, booking.link_version)
    assert told in (await visitor.open(path)).text
    content = await MAILS["receipt"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert content
    assert told in content.text
    await Person.filter(id=tove.id).update(shielded=False)
    assert "Navnet står ikke på lista" not in (await visitor.open(path)).text


async def test_whoever_has_booked_themself_has_an_alias_also_where_a_helper_books_for_them_again(
    db: None,
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    pool = await SeatPool.get(offer=offer)
    ada, kari = await make.person("Kanari Ada", shielded=True), await make.person("Kari", "kari@example.no")
    await make.booking(pool, ada)
    await ActsFor.create(
        actor=kari, person=ada, relation=Relation.NEXT_OF_KIN, created_at=NOW, accepted_at=NOW
    )
    party = Party(name="Kari", person=kari.id, participant=ada.id)
    await book(offer.slug, None, party, viewer=VISITOR, form_key=b"k" * 16, lang="nb", now=NOW)
    shown = await participants(offer.id, NOW)
    assert len(shown) == 2
    assert not CANARY.search(str(shown))
