"""Who leads a session hears that another has cancelled or moved it: they would come to a closed door."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.models import OutboxMessage
from marketplace.base.post import outbox
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, OfferOrganizer, Session
from offers.rights.models import HostAssignment
from offers.sessions.actions import cancel, cancel_offer, move
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def led(*hosts: str, **other: object) -> tuple[Offer, Person]:
    """An offer in a week and in two, whom Kari manages and these lead."""
    here = await make.organization("Frivilligsentralen")
    kari = await make.member(here, Role.MANAGER, "Kari", email="kari@example.no")
    given = {"owner": here, "joining": Joining.WHOLE, "starts": [NOW + WEEK, NOW + 2 * WEEK]} | other
    offer = await make.offer("Turgruppa", sensitive=bool(given.pop("sensitive", False)), **given)
    for name in hosts:
        host = await make.member(here, Role.HOST, name, email=f"{name.lower()}@example.no")
        await HostAssignment.create(person=host, offer=offer)
    return offer, kari


async def first(offer: Offer) -> Session:
    return (await Session.filter(offer=offer).order_by("starts_at").select_related("offer"))[0]


async def told() -> list[str]:
    return [one.address for one in await OutboxMessage.filter(mail="led_changed").order_by("address", "id")]


async def sent(post_office: Handler) -> list[tuple[str, str]]:
    """Subject and words of what the hosts get."""
    before = len(post_office.taken)
    await outbox.send_due(refuse, lambda: NOW)
    return [
        (str(mail["Subject"]), mail.get_body(("plain",)).get_content().replace("\xa0", " "))  # type: ignore[union-attr]
        for mail in post_office.taken[before:]
    ]


async def call_off(offer: Offer, by: Person) -> None:
    session = await first(offer)
    await cancel(session, sequence=session.sequence, note="Ingrid er syk.", by=by.id, now=NOW)


async def shift(offer: Offer, by: Person, hours: int = 1) -> None:
    session = await first(offer)
    await move(session, sequence=session.sequence, starts_at=session.starts_at + hours * HOUR,
               ends_at=session.ends_at + hours * HOUR, venue_id=None, by=by.id, now=NOW)  # fmt: skip


async def test_the_other_hosts_are_told_that_it_is_cancelled_and_whoever_did_it_is_not(
    post_office: Handler,
) -> None:
    offer, _kari = await led("Tom", "Aud")
    await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Ivar", email="ivar@example.no")
    await call_off(offer, await Person.get(name="Tom"))
    assert await told() == ["aud@example.no"]
    ((subject, words),) = await sent(post_office)
    assert subject == "Avlyst: du trenger ikke komme"
    assert "En annen hos Frivilligsentralen har avlyst noe du er vert for." in words
    assert "Avlyst: tirsdag 20. oktober" in words
    assert "Turgruppa" in words
    assert "Tom" not in words, "no name stands in a mail"
    assert "/notices/" in words


async def test_a_move_says_when_it_is_now_and_of_two_moves_only_the_last(post_office: Handler) -> None:
    offer, kari = await led("Tom")
    await shift(offer, kari)
    await shift(offer, kari)
    ((subject, words),) = await sent(post_office)
    assert subject == "Ny tid eller nytt sted for deg som er vert"
    assert "Nå: tirsdag 20. oktober" in words
    assert "Avlyst" not in words
    assert await told() == ["tom@example.no"] * 2


async def test_all_that_ends_with_an_offer_is_one_message_and_a_sensitive_one_is_not_named(
    post_office: Handler,
) -> None:
    offer, kari = await led("Tom", sensitive=True)
    await cancel_offer(offer, note="", by=kari.id, now=NOW)
    ((_subject, words),) = await sent(post_office)
    assert words.count("Avlyst: ") == 2
    assert "tilbud vi ikke nevner i e-post" in words
    assert "Turgruppa" not in words


async def test_what_nobody_is_set_to_lead_is_told_to_all_who_may(post_office: Handler) -> None:
    offer, kari = await led()
    here = await Organization.get(id=offer.owner_id)
    await make.member(here, Role.EDITOR, "Liv", email="liv@example.no")
    await make.member(here, Role.HOST, "Ivar", email="ivar@example.no")
    await call_off(offer, kari)
    assert await told() == ["liv@example.no"]
    await HostAssignment.create(person=await Person.get(name="Ivar"), offer=offer)
    assert await sent(post_office) == [], "somebody is set to lead it by now"


async def test_a_host_of_a_co_organiser_is_told_and_who_leads_it_no_more_is_not(post_office: Handler) -> None:
    offer, kari = await led("Tom", "Aud")
    other = await make.organization("Husflidslaget")
    ida = await make.member(other, Role.HOST, "Ida", email="ida@example.no")
    await HostAssignment.create(person=ida, offer=offer)
    await call_off(offer, kari)
    assert await told() == ["aud@example.no", "tom@example.no"], "hers does not arrange it"
    await OfferOrganizer.create(offer=offer, organization=other)
    await Membership.filter(person__name="Aud").update(ended_at=NOW)
    await HostAssignment.filter(person__name="Tom").delete()
    assert await sent(post_office) == [], "neither has anything to do with it when it is to leave"
    session = (await Session.filter(offer=offer).order_by("starts_at").select_related("offer"))[1]
    await cancel(session, sequence=0, note="", by=kari.id, now=NOW)
    assert (await told())[-2:] == ["ida@example.no", "tom@example.no"]
    assert len(await sent(post_office)) == 1


async def test_who_wants_no_such_messages_gets_none(post_office: Handler) -> None:
    offer, kari = await led("Tom")
    tom = await Person.get(name="Tom")
    await MemberNotice.create(
        person=tom, organization_id=offer.owner_id, kind=Notice.CHANGED, wanted=False, changed_at=NOW
    )
    await call_off(offer, kari)
    assert await told() == []


async def test_where_the_host_has_left_those_who_manage_it_are_told() -> None:
    offer, _kari = await led("Tom")
    here = await Organization.get(id=offer.owner_id)
    await Membership.filter(person__name="Tom").update(ended_at=NOW)
    aud = await make.member(here, Role.EDITOR, "Aud", email="aud@example.no")
    await call_off(offer, aud)
    assert await told() == ["kari@example.no"]
