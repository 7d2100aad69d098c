"""What a form, or whoever comes, has booked already: looked for before a write, or when it has met something."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from marketplace.base.data.database import rows
from offers.seats import once
from offers.seats.claims import Booked, JustSent, Party
from offers.seats.known import in_the_way
from offers.seats.models import BookingState, Claimed


@dataclass(frozen=True, slots=True)
class Before(Claimed):
    """A booking that is there already, of the same form or of the same person."""

    id: UUID
    pool_id: UUID
    session_id: UUID | None
    offer_id: UUID
    state: str
    link_version: int
    booked_by_id: UUID
    participant_id: UUID
    contact_id: UUID | None
    person_id: UUID | None
    """Whose the address is."""
    made_with_id: UUID | None
    form_key: bytes
    form_digest: bytes | None

    def booked(self, again: bool = True) -> Booked:
        """What the form gets that met it."""
        return Booked(self.id, self.link_version, BookingState(self.state), again)


BEFORE = """SELECT b.id, b.pool_id, p.session_id, b.offer_id, b.state, b.link_version, b.booked_by_id, b.participant_id,
        b.contact_id, c.person_id, b.made_with_id, b.form_key, b.form_digest
    FROM booking b JOIN seat_pool p ON p.id = b.pool_id LEFT JOIN contact_point c ON c.id = b.contact_id"""


async def made_before(
    party: Party, form_key: bytes, digest: bytes, pools: Collection[UUID] | None = None
) -> list[Before]:
    """What this form has booked already for whoever comes, its first booking first. Raises JustSent when it says
    something else now; where it names the `pools`, also when it leaves one out: what it adds is another act."""
    key = party.key(form_key)
    found = await rows(
        Before,
        f"""{BEFORE} WHERE b.form_key = $1 OR b.made_with_id = (SELECT id FROM booking WHERE form_key = $1)
        ORDER BY b.form_key <> $1, b.id""",
        key,
    )
    # A date that took another's place later was not in the form.
    found = [one for one in found if one.form_key in (key, once.key_of(form_key, party.whom, one.session_id))]
    left_out = pools is not None and any(one.active and one.pool_id not in pools for one in found)
    if left_out or any(one.form_digest != digest for one in found):
        raise JustSent(key, own=party.account)
    return found


async def known_in(pools: Collection[UUID], party: Party) -> list[Before]:
    """The active bookings in these pools that stand in the party's way: of an account, as far as it may know of them;
    its own first. Who is typed anew may be another, and has none."""
    if not party.account:
        return []
    return await rows(
        Before,
        f"{BEFORE} WHERE b.pool_id = ANY($1) AND {in_the_way('b.pool_id', '$2', '$3')} "
        "ORDER BY b.booked_by_id = $3 DESC, b.id",
        list(pools), party.participant or party.person, party.person,
    )  # fmt: skip


async def same_form_or_person(pool_id: UUID, party: Party, form_key: bytes, digest: bytes) -> Booked | None:
    """The booking that stood in the way: of the same form, or of the same person. Raises JustSent when what was sent
    is not what made it."""
    if before := await made_before(party, form_key, digest):
        return before[0].booked()
    if known := await known_in([pool_id], party):
        found = known[0]
        if (
            party.participant is None
            and found.booked_by_id == party.person
            and found.form_digest != digest
            and once.same_sender(found.form_digest, digest)
        ):
            raise JustSent(found.form_key, own=True)
        return found.booked(again=party.participant is None)
    return None
