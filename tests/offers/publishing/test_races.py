"""An editor saves while somebody else publishes or cancels: the offer is read afresh under its lock, and only what the
step changed is written. Each test leaves the first act uncommitted until the second waits for it."""

from datetime import time, timedelta

from marketplace.base.errors import Refused
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, OfferText, SeatPool, Session
from offers.catalogue.states import OfferState
from offers.publishing import actions
from offers.publishing.series import actions as series_actions
from offers.sessions.actions import cancel_offer
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping


async def complete(kari: Person, **other: object) -> Offer:
    """A draft that lacks nothing, with one date."""
    given = {"state": OfferState.DRAFT, "published_at": None, "venue": await make.venue()} | other
    offer = await make.offer(**given)  # type: ignore[arg-type]
    said = {"what_happens": "Vi leker.", "bring_someone": "Ja.", "way_in": "Grønn dør.", "meets_you": "Tom."}
    await OfferText.filter(offer=offer).update(**said)
    return offer


async def test_an_edit_that_waits_for_a_cancellation_does_not_bring_the_offer_back(db: None) -> None:
    kari = await make.person("Kari")
    offer = await complete(kari, state=OfferState.PUBLISHED, published_at=NOW)
    stale = await Offer.get()
    _told, refused, waited = await overlapping(
        lambda: cancel_offer(offer, note="", by=kari.id, now=NOW),
        lambda: actions.change(stale, by=kari.id, now=NOW, phone="51 00 00 15"),
    )  # fmt: skip
    assert isinstance(refused, Refused)
    assert refused.message == "Tilbudet er avlyst og kan ikke endres. Lag et nytt av det i stedet."
    after = await Offer.get()
    assert (after.state, after.phone, waited) == (OfferState.CANCELLED, None, True)


async def test_a_step_beside_a_publishing_is_saved_and_does_not_unpublish(db: None) -> None:
    kari = await make.person("Kari")
    offer = await complete(kari)
    stale = await Offer.get()
    _published, changed, waited = await overlapping(
        lambda: actions.publish(offer, by=kari.id, now=NOW, sensitive=True),
        lambda: actions.change(stale, by=kari.id, now=NOW, phone="51 00 00 15"),
    )  # fmt: skip
    after = await Offer.get()
    assert (changed, waited) == (None, True)
    assert (after.state, after.published_at, after.sensitive, after.phone) == (
        OfferState.PUBLISHED, NOW, True, "51 00 00 15")  # fmt: skip


async def test_two_steps_at_once_are_both_saved(db: None) -> None:
    kari = await make.person("Kari")
    offer = await complete(kari)
    stale = await Offer.get()
    await overlapping(
        lambda: actions.change(offer, by=kari.id, now=NOW, contact_name="Tom"),
        lambda: actions.change(stale, by=kari.id, now=NOW, phone="51 00 00 15"),
    )  # fmt: skip
    after = await Offer.get()
    assert (after.contact_name, after.phone) == ("Tom", "51 00 00 15")


async def test_dates_are_not_taken_away_from_an_offer_that_was_published_meanwhile(db: None) -> None:
    kari = await make.person("Kari")
    offer = await complete(kari)
    stale, session = await Offer.get(), await Session.get()
    _published, made, waited = await overlapping(
        lambda: actions.publish(offer, by=kari.id, now=NOW, sensitive=False),
        lambda: series_actions.set_sessions(
            stale, by=kari.id, now=NOW, days=[(NOW + timedelta(days=14)).date()], starts=time(18), ends=time(20),
            keep=[], seen=NOW,
        ),
    )  # fmt: skip
    assert (made, waited) == (1, True)
    assert await Session.filter(id=session.id).exists()
    assert (await Session.all().count(), await SeatPool.all().count()) == (2, 2)


async def test_seats_are_not_made_anew_when_the_offer_was_published_meanwhile(db: None) -> None:
    kari = await make.person("Kari")
    offer = await complete(kari)
    stale, pool = await Offer.get(), await SeatPool.get()
    _published, refused, waited = await overlapping(
        lambda: actions.publish(offer, by=kari.id, now=NOW, sensitive=False),
        lambda: actions.set_joining(
            stale, by=kari.id, now=NOW, joining=Joining.WHOLE, capacity=3, text={}),
    )  # fmt: skip
    assert isinstance(refused, Refused)
    assert ([one.id for one in await SeatPool.all()], waited) == ([pool.id], True)


async def test_a_publishing_makes_the_seats_of_the_way_to_join_that_was_saved_last(db: None) -> None:
    kari = await make.person("Kari")
    offer = await complete(kari)
    stale = await Offer.get()
    await overlapping(
        lambda: actions.set_joining(offer, by=kari.id, now=NOW, joining=Joining.WHOLE, capacity=3, text={}),
        lambda: actions.publish(stale, by=kari.id, now=NOW, sensitive=False),
    )  # fmt: skip
    after, pool = await Offer.get(), await SeatPool.get()
    assert (after.state, after.joining, pool.session_id, pool.capacity) == (  # type: ignore[attr-defined]
        OfferState.PUBLISHED, Joining.WHOLE, None, 3)  # fmt: skip
