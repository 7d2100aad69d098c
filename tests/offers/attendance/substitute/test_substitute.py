"""A register that somebody keeps for a host, by a link."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest
from uuid_utils.compat import uuid7

from marketplace.base.clock import oslo
from marketplace.base.data.database import row, rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.people.models import Person
from offers.attendance.check_in.actions import turn_on
from offers.attendance.models import Register
from offers.attendance.substitute.actions import ask
from offers.attendance.substitute.models import Substitute
from offers.attendance.substitute.rules import browser, end_of_day, path
from offers.attendance.taps.actions import keep
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import Sender, Tap
from offers.catalogue.models import Session
from offers.seats.models import Booking
from offers.sessions.actions import cancel, cancel_offer, move
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import evening, states
from tests.visitor import Visitor

DAY = timedelta(days=1)


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
    assert "stående som «kom ikke» til du merker dem." in page.text, (
        "what saving does is said before it is done"
    )
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
    gone = [
        await visitor.open(here), await visitor.submit(page, here, head_count=4), await visitor.open(path(link.id)),
        await visitor.open(f"{path(link.id)}x"), await visitor.open(f"/substitute/registers/{session.id}"),
    ]  # fmt: skip
    assert [one.status for one in gone] == [404] * 5
    assert {one.heading for one in gone} == {"Lenken til oppmøtet virker ikke"}, "the same, whyever"
    unsaved = ["Det du sendte nå, er ikke lagret." in one.text for one in gone]
    assert unsaved == [False, True, False, False, False]
    assert all("Be den som sendte lenken, om en ny." in one.text for one in gone)
    assert await value("SELECT count FROM head_count") == 3
    await Substitute.filter(id=link.id).update(revoked_at=None)
    assert (await visitor.open(here)).status == 200
    await Substitute.filter(id=link.id).update(ends_at=NOW)
    assert (await visitor.open(here)).status == 404
    assert session.id == link.session_id


async def test_the_cookie_of_one_link_opens_no_other(visitor: Visitor) -> None:
    """Each link is its own: neither the cookie of another, nor its secret under this one's name."""
    _, mine = await asked(visitor, "Amina")
    here = await opened(visitor, mine)
    own = f"substitute-{mine.id.hex}"
    name, secret = next((name, secret) for name, secret in visitor.client.cookies.items() if own in name)
    other = await Substitute.create(
        session_id=mine.session_id, channel="email", address="to@example.no", created_at=NOW, opened_at=NOW,
        browser=(await Substitute.get(id=mine.id)).browser, ends_at=mine.ends_at, made_by_id=mine.made_by_id,
    )  # fmt: skip
    there = f"/substitute/registers/{other.id}"
    assert (await visitor.open(there)).status == 404
    visitor.client.cookies.set(name.replace(mine.id.hex, other.id.hex), secret)
    assert (await visitor.open(there)).status == 404
    await Substitute.filter(id=other.id).update(browser=browser(other.id, secret))
    assert (await visitor.open(there)).status == 200, (
        "it holds: the hash alone, which is each link's own, kept it shut"
    )
    assert (await visitor.open(here)).status == 200
    for guess in ("", "x", secret[:-1], secret + "x"):
        visitor.client.cookies.clear()
        visitor.client.cookies.set(name, guess)
        assert (await visitor.open(here)).status == 404
        assert (await visitor.post(here, {"head_count": "9"})).status in (403, 404)
    assert await value("SELECT count(*) FROM head_count") == 0


