"""Writes of those who publish: a new offer, texts, sessions, seats, publishing. One transaction each; that an offer is
copied or thrown away stands in drafts/, dates in series/."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data import ledger
from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.data.slugs import insert_named
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import Joining, Offer, OfferText, Venue, VenueText, Visibility
from offers.catalogue.states import OfferState
from offers.publishing import rules
from offers.publishing.acts import Act
from offers.publishing.queries import capacity_of, members_seeing, text_of
from offers.search.words.keywords import keywords
from offers.seats.upkeep import changing, drop_pools, make_pools, move_on, refresh, set_opening
from organizations.approval.queries import only_approved


class Incomplete(Refused):
    """The offer lacks something that residents need. `missing` says what."""

    def __init__(self, missing: list[rules.Objection]) -> None:
        super().__init__(" ".join(str(rules.OBJECTION_LABELS[objection]) for objection in missing))
        self.missing = missing


async def start(
    *, owner: UUID, municipality: UUID, by: UUID, now: datetime, kind: Kind, source_lang: str, **text: str
) -> Offer:
    """A new draft, which is for nobody until somebody says for whom. `text`: fields of its OfferText, with a title."""
    joining = rules.JOINING_OF_KIND[kind]
    offer = Offer(
        owner_id=owner, municipality_id=municipality, kind=kind, audiences=[], joining=joining,
        source_lang=source_lang, created_at=now, changed_at=now,
    )  # fmt: skip
    async with in_transaction():
        await insert_named(offer, text["title"])
        await OfferText(offer=offer, lang=source_lang, **text).save()
        await make_pools(offer, None)
        await finish(offer, by, now, Act.OFFER_MADE)
    return offer


@asynccontextmanager
async def editing(offer: Offer, by: UUID, now: datetime, act: str = Act.OFFER_CHANGED) -> AsyncIterator[None]:
    """A change of an offer and what follows from it, in one transaction. Raises Refused, Incomplete.

    The offer is read afresh under its lock: it may have been published or cancelled while the page stood open.
    """
    async with changing(offer.id):
        await offer.refresh_from_db()
        if offer.called_off:
            raise Refused(str(rules.CANCELLED))
        lacked = await missing_of(offer, now) if offer.published else []
        yield
        await finish(offer, by, now, act, lacked)


async def change(
    offer: Offer, *, by: UUID, now: datetime, text: Mapping[str, str] | None = None, **facts: Any
) -> None:
    """Change facts and texts of the first language. Raises Incomplete when a published offer would lack something."""
    async with editing(offer, by, now):
        await _write(offer, text, **facts)


async def _write(offer: Offer, text: Mapping[str, str] | None, **facts: Any) -> None:
    """Only what a step asks for: another step may be saved at the same time."""
    if facts:
        await offer.update_from_dict(facts).save(update_fields=list(facts))
    if text:
        await OfferText.filter(offer_id=offer.id, lang=offer.source_lang).update(**text)


async def finish(
    offer: Offer, by: UUID, now: datetime, act: str, lacked: Collection[rules.Objection] = ()
) -> None:
    """What follows from any change: the default of sensitive, words to search by, calendars, seats, completeness.

    What the offer `lacked` before is no objection: one that is over, and has no date ahead, may still be mended.
    """
    await only_approved(offer.owner_id)
    draft = offer.draft
    if draft:
        shielded = offer.continues_id and await value(
            "SELECT sensitive FROM offer WHERE id = $1", offer.continues_id
        )
        offer.sensitive = bool(shielded) or rules.is_sensitive(offer.kind, offer.audiences, offer.joining)
    offer.changed_at = now
    await offer.save(update_fields=["sensitive", "changed_at"])
    await keep_keywords(offer)
    await rows("UPDATE session SET vevent = NULL WHERE offer_id = $1 AND vevent IS NOT NULL", offer.id)
    await refresh(offer.id, now)
    missing = [] if draft else [one for one in await missing_of(offer, now) if one not in lacked]
    if missing:
        raise Incomplete(missing)
    await record(act, now=now, actor=by, object_id=offer.id, organization=offer.owner_id)


async def missing_of(offer: Offer, now: datetime) -> list[rules.Objection]:
    """What the offer lacks before residents can see it."""
    coming = await value(
        "SELECT count(*) FROM session WHERE offer_id = $1 AND status <> 'cancelled' AND ends_at > $2",
        offer.id, now,
    )  # fmt: skip
    members = len(await members_seeing(offer.id))
    return list(rules.objections(offer, await text_of(offer), coming=coming, members=members))


async def set_audience(
    offer: Offer, *, by: UUID, now: datetime, members: Iterable[UUID], text: Mapping[str, str], **facts: Any
) -> None:
    """For whom the offer is, and who may see it. An organisation that is closed just now stands on no list to choose
    from, so what it may see rests until it is open. Raises Incomplete."""
    async with editing(offer, by, now):
        asked = set(members)
        saw = set(
            await column(
                """DELETE FROM offer_audience_organization a USING organization w
                WHERE a.offer_id = $1 AND w.id = a.organization_id AND w.state = 'approved' RETURNING w.id""",
                offer.id,
            )
        )
        ledger.note(Lost.AUDIENCE, *(f"{offer.id}:{each}" for each in saw - asked), number=1)
        ledger.note(Lost.AUDIENCE, *(f"{offer.id}:{each}" for each in asked - saw), number=0)
        for organization in sorted(asked):
            await rows(
                """INSERT INTO offer_audience_organization (id, offer_id, organization_id)
                SELECT $1, $2, id FROM organization WHERE id = $3 AND state = 'approved'""",
                uuid7(), offer.id, organization,
            )  # fmt: skip
        narrowed = _narrowed(offer, facts.get("visibility"), now)
        if narrowed:
            ledger.note(Lost.OFFER_TO_ALL, offer.id, number=int(narrowed["narrowed_at"] is not None))
        await _write(offer, text, **facts, **narrowed)


def _narrowed(offer: Offer, visibility: Visibility | None, now: datetime) -> dict[str, datetime | None]:
    """Whether it stops being shown to everybody, or begins again: who subscribes must not be left with its dates."""
    if visibility is None or not offer.published or visibility == offer.visibility:
        return {}
    if visibility == Visibility.PUBLIC:
        return {"narrowed_at": None}
    return {"narrowed_at": now} if offer.visibility == Visibility.PUBLIC else {}


class NewVenue(NamedTuple):
    """A place as whoever publishes has written it: made unless the municipality has it."""

    name: str
    street: str
    postcode: str | None
    city: str | None
    step_free: bool | None
    hearing_loop: bool | None
    accessible_toilet: bool | None


class Where(NamedTuple):
    """Where an offer meets: a place that is there or a new one, on the net, or nothing of it yet."""

    online_url: str | None
    venue_id: UUID | None = None
    new: NewVenue | None = None


async def set_place(
    offer: Offer,
    *,
    by: UUID,
    now: datetime,
    text: Mapping[str, str],
    there: Where | None,
    transport: str,
) -> None:
    """Where the offer meets; `there` None: that stays. Raises Incomplete."""
    async with editing(offer, by, now):
        if there is None:
            await _write(offer, text)
            return
        venue_id = there.venue_id
        if new := there.new:
            venue, made = await Venue.get_or_create(
                municipality_id=offer.municipality_id,
                name=new.name,
                street=new.street,
                defaults=new._asdict(),
            )
            if made and transport:
                await VenueText.create(venue=venue, lang=offer.source_lang, transport=transport)
            venue_id = venue.id
        await _write(offer, text, venue_id=venue_id, online_url=there.online_url)


async def set_joining(
    offer: Offer,
    *,
    by: UUID,
    now: datetime,
    joining: Joining,
    capacity: int | None,
    text: Mapping[str, str],
    opens_at: datetime | None = None,
    closes_hours: int | None = None,
    **facts: Any,
) -> None:
    """How people join, and when. A draft's seats are made anew: nobody can have booked. Raises Refused, Incomplete."""
    async with editing(offer, by, now):
        if joining not in rules.joinings(offer.state, offer.joining):
            raise Refused(_("Måten å bli med på kan ikke endres når noen kan ha meldt seg på."))
        offer.joining = joining
        if offer.draft:
            await drop_pools(offer.id)
            await make_pools(offer, capacity)
        if (opens_at, closes_hours) != (offer.opens_at, offer.closes_hours):
            await record(Act.OPENING_CHANGED, now=now, actor=by, object_id=offer.id, organization=offer.owner_id,
                         details={"closes_hours": closes_hours})  # fmt: skip
        await set_opening(offer.id, opens_at, closes_hours)
        await _write(offer, text, **facts, opens_at=opens_at, closes_hours=closes_hours, joining=joining)


