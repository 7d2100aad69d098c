"""Organisations are told: of a request at once, of the unanswered after two and five days, of the rest who wants."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.models import OutboxMessage
from marketplace.base.post import outbox
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ContactPoint, Person
from marketplace.schedule import told_otherwise
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.participants import actions as participants_actions
from offers.rights.models import HostAssignment
from offers.seats.models import Booking, BookingState
from offers.work.jobs import tell_days, tell_of_requests
from offers.work.told.queries import happened
from organizations.directory.models import Organization, OrganizationState
from organizations.members.models import Membership, Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
DAY = timedelta(days=1)
KARI = "kari@example.no"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def group(title: str = "Turgruppa", **other: Any) -> tuple[Organization, Person, Offer]:
    """Kari edits Frivilligsentralen, which has a group that one asks to join."""
    here = await make.organization("Frivilligsentralen")
    kari = await make.member(here, Role.EDITOR, "Kari", email=KARI)
    offer = await make.offer(
        title, owner=here, joining=Joining.REQUEST, starts=[NOW + 30 * DAY], sensitive=False, **other
    )
    return here, kari, offer


async def ask(offer: Offer, name: str = "Ola Hemmelig", at: datetime = NOW) -> Booking:
    pool = await SeatPool.get(offer=offer)
    return await make.booking(
        pool, await make.person(name), BookingState.REQUESTED, created_at=at, changed_at=at
    )


async def told(mail: str = "asked") -> list[str]:
    return [one.address for one in await OutboxMessage.filter(mail=mail).order_by("created_at", "address")]


async def sent(post_office: Handler, now: datetime) -> list[EmailMessage]:
    """What goes out at that moment."""
    before = len(post_office.taken)
    with time_machine.travel(now, tick=True):
        await outbox.send_due(refuse, lambda: now)
    return post_office.taken[before:]


async def want(person: Person, organization: Organization, kind: Notice, wanted: bool = True) -> None:
    await MemberNotice.create(
        person=person, organization=organization, kind=kind, wanted=wanted, changed_at=NOW
    )


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().replace("\u2060", "").split())


# --- a request ---
async def test_who_may_answer_is_told_at_once_and_reads_no_name(
    visitor: Visitor, post_office: Handler
) -> None:
    _here, _kari, offer = await group()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    done = await visitor.submit(
        page, "/bookings", name="Ola Hemmelig", contact="email", email="ola@example.no"
    )
    assert done.status == 303, done.text
    await tell_of_requests(NOW)
    (mail,) = [one for one in await sent(post_office, NOW) if one["To"] == KARI]
    assert "1 venter på svar hos Frivilligsentralen." in words(mail)
    assert "Turgruppa: 1" in words(mail)
    assert "/manage#waiting" in words(mail)
    for secret in ("Ola", "Hemmelig", "ola@example.no", (await Booking.get()).reference):
        assert secret not in mail.as_string()
    assert "Turgruppa" not in mail["Subject"]


async def test_a_sensitive_offer_has_no_name_in_the_mail(db: None, post_office: Handler) -> None:
    _here, _kari, offer = await group("Pårørende etter selvmord")
    await Offer.filter(id=offer.id).update(sensitive=True)
    await ask(offer)
    await tell_of_requests(NOW)
    (mail,) = await sent(post_office, NOW)
    assert "Tilbud vi ikke nevner i e-post: 1" in words(mail)
    assert "selvmord" not in mail.as_string()
    assert offer.slug not in mail.as_string()


async def test_only_those_who_may_answer_are_told(db: None) -> None:
    here, _kari, offer = await group()
    await make.member(here, Role.MANAGER, "Mona", email="mona@example.no")
    host = await make.member(here, Role.HOST, "Hans", email="hans@example.no")
    await HostAssignment.create(person=host, offer=offer)
    partner = await make.organization("Turlaget")
    await make.member(partner, Role.EDITOR, "Per", email="per@example.no")
    await OfferOrganizer.create(offer=offer, organization=partner, may_edit=True)
    await ask(offer)
    await tell_of_requests(NOW)
    assert await told() == [KARI, "mona@example.no"]


async def test_two_workers_tell_once_and_the_next_request_is_told_again(db: None) -> None:
    _here, _kari, offer = await group()
    await ask(offer)
    await asyncio.gather(*(tell_of_requests(NOW) for _ in range(4)))
    await tell_of_requests(NOW)
    assert await told() == [KARI]
    await ask(offer, "Ida", NOW + timedelta(minutes=1))
    await tell_of_requests(NOW + timedelta(minutes=1))
    assert await told() == [KARI, KARI]


async def test_a_worker_tells_of_what_no_other_is_telling_and_waits_for_nobody(db: None) -> None:
    _here, _kari, offer = await group()
    ola = await ask(offer)

    async def another() -> str:
        ida = await ask(offer, "Ida")
        await tell_of_requests(NOW)
        return str(ida.id)

    _first, ida, waited = await overlapping(lambda: tell_of_requests(NOW), another)
    assert not waited
    of = [one.facts["bookings"] for one in await OutboxMessage.filter(mail="asked")]
    assert sorted(of) == sorted([[str(ola.id)], [ida]]), "each request in one mail, and in no second"


async def test_an_older_moment_that_comes_to_light_later_is_told_too(db: None) -> None:
    """A booking is written with the moment its request began: it may be before what has been told."""
    _here, _kari, offer = await group()
    await ask(offer, at=NOW)
    await tell_of_requests(NOW)
    await ask(offer, "Ida", NOW - timedelta(seconds=9))
    await tell_of_requests(NOW)
    assert await told() == [KARI, KARI]


@pytest.mark.parametrize("act", ["answered", "withdrawn"])
async def test_a_request_that_is_settled_before_the_mail_is_written_says_nothing(
    db: None, post_office: Handler, act: str
) -> None:
    _here, kari, offer = await group()
    await ask(offer, "Ida", NOW - DAY)
    await tell_of_requests(NOW - DAY)
    await sent(post_office, NOW - DAY)
    booking = await ask(offer)
    await tell_of_requests(NOW)
    if act == "answered":
        await participants_actions.answer_request(booking.id, True, now=NOW, by=kari.id)
    else:
        await actions.cancel(booking.id, now=NOW)
    assert await sent(post_office, NOW) == [], "Ida's has been told of already"


@pytest.mark.parametrize("lost", ["role", "address", "wish", "approval"])
async def test_who_may_not_hear_of_it_any_more_gets_nothing(
    db: None, post_office: Handler, lost: str
) -> None:
    here, kari, offer = await group()
    await ask(offer)
    await tell_of_requests(NOW)
    if lost == "role":
        await Membership.filter(person=kari).update(ended_at=NOW)
    elif lost == "address":
        await ContactPoint.filter(person=kari).delete()
    elif lost == "wish":
        await want(kari, here, Notice.REQUEST, False)
    else:
        await Organization.filter(id=here.id).update(state=OrganizationState.SUSPENDED)
    assert await sent(post_office, NOW) == []


async def test_it_goes_to_the_address_that_is_theirs_now(db: None, post_office: Handler) -> None:
    _here, kari, offer = await group()
    await ask(offer)
    await tell_of_requests(NOW)
    await ContactPoint.filter(person=kari).delete()
    await make.contact(kari, "ny.kari@example.no")
    assert [one["To"] for one in await sent(post_office, NOW)] == ["ny.kari@example.no"]


async def test_a_request_that_nobody_could_be_told_of_is_told_as_soon_as_somebody_can(db: None) -> None:
    here = await make.organization()
    nameless = await make.member(here, Role.EDITOR, "Kari", email=KARI, verified=False)
    offer = await make.offer(owner=here, joining=Joining.REQUEST)
    await ask(offer)
    await tell_of_requests(NOW)
    assert await told() == []
    await ContactPoint.filter(person=nameless).update(verified_at=NOW)
    await tell_of_requests(NOW + 3 * DAY)
    assert await told() == [KARI]


# --- reminders ---
async def test_they_are_reminded_after_two_and_five_days_and_not_again(
    db: None, post_office: Handler
) -> None:
    _here, _kari, offer = await group()
    await ask(offer)
    for hours in range(0, 24 * 9, 6):
        await tell_of_requests(NOW + timedelta(hours=hours))
    assert len(await told("asked_before")) == 2
    at = [one.created_at for one in await OutboxMessage.filter(mail="asked_before").order_by("created_at")]
    assert at == [NOW + 2 * DAY, NOW + 5 * DAY]
    mail = (await sent(post_office, NOW + 5 * DAY))[-1]
    assert "Den som har ventet lengst, har ventet i 5 dager." in words(mail)


async def test_one_mail_reminds_of_all(db: None) -> None:
    _here, _kari, offer = await group()
    for name in ("Ola", "Ida", "Aud"):
        await ask(offer, name)
    await tell_of_requests(NOW)
    await tell_of_requests(NOW + 2 * DAY)
    assert (len(await told()), len(await told("asked_before"))) == (1, 1)


async def test_a_talk_that_was_asked_for_is_a_word_so_the_days_are_counted_from_there(db: None) -> None:
    _here, kari, offer = await group()
    booking = await ask(offer)
    await tell_of_requests(NOW)
    await participants_actions.ask_talk(booking.id, "Når passer det?", now=NOW + DAY, by=kari.id)
    await tell_of_requests(NOW + 2 * DAY)
    assert await told("asked_before") == []
    await tell_of_requests(NOW + 3 * DAY)
    assert await told("asked_before") == [KARI]


async def test_after_a_talk_that_was_asked_for_late_they_are_reminded_again(db: None) -> None:
    """The reminders from before the talk are used up: whoever waits for the telephone is not forgotten for it."""
    _here, kari, offer = await group()
    booking = await ask(offer)
    for days in (0, 2, 5):
        await tell_of_requests(NOW + days * DAY)
    await participants_actions.ask_talk(booking.id, "Når passer det?", now=NOW + 6 * DAY, by=kari.id)
    for days in range(6, 16):
        await tell_of_requests(NOW + days * DAY)
    at = [one.created_at for one in await OutboxMessage.filter(mail="asked_before").order_by("created_at")]
    assert at == [NOW + days * DAY for days in (2, 5, 8, 11)]


NOBODY = "550 5.1.1 No such mailbox"


async def answered(post_office: Handler, now: datetime, *nobody: str) -> None:
    """What is due goes out; nobody is at these addresses."""
    for address in nobody:
        post_office.rcpt[address] = NOBODY
    with time_machine.travel(now, tick=True):
        await outbox.send_due(refuse, lambda: now, lost=told_otherwise)


@pytest.mark.parametrize("days", [0, 2])
async def test_a_request_that_no_member_got_is_told_to_the_next_who_can_be(
    db: None, post_office: Handler, days: int
) -> None:
    here, _kari, offer = await group()
    await make.member(here, Role.MANAGER, "Liv", email="liv@example.no")
    await ask(offer)
    mail, now = ("asked_before", NOW + 2 * DAY) if days else ("asked", NOW)
    if days:
        await tell_of_requests(NOW)
        await answered(post_office, NOW)
    await tell_of_requests(now)
    await answered(post_office, now, KARI, "liv@example.no")
    for minute in range(3):  # to the same addresses it is told no more
        await tell_of_requests(now + timedelta(minutes=minute))
    assert await told(mail) == [KARI, "liv@example.no"]
    await make.member(here, Role.EDITOR, "Aud", email="aud@example.no")
    for minute in range(3):
        await tell_of_requests(now + timedelta(minutes=minute))
    assert sorted(await told(mail)) == ["aud@example.no", KARI, "liv@example.no"]
    # And the same member, where she has proven another address since: it is not known that she was told.
    await answered(post_office, now, "aud@example.no")
    await make.contact(await Person.get(name="Kari"), "kari@jobb.example.no")
    await tell_of_requests(now + timedelta(minutes=4))
    assert "kari@jobb.example.no" in await told(mail)


async def test_a_request_that_one_of_them_got_is_told_no_more_than_before(
    db: None, post_office: Handler
) -> None:
    here, _kari, offer = await group()
    await make.member(here, Role.MANAGER, "Liv", email="liv@example.no")
    await ask(offer)
    await tell_of_requests(NOW)
    await answered(post_office, NOW, KARI)
    await make.member(here, Role.EDITOR, "Aud", email="aud@example.no")
    await tell_of_requests(NOW + DAY)
    assert await told() == [KARI, "liv@example.no"]


async def test_what_is_refused_for_its_text_is_not_sent_to_the_same_address_again(
    db: None,
    post_office: Handler,
) -> None:
    _here, _kari, offer = await group()
    await ask(offer)
    await tell_of_requests(NOW)
    post_office.data = ["554 5.6.0 We do not like it"]
    await answered(post_office, NOW)
    for minute in range(3):
        await tell_of_requests(NOW + timedelta(minutes=minute))
    assert await told() == [KARI]


async def test_who_leaves_before_the_word_has_left_leaves_it_to_the_next(
    db: None, post_office: Handler
) -> None:
    here, kari, offer = await group()
    await ask(offer)
    await tell_of_requests(NOW)
    await Membership.filter(person=kari).update(ended_at=NOW)
    await answered(post_office, NOW)
    await make.member(here, Role.EDITOR, "Aud", email="aud@example.no")
    await tell_of_requests(NOW + timedelta(minutes=1))
    assert sorted(await told()) == ["aud@example.no", KARI]


async def test_whoever_wants_no_reminders_is_still_told_of_requests(db: None) -> None:
    here, kari, offer = await group()
    await want(kari, here, Notice.REMINDER, False)
    await ask(offer)
    await tell_of_requests(NOW)
    await tell_of_requests(NOW + 6 * DAY)
    assert (await told(), await told("asked_before")) == ([KARI], [])


async def test_whoever_wants_only_reminders_gets_those(db: None) -> None:
    here, kari, offer = await group()
    await want(kari, here, Notice.REQUEST, False)
    await ask(offer)
    await tell_of_requests(NOW)
    assert await told() == []
    await tell_of_requests(NOW + 2 * DAY)
    assert (await told(), await told("asked_before")) == ([], [KARI])


async def test_what_is_over_or_cancelled_needs_no_answer(db: None) -> None:
    _here, _kari, offer = await group()
    await ask(offer)
    await SeatPool.filter(offer=offer).update(ends_at=NOW)
    await tell_of_requests(NOW)
    assert await told() == []


# --- the day before and the day after ---
MORNING = datetime(2026, 10, 14, 5, 30, tzinfo=UTC)
"""Half past seven in Oslo, the day after NOW."""
AFTERNOON = datetime(2026, 10, 13, 13, 30, tzinfo=UTC)


async def test_the_day_is_told_once_in_the_morning_to_those_who_want_it(
    db: None, post_office: Handler
) -> None:
    here, kari, _offer = await group()
    await make.member(here, Role.EDITOR, "Mona", email="mona@example.no")  # has not asked for it
    await want(kari, here, Notice.DIGEST)
    walk = await make.offer("Gå på tur", owner=here, joining=Joining.WHOLE, capacity=2, sensitive=False)
    pool = await SeatPool.get(offer=walk)
    await make.booking(pool)
    gone = await make.booking(pool)
    await make.booking(pool, state=BookingState.WAITING, waited_at=NOW)
    await actions.cancel(gone.id, now=NOW + timedelta(hours=1))
    await asyncio.gather(tell_days(MORNING), tell_days(MORNING))
    await tell_days(MORNING + timedelta(hours=3))
    (mail,) = await sent(post_office, MORNING)
    assert mail["To"] == KARI
    said = words(mail)
    assert "Gå på tur" in said
    for line in ("2 nye påmeldinger", "1 meldte seg av", "1 ny på venteliste", "Fullt nå"):
        assert line in said, said


async def test_what_is_left_for_those_who_lead_is_full_for_all_others(db: None, post_office: Handler) -> None:
    here, kari, _offer = await group()
    await want(kari, here, Notice.DIGEST)
    walk = await make.offer("Gå på tur", owner=here, joining=Joining.WHOLE, capacity=3, sensitive=False)
    pool = await SeatPool.get(offer=walk)
    await make.booking(pool)
    for kept, full in ((1, False), (2, True)):
        await SeatPool.filter(id=pool.id).update(reserved=kept)
        (found,) = await happened(here.id, kari.id, "nb", NOW - DAY, NOW + DAY)
        assert bool(found.full) is full, kept


async def test_what_happened_yesterday_is_not_told_the_day_after_that(db: None, post_office: Handler) -> None:
    """The mail server was away from the morning on: it says "i går"."""
    here, kari, _offer = await group()
    await want(kari, here, Notice.DIGEST)
    walk = await make.offer("Gå på tur", owner=here, joining=Joining.WHOLE, sensitive=False)
    await make.booking(await SeatPool.get(offer=walk))
    await tell_days(MORNING)
    assert await sent(post_office, MORNING + DAY) == []
    assert await OutboxMessage.filter(mail="day_before", problem="nothing to say").count() == 1


async def test_a_day_on_which_nothing_happened_is_not_told(db: None, post_office: Handler) -> None:
    here, kari, offer = await group()
    await want(kari, here, Notice.DIGEST)
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, created_at=NOW - 3 * DAY, changed_at=NOW - 3 * DAY)
    await tell_days(MORNING)
    assert await sent(post_office, MORNING) == []


async def test_what_the_organisation_did_itself_is_no_news_to_it(db: None, post_office: Handler) -> None:
    here, kari, offer = await group()
    await want(kari, here, Notice.DIGEST)
    booking = await ask(offer, at=NOW - 2 * DAY)
    await participants_actions.answer_request(booking.id, True, now=NOW, by=kari.id)
    await tell_days(MORNING)
    assert await sent(post_office, MORNING) == []


async def test_who_only_asked_or_waited_has_booked_nothing_and_gives_nothing_back(
    db: None, post_office: Handler
) -> None:
    here, kari, offer = await group()
    await want(kari, here, Notice.DIGEST)
    withdrawn = await ask(offer, at=NOW)
    await actions.cancel(withdrawn.id, now=NOW + timedelta(hours=1))
    pool = await SeatPool.get(offer=offer)
    await make.booking(pool, by_host=True)
    left = await make.booking(pool, state=BookingState.WAITING, waited_at=NOW)
    await actions.cancel(left.id, now=NOW + timedelta(hours=1))
    await tell_days(MORNING)
    (mail,) = await sent(post_office, MORNING)
    said = words(mail)
    assert "1 ny på venteliste" in said
    assert "meldte seg av" not in said
    assert "ny påmelding" not in said
    assert "nye påmeldinger" not in said


async def test_how_many_come_tomorrow_and_that_nobody_does(db: None, post_office: Handler) -> None:
    here, kari, _offer = await group()
    await want(kari, here, Notice.TOMORROW)
    start = NOW + DAY
    walk = await make.offer("Gå på tur", owner=here, starts=[start], sensitive=False, capacity=20)
    await make.offer("Kaffe", owner=here, starts=[start], joining=Joining.DROP_IN, sensitive=False)
    quiet = await make.offer("Sorg", owner=here, starts=[start], joining=Joining.WHOLE, sensitive=True)
    await make.booking(await SeatPool.get(offer=walk), seats=14)
    await tell_days(AFTERNOON - timedelta(hours=2))
    assert await told("day_after") == [], "not before the afternoon"
    await tell_days(AFTERNOON)
    (mail,) = await sent(post_office, AFTERNOON)
    assert "Gå på tur: i morgen kommer 14" in words(mail)
    assert "tilbud vi ikke nevner i e-post: i morgen kommer ingen" in words(mail)
    assert "Kaffe" not in words(mail)
    assert "Sorg" not in mail.as_string()
    assert quiet.slug not in mail.as_string()


async def test_a_host_hears_of_what_they_lead_only(db: None, post_office: Handler) -> None:
    here, _kari, _offer = await group()
    host = await make.member(here, Role.HOST, "Hans", email="hans@example.no")
    await want(host, here, Notice.TOMORROW)
    walk = await make.offer("Gå på tur", owner=here, starts=[NOW + DAY], sensitive=False)
    await make.offer("Kor", owner=here, starts=[NOW + DAY], sensitive=False)
    await HostAssignment.create(person=host, offer=walk)
    await tell_days(AFTERNOON)
    (mail,) = await sent(post_office, AFTERNOON)
    assert "Gå på tur" in words(mail)
    assert "Kor" not in words(mail)


async def test_a_co_organisers_editor_is_not_told_who_comes(db: None, post_office: Handler) -> None:
    _here, _kari, _offer = await group()
    partner = await make.organization("Turlaget")
    per = await make.member(partner, Role.EDITOR, "Per", email="per@example.no")
    walk = await make.offer("Gå på tur", owner=await make.organization("Eier"), starts=[NOW + DAY])
    await OfferOrganizer.create(offer=walk, organization=partner, may_edit=True)
    await want(per, partner, Notice.TOMORROW)
    await tell_days(AFTERNOON)
    assert await sent(post_office, AFTERNOON) == []


async def test_who_sent_word_is_not_counted_for_tomorrow(db: None, post_office: Handler) -> None:
    here, kari, _offer = await group()
    await want(kari, here, Notice.TOMORROW)
    course = await make.offer(
        "Kurs", owner=here, joining=Joining.WHOLE, starts=[NOW + DAY, NOW + 8 * DAY], sensitive=False
    )
    pool = await SeatPool.get(offer=course)
    booking = await make.booking(pool)
    await make.booking(pool)
    first = await Session.filter(offer=course).order_by("starts_at").first()
    assert first is not None
    await actions.send_word(booking.id, first.id, now=NOW)
    await tell_days(AFTERNOON)
    assert "Kurs: i morgen kommer 1" in words((await sent(post_office, AFTERNOON))[0])
