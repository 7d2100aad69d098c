"""Calendars of those who lead and arrange: how many, never who, and only while they have the role."""

from datetime import datetime, timedelta
from typing import Any

import icalendar
import pytest

from marketplace.base.clock import OSLO
from marketplace.base.data.database import rows, value
from marketplace.people.models import Person
from offers.bookings.actions import cancel
from offers.catalogue.models import Joining, Offer, OfferOrganizer, Session, Visibility
from offers.catalogue.states import OfferState, SessionStatus
from offers.feeds.actions import make_address
from offers.rights.models import HostAssignment
from offers.seats.actions import set_capacity
from offers.seats.models import BookingState
from organizations.directory.models import Organization, OrganizationState
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.offers.feeds.test_private import events, pool_of, titles
from tests.visitor import Page, Visitor

DAY = timedelta(days=1)


async def hosting(person: Person) -> str:
    return f"/calendar/private/{await make_address(person.id, hosting=True, now=NOW)}.ics"


async def arranging(person: Person, organization: Organization) -> str:
    return f"/calendar/private/{await make_address(person.id, organization=organization.id, now=NOW)}.ics"


async def host_of(*offers: Offer, name: str = "Harald") -> Person:
    host = await make.member(await offers[0].owner, Role.HOST, name)
    for offer in offers:
        await HostAssignment.create(person=host, offer=offer)
    return host


async def test_a_host_sees_how_many_come_to_what_they_lead(visitor: Visitor) -> None:
    owner = await make.organization()
    offer = await make.offer("Kafé", owner=owner, venue=await make.venue(), capacity=3)
    await make.offer("Noen andres", owner=owner)
    pool = await pool_of(offer)
    for state in (BookingState.CONFIRMED, BookingState.CONFIRMED, BookingState.CANCELLED):
        await make.booking(pool, state=state, seats=1)
    host = await host_of(offer)
    path = await hosting(host)
    assert await titles(visitor, path) == ["Kafé (2 av 3)"]
    await make.booking(pool, seats=1)
    await make.booking(pool, state=BookingState.WAITING)
    await make.booking(pool, state=BookingState.WAITING)
    found = (await events(visitor, path))[0]
    assert (str(found["SUMMARY"]), found["LOCATION"]) == (
        "Kafé (3 av 3, 2 venter)", "Sandnes rådhus, Rådhusgata 1, 4306 Sandnes",
    )  # fmt: skip
    assert str(found["DESCRIPTION"]).startswith("3 av 3, 2 venter\n\nKafé: bli med.")
    session = await Session.get(offer_id=offer.id)
    assert found["UID"] == f"work-{session.id}@127.0.0.1"


async def test_without_a_limit_and_without_booking(visitor: Visitor) -> None:
    owner = await make.organization()
    free = await make.offer("Tur", owner=owner, capacity=None, starts=[NOW + DAY])
    await make.booking(await pool_of(free), seats=1)
    drop_in = await make.offer("Kafé", owner=owner, joining=Joining.DROP_IN, starts=[NOW + 2 * DAY])
    course = await make.offer(
        "Kurs", owner=owner, joining=Joining.WHOLE, starts=[NOW + 3 * DAY, NOW + 4 * DAY]
    )
    await make.booking(await pool_of(course), seats=2)
    assert await titles(visitor, await hosting(await host_of(free, drop_in, course))) == [
        "Tur (1 påmeldt)", "Kafé", "Kurs (2 av 10)", "Kurs (2 av 10)",
    ]  # fmt: skip


async def test_it_names_nobody(visitor: Visitor) -> None:
    offer = await make.offer("Kafé")
    booking = await make.booking(await pool_of(offer), await make.person("Ola Testesen", "ola@example.no"))
    text = (await visitor.open(await hosting(await host_of(offer)))).response.text.replace("\r\n ", "")
    for word in ("Testesen", "ola@", "ATTENDEE", "ORGANIZER", "SOURCE", "METHOD", "/bookings", "/manage", "Harald",
                 booking.reference, str(booking.id)):  # fmt: skip
        assert word not in text


