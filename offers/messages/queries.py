"""Whom a host writes to, and what has been written before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.base.data.database import column, rows
from marketplace.base.models import Channel
from offers.catalogue.models import Session
from offers.catalogue.recorded import MARKS
from offers.messages.follow_up.queries import unsubscribed
from offers.messages.follow_up.rules import address_hashes
from offers.messages.models import NEWS, Recipients
from offers.participants.queries import PARTY, BookedParty
from offers.seats.known import told_who_came
from offers.seats.sql import called_off, covers, had_place

FOR_OFFER = "WHERE b.offer_id = $1 AND (p.ends_at IS NULL OR p.ends_at > $2)"
FOR_SESSION = f"""JOIN session s ON s.offer_id = b.offer_id AND {covers()}
    WHERE s.id = $1 AND $2::timestamptz IS NOT NULL"""
IN_ORDER = "ORDER BY p.starts_at NULLS LAST, b.id"
BEFORE = f"""WHERE b.offer_id = $1 AND n.name IS NOT NULL AND (b.state = 'confirmed' AND p.ends_at <= $2
    OR {called_off()} AND {had_place()})
    ORDER BY p.starts_at DESC NULLS LAST, b.id"""
PRESENT = f"""JOIN offer o ON o.id = b.offer_id JOIN {MARKS} a ON a.booking_id = b.id AND a.state = 'present'
    WHERE a.session_id = $1 AND $2::timestamptz IS NOT NULL AND {told_who_came()} {IN_ORDER}"""


async def recipients(
    offer_id: UUID, session: Session | None, to: Recipients, now: datetime
) -> list[BookedParty]:
    """One booking for each address that gets the message, the next in time; and each without an address.

    Of an offer those of what is not over. Who waits for a session waits for that alone, and whoever has not answered
    yet has no seat. What is news (models.NEWS) is no message about a booking of theirs: not to who does not want such.
    """
    about, what = (session.id, FOR_SESSION) if session else (offer_id, FOR_OFFER)
    if to is Recipients.PRESENT:
        found = await rows(BookedParty, f"{PARTY} {PRESENT}", about, now)
    elif to is Recipients.BEFORE:
        found = [] if session else await rows(BookedParty, f"{PARTY} {BEFORE}", offer_id, now)
    else:
        states = ["confirmed" if to is Recipients.ALL else "waiting"]
        own = "AND p.session_id IS NOT NULL" if session and to is Recipients.WAITING else ""
        found = await rows(
            BookedParty, f"{PARTY} {what} {own} AND b.state = ANY($3) {IN_ORDER}", about, now, states
        )
    unwanted = await unsubscribed(found) if to in NEWS else set[bytes]()
    chosen = dict[Any, BookedParty]()
    for party in found:
        reach = (party.channel, party.address) if party.channel else party.booking_id
        if not party.channel or unwanted.isdisjoint(
            address_hashes(Channel(party.channel), party.address or "")
        ):
            chosen.setdefault(reach, party)
    return list(chosen.values())


async def titles_of(offer_id: UUID) -> list[str]:
    """What an offer is called, in each language in which it is."""
    return await column(
        "SELECT title FROM offer_text WHERE offer_id = $1 AND title <> '' ORDER BY id", offer_id
    )


@dataclass(frozen=True, slots=True)
class Written:
    """A message as those who lead see it. `starts_at`: of the session it was about; None: about the offer."""

    text: str
    recipients: str
    told: int
    created_at: datetime
    starts_at: datetime | None


async def written(offer_id: UUID, most: int = 5) -> list[Written]:
    """The last messages of an offer, of its sessions too, newest first."""
    return await rows(
        Written,
        """SELECT m.text, m.recipients, m.told, m.created_at, s.starts_at FROM host_message m
        LEFT JOIN session s ON s.id = m.session_id WHERE m.offer_id = $1 ORDER BY m.created_at DESC, m.id LIMIT $2""",
        offer_id, most,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """A message as a participant got it: its placeholders are not filled in yet."""

    session_id: UUID | None
    text: str
    created_at: datetime


async def messages_of(booking_id: UUID) -> list[Received]:
    """What hosts have written to a booking, newest first. As long as the outbox knows that it was sent."""
    return await rows(
        Received,
        """SELECT m.session_id, m.text, m.created_at FROM host_message m JOIN outbox_message x
            ON x.dedupe_key = 'host_message:' || m.id || ':' || $1::uuid
        WHERE m.offer_id = (SELECT offer_id FROM booking WHERE id = $1) ORDER BY m.created_at DESC, m.id LIMIT 50""",
        booking_id,
    )  # fmt: skip
