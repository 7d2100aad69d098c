"""What three indicators are counted from is said where one is already: on the register, where a host is added, and
at an item of the dialogue."""

from datetime import timedelta

import pytest

from marketplace.dialogue.models import Dialogue, DialogueItem
from marketplace.people.models import Person
from offers.attendance.models import Register
from offers.catalogue.models import Joining, Offer, Session, Visibility
from offers.rights.models import HostAssignment
from organizations.directory.models import Organization, OrganizationKind
from organizations.members.models import Invitation, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


# --- volunteers, on the register ---
async def register(visitor: Visitor) -> str:
    """The address of one that can be saved by who is signed in."""
    owner = await make.organization()
    offer = await make.offer(joining=Joining.DROP_IN, starts=[NOW - timedelta(minutes=5)], owner=owner)
    host = await make.member(owner, Role.HOST, "Tom")
    await HostAssignment.create(person=host, offer=offer)
    await visitor.sign_in(host)
    return f"/manage/sessions/{(await Session.get(offer=offer)).id}/register"


async def test_a_register_says_how_many_helped_and_can_say_it_otherwise(visitor: Visitor) -> None:
    path = await register(visitor)
    await visitor.submit(await visitor.open(path), "/register", head_count="9")
    assert (await Register.get()).volunteers is None, "not said is not none"
    await visitor.submit(await visitor.open(path), "/register", volunteers="0")
    assert (await Register.get()).volunteers == 0
    page = await visitor.open(path)
    assert page.fields("/register")["volunteers"] == ["0"]
    await visitor.submit(page, "/register", volunteers="3")
    assert (await Register.get()).volunteers == 3


@pytest.mark.parametrize("typed", ["-1", "1001", "tre", "1e9", "³", "2,5"])
async def test_what_is_no_number_is_said_at_the_field_and_kept(visitor: Visitor, typed: str) -> None:
    path = await register(visitor)
    page = await visitor.submit(await visitor.open(path), "/register", volunteers=typed, head_count="4")
    assert page.status == 422
    assert page.soup.find(id="volunteers-error") is not None
    assert page.fields("/register")["volunteers"] == [typed]
    assert await Register.all().count() == 0


async def test_of_two_who_save_the_same_the_second_keeps_what_the_first_counted(visitor: Visitor) -> None:
    path = await register(visitor)
    stale = await visitor.open(path)
    await visitor.submit(await visitor.open(path), "/register", head_count="9", volunteers="2")
    page = await visitor.submit(stale, "/register")
    assert page.status == 409
    assert page.fields("/register")["volunteers"] == ["2"]
    assert page.fields("/register")["head_count"] == ["9"]


# --- as what somebody leads ---
@pytest.fixture
async def offer(visitor: Visitor) -> Offer:
    """One whose editor is signed in."""
    owner = await make.organization()
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Kari"))
    return await make.offer(owner=owner)


async def test_it_is_said_of_a_host_and_shown_to_the_editor_alone(visitor: Visitor, offer: Offer) -> None:
    await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Liv", email="liv@example.no")
    home = f"/manage/offers/{offer.slug}"
    await visitor.submit(await visitor.open(home), "/hosts", email="liv@example.no")
    assert (await HostAssignment.get()).leads_as is None
    await visitor.submit(await visitor.open(home), "/hosts", email="liv@example.no", leads_as="peer")
    assert (await HostAssignment.get()).leads_as == "peer"
    assert "Likeperson" in (await visitor.open(home)).soup.select_one("#hosts").parent.get_text()  # type: ignore[union-attr]
    await visitor.submit(await visitor.open(home), "/hosts", email="liv@example.no", leads_as="")
    assert (await HostAssignment.get()).leads_as == "peer", "not said leaves what was said"
    assert "Likeperson" not in (await visitor.open(f"/offers/{offer.slug}")).text


async def test_what_nobody_can_be_is_refused_at_the_field(visitor: Visitor, offer: Offer) -> None:
    page = await visitor.open(f"/manage/offers/{offer.slug}")
    page = await visitor.submit(page, "/hosts", email="liv@example.no", leads_as="patient")
    assert page.status == 422
    assert page.soup.find(id="leads_as-error") is not None
    assert page.fields("/hosts")["email"] == ["liv@example.no"]
    assert await Invitation.all().count() == 0