async def publish(offer: Offer, *, by: UUID, now: datetime, sensitive: bool) -> None:
    """Show the offer to those it is for. Raises Incomplete, with what is missing."""
    async with changing(offer.id):
        await offer.refresh_from_db()
        if offer.called_off:
            raise Refused(_("Tilbudet er avlyst. Lag et nytt av det i stedet."))
        if offer.published:
            return
        if missing := await missing_of(offer, now):
            raise Incomplete(missing)
        await make_pools(offer, await capacity_of(offer.id))
        offer.state, offer.sensitive, offer.published_at = OfferState.PUBLISHED, sensitive, now
        await offer.save(update_fields=["state", "sensitive", "published_at"])
        await finish(offer, by, now, Act.OFFER_PUBLISHED)


async def set_text(offer: Offer, lang: str, *, by: UUID, now: datetime, **text: str) -> None:
    """What the offer says in one more language."""
    async with editing(offer, by, now):
        await OfferText.update_or_create(text, offer_id=offer.id, lang=lang)


__all__ = ["Incomplete", "change", "editing", "finish", "missing_of", "move_on", "publish", "refresh", "set_audience",
           "set_joining", "set_place", "set_text", "start"]  # fmt: skip


class FoundBy(NamedTuple):
    """A text, what it is found by beside its words, and what that is made of: kind, audiences, who offers it."""

    id: UUID
    lang: str
    keywords: str
    kind: str
    audiences: list[str]
    names: list[str]


