"""An organisation asks somebody to be in it: by a link that only whoever has the address can use, once."""

import json
import re
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.people.models import Person
from marketplace.people.sign_in.models import SignIn
from marketplace.people.sign_in.queries import SignedIn
from offers.rights.models import HostAssignment
from organizations.directory.models import Organization, OrganizationKind, OrganizationState
from organizations.members import mails
from organizations.members.invitations import actions
from organizations.members.models import Invitation, Membership, Role
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

HOME = "/manage/organizations/sentralen"
MEMBERS = f"{HOME}/members"


@pytest.fixture
async def centre(db: None) -> Organization:
    return await make.organization("Frivilligsentralen", slug="sentralen")


@pytest.fixture
async def kari(centre: Organization, visitor: Visitor) -> Person:
    """Kari manages the centre, and is signed in."""
    kari = await make.member(centre, Role.MANAGER, "Kari", email="kari@example.no")
    await visitor.sign_in(kari)
    return kari


async def invite(visitor: Visitor, address: str = "liv@example.no", role: str = "host", **typed: str) -> Page:
    return await visitor.submit(
        await visitor.open(MEMBERS), "/invitations", address=address, role=role, **typed
    )


async def link_to(address: str = "liv@example.no") -> str:
    """The path in the newest invitation to this address, as the worker would write it."""
    found = await rows(
        "SELECT channel, lang, facts FROM outbox_message WHERE mail = 'invitation' AND address = $1 ORDER BY id",
        address,
    )
    channel, lang, facts = found[-1]["channel"], found[-1]["lang"], found[-1]["facts"]
    content = await mails.invitation(
        Channel(channel), lang, **(json.loads(facts) if isinstance(facts, str) else facts)
    )
    assert content is not None
    path = re.search(r"https?://[^/\s]+((?:/en|/nn)?/invitations/\S+)", content.text)
    assert path is not None
    return path[1]


async def roles(person: Person) -> list[Role]:
    return [one.role for one in await Membership.filter(person=person, ended_at=None).order_by("id")]


async def audited(action: str) -> list[dict[str, object]]:
    return await rows(
        "SELECT actor_id, person_id, organization_id, details FROM audit_entry WHERE action = $1 ORDER BY id",
        action,
    )