async def test_a_sensitive_one_says_avtale_and_no_number(visitor: Visitor) -> None:
    offer = await make.offer(
        "Sorggruppe", slug="sorg", sensitive=True, venue=await make.venue("Krisesenteret")
    )
    await make.booking(await pool_of(offer))
    host = await host_of(offer)
    editor = await make.member(await offer.owner)
    for path in (await hosting(host), await arranging(editor, await offer.owner)):
        text = (await visitor.open(path)).response.text
        assert "\r\nSUMMARY:Avtale\r\n" in text
        for word in ("sorg", "Krise", "av 10", "DESCRIPTION", "LOCATION", "URL"):
            assert word not in text


@pytest.mark.parametrize("whose", ["sensitive", "anothers"])
async def test_where_no_number_stands_no_stamp_tells_of_a_booking(visitor: Visitor, whose: str) -> None:
    mine, others = await make.organization(), await make.organization()
    offer = await make.offer(
        owner=mine if whose == "sensitive" else others, sensitive=whose == "sensitive", capacity=1
    )
    await OfferOrganizer.create(offer=offer, organization=mine if whose == "anothers" else others)
    path = await arranging(await make.member(mine, Role.EDITOR), mine)
    before = await visitor.open(path)
    pool, later = await pool_of(offer), NOW + timedelta(hours=1)
    booked = await make.booking(pool, created_at=later, changed_at=later)
    await set_capacity(pool.id, 5, now=later, by=None)
    await cancel(booked.id, now=later)
    after = await visitor.open(path)
    assert b"VEVENT" in before.response.content
    assert before.response.content == after.response.content
    told = [{name: text for name, text in page.response.headers.items() if name != "x-request-id"}
            for page in (before, after)]  # fmt: skip
    assert told[0] == told[1]


async def test_a_booking_moves_the_time_of_change_and_not_the_sequence(visitor: Visitor) -> None:
    offer = await make.offer("Kafé", capacity=3)
    pool = await pool_of(offer)
    path = await hosting(await host_of(offer))
    first = await visitor.open(path)
    assert [event["LAST-MODIFIED"].dt for event in await events(visitor, path)] == [NOW]
    booking = await make.booking(pool, changed_at=NOW + timedelta(hours=1))
    told = (await events(visitor, path))[0]
    assert (told["LAST-MODIFIED"].dt, told["DTSTAMP"].dt, told["SEQUENCE"]) == (
        NOW + timedelta(hours=1), NOW + timedelta(hours=1), 0,
    )  # fmt: skip
    assert (await visitor.open(path, if_none_match=first.response.headers["etag"])).status == 200
    await set_capacity(pool.id, 8, now=NOW + timedelta(hours=2), by=None)
    told = (await events(visitor, path))[0]
    assert (str(told["SUMMARY"]), told["LAST-MODIFIED"].dt, told["SEQUENCE"]) == (
        f"Kafé ({booking.seats} av 8)", NOW + timedelta(hours=2), 0,
    )  # fmt: skip
    again = await visitor.open(path)
    assert (await visitor.open(path)).response.content == again.response.content


async def test_an_organisation_sees_what_it_arranges(visitor: Visitor) -> None:
    owner, other = await make.organization("Frivilligsentralen"), await make.organization("Turlaget")
    own = await make.offer("Kafé", owner=owner, starts=[NOW + DAY])
    shared = await make.offer("Tur", owner=other, starts=[NOW + 2 * DAY])
    await make.offer("Uvedkommende", owner=other)
    await make.offer("Utkast", owner=owner, state=OfferState.DRAFT)
    await make.offer("For oss", owner=owner, visibility=Visibility.MEMBERS, starts=[NOW + 3 * DAY])
    await OfferOrganizer.create(offer=shared, organization=owner, may_edit=True)
    for offer in (own, shared):
        await make.booking(await pool_of(offer), seats=1)
    path = await arranging(await make.member(owner), owner)
    # Numbers of what others own are theirs.
    assert await titles(visitor, path) == ["Kafé (1 av 10)", "Tur", "For oss (0 av 10)"]
    assert "\r\nNAME:Frivilligsentralen: det vi arrangerer\r\n" in (await visitor.open(path)).response.text


