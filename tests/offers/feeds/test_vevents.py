"""A session's VEVENT is made once, kept in its row, and forgotten when anything that stands in it changes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from marketplace.base.data.database import credentials, in_transaction, rows, value
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Offer, OfferOrganizer, OfferText, Session, Venue, Visibility
from offers.catalogue.states import SessionStatus
from offers.feeds import queries
from organizations.directory.models import Organization, OrganizationState
from tests import make
from tests.conftest import NOW

HOUR = timedelta(hours=1)


async def revision() -> int:
    return int(await value("SELECT revision FROM catalogue_revision WHERE id = 1"))


async def feed() -> str:
    return (await queries.public_feed("all", "", NOW)).plain.decode().replace("\r\n ", "")


async def kept() -> bytes | None:
    return bytes(found) if (found := await value("SELECT vevent FROM session")) else None


@pytest.fixture
async def offer(db: None) -> Offer:
    place = await make.venue()
    return await make.offer(
        "Kafé", owner=await make.organization("Røde Kors"), venue=place, kind=Kind.ACTIVITY
    )


async def session_changes(offer: Offer) -> None:
    await rows(
        "UPDATE session SET starts_at = starts_at + interval '1 hour', ends_at = ends_at + interval '1 hour'"
    )


async def offer_moves(offer: Offer) -> None:
    await Offer.filter(id=offer.id).update(venue_id=(await make.venue("Vitenfabrikken")).id)


async def text_is_added(offer: Offer) -> None:
    await OfferText.filter(offer_id=offer.id).update(lang="en")
    await rows("UPDATE session SET vevent = 'x'")
    await OfferText.create(offer=offer, lang="nb", title="Kafé på norsk", summary="")


async def text_goes(offer: Offer) -> None:
    await OfferText.create(offer=offer, lang="en", title="Café", summary="")
    await rows("UPDATE session SET vevent = 'x'")
    await OfferText.filter(lang="nb").delete()


CHANGES: dict[str, Callable[[Offer], Awaitable[object]]] = {
    "T130000": session_changes,
    "AVLYST: Kafé": lambda offer: Session.all().update(status=SessionStatus.CANCELLED),
    "Ta med vått tøy.": lambda offer: Session.all().update(note="Ta med vått tøy."),
    "SEQUENCE:7": lambda offer: Session.all().update(sequence=7),
    "Vitenfabrikken": offer_moves,
    "/offers/nytt-navn": lambda offer: Offer.all().update(slug="nytt-navn"),
    "CATEGORIES:Kurs": lambda offer: Offer.all().update(kind=Kind.COURSE),
    "SUMMARY:Avtale": lambda offer: Offer.all().update(sensitive=True),
    "SUMMARY:Te": lambda offer: OfferText.all().update(title="Te"),
    "Bare kom.": lambda offer: OfferText.all().update(summary="Bare kom."),
    "SUMMARY:Kafé på norsk": text_is_added,
    "SUMMARY:Café": text_goes,
    "Arrangør: Sanitetsforeningen": lambda offer: Organization.all().update(name="Sanitetsforeningen"),
    "Storgata 5": lambda offer: Venue.all().update(street="Storgata 5"),
}
"""What the event says afterwards: the change."""


@pytest.mark.parametrize("words", CHANGES)
async def test_a_change_is_in_the_feed_and_raises_the_revision(offer: Offer, words: str) -> None:
    assert words not in await feed()
    assert await kept() is not None
    before = await revision()
    await CHANGES[words](offer)
    assert await revision() > before
    assert await kept() is None
    assert words in await feed()
    assert words in (await kept() or b"").decode().replace("\r\n ", "")


HIDING: dict[str, Callable[[Offer], Awaitable[object]]] = {
    "withdrawn": lambda offer: Offer.all().update(state="cancelled"),
    "for staff": lambda offer: Offer.all().update(visibility=Visibility.STAFF),
    "suspended": lambda offer: Organization.all().update(state=OrganizationState.SUSPENDED),
    "deleted": lambda offer: rows("DELETE FROM session"),
}


@pytest.mark.parametrize("how", HIDING)
async def test_what_is_hidden_leaves_the_feed_and_raises_the_revision(offer: Offer, how: str) -> None:
    await rows("DELETE FROM seat_pool")
    assert "SUMMARY:Kafé" in await feed()
    before = await revision()
    await HIDING[how](offer)
    assert await revision() > before
    assert "SUMMARY" not in await feed()


async def test_a_co_organiser_raises_the_revision(offer: Offer) -> None:
    before = await revision()
    await OfferOrganizer.create(offer=offer, organization=await Organization.first())
    assert await revision() > before


async def test_what_no_feed_shows_changes_nothing(offer: Offer) -> None:
    await feed()
    before, stored = await revision(), await kept()
    pool = await offer.pools.all().first()  # type: ignore[attr-defined]
    await make.booking(pool)
    await Offer.all().update(next_session_at=NOW, session_count=3)
    assert (await revision(), await kept()) == (before, stored)


async def test_it_is_made_once(offer: Offer) -> None:
    first = await queries.public_feed("all", "", NOW)
    await rows("UPDATE session SET vevent = 'BEGIN:VEVENT'")
    assert b"BEGIN:VEVENTEND:VCALENDAR" in (await queries.public_feed("all", "", NOW)).plain
    await rows("UPDATE session SET vevent = NULL")
    assert (await queries.public_feed("all", "", NOW)).plain == first.plain


async def test_saving_an_old_copy_of_a_session_does_not_bring_its_event_back(offer: Offer) -> None:
    await feed()
    old = await Session.get(offer_id=offer.id)
    await OfferText.all().update(title="Te")
    await old.save()
    assert await kept() is None
    assert "SUMMARY:Te" in await feed()


async def test_a_whole_offer_can_be_deleted(offer: Offer) -> None:
    await feed()
    await rows("DELETE FROM seat_pool")
    await rows("DELETE FROM offer WHERE id = $1", offer.id)
    assert await value("SELECT count(*) FROM session") == 0


class Writer:
    """Somebody on a connection of their own, in a transaction that takes its time."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def begin(self, *statements: str) -> None:
        self.transaction = self.connection.transaction()
        await self.transaction.start()
        for statement in statements:
            await self.connection.execute(statement)

    async def commit(self) -> None:
        await self.transaction.commit()


