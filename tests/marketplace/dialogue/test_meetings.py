"""A meeting is called, moved and cancelled by Nora, who coordinates, and the member organisations hear of it."""

from datetime import timedelta

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS, Content
from marketplace.dialogue.models import Dialogue, DialogueItem, DialogueMeeting
from marketplace.dialogue.queries import session_of
from marketplace.dialogue.telling.jobs import follow_meetings
from offers.catalogue.models import Offer, SeatPool, Session
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator, elsewhere
from tests.marketplace.dialogue.test_views import HOME, MEETING, meeting, member
from tests.visitor import Page, Visitor

HOUR = timedelta(hours=1)


async def told() -> list[tuple[str, str]]:
    """The address and the change of every message to a member organisation."""
    found = await OutboxMessage.filter(mail="meeting").order_by("address")
    return [(message.address, message.facts["change"]) for message in found]


async def content(channel: Channel = Channel.EMAIL, **other: str) -> Content | None:
    message = await OutboxMessage.filter(mail="meeting").order_by("-created_at", "address").first()
    assert message is not None
    return await MAILS["meeting"](channel, message.lang, **(message.facts | other))


async def coming(dialogue: Dialogue) -> DialogueMeeting:
    """A meeting in a week, at the town hall, with Crux Ung and its address in the dialogue, and Ola booked."""
    crux = await member(dialogue, "Crux Ung")
    await Organization.filter(id=crux.id).update(email="post@crux.no")
    made = await meeting(dialogue, NOW + timedelta(days=7))
    await Offer.filter(id=made.offer.id).update(venue_id=(await make.venue()).id)
    ola = await make.person("Ola")
    contact = await make.contact(ola, "ola@crux.no")
    await make.booking(await SeatPool.get(offer=made.offer), ola, contact=contact, organization=crux)
    return made


