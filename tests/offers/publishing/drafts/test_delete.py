"""A draft can be done away with, by who owns it, and only while nobody has anything of it."""

from typing import Any

from marketplace.base.models import AuditEntry
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.catalogue.states import OfferState
from organizations.members.models import Role
from tests import make
from tests.visitor import Visitor


async def draft(**other: Any) -> tuple[Offer, Person]:
    owner = await make.organization("Frivilligsentralen")
    kari = await make.member(owner, Role.EDITOR, email=f"{owner.slug}@example.no")
    return await make.offer(
        **{"owner": owner, "state": OfferState.DRAFT, "joining": Joining.WHOLE} | other
    ), kari


async def test_a_draft_is_deleted_after_asking(visitor: Visitor) -> None:
    offer, kari = await draft()
    await make.offer("Ny av den", owner=offer.owner, continues_id=offer.id)
    await visitor.sign_in(kari)
    home = await visitor.open(f"/manage/offers/{offer.slug}")
    assert home.soup.find("a", href=f"/manage/offers/{offer.slug}/delete")
    asked = await visitor.open(f"/manage/offers/{offer.slug}/delete")
    assert await Offer.exists(id=offer.id)
    done = await visitor.submit(asked, "/delete")
    assert done.response.headers["location"] == "/manage?show=drafts"
    assert not await Offer.exists(id=offer.id)
    assert await AuditEntry.filter(action="offer.deleted", object_id=offer.id).count() == 1


async def test_what_is_published_booked_or_anothers_is_not_deleted(visitor: Visitor) -> None:
    published, kari = await draft(state=OfferState.PUBLISHED)
    await visitor.sign_in(kari)
    assert (await visitor.open(f"/manage/offers/{published.slug}/delete")).status == 422
    booked, liv = await draft()
    await visitor.sign_in(liv)
    asked = await visitor.open(f"/manage/offers/{booked.slug}/delete")
    await make.booking(await SeatPool.get(offer=booked))
    assert (await visitor.submit(asked, "/delete")).status == 422
    await visitor.sign_in(kari)
    assert (await visitor.open(f"/manage/offers/{booked.slug}/delete")).status == 404
    assert await Offer.all().count() == 2