async def test_an_invitation_remembers_it_also_when_it_is_sent_again(visitor: Visitor, offer: Offer) -> None:
    home = f"/manage/offers/{offer.slug}"
    for leads_as in ("volunteer", "professional", ""):
        await visitor.submit(await visitor.open(home), "/hosts", email="liv@example.no", leads_as=leads_as)
    assert (await Invitation.get()).leads_as == "professional"
    assert "Fagperson · Invitert, har ikke svart" in (await visitor.open(home)).text


async def test_a_copy_is_led_as_the_first(visitor: Visitor, offer: Offer) -> None:
    await HostAssignment.create(offer=offer, person=await Person.get(name="Kari"), leads_as="professional")
    await visitor.submit(await visitor.open(f"/manage/offers/{offer.slug}"), "/copy")
    assert await HostAssignment.all().values_list("leads_as", flat=True) == ["professional"] * 2


# --- what came of an item ---
@pytest.fixture
async def item(visitor: Visitor) -> DialogueItem:
    """One of a dialogue that who is signed in coordinates."""
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    dialogue = await Dialogue.create(
        municipality=await make.municipality(), coordinated_by=unit, slug="dialogen", title={"nb": "Dialogen"},
        summary={"nb": "Vi møtes"}, created_at=NOW,
    )  # fmt: skip
    await visitor.sign_in(await make.member(unit, Role.COORDINATOR, "Nora"))
    return await DialogueItem.create(
        dialogue=dialogue, main_audience="youth", kinds="activity", made_at=NOW - 30 * DAY
    )


def page_of(item: DialogueItem) -> str:
    return f"/dialogues/dialogen/items/{item.id}"


async def published(title: str, days_ago: int, **other: object) -> Offer:
    offer = await make.offer(title, **other)
    await Offer.filter(id=offer.id).update(published_at=NOW - days_ago * DAY)
    return offer


async def test_a_coordinator_says_what_came_of_an_item_and_can_take_it_back(
    visitor: Visitor, item: DialogueItem
) -> None:
    offer = await published("Fjellturer for ungdom", 3)
    sent = await visitor.submit(await visitor.open(page_of(item)), page_of(item), offer=offer.id)
    assert sent.response.headers["location"] == "/dialogues/dialogen?saved=outcome"
    assert (await DialogueItem.get()).offer_id == offer.id  # type: ignore[attr-defined]
    page = await visitor.open("/dialogues/dialogen")
    assert "Ble til:" in page.text
    assert "Fjellturer for ungdom" in page.text
    await visitor.submit(await visitor.open(page_of(item)), page_of(item), offer="")
    assert (await DialogueItem.get()).offer_id is None  # type: ignore[attr-defined]


async def test_only_what_was_published_after_it_and_is_for_everybody_can_have_come_of_it(
    visitor: Visitor, item: DialogueItem
) -> None:
    other = await make.municipality(number="3447", slug="sondre-land", name="Søndre Land")
    elsewhere = await make.organization("Laget", municipality=other)
    wrong = [
        await published("Eldre tilbud", 60), await published("For ansatte", 3, visibility=Visibility.STAFF),
        await published("Andre steder", 3, owner=elsewhere), await published("Kladd", 3, state="draft"),
    ]  # fmt: skip
    page = await visitor.open(page_of(item))
    assert [option["value"] for option in page.soup.select("#offer option")] == [""]
    for offer in wrong:
        answer = await visitor.submit(page, page_of(item), offer=offer.id)
        assert (answer.status, answer.soup.find(id="offer-error") is not None) == (422, True)
    assert (await visitor.submit(page, page_of(item), offer="x")).status == 422
    assert (await DialogueItem.get()).offer_id is None  # type: ignore[attr-defined]


async def test_an_item_of_another_dialogue_is_not_there(visitor: Visitor, item: DialogueItem) -> None:
    other = await Dialogue.create(
        municipality_id=(await Dialogue.get()).municipality_id, coordinated_by=await make.organization(),
        slug="den-andre", title={"nb": "B"}, summary={"nb": "B"}, created_at=NOW,
    )  # fmt: skip
    assert (await visitor.open(f"/dialogues/{other.slug}/items/{item.id}")).status == 404
    assert (await visitor.open("/dialogues/dialogen/items/x")).status == 404