async def test_whoever_has_the_address_accepts_and_is_a_member(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    page = await invite(visitor)
    assert (page.status, page.response.headers["location"]) == (303, f"{MEMBERS}?saved=invited")
    assert "liv@example.no" in (await visitor.open(MEMBERS)).text
    link = await link_to()
    liv = await make.person("Liv", "liv@example.no")
    await visitor.sign_in(liv)
    before = visitor.client.cookies["sign-in"]
    page = await visitor.open(link)
    assert page.heading == "Vil du være med?"
    assert "Frivilligsentralen inviterer deg. Rollen er: Kursholder." in page.text
    assert await roles(liv) == []
    page = await visitor.submit(page, "/accept")
    assert (page.status, page.response.headers["location"]) == (303, "/manage?saved=joined")
    assert await roles(liv) == [Role.HOST]
    assert (await visitor.follow(page)).status == 200
    # What she may do has changed: the sign-in has another secret, and the one before opens nothing.
    after = visitor.client.cookies["sign-in"]
    assert after != before
    visitor.client.cookies.set("sign-in", before, domain="127.0.0.1")
    assert (await visitor.open("/my-page")).status == 303
    [began] = await audited("membership.began")
    assert (began["actor_id"], began["person_id"], began["organization_id"]) == (liv.id, liv.id, centre.id)


async def test_the_link_is_used_once(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    link = await link_to()
    await visitor.sign_in(await make.person("Liv", "liv@example.no"))
    page = await visitor.open(link)
    await visitor.submit(page, "/accept")
    again = await visitor.open(link)
    assert (again.status, again.heading) == (410, "Invitasjonen er brukt")
    token = (await visitor.open("/my-page")).fields("/sign-out")
    assert (await visitor.post(f"{link}/accept", token)).status == 410
    assert await Membership.filter(role=Role.HOST).count() == 1


async def test_a_forwarded_link_lets_nobody_in(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    link = await link_to()
    visitor.client.cookies.clear()
    page = await visitor.open(link)
    assert "Invitasjonen er sendt til l…@example.no" in page.text
    assert "liv@example.no" not in page.html
    assert page.response.headers["cache-control"] == "no-store"
    assert [str(each["href"]) for each in page.soup.select("main a.ds-button")] == [f"/sign-in?next={link}"]
    await make.person("Liv", "liv@example.no")  # it is hers
    per = await make.person("Per", "per@example.no")
    await make.contact(per, "liv@example.no", verified=False)  # typed in a booking, proven by nobody
    await visitor.sign_in(per)
    page = await visitor.open(link)
    assert "Invitasjonen er sendt til en annen adresse" in page.text
    token = page.fields("/sign-out")
    for answer in ("accept", "decline"):
        assert (await visitor.post(f"{link}/{answer}", token)).status == 409
    assert await roles(per) == []
    assert await Invitation.filter(accepted_at=None, ended_at=None).count() == 1


async def test_a_visitor_cannot_answer(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    link = await link_to()
    visitor.client.cookies.clear()
    token = (await visitor.open("/sign-in")).fields()
    assert (await visitor.post(f"{link}/accept", token)).status == 403
    assert await Membership.filter(role=Role.HOST).count() == 0


async def test_each_link_that_is_dead_says_why(visitor: Visitor, kari: Person, centre: Organization) -> None:
    liv = await make.person("Liv", "liv@example.no")
    await invite(visitor)
    expired = await link_to()
    visitor.wait(timedelta(days=14, minutes=1))
    await visitor.sign_in(liv)
    page = await visitor.open(expired)
    assert (page.status, page.heading) == (410, "Invitasjonen har gått ut")
    await visitor.sign_in(kari)
    await visitor.submit(await visitor.open(MEMBERS), "/resend")
    page = await visitor.open(expired)
    assert (page.status, page.heading) == (404, "Her fant vi ingenting")
    renewed = await link_to()
    await visitor.submit(await visitor.open(MEMBERS), "/take-back")
    page = await visitor.open(renewed)
    assert (page.status, page.heading) == (410, "Invitasjonen gjelder ikke lenger")
    await invite(visitor)
    last = await link_to()
    centre.state = OrganizationState.SUSPENDED
    await centre.save()
    await visitor.sign_in(liv)
    page = await visitor.open(last)
    assert (page.status, page.heading) == (410, "Invitasjonen kan ikke brukes nå")
    assert await roles(liv) == []


async def test_nei_takk_closes_it(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    link = await link_to()
    liv = await make.person("Liv", "liv@example.no")
    await visitor.sign_in(liv)
    page = await visitor.submit(await visitor.open(link), "/decline")
    assert (page.status, page.response.headers["location"]) == (303, "/my-page?saved=declined")
    assert (await visitor.open(link)).status == 410
    assert await roles(liv) == []


async def test_whoever_has_no_name_is_asked_for_one(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    link = await link_to()
    liv = await make.person("Liv", "liv@example.no")
    await Person.filter(id=liv.id).update(name=None)
    await visitor.sign_in(liv)
    page = await visitor.submit(await visitor.open(link), "/accept")
    assert (page.status, "Skriv et fornavn eller et kallenavn." in page.text) == (422, True)
    page = await visitor.submit(page, "/accept", name="Liv")
    assert (page.status, (await Person.get(id=liv.id)).name) == (303, "Liv")


async def test_the_secret_lies_nowhere(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    token = (await link_to()).rpartition("/")[2]
    assert re.fullmatch("[-0-9A-Za-z_]{42}", token)
    for table in ("outbox_message", "invitation", "audit_entry"):
        assert not await value(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%' || $1 || '%'", token)


async def test_it_is_written_in_the_language_that_was_chosen(visitor: Visitor, kari: Person) -> None:
    await invite(visitor, lang="en")
    assert (await link_to()).startswith("/en/invitations/")
    await invite(visitor, address="91 00 00 42", role="editor")
    assert [str((one.channel, one.address)) for one in await Invitation.filter(role=Role.EDITOR)] == [
        str((Channel.SMS, "+4791000042"))
    ]


async def test_asking_the_same_person_again_gives_one_invitation_with_a_new_link(
    visitor: Visitor, kari: Person
) -> None:
    await invite(visitor)
    first = await link_to()
    visitor.wait(timedelta(minutes=1))
    await invite(visitor, address="LIV@example.no")
    assert await Invitation.all().count() == 1
    assert await link_to() != first
    assert (await visitor.open(first)).status == 404


async def test_only_a_municipal_unit_gives_the_role_of_a_guide(visitor: Visitor, kari: Person) -> None:
    for role in ("guide", "coordinator", "staff"):
        page = await invite(visitor, role=role)
        assert (page.status, "Den rollen kan ikke denne organisasjonen gi." in page.text) == (422, True)
    unit = await make.organization("Infohjelpen", slug="infohjelpen", kind=OrganizationKind.MUNICIPAL)
    await Membership.create(person=kari, organization=unit, role=Role.MANAGER, created_at=NOW)
    form = (await visitor.open("/manage/organizations/infohjelpen/members")).fields("/invitations")
    sent = form | {"address": ["liv@example.no"], "role": ["guide"]}
    assert (await visitor.post("/manage/organizations/infohjelpen/invitations", sent)).status == 303
    assert (await Invitation.get()).role == Role.GUIDE


async def test_an_organisation_that_is_suspended_invites_nobody(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    form = (await visitor.open(MEMBERS)).fields("/invitations")
    centre.state = OrganizationState.SUSPENDED
    await centre.save()
    assert "Dere kan ikke invitere noen" in (await visitor.open(MEMBERS)).text
    page = await visitor.post(f"{HOME}/invitations", form | {"address": ["liv@example.no"]})
    assert page.status == 422
    assert await Invitation.all().count() == 0


async def test_an_address_is_not_mailed_again_and_again(visitor: Visitor, kari: Person) -> None:
    answers, most = [], make.most_tries("invitation to", "liv@example.no", 5, timedelta(days=1))
    for _ in range(most + 1):
        visitor.wait(timedelta(seconds=2))
        answers.append((await invite(visitor)).status)
    assert answers == [303] * most + [429]


async def test_there_are_never_more_than_fifty_open_ones(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    for number in range(50):
        await Invitation.create(
            organization=centre, role=Role.HOST, channel=Channel.EMAIL, address=f"gjest{number}@example.no", lang="nb",
            created_at=NOW, expires_at=NOW + timedelta(days=3),
        )  # fmt: skip
    page = await invite(visitor)
    assert (page.status, "Mange inviterte har ikke svart ennå." in page.text) == (422, True)
    visitor.wait(timedelta(days=4))  # they have run out
    assert (await invite(visitor)).status == 303


async def test_the_answer_is_the_same_whether_a_member_has_the_address_or_nobody(
    visitor: Visitor, kari: Person
) -> None:
    mine = await invite(visitor, address="kari@example.no", role="manager")
    anybodys = await invite(visitor, address="nobody@example.no", role="manager")
    assert mine.status == anybodys.status == 303
    assert mine.response.headers["location"] == anybodys.response.headers["location"]
    assert await Membership.filter(person=kari, role=Role.MANAGER, ended_at=None).count() == 1


async def test_the_answer_is_the_same_for_a_shielded_member_as_for_nobody(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    """On the members page and on an offer's: whether a hidden address is a member's is not to be found by asking."""
    offer = await make.offer("Sangkafé", owner=centre, slug="sang")
    await make.member(centre, Role.HOST, "Siv", email="siv@example.no", shielded=True)
    told = {}
    for address in ("siv@example.no", "nobody@example.no"):
        invited = await invite(visitor, address=address)
        page = await visitor.follow(invited)
        made = await visitor.submit(
            await visitor.open(f"/manage/offers/{offer.slug}"), "/hosts", email=address
        )
        after = await visitor.follow(made)
        told[address] = [
            (each.status, each.response.headers.get("location"), each.text.replace(address, "ADDRESS"))
            for each in (invited, page, made, after)
        ]
        await rows("DELETE FROM invitation")
    assert told["siv@example.no"] == told["nobody@example.no"]
    assert told["nobody@example.no"][2][:2] == (303, "/manage/offers/sang?saved=invited")
    assert await HostAssignment.all().count() == 0


async def test_others_have_no_members_page_and_reach_no_invitation(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    await invite(visitor)
    invitation = await Invitation.get()
    form = (await visitor.open(MEMBERS)).fields("/invitations")
    above = await make.organization("Over", kind=OrganizationKind.MUNICIPAL)
    await Organization.filter(id=centre.id).update(parent=above)
    elsewhere = await make.organization("Turlaget", slug="turlaget")
    town = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    far = await make.organization("Langt borte", municipality=town)
    for other in (elsewhere, above, far):
        await visitor.sign_in(await make.member(other, Role.MANAGER, "Per"))
        token = {"form_token": (await visitor.open("/sign-in")).fields("/sign-in")["form_token"]}
        assert (await visitor.open(MEMBERS)).status == 404
        assert (await visitor.post(f"{HOME}/invitations", form | token)).status == 404
        for address in (HOME, "/manage/organizations/turlaget"):
            for act in ("resend", "take-back"):
                assert (
                    await visitor.post(f"{address}/invitations/{invitation.id}/{act}", token)
                ).status == 404
    await visitor.sign_in(await make.member(centre, Role.EDITOR, "Eva"))
    assert (await visitor.open(MEMBERS)).status == 403
    assert await Invitation.filter(ended_at=None, accepted_at=None).count() == 1


async def test_a_host_who_was_invited_to_an_offer_leads_it_when_accepting(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    offer = await make.offer("Sangkafé", owner=centre)
    other = await make.offer("Turgruppe", owner=centre)
    page = await visitor.submit(
        await visitor.open(f"/manage/offers/{offer.slug}"), "/hosts", email="Liv@example.no"
    )
    assert page.response.headers["location"] == f"/manage/offers/{offer.slug}?saved=invited"
    assert "liv@example.no" in (await visitor.follow(page)).text
    link = await link_to()
    liv = await make.person("Liv", "liv@example.no")
    await visitor.sign_in(liv)
    page = await visitor.open(link)
    assert "Du skal lede: Sangkafé." in page.text
    await visitor.submit(page, "/accept")
    assert await HostAssignment.all().values_list("person_id", "offer_id") == [(liv.id, offer.id)]
    assert (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).status == 200
    assert (await visitor.open(f"/manage/offers/{other.slug}/bookings")).status == 404
    await visitor.sign_in(kari)
    assert "For: Sangkafé" in (await visitor.open(MEMBERS)).text


async def test_the_sign_in_that_was_renewed_lasts_no_longer(visitor: Visitor, kari: Person) -> None:
    await invite(visitor)
    link = await link_to()
    liv = await make.person("Liv", "liv@example.no")
    await visitor.sign_in(liv)
    old = await SignIn.get(person=liv)
    await visitor.submit(await visitor.open(link), "/accept")
    new = await SignIn.get(person=liv, ended_at=None)
    kept = ("created_at", "expires_at", "second_factor_at", "device")
    assert (new.id != old.id, [getattr(new, name) for name in kept]) == (
        True,
        [getattr(old, name) for name in kept],
    )


@pytest.mark.parametrize("what", ["accepts", "is closed"])
async def test_a_link_is_not_used_while_it_is_used_or_its_organisation_is_closed(
    visitor: Visitor, kari: Person, centre: Organization, what: str
) -> None:
    await invite(visitor)
    liv = await make.person("Liv", "liv@example.no")
    invitation = await Invitation.get()
    signed = [await signed_in_as(liv), await signed_in_as(liv)]

    async def closes() -> None:
        await Organization.filter(id=centre.id).update(state="suspended")

    _first, second, waited = await overlapping(
        closes if what == "is closed" else lambda: actions.accept(invitation.id, signed[0], now=NOW),
        lambda: actions.accept(invitation.id, signed[1], now=NOW),
    )
    assert (type(second), waited) == (actions.InvitationGone, True)
    assert await roles(liv) == ([] if what == "is closed" else [Role.HOST])


async def signed_in_as(person: Person) -> SignedIn:
    made = await SignIn.create(
        person=person, secret_hash=uuid4().bytes, device="", created_at=NOW, seen_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )  # fmt: skip
    return SignedIn(person.id, person.name, "nb", made.id, NOW, NOW)


async def asked_by(asker: Person, role: Role, address: str, now: datetime = NOW) -> Invitation:
    (unit,) = await Membership.filter(person=asker, ended_at=None).values_list("organization_id", flat=True)
    return await actions.invite(
        UUID(str(unit)), role, Channel.EMAIL, address, lang="nb", now=now, by=asker.id
    )


@pytest.mark.parametrize("how", ["end", "change"])
async def test_whoever_is_shown_out_comes_back_by_no_invitation_that_they_sent(
    visitor: Visitor, kari: Person, centre: Organization, how: str
) -> None:
    liv = await make.member(centre, Role.MANAGER, "Liv", email="liv@example.no")
    mine = await asked_by(liv, Role.MANAGER, "liv.igjen@example.no")
    others = await asked_by(kari, Role.HOST, "per@example.no")
    link = await link_to("liv.igjen@example.no")
    membership = await Membership.get(person=liv)
    page = await visitor.open(f"{MEMBERS}/{membership.id}/{how}")
    await visitor.submit(page, f"/{how}", **({"role": "editor"} if how == "change" else {}))
    assert await roles(liv) == ([Role.EDITOR] if how == "change" else [])
    assert (await Invitation.get(id=mine.id)).ended_at is not None
    assert (await Invitation.get(id=others.id)).ended_at is None
    again = await make.person("Liv", "liv.igjen@example.no")
    await visitor.sign_in(again)
    assert (await visitor.open(link)).status == 410
    assert [entry["actor_id"] for entry in await audited("invitation.taken_back")] == [kari.id]


async def test_who_may_still_invite_and_who_goes_by_themselves_leave_their_invitations(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    liv = await make.member(centre, Role.EDITOR, "Liv", email="liv@example.no")
    hers = await asked_by(liv, Role.HOST, "per@example.no")
    membership = await Membership.get(person=liv)
    page = await visitor.open(f"{MEMBERS}/{membership.id}/change")
    await visitor.submit(page, "/change", role="manager")
    assert (await Invitation.get(id=hers.id)).ended_at is None
    await visitor.sign_in(liv)
    managing = await Membership.get(person=liv, ended_at=None)
    await visitor.submit(await visitor.open(f"{MEMBERS}/{managing.id}/change"), "/change", role="host")
    assert await roles(liv) == [Role.HOST]
    assert (await Invitation.get(id=hers.id)).ended_at is None
    await visitor.submit(await visitor.open(f"{HOME}/leave"), "/leave")
    assert await roles(liv) == []
    assert (await Invitation.get(id=hers.id)).ended_at is None


async def test_what_a_colleague_sends_once_more_stays_when_the_first_is_shown_out(
    visitor: Visitor, kari: Person, centre: Organization
) -> None:
    liv = await make.member(centre, Role.EDITOR, "Liv", email="liv@example.no")
    asked = await asked_by(liv, Role.HOST, "ola@example.no")
    await actions.resend(asked.id, by=kari.id, now=NOW + timedelta(hours=1))
    membership = await Membership.get(person=liv)
    await visitor.submit(await visitor.open(f"{MEMBERS}/{membership.id}/end"), "/end")
    assert await roles(liv) == []
    assert (await Invitation.get(id=asked.id)).ended_at is None
