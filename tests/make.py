"""Factories: each makes one row that is right as it is, and takes what a test wants otherwise."""

import itertools
import secrets
from datetime import datetime, timedelta
from typing import Any

from marketplace.base.models import Channel
from marketplace.base.web.limits import of_address
from marketplace.people.models import ContactPoint, Person
from offers.bookings.models import CalendarEntry
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Joining, Offer, OfferText, SeatPool, Session, Venue
from offers.catalogue.states import OfferState, SessionStatus
from offers.seats import rules
from offers.seats.models import SEATED, Booking, BookingState, EndedBy
from organizations.directory.models import Municipality, Organization, OrganizationKind, OrganizationState
from organizations.members.models import Membership, Role
from organizations.notices.models import MemberNotice, Notice
from tests.conftest import NOW

_numbers = itertools.count(1)


async def municipality(**other: Any) -> Municipality:
    """Sandnes, made once; others by number and slug."""
    given = {"number": "1108", "slug": "sandnes", "name": "Sandnes"} | other
    found, _ = await Municipality.get_or_create(number=given["number"], defaults=given)
    return found


async def organization(name: str = "Frivilligsentralen", **other: Any) -> Organization:
    number = next(_numbers)
    given: dict[str, Any] = {
        "name": name, "slug": f"organisasjon-{number}", "kind": OrganizationKind.VOLUNTARY,
        "state": OrganizationState.APPROVED, "created_at": NOW,
    }  # fmt: skip
    if "municipality" not in other:
        given["municipality"] = await municipality()
    return await Organization.create(**given | other)


async def person(name: str = "Ola", email: str | None = None, verified: bool = True, **other: Any) -> Person:
    """A person; with `email` also their contact point."""
    made = await Person.create(**{"name": name, "created_at": NOW} | other)
    if email:
        await contact(made, email, verified=verified)
    return made


async def contact(person: Person, value: str, *, verified: bool = True) -> ContactPoint:
    """An e-mail address, or a phone number when it starts with +."""
    channel = Channel.SMS if value.startswith("+") else Channel.EMAIL
    return await ContactPoint.create(
        person=person, channel=channel, value=value, verified_at=NOW if verified else None, created_at=NOW
    )


async def member(
    organization: Organization, role: Role = Role.EDITOR, name: str = "Kari", **other: Any
) -> Person:
    """A person with this role in the organisation."""
    made = await person(name, **other)
    await Membership.create(person=made, organization=organization, role=role, created_at=NOW)
    return made


async def venue(name: str = "Sandnes rådhus", **other: Any) -> Venue:
    given: dict[str, Any] = {
        "name": name, "street": "Rådhusgata 1", "postcode": "4306", "city": "Sandnes", "lat": 58.8517, "lon": 5.7353,
        "step_free": True, "hearing_loop": None, "accessible_toilet": True,
    }  # fmt: skip
    if "municipality" not in other:
        given["municipality"] = await municipality()
    return await Venue.create(**given | other)


async def offer(
    title: str = "Generasjonslekene",
    *,
    joining: Joining = Joining.PER_SESSION,
    capacity: int | None = 10,
    starts: list[datetime] | None = None,
    minutes: int = 120,
    **other: Any,
) -> Offer:
    """A published public offer with its text, sessions (default: one in a week) and seat pools.

    whole and request get one pool for the offer, per_session one a session, the others none.
    """
    number = next(_numbers)
    starts = [NOW + timedelta(days=7)] if starts is None else starts
    given: dict[str, Any] = {
        "slug": f"tilbud-{number}", "kind": Kind.ACTIVITY, "audiences": ["everyone"], "joining": joining,
        "state": OfferState.PUBLISHED, "created_at": NOW, "changed_at": NOW, "published_at": NOW,
    } | other  # fmt: skip
    if "owner" not in given:
        given["owner"] = await organization()
    given.setdefault("municipality_id", given["owner"].municipality_id)
    if len(given["audiences"]) == 1:  # as the database would have it
        given.setdefault("main_audience", Audience(given["audiences"][0]))
    length = timedelta(minutes=minutes)
    coming = sorted(start for start in starts if start + length > NOW)
    made = await Offer.create(
        **given, session_count=len(starts), next_session_at=coming[0] if coming else None,
        next_session_ends=coming[0] + length if coming else None,
        last_session_ends=max(starts) + length if starts else None,
    )  # fmt: skip
    await OfferText.create(offer=made, lang=made.source_lang, title=title, summary=f"{title}: bli med.")
    for start in sorted(starts):
        session = await Session.create(
            offer=made,
            starts_at=start,
            ends_at=start + length,
            status=SessionStatus.SCHEDULED,
            changed_at=NOW,
        )
        if joining is Joining.PER_SESSION:
            await SeatPool.create(
                offer=made, session=session, capacity=capacity, starts_at=start, ends_at=start + length
            )
    if joining in (Joining.WHOLE, Joining.REQUEST):
        await SeatPool.create(
            offer=made, capacity=capacity, starts_at=min(starts) if starts else None,
            ends_at=max(starts) + length if starts else None,
        )  # fmt: skip
    return made