@pytest.fixture
async def writer(database_url: str) -> Writer:  # type: ignore[misc]
    connection = await asyncpg.connect(**credentials(database_url))
    yield Writer(connection)  # type: ignore[misc]
    await connection.close()


async def facts_read_then(offer: Offer, write: Callable[[], Awaitable[object]]) -> None:
    """make_vevents, with `write` happening after it has read and before it stores."""
    stamp = await revision()
    ids = [(await Session.get(offer_id=offer.id)).id]
    read = queries.vevent

    def vevent_then_write(event: object) -> bytes:
        made = read(event)  # type: ignore[arg-type]
        asyncio.run_coroutine_threadsafe(write(), loop).result(5)  # type: ignore[arg-type]
        return made

    loop = asyncio.get_running_loop()
    queries.vevent = vevent_then_write  # type: ignore[assignment]
    try:
        assert b"SUMMARY:Kaf" in (await asyncio.wait_for(queries.make_vevents(ids, stamp), 60))[ids[0]]
    finally:
        queries.vevent = read


async def test_an_old_event_is_not_stored_when_the_text_changed_meanwhile(
    offer: Offer, writer: Writer
) -> None:
    async def write() -> None:
        await writer.begin("UPDATE offer_text SET title = 'Te'")
        await writer.commit()

    await facts_read_then(offer, write)
    assert await kept() is None


async def test_an_old_event_is_not_stored_when_the_text_is_being_changed(
    offer: Offer, writer: Writer
) -> None:
    await facts_read_then(offer, lambda: writer.begin("UPDATE offer_text SET title = 'Te'"))
    await writer.commit()
    assert await kept() is None


async def test_nor_when_the_change_has_not_reached_the_revision_yet(offer: Offer, writer: Writer) -> None:
    """The session is in the writer's hands, the revision not: storing goes on without waiting for it."""
    await facts_read_then(offer, lambda: writer.begin("SELECT id FROM session FOR NO KEY UPDATE"))
    await writer.connection.execute("UPDATE session SET starts_at = starts_at + interval '1 minute'")
    await writer.commit()
    assert await kept() is None


async def test_a_change_that_comes_while_storing_waits_and_then_forgets(offer: Offer, writer: Writer) -> None:
    session = await Session.get(offer_id=offer.id)
    async with in_transaction():
        await rows("SELECT revision FROM catalogue_revision WHERE id = 1 FOR SHARE")
        await rows("UPDATE session SET vevent = 'old' WHERE id = $1", session.id)
        change = asyncio.create_task(writer.begin("UPDATE offer_text SET title = 'Te'"))
        await asyncio.sleep(0.2)
        assert not change.done()
    await change
    await writer.commit()
    assert await kept() is None
