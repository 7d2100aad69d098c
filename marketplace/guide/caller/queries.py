"""What a call shows besides its search. Fetching is permission: a guide sees what they have booked themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from marketplace.base.data.database import row, rows
from offers.bookings.mine import HELPED_HERE
from offers.catalogue.queries import offer_text
from offers.seats.links import link_path
from organizations.members.queries import desk_of as unit


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a guide works, and the municipality whose offers come first there."""

    organization_id: UUID
    name: str
    municipality: str
    municipality_name: str


async def desk_of(guide: UUID) -> Desk | None:
    """The desk that what the guide books is noted at."""
    return await row(
        Desk,
        f"""SELECT w.id AS organization_id, w.name, c.slug AS municipality, c.name AS municipality_name
        FROM organization w JOIN municipality c ON c.id = w.municipality_id WHERE w.id = {unit("$1")}""",
        guide,
    )


@dataclass(frozen=True, slots=True)
class InCall:
    """A booking that was made in a call, as it is now."""

    id: UUID
    link_version: int
    state: str
    joining: str
    participant: str | None
    title: str
    text_lang: str

    @property
    def token(self) -> str:
        return link_path(self.id, self.link_version).rpartition("/")[2]


async def booked_in(bookings: Sequence[UUID], guide: UUID, lang: str) -> list[InCall]:
    """Those of these that the guide has made for somebody, in the order they were made; at the time that they have
    now."""
    if not bookings:
        return []
    return await rows(
        InCall,
        f"""SELECT b.id, b.link_version, b.state, o.joining, n.name AS participant, t.title, t.lang AS text_lang
        FROM booking f JOIN booking b ON b.id IN (f.id, f.moved_to_id) AND b.moved_to_id IS NULL
            JOIN person n ON n.id = b.participant_id JOIN offer o ON o.id = b.offer_id
            JOIN {offer_text("$3")} t ON true
        WHERE f.id = ANY($2) AND {HELPED_HERE} ORDER BY b.id""",
        guide, list(bookings), lang,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """Facts of an offer on their way: when the gateway or the mail server took them, or that it never did."""

    title: str
    channel: str
    sent_at: datetime | None
    failed_at: datetime | None


async def messages_of(keys: Sequence[str], lang: str) -> list[Message]:
    """What became of these messages, in the order they were written."""
    if not keys:
        return []
    return await rows(
        Message,
        f"""SELECT t.title, x.channel, x.sent_at, x.failed_at FROM outbox_message x JOIN offer o ON o.id = x.offer_id
        JOIN {offer_text("$2")} t ON true WHERE x.dedupe_key = ANY($1) ORDER BY x.id""",
        list(keys), lang,
    )  # fmt: skip
