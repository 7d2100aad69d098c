"""Several organisations stand behind one offer: all show it, its words may be shared, its participants never are."""

import asyncio
import json
from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.people.models import Person
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool, Session
from offers.publishing.team import actions, mails
from offers.rights.models import HostAssignment
from offers.seats.models import BookingState
from organizations.directory.models import Organization, OrganizationOwner, OrganizationState
from organizations.members.invitations import actions as invitations
from organizations.members.models import Membership, Role
from organizations.members.rules import invitation_path
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

HOME = "/manage/offers/lek"


@pytest.fixture
async def offer(visitor: Visitor) -> Offer:
    """Frivilligsentralen's offer; Kari, its editor, is signed in."""
    owner = await make.organization("Frivilligsentralen")
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Kari"))
    return await make.offer("Generasjonslekene", slug="lek", owner=owner)


@pytest.fixture
async def partner(offer: Offer) -> Organization:
    return await make.organization("Turlaget", slug="turlaget")


async def add(visitor: Visitor, partner: Organization, **typed: str) -> Page:
    return await visitor.submit(await visitor.open(HOME), "/organizers", organization=partner.id, **typed)


async def test_a_co_organiser_stands_on_the_page_and_shows_the_offer(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    nina = await make.member(partner, Role.MANAGER, "Nina", email="nina@example.no")
    page = await add(visitor, partner)
    assert page.response.headers["location"] == f"{HOME}?saved=organizer"
    assert "Turlaget" in (await visitor.follow(page)).soup.select_one("[aria-labelledby=organizers]").text  # type: ignore[union-attr]
    visitor.client.cookies.clear()
    assert "Turlaget" in (await visitor.open("/offers/lek")).text
    assert "Generasjonslekene" in (await visitor.open("/organizations/turlaget")).text
    assert "Generasjonslekene" in (await visitor.open("/calendar/organizations/turlaget.ics")).text
    assert (await visitor.open("/organizations")).text.count("1 tilbud") == 2
    assert "Generasjonslekene" in (await visitor.open("/offers?q=turlaget")).text
    [sent] = await rows("SELECT address, facts FROM outbox_message WHERE mail = 'co_organizer'")
    content = await mails.co_organizer(Channel.EMAIL, "nb", **json.loads(sent["facts"]) if isinstance(
        sent["facts"], str) else sent["facts"])  # fmt: skip
    assert content is not None
    assert (sent["address"], content.subject) == ("nina@example.no", "Dere er medarrangør")
    assert "Hva: Generasjonslekene" in content.text
    await visitor.sign_in(nina)
    assert (await visitor.open(HOME)).status == 404


async def test_taken_away_it_is_shown_there_no_more(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    await add(visitor, partner)
    await visitor.submit(await visitor.open(HOME), f"/organizers/{partner.id}/remove")
    assert await OfferOrganizer.all().count() == 0
    visitor.client.cookies.clear()
    assert "Generasjonslekene" not in (await visitor.open("/organizations/turlaget")).text
    assert "Generasjonslekene" not in (await visitor.open("/calendar/organizations/turlaget.ics")).text
    assert "Generasjonslekene" not in (await visitor.open("/offers?q=turlaget")).text


async def test_a_co_organisers_editor_changes_the_words_and_never_sees_who_comes(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    await add(visitor, partner, may_edit="1")
    session, pool = await Session.get(), await SeatPool.get()
    booking = await make.booking(pool, await make.person("Ola Hemmelig"))
    await visitor.sign_in(await make.member(partner, Role.EDITOR, "Per"))
    for open_to in ("", "/what", "/place", "/sessions", "/texts/en", "/preview"):
        page = await visitor.open(f"{HOME}{open_to}")
        assert (page.status, "Hemmelig" in page.text, "1 av 10" in page.text) == (200, False, False), open_to
    others = [
        f"{HOME}/bookings", f"{HOME}/call-list", f"{HOME}/cancel", f"/manage/sessions/{session.id}/register",
        f"/manage/sessions/{session.id}/list", f"/manage/sessions/{session.id}/call-list",
        f"/manage/sessions/{session.id}/move", f"/manage/sessions/{session.id}/cancel",
        f"{HOME}/add", f"{HOME}/demand", f"{HOME}/write", f"{HOME}/questions", f"{HOME}/questions/new",
        f"{HOME}/requests/{booking.id}", f"/manage/sessions/{session.id}/write",
        f"/manage/sessions/{session.id}/list?with=contacts",
    ]  # fmt: skip
    assert [(await visitor.open(path)).status for path in others] == [404] * len(others)
    token = (await visitor.open("/my-page")).fields("/sign-out")
    acts = [
        f"{HOME}/capacity", f"{HOME}/keep", f"{HOME}/opening", f"{HOME}/add", f"{HOME}/requests/{session.id}",
        f"{HOME}/take-off", f"{HOME}/cancel", f"{HOME}/hosts",
        f"{HOME}/organizers",
        f"{HOME}/organizers/{partner.id}/remove", f"/manage/sessions/{session.id}/register",
        f"/manage/sessions/{session.id}/move", f"/manage/sessions/{session.id}/cancel",
    ]  # fmt: skip
    assert [(await visitor.post(path, token)).status for path in acts] == [404] * len(acts)
    page = await visitor.open("/manage")
    assert "1 av 10" not in page.text
    links = {str(link["href"]) for link in page.soup.select("main .tp-session a")}
    assert links == {HOME}
    for path in (f"{HOME}/sessions", HOME):
        page = await visitor.open(path)
        links = {str(link["href"]) for link in page.soup.select("main a")}
        assert not links & set(others), links & set(others)
    assert page.soup.find(id="hosts") is None


async def test_a_co_organisers_host_sees_who_comes_when_the_owner_says_so(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    await add(visitor, partner)
    liv = await make.member(partner, Role.HOST, "Liv", email="liv@example.no")
    await visitor.submit(await visitor.open(HOME), "/hosts", email="liv@example.no")
    assert await HostAssignment.all().values_list("person_id", flat=True) == [liv.id]
    await visitor.sign_in(liv)
    assert (await visitor.open(f"{HOME}/bookings")).status == 200
    await OfferOrganizer.all().delete()
    assert (await visitor.open(f"{HOME}/bookings")).status == 404


async def test_who_led_once_does_not_lead_again_when_a_role_begins_anew(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    """Neither when the person is invited again, nor when their organisation arranges it again."""
    owner = await Organization.get(id=offer.owner_id)
    liv = await make.member(owner, Role.HOST, "Liv", email="liv@example.no")
    await HostAssignment.create(offer=offer, person=liv)
    await Membership.filter(person=liv).update(ended_at=NOW)
    other = await make.offer("Kafé", owner=owner)
    given = {"lang": "nb", "now": NOW, "offer": other.id}
    invited = await invitations.invite(owner.id, Role.HOST, Channel.EMAIL, "liv@example.no", **given)
    await visitor.sign_in(liv)
    await visitor.submit(await visitor.open(invitation_path(invited.id, invited.expires_at)), "/accept")
    assert (await visitor.open(f"/manage/offers/{other.slug}/bookings")).status == 200
    assert (await visitor.open(f"{HOME}/bookings")).status == 404

    await HostAssignment.create(offer=offer, person=await make.member(partner, Role.HOST, "Siv"))
    both = await make.member(partner, Role.HOST, "Per")
    await Membership.create(person=both, organization=owner, role=Role.HOST, created_at=NOW)
    await HostAssignment.create(offer=offer, person=both)
    by = (await Person.get(name="Kari")).id
    await actions.add_organizer(offer, partner.id, may_edit=False, by=by, now=NOW)
    await actions.remove_organizer(offer, partner.id, by=by, now=NOW)
    assert await HostAssignment.filter(offer=offer).values_list("person_id", flat=True) == [both.id]


async def test_only_approved_ones_from_here_can_be_chosen(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    far = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    waiting = await make.organization("Venter", state=OrganizationState.APPLIED)
    elsewhere = await make.organization("Langt borte", municipality=far)
    college = await make.organization("Recovery College", municipality=far)
    await OrganizationOwner.create(organization=college, municipality=await make.municipality())

    async def chosen() -> list[str]:
        page = await visitor.open(HOME)
        return [one.text for one in page.soup.select("select[name=organization] option")][1:]

    assert await chosen() == ["Recovery College", "Turlaget"]
    form = (await visitor.open(HOME)).fields("/organizers")
    for other in (waiting.id, elsewhere.id, offer.owner_id, "", "x"):
        page = await visitor.post(f"{HOME}/organizers", form | {"organization": [str(other)]})
        assert (page.status, "Velg en organisasjon fra lista." in page.text) == (422, True)
    # What the owner shares with another municipality can be arranged with those there.
    await OrganizationOwner.create(organization_id=offer.owner_id, municipality=far)
    assert await chosen() == ["Langt borte", "Recovery College", "Turlaget"]


async def test_an_editor_takes_back_an_invitation_to_lead(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    await visitor.submit(await visitor.open(HOME), "/hosts", email="feil@example.no")
    page = await visitor.open(HOME)
    assert "feil@example.no Invitert, har ikke svart" in page.text
    await visitor.submit(page, "/take-back")
    assert "feil@example.no" not in (await visitor.open(HOME)).text
    assert await rows("SELECT 1 FROM invitation WHERE ended_at IS NULL") == []


async def test_the_offers_page_asks_no_more_than_thirteen_times(
    visitor: Visitor, offer: Offer, partner: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    original: dict[str, Any] = {
        name: getattr(AsyncpgDBClient, name) for name in ("execute_query", "execute_query_dict")
    }
    for name in original:

        async def counted(self: Any, query: str, values: Any = None, name: str = name) -> Any:
            asked.append(query)
            return await original[name](self, query, values)

        monkeypatch.setattr(AsyncpgDBClient, name, counted)
    await visitor.open(HOME)
    first = len(asked)
    for number in range(20):
        await OfferOrganizer.create(offer=offer, organization=await make.organization(f"Lag {number}"))
        await HostAssignment.create(offer=offer, person=await make.person())
    asked.clear()
    await visitor.open(HOME)
    assert len(asked) == first
    assert first <= 13, asked


async def test_a_cancelled_offer_gets_no_more_organisers(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    form = (await visitor.open(HOME)).fields("/organizers") | {"organization": [str(partner.id)]}
    await Offer.filter(id=offer.id).update(state="cancelled")
    page = await visitor.post(f"{HOME}/organizers", form)
    assert (page.status, await OfferOrganizer.all().count()) == (422, 0)


async def test_an_offer_with_requests_is_answered_by_its_owner_alone(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    talk = await make.offer("Samtale", slug="samtale", owner=await offer.owner, joining=Joining.REQUEST)
    await OfferOrganizer.create(offer=talk, organization=partner, may_edit=True)
    kari: Person = await Person.get(name="Kari")
    await visitor.sign_in(await make.member(partner, Role.MANAGER, "Per"))
    token = (await visitor.open("/my-page")).fields("/sign-out")
    asked = await make.booking(await SeatPool.get(offer=talk), state=BookingState.REQUESTED)
    assert (await visitor.post(f"/manage/offers/samtale/requests/{asked.id}", token)).status == 404
    await visitor.sign_in(kari)
    assert (await visitor.open("/manage/offers/samtale/bookings")).status == 200


async def test_nobody_asks_about_a_whole_list_of_addresses_who_is_a_member(
    visitor: Visitor, offer: Offer, partner: Organization
) -> None:
    await OfferOrganizer.create(offer=offer, organization=partner)
    await make.member(partner, Role.HOST, "Liv", email="liv@example.no")
    form = (await visitor.open(HOME)).fields("/hosts") | {"email": ["liv@example.no"]}
    statuses = [
        (await visitor.post(f"{HOME}/hosts", form | {"form_key": [f"{number:032x}"]})).status
        for number in range(41)
    ]
    assert statuses == [303] * 40 + [429]


async def test_who_is_taken_away_twice_at_once_is_so_once(offer: Offer, partner: Organization) -> None:
    """Two editors, or two taps: the second is told so, and the log holds one act."""
    editor, host = await make.person("Eva"), await make.member(offer.owner, Role.HOST, "Mariam")
    await HostAssignment.create(person=host, offer=offer)
    await OfferOrganizer.create(offer=offer, organization=partner, may_edit=False)
    for what, whom, act in (
        (actions.remove_host, host.id, "host.removed"), (actions.remove_organizer, partner.id, "organizer.removed"),
    ):  # fmt: skip
        both = [what(offer, whom, by=editor.id, now=NOW) for _tap in range(2)]
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", "Refused"]
        assert len(await rows("SELECT id FROM audit_entry WHERE action = $1", act)) == 1
