"""A register that somebody keeps for a host, by a link."""

from marketplace.base.data.database import row, rows, value
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from offers.attendance.substitute.models import Substitute
from offers.attendance.substitute.rules import path
from offers.catalogue.models import Session
from offers.seats.models import Booking
from organizations.members.models import Membership
from tests.conftest import NOW
from tests.offers.attendance.test_register import evening, states
from tests.visitor import Visitor


async def asked(visitor: Visitor, *names: str) -> tuple[Session, Substitute]:
    """A host has sent the link, and is signed out."""
    _, session, host = await evening(*names)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/substitute")
    page = await visitor.follow(await visitor.submit(page, "/substitute", address="vikar@example.no"))
    assert "Lenken er på vei." in page.text
    assert "Ikke åpnet." in page.text
    visitor.client.cookies.clear()
    return session, await Substitute.get()


async def opened(visitor: Visitor, link: Substitute) -> str:
    """The link is opened in this browser. Returns where its register is."""
    page = await visitor.open(path(link.id))
    assert page.status == 200
    await visitor.submit(page, path(link.id))
    return f"/substitute/registers/{link.id}"


async def test_a_link_asks_first_and_opens_a_register_without_contacts(visitor: Visitor) -> None:
    session, link = await asked(visitor, "Amina Dahl")
    page = await visitor.open(path(link.id))
    assert "Amina" not in page.text
    assert (await Substitute.get()).opened_at is None
    here = await opened(visitor, link)
    page = await visitor.open(here)
    assert "Amina" in page.text
    assert "Dahl" not in page.text
    assert "amina@example.no" not in page.text
    assert not [a for a in page.soup.select("main a") if "/manage" in str(a.get("href"))]
    amina = await Booking.get(participant__name="Amina Dahl")
    await visitor.submit(page, here, present=[amina.id])
    assert await states() == {"Amina Dahl": ("present", 1)}
    tap = await row("SELECT person_id, substitute_id, session_id FROM register_tap")
    assert tap == {"person_id": None, "substitute_id": link.id, "session_id": session.id}
    assert [
        each["action"]
        for each in await rows("SELECT action FROM audit_entry WHERE action LIKE 'substitute.%'")
    ][:2] == ["substitute.asked", "substitute.opened"]


async def test_a_second_browser_is_told_so_and_sees_nothing(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    here = await opened(visitor, link)
    secret = dict(visitor.client.cookies)
    visitor.client.cookies.clear()
    page = await visitor.open(path(link.id))
    page = await visitor.submit(page, path(link.id))
    assert page.status == 409
    assert "Lenken er åpnet på en annen enhet." in page.text
    assert (await visitor.open(here)).status == 404
    other = next(name for name in secret if "substitute-" in name)
    visitor.client.cookies.set(other, "guessed")
    assert (await visitor.open(here)).status == 404
    stored = bytes(await value("SELECT browser FROM substitute"))
    assert secret[other].encode() not in stored


async def test_revoked_or_over_it_opens_nothing_and_what_was_kept_stays(visitor: Visitor) -> None:
    session, link = await asked(visitor, "Amina")
    here = await opened(visitor, link)
    page = await visitor.open(here)
    await visitor.submit(page, here, head_count=3)
    await Substitute.filter(id=link.id).update(revoked_at=NOW)
    assert (await visitor.open(here)).status == 404
    assert (await visitor.submit(page, here, head_count=4)).status == 404
    assert (await visitor.open(path(link.id))).status == 404
    assert await value("SELECT count FROM head_count") == 3
    await Substitute.filter(id=link.id).update(revoked_at=None)
    assert (await visitor.open(here)).status == 200
    await Substitute.filter(id=link.id).update(ends_at=NOW)
    assert (await visitor.open(here)).status == 404
    assert session.id == link.session_id


async def test_a_host_takes_a_link_back_and_sees_when_it_was_opened(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/substitute")
    await visitor.submit(page, "/substitute", address="vikar@example.no")
    await Substitute.all().update(opened_at=NOW, browser=b"b" * 16)
    page = await visitor.open(f"/manage/sessions/{session.id}/substitute")
    assert "Åpnet" in page.text
    page = await visitor.follow(await visitor.submit(page, "/revoke"))
    assert "Virker ikke lenger." in page.text
    assert (await Substitute.get()).revoked_at is not None


async def test_it_opens_nothing_once_whoever_sent_it_leads_the_session_no_more(visitor: Visitor) -> None:
    _session, link = await asked(visitor, "Amina")
    here = await opened(visitor, link)
    page = await visitor.open(here)
    await Membership.all().update(ended_at=NOW)
    assert (await visitor.open(here)).status == 404
    assert (await visitor.submit(page, here, head_count=4)).status == 404
    assert (await visitor.open(path(link.id))).status == 404
    assert await MAILS["substitute"](Channel.EMAIL, "nb", substitute=str(link.id)) is None
    assert await value("SELECT count(*) FROM head_count") == 0
