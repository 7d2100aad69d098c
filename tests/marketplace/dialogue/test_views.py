"""Nora runs the dialogue, Hilde leads its meetings, Kari is in a member organisation, Per is a stranger."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.clock import oslo
from marketplace.dialogue.actions import say_who_was_there
from marketplace.dialogue.models import Dialogue, DialogueMeeting, DialogueMember, MeetingOrganization
from marketplace.dialogue.queries import fewest_at_meetings
from offers.catalogue.models import Joining, Offer, OfferAudienceOrganization, SeatPool, Session, Visibility
from offers.seats.models import Booking
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import CAST, SEPTEMBER, came, coordinator, elsewhere, ends
from tests.visitor import Page, Visitor

HOME = "/dialogues/frivillighetsdialogen"
MEETING = {
    "title": "Kveldene", "summary": "Hva finnes etter kl. 16?", "agenda": "1. Helgene\n2. Skyss", "day": "20.10.2026",
    "starts": "12.00", "ends": "14.30", "way_in": "Heis til tredje.", "meets_you": "Hilde i kantina.",
}  # fmt: skip


async def member(dialogue: Dialogue, name: str) -> Organization:
    organization = await make.organization(name)
    await DialogueMember.create(dialogue=dialogue, organization=organization, joined_at=NOW)
    return organization


async def meeting(dialogue: Dialogue, start: datetime = SEPTEMBER, title: str = "Helgene") -> DialogueMeeting:
    """A meeting that the members see."""
    offer = await make.offer(
        title, joining=Joining.WHOLE, starts=[start], capacity=40, owner_id=dialogue.coordinated_by_id,  # type: ignore[attr-defined]
        owner=await Organization.get(id=dialogue.coordinated_by_id), visibility=Visibility.MEMBERS,  # type: ignore[attr-defined]
        audiences=["staff"],
    )  # fmt: skip
    for each in await DialogueMember.filter(dialogue=dialogue).select_related("organization"):
        await OfferAudienceOrganization.create(offer=offer, organization=each.organization)
    return await DialogueMeeting.create(dialogue=dialogue, offer=offer, agenda="1. Helgene\n2. Skyss")


def ticked(page: Page) -> list[str]:
    """The organisations that the page says were there."""
    boxes = page.soup.select("input[name=organizations][checked]")
    return [page.soup.select_one(f'label[for="{box["id"]}"]').get_text(strip=True) for box in boxes]  # type: ignore[union-attr]


async def fewest(dialogue: Dialogue, year: int, moments: list[datetime]) -> list[int]:
    """The fewest organisations at any meeting of the year before each moment."""
    found = await fewest_at_meetings([(dialogue.id, year)], {year: moments}, NOW)
    return [one.number for one in found]


async def test_nora_calls_a_meeting_and_a_member_books_it(visitor: Visitor, dialogue: Dialogue) -> None:
    crux, venue = await member(dialogue, "Crux Ung"), await make.venue("Lura bydelshus")
    await visitor.sign_in(await coordinator())
    made = await visitor.submit(await visitor.open(f"{HOME}/meetings/new"), **MEETING, venue=str(venue.id))
    assert made.status == 303, made.text
    page = await visitor.follow(made)
    assert "tirsdag 20. oktober kl. 12–14.30, Lura bydelshus" in page.text

    offer = await Offer.get(slug="kveldene").prefetch_related("sessions", "pools", "texts")
    assert (offer.visibility, offer.joining, offer.state, offer.sensitive, offer.audiences) == (
        "members", "whole", "published", False, ["staff"],
    )  # fmt: skip
    assert [f"{oslo(session.starts_at):%d.%m %H:%M}" for session in offer.sessions] == ["20.10 12:00"]  # type: ignore[attr-defined]
    assert [pool.capacity for pool in offer.pools] == [None]  # type: ignore[attr-defined]
    assert [text.body for text in offer.texts] == ["1. Helgene\n2. Skyss"]  # type: ignore[attr-defined]

    visitor.client.cookies.clear()
    assert (await visitor.open("/offers/kveldene")).status == 404, "members only"
    await visitor.sign_in(await make.member(await make.organization("Andre"), Role.EDITOR, "Per"))
    assert (await visitor.open("/offers/kveldene")).status == 404
    await visitor.sign_in(await make.member(crux, Role.EDITOR, "Kari", email="kari@example.no"))
    assert (await visitor.open("/offers/kveldene")).heading == "Kveldene"
    booked = await visitor.submit(
        await visitor.open("/offers/kveldene/bookings/new"), "/bookings", seats="2", contact="none"
    )
    assert booked.status == 303, booked.text
    assert (await SeatPool.get(offer=offer)).taken == 2
    booking = await (await SeatPool.get(offer=offer)).bookings.all().first()  # type: ignore[attr-defined]
    assert booking.organization_id == crux.id

    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/kveldene")
    assert "Påmeldt så langt Crux Ung" in page.text
    assert "2 personer" not in page.text, "two are few, and the month is not closed"
    assert "Kari" not in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"title": ""}, "Skriv hva møtet heter."),
        ({"agenda": ""}, "Skriv hva dere skal snakke om."),
        ({"day": "31.2.2026"}, "Datoen 31.2.2026 finnes ikke."),
        ({"day": "12.10.2026"}, "Datoen er passert."),
        ({"ends": "11.00"}, "Slutten må være senere enn starten"),
        ({"venue": ""}, "Velg et sted."),
        ({"venue": "0199e1f2-0000-7000-8000-000000000000"}, "Velg et sted fra lista."),
        ({"capacity": "0"}, "Tallet må være 1 eller mer."),
    ],
)
async def test_what_is_wrong_with_a_meeting_is_said_and_nothing_is_written(
    visitor: Visitor, dialogue: Dialogue, typed: dict[str, str], words: str
) -> None:
    venue = await make.venue()
    await visitor.sign_in(await coordinator())
    page = await visitor.submit(
        await visitor.open(f"{HOME}/meetings/new"), **({"venue": str(venue.id)} | MEETING | typed)
    )
    assert page.status == 422
    assert words in page.text
    assert await Offer.all().count() == 0


async def test_a_new_member_sees_the_meetings_to_come_and_one_that_leaves_does_not(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    crux = await make.organization("Crux Ung")
    coming = await meeting(dialogue, NOW + timedelta(days=7), "Kommer")
    await meeting(dialogue, title="Har vært")
    await visitor.sign_in(await coordinator())
    page = await visitor.open(HOME)
    joined = await visitor.submit(page, "/members", organization=str(crux.id))
    assert joined.status == 303
    page = await visitor.open(HOME)
    assert "1 organisasjon er med" in page.text
    assert "oktober 2026" in page.text
    seen = await OfferAudienceOrganization.all()
    assert [(each.offer_id, each.organization_id) for each in seen] == [(coming.offer.id, crux.id)]  # type: ignore[attr-defined]

    asked = await visitor.open(f"{HOME}/members/{crux.id}/remove")
    assert asked.heading == "Ta bort Crux Ung fra dialogen?"
    assert await OfferAudienceOrganization.all().count() == 1, "only asked"
    assert (await visitor.submit(asked)).status == 303
    assert await OfferAudienceOrganization.all().count() == 0
    assert (
        await visitor.submit(await visitor.open(HOME), "/members", organization=str(crux.id))
    ).status == 303
    assert await DialogueMember.filter(left_at=None).count() == 1


async def test_only_an_approved_organisation_of_the_municipality_becomes_a_member(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    there = await member(dialogue, "Crux Ung")
    far = await make.organization("Laget", municipality=await elsewhere())
    new = await make.organization("Nye", state="applied")
    await visitor.sign_in(await coordinator())
    page = await visitor.open(HOME)
    assert [option.get_text() for option in page.soup.select("#organization option")][1:] == [
        "Mestringsenheten", "Noras kommune",
    ]  # fmt: skip
    for refused in (there, far, new):
        answer = await visitor.submit(page, "/members", organization=str(refused.id))
        assert answer.status == 422
        assert "Velg en organisasjon som ikke er med allerede." in answer.text
    assert await DialogueMember.all().count() == 1


async def test_who_was_there_is_prefilled_from_the_register_and_said_by_nora(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    crux, kors, senior = [await member(dialogue, name) for name in ("Crux Ung", "Blå Kors", "Senior")]
    held = await meeting(dialogue)
    await came(held.offer, "Aud", "Berit", "Cato", comes_for={"Aud": crux, "Berit": kors, "Cato": kors})
    await visitor.sign_in(await coordinator())
    path = f"{HOME}/meetings/{held.offer.slug}"
    page = await visitor.open(path)
    assert ticked(page) == ["Blå Kors", "Crux Ung"]
    assert "Aud" not in page.text, "no person is told of"
    saved = await visitor.submit(page, organizations=[str(kors.id), str(senior.id)])
    assert saved.status == 303
    assert ticked(await visitor.open(path)) == ["Blå Kors", "Senior"]
    assert {each.organization_id for each in await MeetingOrganization.all()} == {kors.id, senior.id}  # type: ignore[attr-defined]
    assert "2 organisasjoner var der" in (await visitor.open(HOME)).text


async def test_what_the_coordinator_says_counts_also_when_it_is_nobody(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    """The register has somebody; both change their mind afterwards."""
    crux = await member(dialogue, "Crux Ung")
    held = await meeting(dialogue)
    await came(held.offer, "Aud", comes_for={"Aud": crux})
    assert await fewest(dialogue, 2026, ends(9)) == [1]
    await visitor.sign_in(await coordinator())
    path = f"{HOME}/meetings/{held.offer.slug}"
    page = await visitor.open(path)
    assert ticked(page) == ["Crux Ung"]
    assert (await visitor.submit(page, organizations=[])).status == 303
    assert ticked(await visitor.open(path)) == []
    assert "Ingen var der" in (await visitor.open(HOME)).text
    page = await visitor.open(path)
    assert (await visitor.submit(page, organizations=[str(crux.id)])).status == 303
    assert ticked(await visitor.open(path)) == ["Crux Ung"]


async def test_a_meeting_where_nobody_was_counts_among_the_fewest(dialogue: Dialogue) -> None:
    crux = await member(dialogue, "Crux Ung")
    for month in (2, 5):
        each = await meeting(dialogue, datetime(2026, month, 10, 11, 0, tzinfo=UTC))
        await say_who_was_there(
            each, [crux.id] if month == 2 else [], by=(await make.person("Nora")).id, now=NOW
        )
    assert await fewest(dialogue, 2026, ends(2, 5)) == [1, 0]


async def test_nobody_was_at_a_meeting_that_has_not_begun(visitor: Visitor, dialogue: Dialogue) -> None:
    crux = await member(dialogue, "Crux Ung")
    coming = await meeting(dialogue, NOW + timedelta(hours=1))
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/{coming.offer.slug}")
    assert page.soup.find("input", attrs={"name": "organizations"}) is None
    form = await visitor.open(f"{HOME}/meetings/new")
    sent = {"form_token": form.fields()["form_token"], "organizations": [str(crux.id)]}
    assert (await visitor.post(f"{HOME}/meetings/{coming.offer.slug}", sent)).status == 422
    assert await MeetingOrganization.all().count() == 0


async def test_a_stranger_organisation_cannot_be_said_to_be_there(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    held = await meeting(dialogue)
    await member(dialogue, "Crux Ung")
    stranger = await make.organization("Andre")
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/{held.offer.slug}")
    for bad in (str(stranger.id), "x"):
        assert (await visitor.submit(page, organizations=[bad])).status == 422
    assert await MeetingOrganization.all().count() == 0


async def test_the_fewest_at_any_meeting_so_far(dialogue: Dialogue) -> None:
    members = [await member(dialogue, name) for name in CAST[:5]]
    for month, number in ((2, 4), (5, 3), (9, 5)):
        each = await meeting(dialogue, datetime(2026, month, 10, 11, 0, tzinfo=UTC))
        for organization in members[:number]:
            await MeetingOrganization.create(meeting=each, organization=organization)
    await meeting(dialogue, datetime(2026, 6, 10, 11, 0, tzinfo=UTC))  # nobody has said who was there
    assert await fewest(dialogue, 2026, ends(1, 2, 5, 9)) == [0, 4, 3, 3]
    assert await fewest(dialogue, 2027, ends(9)) == [0]


async def test_who_may_see_the_dialogue_and_its_meetings(
    visitor: Visitor, dialogue: Dialogue, unit: Organization
) -> None:
    held = await meeting(dialogue)
    path = f"{HOME}/meetings/{held.offer.slug}"
    for page in (HOME, path, f"{HOME}/meetings/new"):
        assert (await visitor.open(page)).status == 303
    await visitor.sign_in(await make.member(unit, Role.EDITOR, "Hilde"))
    assert [(await visitor.open(page)).status for page in (HOME, path)] == [403, 200]
    await visitor.sign_in(await make.member(await make.organization(), Role.EDITOR, "Per"))
    assert [(await visitor.open(page)).status for page in (HOME, path)] == [403, 404]
    await visitor.sign_in(await coordinator(await elsewhere(), "Ingeborg"))
    assert [(await visitor.open(page)).status for page in (HOME, path, f"{HOME}/meetings/new")] == [
        404,
        404,
        404,
    ]
    assert "Kommunen har ingen dialog her ennå." in (await visitor.open("/dialogues")).text
    await visitor.sign_in(await coordinator())
    assert "Frivillighetsdialogen" in (await visitor.open("/dialogues")).text
    assert "Se møtet slik medlemmene ser det" not in (await visitor.open(path)).text


async def test_the_dialogue_takes_the_same_number_of_queries_with_twenty_meetings(
    visitor: Visitor, dialogue: Dialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    original = AsyncpgDBClient.execute_query

    async def counting(self: Any, query: str, values: Any = None) -> Any:
        nonlocal counted
        counted += 1
        return await original(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query", counting)
    await visitor.sign_in(await coordinator())

    async def queries_for(path: str) -> int:
        nonlocal counted
        counted = 0
        assert (await visitor.open(path)).status == 200
        return counted

    await meeting(dialogue)
    few = [await queries_for(path) for path in ("/dialogues", HOME)]
    for number in range(20):
        await member(dialogue, f"Lag {number}")
        await meeting(dialogue, SEPTEMBER + timedelta(days=number))
    assert [await queries_for(path) for path in ("/dialogues", HOME)] == few
    assert await Session.all().count() == 21


async def test_who_is_in_two_member_organisations_says_for_whom_they_come(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    crux, kors = [await member(dialogue, name) for name in ("Crux Ung", "Blå Kors")]
    kari = await make.member(crux, Role.EDITOR, "Kari", email="kari@example.no")
    await Membership.create(person=kari, organization=kors, role=Role.HOST, created_at=NOW)
    coming = await meeting(dialogue, NOW + timedelta(days=7))
    stranger = await make.organization("Andre")
    await visitor.sign_in(kari)
    page = await visitor.open(f"/offers/{coming.offer.slug}/bookings/new")
    for wrong in ("", str(stranger.id), "x"):
        refused = await visitor.submit(page, "/bookings", contact="none", organization=wrong)
        assert refused.status == 422
        assert "Velg hvem du kommer for." in refused.text
    assert (await visitor.submit(page, "/bookings", contact="none", organization=str(kors.id))).status == 303
    assert [booking.organization_id for booking in await Booking.all()] == [kors.id]