async def test_a_cancelled_session_stays_until_its_date_has_passed(visitor: Visitor) -> None:
    starts = datetime(2026, 10, 14, 18, tzinfo=OSLO)
    offer = await make.offer("Kafé", starts=[starts, starts + DAY])
    await Session.filter(offer_id=offer.id, starts_at=starts).update(status=SessionStatus.CANCELLED)
    path = await hosting(await host_of(offer))
    assert await titles(visitor, path) == ["AVLYST: Kafé (0 av 10)", "Kafé (0 av 10)"]
    visitor.wait(datetime(2026, 10, 15, tzinfo=OSLO) - NOW)
    assert await titles(visitor, path) == ["Kafé (0 av 10)"]


async def end_role(person: Person, owner: Organization) -> None:
    await Membership.filter(person=person).update(ended_at=NOW)


async def suspend(person: Person, owner: Organization) -> None:
    await Organization.filter(id=owner.id).update(state=OrganizationState.SUSPENDED)


async def not_yet(person: Person, owner: Organization) -> None:
    await Organization.filter(id=owner.id).update(state=OrganizationState.APPLIED)


async def revoke(person: Person, owner: Organization) -> None:
    await rows("UPDATE calendar_address SET revoked_at = created_at")


@pytest.mark.parametrize("happens", [end_role, suspend, not_yet, revoke])
@pytest.mark.parametrize("whose", ["host", "editor"])
async def test_it_is_gone_with_the_role_and_the_approval(visitor: Visitor, whose: str, happens: Any) -> None:
    offer = await make.offer("Kafé")
    owner = await offer.owner
    person = await host_of(offer) if whose == "host" else await make.member(owner)
    path = await hosting(person) if whose == "host" else await arranging(person, owner)
    assert await titles(visitor, path) == ["Kafé (0 av 10)"]
    await happens(person, owner)
    if happens is revoke:
        assert (await visitor.open(path)).status == 404
    else:  # empty, and not 404: that would leave the dates with whoever subscribes
        assert await titles(visitor, path) == []
        assert "Kafé" not in (await visitor.open(path)).response.text


async def test_who_becomes_a_host_only_loses_the_organisations_calendar(visitor: Visitor) -> None:
    owner = await make.organization()
    kari = await make.member(owner)
    path = await arranging(kari, owner)
    assert (await visitor.open(path)).status == 200
    await Membership.filter(person=kari).update(role=Role.HOST)
    assert await titles(visitor, path) == []


async def test_what_one_no_longer_leads_leaves(visitor: Visitor) -> None:
    owner = await make.organization()
    offers = [await make.offer(title, owner=owner) for title in ("Kafé", "Tur")]
    host = await host_of(*offers)
    path = await hosting(host)
    assert len(await titles(visitor, path)) == 2
    await HostAssignment.filter(offer=offers[0]).delete()
    assert await titles(visitor, path) == ["Tur (0 av 10)"]


async def test_its_headers_keep_it_private(visitor: Visitor) -> None:
    offer = await make.offer("Kafé")
    answer = (await visitor.open(await hosting(await host_of(offer)))).response
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "set-cookie" not in answer.headers
    assert icalendar.Calendar.from_ical(answer.content)["COLOR"] == "darkorange"


async def test_thirty_dates_take_as_many_questions_as_one(visitor: Visitor, monkeypatch: Any) -> None:
    from tortoise.backends.asyncpg.client import AsyncpgDBClient

    offer = await make.offer("Kafé")
    host = await host_of(offer)
    path, asked = await hosting(host), []
    ask = AsyncpgDBClient.execute_query_dict

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await ask(self, query, values)

    counts = []
    for more in (0, 29):
        for _ in range(more):
            other = await make.offer(owner=await offer.owner)
            await make.booking(await pool_of(other))
            await HostAssignment.create(person=host, offer=other)
        asked.clear()
        monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
        await titles(visitor, path)
        monkeypatch.undo()
        counts.append(len(asked))
    assert counts == [3, 3]


# --- the page


def shown(page: Page) -> str:
    field = page.soup.select_one("#calendar-address")
    assert field is not None, page.text
    return str(field["value"]).removeprefix("http://127.0.0.1:8000")