ENDS = {
    BookingState.CANCELLED: EndedBy.SELF,
    BookingState.DECLINED: EndedBy.HOST,
    BookingState.EXPIRED: EndedBy.EXPIRED,
}
"""What has ended a booking that is made in such a state, if a test does not say."""


async def _what_it_was(pool: SeatPool, given: dict[str, Any]) -> dict[str, Any]:
    """What the acts that would have made it so leave on a booking: was it a request, has it had a place, was that
    given back?"""
    offer = await Offer.get(id=pool.offer_id)
    answered, state = given.get("answered_at"), given["state"]
    asks = offer.joining is Joining.REQUEST and not given.get("by_host")
    asked = asks or answered is not None or state is BookingState.REQUESTED
    at = given.get("placed_at")
    if at is None and state in SEATED:
        at = answered or given["created_at"]
    elif at is None and state is BookingState.CANCELLED and not given.get("waited_at"):
        at = answered if asked else given["created_at"]
    back = None
    if at and given.get("ended_by") == EndedBy.SELF and state is BookingState.CANCELLED:
        back = rules.given_back(
            BookingState.CONFIRMED, state, EndedBy.SELF, pool.starts_at, given["changed_at"]
        )
    return {"asked": asked, "seated_at": at, "given_back_in_time": back}


async def booking(
    pool: SeatPool,
    participant: Person | None = None,
    state: BookingState = BookingState.CONFIRMED,
    **other: Any,
) -> Booking:
    """A booking with its effect on the pool, made directly: for tests of what comes after booking."""
    participant = participant or await person(f"Deltaker {next(_numbers)}")
    given: dict[str, Any] = {
        "pool": pool, "offer_id": pool.offer_id, "participant": participant, "booked_by": participant, "seats": 1,
        "state": state, "reference": "".join(secrets.choice("BCDFGHJKMNPQRTVWXYZ2346789") for _ in range(6)),
        "form_key": secrets.token_bytes(16), "lang": "nb", "created_at": NOW, "changed_at": NOW,
    } | other  # fmt: skip
    if state in ENDS:
        given.setdefault("ended_by", ENDS[state])
    if state in (BookingState.WAITING, BookingState.OFFERED):
        given.setdefault("queue_no", next(_numbers))
    if state is BookingState.OFFERED:
        given.setdefault("held_until", NOW + timedelta(hours=24))
    given = await _what_it_was(pool, given) | given
    if state in (BookingState.CONFIRMED, BookingState.OFFERED):
        pool.taken += given["seats"]
    if state is BookingState.WAITING:
        pool.waiting += 1
    await pool.save(update_fields=["taken", "waiting"])
    made = await Booking.create(**given)
    if made.state is BookingState.CONFIRMED and made.contact_id:  # its receipt has been sent
        sessions = (
            Session.filter(id=pool.session_id) if pool.session_id else Session.filter(offer_id=pool.offer_id)
        )
        await CalendarEntry.bulk_create(
            [
                CalendarEntry(booking=made, session=one, contact_id=made.contact_id, sequence=0, given_at=NOW)
                for one in await sessions.exclude(status=SessionStatus.CANCELLED)
            ]
        )
    return made


async def notice(
    person: Person, organization: Organization, kind: str, *, wanted: bool = True
) -> MemberNotice:
    """What a member has chosen to be told, or not."""
    return await MemberNotice.create(
        person=person, organization=organization, kind=Notice(kind), wanted=wanted, changed_at=NOW
    )


def most_tries(action: str, address: str, most: int, window: timedelta, now: datetime = NOW) -> int:
    """How often something may be tried with an address in the window of now: what nobody can foresee."""
    return of_address(action, address, most, window, now=now).most
