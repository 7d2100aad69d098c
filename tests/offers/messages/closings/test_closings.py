"""When the municipality closes an organisation, those who are booked are not left alone, nor their calendars."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine

from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import About, Recipient
from marketplace.base.post.queue import Claimed
from marketplace.people.models import ContactPoint
from offers.catalogue.models import Joining, Offer, SeatPool, Visibility
from offers.messages.actions import ring_instead
from offers.messages.closings import mails
from offers.messages.closings.actions import tell_closed
from offers.publishing.actions import set_audience
from offers.publishing.drafts.actions import copy
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.telling.models import PhoneCall
from organizations.approval.actions import decide
from organizations.approval.models import Answer
from organizations.directory.models import Organization, OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def answer(organization: Organization, said: Answer, seen: int = 0, at: object = NOW) -> None:
    await decide(organization.id, said, reason="Fordi", vouched=True, seen=seen, by=None, now=at)  # type: ignore[arg-type]


async def booked(
    state: BookingState = BookingState.CONFIRMED, **other: object
) -> tuple[Organization, Booking]:
    here = await make.organization("Frivilligsentralen", slug="sentralen", number="314510003")
    offer = await make.offer("Turlag", owner=here, slug="turlag", joining=Joining.WHOLE)
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@example.no", verified=False)
    pool = await SeatPool.get(offer=offer)
    return here, await make.booking(pool, ola, state, contact=contact, created_at=NOW - DAY, **other)


async def told() -> list[str]:
    return [one.mail for one in await OutboxMessage.filter(address="ola@example.no").order_by("created_at")]


@pytest.mark.parametrize(
    "state", [BookingState.CONFIRMED, BookingState.WAITING, BookingState.REQUESTED, BookingState.OFFERED]
)
async def test_the_booking_says_what_is_so_and_whom_to_ring(visitor: Visitor, state: BookingState) -> None:
    here, booking = await booked(state)
    path = link_path(booking.id, 1)
    assert "er stengt" not in (await visitor.open(path)).text
    await answer(here, Answer.SUSPENDED)
    page = await visitor.open(path)
    assert page.status == 200
    assert "Frivilligsentralen er stengt for en tid" in page.text
    assert ("Plassen er fortsatt din" in page.text) == (state is BookingState.CONFIRMED)
    assert "Ring Infohjelpen på 51 00 00 00" in page.text
    for link in page.soup.main.find_all("a", href=True):  # type: ignore[union-attr]
        if str(link["href"]).startswith("/"):
            assert (await visitor.open(str(link["href"]))).status < 400, link
    await answer(here, Answer.REOPENED, 1)
    assert "er stengt" not in (await visitor.open(path)).text


async def test_they_are_told_once_and_again_when_it_is_open(db: None) -> None:
    here, booking = await booked()
    await answer(here, Answer.SUSPENDED)
    await tell_closed(NOW)
    await tell_closed(NOW + HOUR)
    assert await told() == ["organization_closed"]
    with time_machine.travel(NOW + HOUR):
        mail = await mails.organization_closed(Channel.EMAIL, "nb", str(booking.id))
    assert mail is not None
    assert "Kommunen har stengt Frivilligsentralen for en tid." in mail.text
    assert "51 00 00 00" in mail.text
    assert "Frivilligsentralen" not in mail.subject
    await answer(here, Answer.REOPENED, 1, NOW + DAY)
    await tell_closed(NOW + DAY)
    await tell_closed(NOW + DAY)
    assert await told() == ["organization_closed", "organization_reopened"]
    assert await mails.organization_closed(Channel.EMAIL, "nb", str(booking.id)) is None


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (BookingState.CONFIRMED, "Plassen er fortsatt din"),
        (BookingState.WAITING, "Påmeldingen står som før"),
        (BookingState.REQUESTED, "Påmeldingen står som før"),
    ],
)
async def test_who_has_no_place_yet_is_not_told_that_it_is_theirs(
    db: None, state: BookingState, words: str
) -> None:
    here, booking = await booked(state)
    await answer(here, Answer.SUSPENDED)
    mail = await mails.organization_closed(Channel.EMAIL, "nb", str(booking.id))
    assert mail is not None
    assert mail.html is not None
    for text in (mail.text, mail.html):
        assert [one for one in ("Plassen er fortsatt din", "Påmeldingen står som før") if one in text] == [
            words
        ]


async def test_what_is_opened_at_once_is_not_told_as_closed(db: None) -> None:
    here, booking = await booked()
    await answer(here, Answer.SUSPENDED)
    await answer(here, Answer.REOPENED, 1, NOW + HOUR)
    await tell_closed(NOW + HOUR)
    assert await told() == ["organization_reopened"]
    assert booking


async def reopened(booking: Booking, at: object) -> bool:
    """Does the message that it is open again say anything?"""
    with time_machine.travel(at):  # type: ignore[arg-type]
        return await mails.organization_reopened(Channel.EMAIL, "nb", str(booking.id)) is not None


async def test_it_is_open_again_for_who_has_heard_that_it_was_closed(db: None) -> None:
    """Closed by mistake and opened before the message had left: what was never said is not taken back."""
    here, booking = await booked()
    await answer(here, Answer.SUSPENDED)
    await tell_closed(NOW)
    await answer(here, Answer.REOPENED, 1, NOW + HOUR)
    await tell_closed(NOW + HOUR)
    assert not await reopened(booking, NOW + HOUR)
    await OutboxMessage.filter(mail="organization_closed").update(sent_at=NOW)
    assert await reopened(booking, NOW + HOUR)


async def test_after_a_long_time_nobody_knows_the_message_and_it_is_told_that_it_is_open(db: None) -> None:
    here, booking = await booked()
    await answer(here, Answer.SUSPENDED)
    await answer(here, Answer.REOPENED, 1, NOW + 40 * DAY)
    assert await reopened(booking, NOW + 40 * DAY)


async def test_who_has_left_or_had_it_behind_them_is_not_told(db: None) -> None:
    here, _booking = await booked(BookingState.CANCELLED, ended_by="self")
    await answer(here, Answer.SUSPENDED)
    await tell_closed(NOW)
    assert await told() == []


async def test_its_calendars_are_empty_and_not_gone_and_fill_again(visitor: Visitor) -> None:
    here, _booking = await booked()
    paths = ("/calendar/organizations/sentralen.ics", "/calendar/offers/turlag.ics")
    for path in paths:
        assert "BEGIN:VEVENT" in (await visitor.open(path)).response.text
    await answer(here, Answer.SUSPENDED)
    for path in paths:
        emptied = await visitor.open(path)
        assert emptied.status == 200
        assert "BEGIN:VEVENT" not in emptied.response.text
        assert "Turlag" not in emptied.response.text
    await answer(here, Answer.REOPENED, 1)
    for path in paths:
        assert "BEGIN:VEVENT" in (await visitor.open(path)).response.text


async def narrow(offer: Offer, to: Visibility, by: UUID, members: tuple[UUID, ...] = ()) -> None:
    await set_audience(offer, by=by, now=NOW, members=members, text={}, visibility=to, audiences=["everyone"])


async def test_an_offer_that_is_shown_to_fewer_leaves_no_dates_with_subscribers(visitor: Visitor) -> None:
    here, booking = await booked()
    kari = await make.member(here)
    offer = await Offer.get(slug="turlag")
    await narrow(offer, Visibility.STAFF, kari.id)
    feed = await visitor.open("/calendar/offers/turlag.ics")
    assert feed.status == 200
    assert "BEGIN:VEVENT" not in feed.response.text
    assert "Turlag" not in feed.response.text
    page = await visitor.open(link_path(booking.id, 1))
    assert page.soup.select_one('a[href^="/offers/turlag"]') is None, "no link leads where one cannot go"
    await narrow(offer, Visibility.PUBLIC, kari.id)
    assert "BEGIN:VEVENT" in (await visitor.open("/calendar/offers/turlag.ics")).response.text
    await offer.refresh_from_db()
    assert offer.narrowed_at is None


@pytest.mark.parametrize("facts", [{"visibility": "staff"}, {"visibility": "members"}, {"state": "draft"}])
async def test_what_was_never_shown_to_everybody_has_no_calendar(
    visitor: Visitor, facts: dict[str, str]
) -> None:
    await make.offer("Hemmelig", slug="hemmelig", **facts)  # type: ignore[arg-type]
    assert (await visitor.open("/calendar/offers/hemmelig.ics")).status == 404


async def test_a_copy_of_what_was_shown_to_everybody_once_was_not(visitor: Visitor) -> None:
    here, _booking = await booked()
    kari = await make.member(here)
    offer = await Offer.get(slug="turlag")
    await narrow(offer, Visibility.STAFF, kari.id)
    copied = await copy(offer, by=kari.id, now=NOW)
    await Offer.filter(id=copied.id).update(state="published")
    assert (await visitor.open(f"/calendar/offers/{copied.slug}.ics")).status == 404


async def test_a_draft_that_gets_another_audience_was_never_shown(db: None) -> None:
    here = await make.organization()
    kari = await make.member(here)
    draft = await make.offer("Kladd", owner=here, state="draft")
    await narrow(draft, Visibility.STAFF, kari.id)
    await draft.refresh_from_db()
    assert draft.narrowed_at is None


async def test_the_coordinator_sees_beforehand_what_goes_and_never_who_is_booked(visitor: Visitor) -> None:
    town = await make.organization("Sandnes kommune", kind=OrganizationKind.MUNICIPAL)
    here, _booking = await booked()
    await make.offer("Kor", owner=here, starts=[NOW + DAY, NOW + 2 * DAY])
    await visitor.sign_in(await make.member(town, Role.COORDINATOR, "Nora"))
    page = await visitor.open("/approvals/sentralen")
    assert "Stenger du dem, blir dette borte for andre: 2 tilbud og 3 datoer framover." in page.text
    before = page.text
    offer = await Offer.get(slug="turlag")
    await make.booking(await SeatPool.get(offer=offer))
    assert (await visitor.open("/approvals/sentralen")).text == before, "a booking changes nothing there"


async def to_ring() -> list[tuple[str, bool]]:
    return [(one.about, one.called_at is not None) for one in await PhoneCall.all().order_by("since", "id")]


async def rung_only(channel: Channel | None = Channel.CALL) -> tuple[Organization, Booking]:
    """Ola can be rung, and no message reaches him; or nothing does."""
    here, booking = await booked()
    contact = await ContactPoint.get(value="ola@example.no")
    if channel is None:
        await ContactPoint.filter(id=contact.id).update(refused_at=NOW - DAY)
    else:
        await ContactPoint.filter(id=contact.id).update(channel=channel, value="+4751000077")
    return here, booking


@pytest.mark.parametrize("channel", [Channel.CALL, None])
async def test_whom_no_message_reaches_is_rung_of_a_closing_and_again_when_it_is_open(
    visitor: Visitor, channel: Channel | None
) -> None:
    here, _booking = await rung_only(channel)
    kari = await make.member(here, Role.MANAGER, email="kari@example.no")
    await answer(here, Answer.SUSPENDED)
    for _again in range(2):
        await tell_closed(NOW)
    assert await to_ring() == [("organization_closed", False)]
    assert await told() == []
    await visitor.sign_in(kari)
    page = await visitor.open("/manage/offers/turlag/call-list")
    assert "Påmeldingen står som før, men det er ikke sikkert at det blir noe av." in page.text
    await PhoneCall.all().update(called_at=NOW + HOUR)
    await answer(here, Answer.REOPENED, 1, NOW + DAY)
    for _again in range(2):
        await tell_closed(NOW + DAY)
    assert await to_ring() == [("organization_closed", True), ("organization_reopened", False)]
    page = await visitor.open("/manage/offers/turlag/call-list")
    assert "Arrangøren er åpen igjen. Påmeldingen gjelder som før." in page.text


async def test_nobody_is_rung_that_it_is_open_who_was_not_rung_that_it_was_closed(visitor: Visitor) -> None:
    here, booking = await rung_only()
    kari = await make.member(here, Role.MANAGER, email="kari@example.no")
    await answer(here, Answer.SUSPENDED)
    await tell_closed(NOW)
    await answer(here, Answer.REOPENED, 1, NOW + HOUR)
    await tell_closed(NOW + HOUR)
    assert await to_ring() == [("organization_closed", False)]
    await visitor.sign_in(kari)
    page = await visitor.open("/manage/offers/turlag/call-list")
    assert "stengt" not in page.text, "and what was to be said is true no more"
    # They have an address by now: the message says nothing either, until somebody has rung.
    await ContactPoint.filter(value="+4751000077").update(channel="email", value="ola@example.no")
    assert not await reopened(booking, NOW + HOUR)
    await PhoneCall.all().update(called_at=NOW)
    assert await reopened(booking, NOW + HOUR)


async def test_a_closing_that_came_back_is_rung_about_once(db: None) -> None:
    here, booking = await booked()
    await answer(here, Answer.SUSPENDED)
    await tell_closed(NOW)
    message = await OutboxMessage.get(mail="organization_closed")
    await ContactPoint.filter(value="ola@example.no").update(refused_at=NOW)
    await tell_closed(NOW)
    assert await to_ring() == [], "it is on its way"
    about = About(booking.id, booking.offer_id, None, 1)
    to = Recipient(Channel.EMAIL, "ola@example.no", about)
    lost = Claimed(message.id, to, message.mail, {}, "nb", message.dedupe_key, 1, NOW, NOW)
    await ring_instead(lost, NOW)
    await OutboxMessage.all().update(failed_at=NOW)
    await tell_closed(NOW + HOUR)
    assert await to_ring() == [("organization_closed", False)]