FOUND_BY = """SELECT t.id, t.lang, t.keywords, o.kind, o.audiences, ARRAY[w.name] || ARRAY(SELECT x.name
        FROM offer_organizer c JOIN organization x ON x.id = c.organization_id WHERE c.offer_id = o.id ORDER BY c.id)
    AS names
FROM offer_text t JOIN offer o ON o.id = t.offer_id JOIN organization w ON w.id = o.owner_id"""
AT_ONCE = 1000
"""Texts that are looked at in one statement."""


async def keep_keywords(offer: Offer) -> None:
    """What the offer is found by beside each of its texts."""
    await _keep_keywords(await rows(FoundBy, f"{FOUND_BY} WHERE o.id = $1 ORDER BY t.id", offer.id))


async def keep_all_keywords() -> None:
    """The same of all offers: an organisation may have another name since, of which no offer was told, and a kind may
    be called otherwise by this program."""
    last = UUID(int=0)
    while found := await rows(FoundBy, f"{FOUND_BY} WHERE t.id > $1 ORDER BY t.id LIMIT {AT_ONCE}", last):
        await _keep_keywords(found)
        last = found[-1].id


async def _keep_keywords(texts: Iterable[FoundBy]) -> None:
    for text in texts:
        audiences = [Audience(one) for one in text.audiences]
        found_by = keywords(Kind(text.kind), audiences, text.names, text.lang)
        if text.keywords != found_by:  # where somebody else has written it meanwhile, they knew better
            await OfferText.filter(id=text.id, keywords=text.keywords).update(keywords=found_by)