async def sent(visitor: Visitor, calendar: str, path: str = "/manage/calendars") -> Page:
    fields = (await visitor.open("/manage/calendars")).fields("/manage/calendars")
    return await visitor.post(path, fields | {"calendar": [calendar]})


async def test_an_address_is_shown_once_renewed_and_revoked(visitor: Visitor) -> None:
    owner = await make.organization("Frivilligsentralen", slug="sentralen")
    offer = await make.offer("Kafé", owner=owner)
    kari = await make.member(owner)
    await HostAssignment.create(person=kari, offer=offer)
    own = f"/calendar/private/{await make_address(kari.id, now=NOW)}.ics"
    await visitor.sign_in(kari)
    page = await visitor.open("/manage/calendars")
    assert [heading.get_text() for heading in page.soup.select("main h2")] == [
        "Det du leder",
        "Frivilligsentralen",
    ]
    leads, arranges = shown(await sent(visitor, "hosting")), shown(await sent(visitor, "sentralen"))
    page = await visitor.open("/manage/calendars")
    assert page.soup.select_one("#calendar-address") is None
    assert page.text.count("Du har en kalenderadresse fra 13. oktober.") == 2
    assert await titles(visitor, leads) == await titles(visitor, arranges) == ["Kafé (0 av 10)"]
    renewed = shown(await sent(visitor, "sentralen"))
    done = await visitor.follow(await sent(visitor, "hosting", "/manage/calendars/revoke"))
    assert "Kalenderadressen virker ikke lenger." in done.text
    answers = [(await visitor.open(path)).status for path in (leads, arranges, renewed, own)]
    assert answers == [404, 404, 200, 200]
    noted = await rows(
        "SELECT action, organization_id FROM audit_entry WHERE action LIKE 'calendar%' ORDER BY id"
    )
    assert [(each["action"], each["organization_id"]) for each in noted] == [
        ("calendar_address.made", None), ("calendar_address.made", None), ("calendar_address.made", owner.id),
        ("calendar_address.made", owner.id), ("calendar_address.revoked", None),
    ]  # fmt: skip


async def test_ones_own_calendar_is_another_one(visitor: Visitor) -> None:
    """Renewing or revoking it on my page leaves the others, and the other way round."""
    offer = await make.offer("Kafé")
    host = await host_of(offer)
    leads = await hosting(host)
    await visitor.sign_in(host)
    assert "Du har en kalenderadresse" not in (await visitor.open("/my-page")).text
    page = await visitor.submit(await visitor.open("/my-page"), "/my-page/calendar")
    own = shown(page)
    assert await titles(visitor, own) == []
    await visitor.submit(await visitor.open("/my-page"), "/my-page/calendar/revoke")
    assert (await visitor.open(own)).status == 404
    assert await titles(visitor, leads) == ["Kafé (0 av 10)"]


async def test_nobody_makes_one_of_an_organisation_that_is_not_theirs(visitor: Visitor) -> None:
    owner, other = await make.organization(slug="var"), await make.organization(slug="andres")
    await visitor.sign_in(await make.member(owner, Role.HOST))
    for slug in ("var", "andres", "finnes-ikke", "", "'; --"):
        assert (await sent(visitor, slug)).status == 404
        assert (await sent(visitor, slug, "/manage/calendars/revoke")).status == 404
    await visitor.sign_in(await make.member(other))
    assert (await sent(visitor, "var")).status == 404
    assert await value("SELECT count(*) FROM calendar_address") == 0
    await Organization.filter(id=other.id).update(state=OrganizationState.SUSPENDED)
    assert (await sent(visitor, "andres")).status == 404
    page = await visitor.open("/manage/calendars")
    assert [heading.get_text() for heading in page.soup.select("main h2")] == ["Det du leder"]


async def test_the_pages_lead_to_it(visitor: Visitor) -> None:
    owner = await make.organization(slug="sentralen")
    await visitor.sign_in(await make.member(owner))
    for path in ("/my-page", "/manage/organizations/sentralen"):
        assert (await visitor.open(path)).soup.select_one('a[href="/manage/calendars"]')
    await visitor.sign_in(await make.person("Ola"))
    assert (await visitor.open("/my-page")).soup.select_one('a[href="/manage/calendars"]') is None