async def test_an_unopened_link_has_no_register(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    visitor.client.cookies.set(f"__Host-substitute-{link.id.hex}", "")
    visitor.client.cookies.set(f"substitute-{link.id.hex}", "x")
    assert (await visitor.open(f"/substitute/registers/{link.id}")).status == 404


async def test_one_browser_only_though_two_open_at_the_same_moment(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    async with Visitor.at(NOW) as first, Visitor.at(NOW) as second, Visitor.at(NOW) as third:
        each = [
            (one, (await one.open(path(link.id))).fields(path(link.id))) for one in (first, second, third)
        ]
        answers = await asyncio.gather(*(one.post(path(link.id), fields) for one, fields in each))
    assert sorted(answer.status for answer in answers) == [303, 409, 409]
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'substitute.opened'") == 1


async def test_a_press_that_comes_twice_opens_it_once_and_each_answer_holds_it(visitor: Visitor) -> None:
    """Of two presses a browser hears the last answer only."""
    _, link = await asked(visitor, "Amina")
    page = await visitor.open(path(link.id))
    fields = page.fields(path(link.id))
    answers = await asyncio.gather(*(visitor.post(path(link.id), fields) for _ in range(3)))
    assert [answer.status for answer in answers] == [303] * 3
    kept = {answer.response.headers["set-cookie"].partition(";")[0] for answer in answers}
    assert len(kept) == 1
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'substitute.opened'") == 1
    visitor.client.cookies.clear()
    assert (await visitor.submit(await visitor.open(path(link.id)), path(link.id))).status == 409, "elsewhere"


async def test_a_link_that_is_taken_back_unopened_opens_nothing(visitor: Visitor) -> None:
    """Also on a page that was open when it was taken back."""
    _, link = await asked(visitor, "Amina")
    page = await visitor.open(path(link.id))
    await Substitute.filter(id=link.id).update(revoked_at=NOW)
    assert (await visitor.submit(page, path(link.id))).status == 404
    await Substitute.filter(id=link.id).update(revoked_at=None, ends_at=NOW)
    assert (await visitor.submit(page, path(link.id))).status == 404
    assert (await Substitute.get()).opened_at is None


async def test_a_link_ends_with_the_day_in_oslo_and_not_before(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    assert oslo(link.ends_at) == oslo(NOW).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(
        days=1
    )
    here = await opened(visitor, link)
    jar = dict(visitor.client.cookies)
    for at, status in ((link.ends_at - timedelta(seconds=1), 200), (link.ends_at, 404)):
        async with Visitor.at(at) as later:
            for name, secret in jar.items():
                later.client.cookies.set(name, secret)
            assert (await later.open(here)).status == status
            assert (await later.open(path(link.id))).status == (303 if status == 200 else 404)


async def test_a_link_to_what_goes_on_past_midnight_lasts_until_it_is_over(visitor: Visitor) -> None:
    """Also through the night in which the clock goes back."""
    _, session, host = await evening("Amina")
    night = datetime.fromisoformat("2026-10-25T00:00:00+02:00")
    await Session.filter(id=session.id).update(
        starts_at=night - timedelta(hours=3), ends_at=night + timedelta(hours=3)
    )
    visitor.wait(night - timedelta(hours=4) - visitor.now)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/substitute")
    await visitor.submit(page, "/substitute", address="vikar@example.no")
    link = await Substitute.get()
    assert link.ends_at == night + timedelta(hours=25)
    visitor.client.cookies.clear()
    here = await opened(visitor, link)
    visitor.wait(timedelta(hours=5))
    assert (await visitor.open(here)).status == 200
    assert end_of_day(night) == night, "what ends at midnight ends with its own day"


async def test_a_link_to_what_was_moved_to_an_earlier_day_ends_with_that_day(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    here = await opened(visitor, link)
    jar = dict(visitor.client.cookies)
    await Substitute.all().update(ends_at=link.ends_at + timedelta(days=1))  # it was sent for the day after
    for at, status in ((link.ends_at - timedelta(seconds=1), 200), (link.ends_at, 404)):
        async with Visitor.at(at) as later:
            for name, secret in jar.items():
                later.client.cookies.set(name, secret)
            assert (await later.open(here)).status == status


async def test_nobody_revokes_the_link_of_a_session_that_is_not_theirs(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    _, session, host = await evening("Per", owner=await make.organization(slug="andre"))
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/substitute")
    token = page.fields("/substitute")["form_token"][0]
    await visitor.post(
        f"/manage/sessions/{session.id}/substitute/revoke", {"form_token": token, "substitute": str(link.id)}
    )
    assert (await Substitute.get(id=link.id)).revoked_at is None
    answer = await visitor.post(
        f"/manage/sessions/{link.session_id}/substitute/revoke",
        {"form_token": token, "substitute": str(link.id)},
    )
    assert answer.status == 404
    assert (await Substitute.get(id=link.id)).revoked_at is None


async def test_what_a_host_wrote_meanwhile_is_not_emptied_by_a_substitute(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    here = await opened(visitor, link)
    old = await visitor.open(here)
    await visitor.submit(old, here, head_count=5, volunteers=2)
    await Register.all().update(saved_at=NOW + timedelta(seconds=1))
    page = await visitor.submit(old, here, adults="")
    assert page.status == 409
    fields = page.fields(here)
    assert (fields["head_count"], fields["volunteers"]) == (["5"], ["2"])
    await visitor.submit(old, here, plus="heads")
    await visitor.submit(old, here, plus="heads")  # sent twice
    assert await value("SELECT count FROM head_count") == 6


async def test_a_conflict_says_that_it_was_a_substitute(visitor: Visitor) -> None:
    session, link = await asked(visitor, "Amina")
    await opened(visitor, link)
    amina, host = await Booking.get(participant__name="Amina"), await Person.get(name="Tom")
    for sender, state in ((Sender(host.id), "present"), (Sender(None, link.id), "absent")):
        tap = Tap(uuid7(), NOW, amina.id, Field.STATE, state, 0)
        await keep(session.id, (await session.offer).owner_id, [tap], sender, now=NOW)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    said = [each.get_text() for each in page.soup.select(".tp-either small")]
    assert sorted(each.partition(",")[0] for each in said) == ["du", "vikar"]


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


async def test_what_is_cancelled_asks_nobody_to_take_its_register_and_opens_nothing(visitor: Visitor) -> None:
    """It is cancelled before the message has left, and after the link was opened."""
    session, link = await asked(visitor, "Amina")
    here = await opened(visitor, link)
    assert (await visitor.open(here)).status == 200
    assert await MAILS["substitute"](Channel.EMAIL, "nb", substitute=str(link.id)) is not None
    session = await Session.get(id=session.id).select_related("offer")
    kari = await make.member(await session.offer.owner, Role.MANAGER, email="kari@example.no")
    await cancel(session, sequence=0, note="", by=kari.id, now=session.starts_at - timedelta(hours=1))
    assert await MAILS["substitute"](Channel.EMAIL, "nb", substitute=str(link.id)) is None
    assert [(await visitor.open(each)).status for each in (path(link.id), here)] == [404, 404]
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/sessions/{session.id}/substitute")
    assert "Virker ikke lenger." in page.text


async def moved(session: Session, by: Person) -> None:
    await move(session, sequence=0, starts_at=session.starts_at + DAY, ends_at=session.ends_at + DAY, venue_id=None,
               by=by.id, now=session.starts_at - DAY)  # fmt: skip


async def called_off(session: Session, by: Person) -> None:
    await cancel(session, sequence=0, note="", by=by.id, now=session.starts_at - DAY)


async def all_called_off(session: Session, by: Person) -> None:
    await cancel_offer(session.offer, note="", by=by.id, now=session.starts_at - DAY)


OFF, MOVED = "er avlyst. Du trenger ikke gjøre noe.", "Spør den som ba deg, om du trengs da."


@pytest.mark.parametrize(("act", "words"), [(called_off, OFF), (all_called_off, OFF), (moved, MOVED)])
@pytest.mark.parametrize("counts_on_it", [True, False])
async def test_whoever_was_asked_to_come_is_told_that_it_is_cancelled_or_moved(
    visitor: Visitor, act: Callable[[Session, Person], Awaitable[None]], words: str, counts_on_it: bool
) -> None:
    """They may be the only one who comes; and nobody is told who has not been asked yet."""
    session, link = await asked(visitor, "Amina")
    if counts_on_it:
        await rows("UPDATE outbox_message SET sent_at = $1 WHERE mail = 'substitute'", NOW)
    session = await Session.get(id=session.id).select_related("offer")
    await act(session, await make.member(await session.offer.owner, Role.MANAGER, email="kari@example.no"))
    told = await rows("SELECT address, facts FROM outbox_message WHERE mail = 'substitute_changed'")
    assert [each["address"] for each in told] == ["vikar@example.no"] * counts_on_it
    written = await MAILS["substitute_changed"](Channel.EMAIL, "nb", substitute=str(link.id))
    assert written is not None
    assert words in written.text
    assert "Amina" not in written.text
    await rows("UPDATE substitute SET revoked_at = $1", NOW)
    assert await MAILS["substitute_changed"](Channel.EMAIL, "nb", substitute=str(link.id)) is None


async def test_nobody_is_asked_for_what_is_cancelled_meanwhile(visitor: Visitor) -> None:
    """The page of whoever asks was opened before, and so was that of whoever opens check-in."""
    _, session, host = await evening("Amina")
    as_it_was = await Session.get(id=session.id).select_related("offer")
    await called_off(session, host)
    with pytest.raises(Refused, match="avlyst"):
        await ask(as_it_was, Channel.EMAIL, "vikar@example.no", lang="nb", by=host.id, now=NOW)
    with pytest.raises(Refused, match="avlyst"):
        await turn_on(as_it_was, by=host.id, now=NOW)
    assert not await Substitute.exists()
    assert await value("SELECT count(*) FROM check_in WHERE session_id = $1", session.id) == 0
