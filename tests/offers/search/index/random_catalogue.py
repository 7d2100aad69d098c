"""A catalogue, searches and acts by chance, for comparing the index with the database."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import in_transaction, rows
from offers.catalogue.cards import CardRow
from offers.catalogue.kinds import Audience, Kind
from offers.catalogue.models import (
    Joining,
    Offer,
    OfferAudienceOrganization,
    OfferOrganizer,
    SeatPool,
    Session,
    Venue,
    Visibility,
)
from offers.catalogue.queries import VISITOR, Viewer
from offers.catalogue.rules import When, period
from offers.catalogue.states import OfferState
from offers.search.asked import Found, Position, Search
from offers.search.conditions import ACCESS
from offers.search.places.rules import Near
from organizations.directory.models import (
    District,
    DistrictPlace,
    Organization,
    OrganizationOwner,
    OrganizationState,
)
from tests import make
from tests.conftest import NOW

WORDS = ("tilbud", "kafé", "strikkekafe", "tur", "turgruppe", "gruppe hagen", '"tur i hagen"', "tilbud -tur",
         "finnes ikke", "-tur", "vandring 7")  # fmt: skip
TITLES = ("Strikkekafé", "Tur i hagen", "Turgruppe", "Hagearbeid", "Møteplass")
PLACES = ("", "sandnes", "Sør", "hov", "43", "2860", "rådhus", "ing", "  ", "²", "%", "land", "43_6")


class Town:
    """Some organisations of two municipalities, their venues and offers."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.organizations: list[Organization] = []
        self.venues: list[Venue] = []
        self.offers: list[Offer] = []

    async def build(self, offers: int) -> None:
        home = await make.municipality()
        land = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
        for number in range(5):
            state = OrganizationState.SUSPENDED if number == 4 else OrganizationState.APPROVED
            there = land if number % 2 else home
            self.organizations.append(
                await make.organization(f"Lag {number}", municipality=there, state=state)
            )
        await OrganizationOwner.create(organization=self.organizations[0], municipality=land)
        self.venues = [
            await make.venue("Sandnes rådhus"), await make.venue("Hov bibliotek", postcode="2860", city="Hov"),
            await make.venue("Ly", postcode=None, city=None, municipality=land),
        ]  # fmt: skip
        for place, slug, postcode, town in (
            (home, "by", "4306", None), (home, "bygd", None, "hov"), (land, "by", "2860", None),
            (land, "bygd", None, "ly")
        ):  # fmt: skip
            district = await District.create(municipality=place, slug=slug, name=slug.title())
            await DistrictPlace.create(district=district, municipality=place, postcode=postcode, city=town)
        for _ in self.venues:
            await self._access()
        for _ in range(offers):
            await self.publish()

    def moment(self) -> datetime:
        return NOW + timedelta(hours=self.random.choice((1, 3, 5, 8, 24)) * self.random.randint(-60, 90))

    async def publish(self) -> None:
        pick = self.random.choice
        audiences = sorted(self.random.sample([one.value for one in Audience], self.random.randint(1, 3)))
        offer = await make.offer(
            f"{pick(TITLES)} {len(self.offers)}", joining=pick(list(Joining)), kind=pick(list(Kind)),
            audiences=audiences,
            capacity=pick((None, 0, 1, 2, 10)), owner=pick(self.organizations), venue=pick((*self.venues, None)),
            starts=[self.moment() for _ in range(pick((0, 1, 1, 2, 5)))], sensitive=pick((False, False, True)),
            online_url=pick((None, None, "https://example.org/")),
            visibility=pick([*Visibility, Visibility.PUBLIC, Visibility.PUBLIC]), main_audience=audiences[0],
            state=pick([*OfferState, OfferState.PUBLISHED, OfferState.PUBLISHED]),
        )  # fmt: skip
        self.offers.append(offer)
        await self._facts(offer)
        await Session.filter(offer=offer).update(
            venue_id=pick((None, None, *(one.id for one in self.venues)))
        )
        for organization in self.random.sample(self.organizations, pick((0, 0, 1, 2))):
            await OfferOrganizer.create(offer=offer, organization=organization)
        for organization in self.random.sample(self.organizations, pick((0, 0, 1, 2))):
            await OfferAudienceOrganization.create(offer=offer, organization=organization)

    def viewer(self) -> Viewer:
        """Everybody, staff, members of each organisation and of several."""
        some = self.random.sample(self.organizations, self.random.choice((0, 1, 1, 2)))
        mine = tuple(one.id for one in some)
        return VISITOR if self.random.random() < 0.3 else Viewer(self.random.random() < 0.4, mine)

    def search(self, now: datetime) -> Search:
        pick, chance = self.random.choice, self.random.random
        near = self._near() if chance() < 0.3 else None
        between = period(pick(list(When)), now) if chance() < 0.4 else None
        return Search(
            place=pick(PLACES) if chance() < 0.4 else "",
            municipalities=pick((("sandnes",), ("sondre-land", "oslo"))) if chance() < 0.3 else (),
            kinds=tuple(self.random.sample(list(Kind), pick((1, 2, 5)))) if chance() < 0.4 else (),
            audiences=tuple(self.random.sample(list(Audience), pick((1, 2)))) if chance() < 0.4 else (),
            between=between, drop_in=pick((None, None, True, False)), free=chance() < 0.4, evening=chance() < 0.3,
            not_begun=chance() < 0.2, organization=pick(self.organizations).id if chance() < 0.2 else None,
            age=pick((0, 9, 40, 80)) if chance() < 0.2 else None,
            weekdays=pick(((1,), (2, 6))) if chance() < 0.15 else (),
            spoken=pick((("uk",), ("en", "pl"))) if chance() < 0.2 else (), online=chance() < 0.1,
            costs=pick((("free",), ("free", "some"))) if chance() < 0.2 else (), no_booking=chance() < 0.1,
            organizers=tuple(one.slug for one in self.random.sample(self.organizations, 2)) if chance() < 0.15 else (),
            parts=pick((("morning",), ("day", "evening"), ("evening",))) if chance() < 0.2 else (),
            access=tuple(self.random.sample(ACCESS, pick((1, 2)))) if chance() < 0.15 else (),
            words=pick(WORDS) if chance() < 0.3 else "", any_word=chance() < 0.2, by_date=chance() < 0.2, near=near,
            within=pick((None, 2, 20)) if near else None, nearest_first=chance() < 0.2, fitting=chance() < 0.3,
            districts=pick((("by",), ("by", "bygd"), ("bygd", "ingen"))) if chance() < 0.2 else (),
            page=pick((1, 3, 20)), counted=pick((20, 200)),
        )  # fmt: skip

    def _near(self) -> Near:
        """Somewhere; of one place nobody knows how far it is."""
        some = self.random.sample(self.venues, len(self.venues) - 1)
        return Near("Hana", tuple((one.id, self.random.choice((0, 900, 900, 15_000))) for one in some))

    async def act(self, now: datetime) -> None:
        """Something happens, as the actions do it: in one transaction, with an entry in the audit trail where seats
        are taken or given up."""
        acts = (self.publish, self._state, self._visible, self._move, self._words, self._call_off, self._venue,
                self._suspend, self._join, self._owns, self._number, self._delete,
                self._facts, self._elsewhere, self._access)  # fmt: skip
        if self.random.random() < 0.4:
            await self._book(now)
        else:
            await self.random.choice(acts)()

    def _offer(self) -> Offer:
        return self.random.choice(self.offers)

    async def _book(self, now: datetime) -> None:
        pools = await SeatPool.filter(offer_id__in=[one.id for one in self.offers])
        if not pools:
            return
        pool = self.random.choice(pools)
        async with in_transaction():
            if pool.taken and self.random.random() < 0.4:
                await rows("UPDATE seat_pool SET taken = taken - 1 WHERE id = $1", pool.id)
                booking = (await make.booking(await SeatPool.get(id=pool.id))).id
            elif pool.capacity is None or pool.taken < pool.capacity:
                booking = (await make.booking(pool)).id
            else:
                return
            await record("booking.made", actor=None, object_id=booking, now=now)

    async def _facts(self, offer: Offer | None = None) -> None:
        pick = self.random.choice
        cost = pick(("free", "some", None))
        await Offer.filter(id=(offer or self._offer()).id).update(
            age_from=pick((None, 0, 10, 15)), age_to=pick((None, 15, 20, 70)), cost=cost,
            spoken=pick(([], [], ["uk"], ["en", "pl"])), cost_text="20 kroner" if cost == "some" else "",
        )  # fmt: skip

    async def _elsewhere(self) -> None:
        session = await Session.filter(offer=self._offer()).first()
        if session:
            await Session.filter(id=session.id).update(
                venue_id=self.random.choice((None, *(one.id for one in self.venues)))
            )

    async def _access(self) -> None:
        """What is known of a place, or nothing."""
        known = {name: self.random.choice((None, True, False)) for name in ACCESS}
        await Venue.filter(id=self.random.choice(self.venues).id).update(**known)

    async def _state(self) -> None:
        await Offer.filter(id=self._offer().id).update(state=self.random.choice(list(OfferState)))

    async def _visible(self) -> None:
        await Offer.filter(id=self._offer().id).update(visibility=self.random.choice(list(Visibility)))

    async def _words(self) -> None:
        await rows(
            "UPDATE offer_text SET title = $2 WHERE offer_id = $1",
            self._offer().id,
            self.random.choice(TITLES),
        )

    async def _move(self) -> None:
        offer, start = self._offer(), self.moment()
        async with in_transaction():
            session = await Session.filter(offer=offer).first()
            if session is None:
                return
            session.starts_at, session.ends_at = start, start + timedelta(hours=2)
            await session.save()
            await SeatPool.filter(session=session).update(starts_at=start, ends_at=session.ends_at)
            dates = [(one.starts_at, one.ends_at) for one in await Session.filter(offer=offer)]
            coming = sorted(date for date in dates if date[1] > NOW)
            first: Any = coming[0] if coming else (None, None)
            await Offer.filter(id=offer.id).update(
                next_session_at=first[0],
                next_session_ends=first[1],
                last_session_ends=max(date[1] for date in dates),
            )

    async def _call_off(self) -> None:
        session = await Session.filter(offer=self._offer()).first()
        if session:
            await Session.filter(id=session.id).update(status=self.random.choice(("cancelled", "scheduled")))

    async def _venue(self) -> None:
        venue = self.random.choice(self.venues)
        await Venue.filter(id=venue.id).update(
            name=self.random.choice(("Hov skole", "Ly rådhus", "Sandnes kino"))
        )

    async def _suspend(self) -> None:
        state = self.random.choice((OrganizationState.SUSPENDED, OrganizationState.APPROVED))
        await Organization.filter(id=self.random.choice(self.organizations).id).update(state=state)

    async def _join(self) -> None:
        kind = self.random.choice((OfferOrganizer, OfferAudienceOrganization))
        key = {"offer_id": self._offer().id, "organization_id": self.random.choice(self.organizations).id}
        if await kind.filter(**key).exists():
            await kind.filter(**key).delete()
        else:
            await kind.create(**key)

    async def _owns(self) -> None:
        key = {"organization_id": self.random.choice(self.organizations).id,
               "municipality_id": self.random.choice(self.organizations).municipality_id}  # fmt: skip
        if await OrganizationOwner.filter(**key).exists():
            await OrganizationOwner.filter(**key).delete()
        else:
            await OrganizationOwner.create(**key)

    async def _number(self) -> None:
        pool = await SeatPool.filter(offer=self._offer()).first()
        if pool:
            await SeatPool.filter(id=pool.id).update(
                capacity=pool.taken + self.random.choice((0, 0, 5)),
                closes_at=self.random.choice((None, self.moment())), opens_at=self.random.choice((None, self.moment())),
            )  # fmt: skip

    async def _delete(self) -> None:
        session = await Session.filter(offer=self._offer(), pool__id__isnull=True).first()
        if session:
            await session.delete()


def outcome(found: Found) -> tuple[int, list[CardRow], Position | None]:
    """What must be the same, whoever answered."""
    return found.total, [one._replace(id=UUID(str(one.id))) for one in found.rows], found.next