async def test_each_member_organisation_with_an_address_is_asked_to_the_meeting(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    for name, email in (("Crux Ung", "post@crux.no"), ("Blå Kors", "hei@blakors.no"), ("Senior", None)):
        organization = await member(dialogue, name)
        await Organization.filter(id=organization.id).update(email=email)
    gone = await member(dialogue, "Har gått")
    await Organization.filter(id=gone.id).update(email="gone@example.no")
    await rows("UPDATE dialogue_member SET left_at = joined_at WHERE organization_id = $1", gone.id)
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/new")
    page = await visitor.follow(
        await visitor.submit(page, **MEETING, venue=str((await make.venue("Lura bydelshus")).id))
    )
    assert "Møtet er satt opp." in page.text
    assert await told() == [("hei@blakors.no", "called"), ("post@crux.no", "called")]
    asked = await content()
    assert asked is not None
    assert asked.subject == "Innkalling til møte"
    assert "\n\nHva: Kveldene\nNår: tirsdag 20. oktober 2026 kl. 12–14.30\nHvor: Lura bydelshus, " in (
        asked.text.replace("\u00a0", " ").replace("\u2060", "")
    )
    assert "\n\nSakene:\n1. Helgene\n2. Skyss\n\n" in asked.text
    assert "http://127.0.0.1:8000/sign-in?next=/offers/kveldene\n" in asked.text
    assert "Spørsmål? Ring Hilde på 51 00 00 12.\n" in asked.text
    sms = await content(Channel.SMS)
    assert sms is not None
    assert len(sms.text) <= 160


async def test_nora_moves_the_meeting_and_those_booked_and_the_members_are_told(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    made = await coming(dialogue)
    other = await make.venue("Biblioteket")
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/{made.offer.slug}")
    link = page.soup.find("a", string="Flytt møtet")
    page = await visitor.open(str(link["href"]))  # type: ignore[index]
    wrong = await visitor.submit(page, day="1.1.2026")
    assert (wrong.status, "Datoen er passert." in wrong.text) == (422, True)
    page = await visitor.follow(
        await visitor.submit(page, day="22.10.2026", starts="10", ends="11.30", venue=other.id)
    )
    assert "Møtet er flyttet, og beskjeden er på vei." in page.text
    assert "torsdag 22. oktober 2026 kl. 10–11.30" in page.text
    assert "Ola" not in page.text
    assert (await session_of(made)).venue == "Biblioteket"
    assert await told() == [("post@crux.no", "moved")]
    assert await OutboxMessage.filter(mail="session_moved", address="ola@crux.no").count() == 1
    moved = await content()
    assert moved is not None
    assert "Hvor: Biblioteket" in moved.text


async def test_a_meeting_that_somebody_else_moved_meanwhile_is_not_moved_over_it(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    made = await coming(dialogue)
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/{made.offer.slug}/move")
    await visitor.submit(page, day="22.10.2026")
    late = await visitor.submit(page, day="23.10.2026")
    assert late.status == 409
    assert "Noen andre endret samlingen" in late.text
    assert await told() == [("post@crux.no", "moved")]
    assert (await visitor.submit(late)).status == 303


async def test_nora_cancels_the_meeting_and_it_cannot_be_booked_any_more(
    visitor: Visitor, dialogue: Dialogue
) -> None:
    made = await coming(dialogue)
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/{made.offer.slug}/cancel")
    assert "Ola" not in page.text
    page = await visitor.follow(await visitor.submit(page, note="Vi er syke."))
    assert "Møtet er avlyst" in page.text
    assert "Flytt møtet" not in page.text
    assert await told() == [("post@crux.no", "cancelled")]
    assert await OutboxMessage.filter(mail="offer_cancelled", address="ola@crux.no").count() == 1
    off = await content()
    assert off is not None
    assert off.subject == "Møtet er avlyst"
    assert "\n\nVi er syke.\n\n" in off.text
    assert "Sakene" not in off.text
    assert await content(change="called") is None, "it is not true any more"
    assert [booking.state for booking in await Booking.all()] == [BookingState.CANCELLED]
    for act in ("move", "cancel"):
        page = await visitor.open(f"{HOME}/meetings/{made.offer.slug}/{act}")
        assert (page.status, "Møtet er avlyst allerede." in page.text) == (422, True)


async def test_only_coordinators_of_the_municipality_change_a_meeting_and_only_before_it_begins(
    visitor: Visitor, dialogue: Dialogue, unit: Organization
) -> None:
    made = await coming(dialogue)
    path = f"{HOME}/meetings/{made.offer.slug}"
    stranger = await coordinator(await elsewhere(), "Ingeborg")
    for person, status in (
        (await make.member(unit, Role.EDITOR, "Hilde"), 403),
        (stranger, 404),
        (await coordinator(), 200),
    ):
        await visitor.sign_in(person)
        assert [(await visitor.open(f"{path}/{act}")).status for act in ("move", "cancel")] == [status] * 2
    await Session.filter(offer=made.offer).update(starts_at=NOW - timedelta(minutes=5))
    for act in ("move", "cancel"):
        assert "Møtet har begynt, så det kan ikke endres." in (await visitor.open(f"{path}/{act}")).text


@pytest.mark.parametrize("lang", ["nn", "en"])
async def test_the_invitation_can_be_written_in_every_language(
    dialogue: Dialogue, lang: str, unit: Organization
) -> None:
    made = await coming(dialogue)
    for change in ("called", "moved"):
        found = await MAILS["meeting"](Channel.EMAIL, lang, meeting=str(made.id), change=change)
        assert found is not None
        assert "Helgene" in found.text


async def editor_changes(visitor: Visitor, unit: Organization, made: DialogueMeeting, act: str) -> None:
    """Hilde, who coordinates nothing, moves or cancels a meeting on the pages of her unit's offers."""
    await visitor.sign_in(await make.member(unit, Role.EDITOR, "Hilde"))
    session = await Session.get(offer=made.offer)
    about = f"offers/{made.offer.slug}" if act == "cancel offer" else f"sessions/{session.id}"
    page = await visitor.open(f"/manage/{about}/{act.partition(' ')[0]}")
    sent = await visitor.submit(page, **({"day": "22.10.2026"} if act == "move" else {"note": "Vi er syke."}))
    assert sent.status == 303, sent.text


@pytest.mark.parametrize(
    ("act", "change"), [("move", "moved"), ("cancel", "cancelled"), ("cancel offer", "cancelled")]
)
async def test_the_members_hear_of_what_is_done_on_the_pages_of_the_offer_once(
    visitor: Visitor, dialogue: Dialogue, unit: Organization, act: str, change: str
) -> None:
    made = await coming(dialogue)
    late = await member(dialogue, "Kom etter")
    await Organization.filter(id=late.id).update(email="late@example.no")
    await rows("UPDATE dialogue_member SET joined_at = $2 WHERE organization_id = $1", late.id, NOW + HOUR)
    await editor_changes(visitor, unit, made, act)
    assert await told() == []
    for _run in range(2):
        await follow_meetings(NOW + HOUR)
    assert await told() == [("post@crux.no", change)]
    assert await content() is not None


async def test_what_was_to_be_talked_about_goes_on_when_the_offer_is_cancelled(
    visitor: Visitor, dialogue: Dialogue, unit: Organization
) -> None:
    made, following = await coming(dialogue), await meeting(dialogue, NOW + timedelta(days=14), "Neste")
    item = await DialogueItem.create(
        dialogue=dialogue, meeting=made, main_audience="next_of_kin", kinds="course", made_at=NOW
    )
    await editor_changes(visitor, unit, made, "cancel offer")
    await follow_meetings(NOW)
    assert (await DialogueItem.get(id=item.id)).meeting_id == following.id


async def test_what_nora_did_herself_is_not_told_again(visitor: Visitor, dialogue: Dialogue) -> None:
    made = await coming(dialogue)
    await visitor.sign_in(await coordinator())
    await visitor.submit(await visitor.open(f"{HOME}/meetings/{made.offer.slug}/move"), day="22.10.2026")
    await follow_meetings(NOW)
    assert await told() == [("post@crux.no", "moved")]
    await visitor.submit(await visitor.open(f"{HOME}/meetings/{made.offer.slug}/move"), day="23.10.2026")
    await follow_meetings(NOW)
    assert await told() == [("post@crux.no", "moved")] * 2, "moved twice is told twice"


async def test_whoever_joins_is_asked_to_the_meetings_to_come(visitor: Visitor, dialogue: Dialogue) -> None:
    await coming(dialogue)
    held = await meeting(dialogue, NOW - timedelta(days=7), "Det som var")
    off = await meeting(dialogue, NOW + timedelta(days=7), "Det som er avlyst")
    await Session.filter(offer=off.offer).update(status="cancelled")
    late = await make.organization("Kom etter", email="late@example.no")
    await visitor.sign_in(await coordinator())
    sent = await visitor.submit(await visitor.open(HOME), f"{HOME}/members", organization=str(late.id))
    assert sent.status == 303
    assert await told() == [("late@example.no", "called")]
    asked = await content()
    assert asked is not None
    assert "Helgene" in asked.text
    assert held.id != off.id


def to_ring(page: Page) -> list[str]:
    """The organisations that the page asks somebody to ring."""
    return [one.get_text(strip=True) for one in page.soup.select("section[aria-labelledby=to-ring] li")]


async def test_nora_sees_whom_no_message_reaches(
    visitor: Visitor, dialogue: Dialogue, unit: Organization
) -> None:
    for name, email in (("Crux Ung", "post@crux.no"), ("Blå Kors", "hei@blakors.no"), ("Senior", None)):
        organization = await member(dialogue, name)
        await Organization.filter(id=organization.id).update(email=email)
    await visitor.sign_in(await coordinator())
    page = await visitor.open(f"{HOME}/meetings/new")
    await visitor.submit(page, **MEETING, venue=str((await make.venue("Lura bydelshus")).id))
    here = f"{HOME}/meetings/kveldene"
    assert to_ring(await visitor.open(here)) == ["Senior"]
    called = OutboxMessage.filter(address="post@crux.no")
    await called.update(failed_at=NOW, problem="nothing to say")
    assert to_ring(await visitor.open(here)) == ["Senior"]
    await called.update(problem="550 nobody")
    assert to_ring(await visitor.open(here)) == ["Crux Ung", "Senior"]
    await visitor.sign_in(await make.member(unit, Role.EDITOR, "Hilde"))
    assert to_ring(await visitor.open(here)) == [], "she leads it, and rings nobody for the municipality"
