"""A change of the secret key or of the public address: what is made anew, what must stay, and what the doctor says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import icalendar
import pytest

from marketplace.base.data.database import credentials, rows, value
from marketplace.base.models import Channel
from marketplace.base.signing import fingerprint, unseal
from marketplace.my_page.own_goals import rules as own_goals
from marketplace.operations.doctor import addresses
from marketplace.operations.doctor.findings import Looking
from marketplace.operations.renewal import derived, secret
from marketplace.people.second_factor import actions as second_factor
from marketplace.settings import settings
from offers.bookings.calendar import events
from offers.bookings.queries import booking_in_mail
from offers.catalogue.models import Joining, SeatPool, Session
from offers.feeds.models import CalendarAddress
from offers.messages.follow_up.actions import stop_news
from offers.messages.follow_up.queries import wants_news
from offers.messages.follow_up.rules import address_hash, unsubscribe_path
from tests import make
from tests.conftest import NOW
from tests.marketplace.operations.commanded import command
from tests.production import production
from tests.visitor import Visitor

KEYS = ["the first key, of thirty-two signs and more", "the second key, of as many signs", "a third"]
Use = Callable[..., None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, db: None) -> Any:
    """`use(public_url=…, …)`: from here on these settings."""

    def set_(**given: str) -> None:
        for name, text in given.items():
            monkeypatch.setenv(f"TREFFPUNKT_{name.upper()}", text)
        settings.cache_clear()

    yield set_
    monkeypatch.undo()
    settings.cache_clear()


async def said(check: Any, now: Any = NOW) -> list[str]:
    """What the doctor says, as in production."""
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        return [f"{kind} {text}" async for kind, text in check(Looking("", now, connection))]
    finally:
        await connection.close()


async def remember(now: Any = NOW) -> None:
    await rows("INSERT INTO instance (id, demo, began_at) VALUES (1, false, $1) ON CONFLICT DO NOTHING", NOW)
    connection = await asyncpg.connect(**credentials(settings().database_url or ""))
    try:
        await addresses.remember(connection, now)
    finally:
        await connection.close()


# --- the secret key ---
async def test_what_lies_in_the_database_is_made_anew_and_the_key_of_before_can_go(use: Use) -> None:
    use(secret_key=KEYS[0])
    kari = await make.person("Kari", "kari@example.no")
    await make.person("Ola", "ola@example.no")
    await rows(
        "INSERT INTO totp (id, person_id, secret, last_step, created_at) VALUES (gen_random_uuid(), $1, $2, 1, $3)",
        kari.id, second_factor.sealed_secret("JBSWY3DPEHPK3PXP"), NOW,
    )  # fmt: skip
    await rows(
        """INSERT INTO own_goal (id, person_id, sealed, created_at, changed_at)
        VALUES (gen_random_uuid(), $1, $2, $3, $3)""",
        kari.id, own_goals.sealed(kari.id, "Gå til biblioteket"), NOW,
    )  # fmt: skip
    await stop_news(address_hash(Channel.EMAIL, "ola@example.no"), now=NOW)
    use(secret_key=KEYS[1], secret_keys_before=f'["{KEYS[0]}"]')
    assert await secret.rotate() == secret.Renewed(apps=1, goals=1, stops=1)
    assert await secret.rotate() == secret.Renewed(), "what is new is left"
    use(secret_keys_before="")
    goal = await value("SELECT sealed FROM own_goal")
    assert own_goals.opened(kari.id, goal) == "Gå til biblioteket"
    assert unseal(second_factor.APP, (await value("SELECT secret FROM totp")).decode())
    assert not await wants_news(Channel.EMAIL, "ola@example.no")
    assert await wants_news(Channel.EMAIL, "kari@example.no")


async def test_rotate_is_a_command_and_may_be_run_again(use: Use, claimed: None) -> None:
    use(secret_key=KEYS[0])
    ran = await command("rotate")
    assert (ran.code, "set TREFFPUNKT_SECRET_KEYS_BEFORE to it first" in ran.said) == (1, True)
    kari = await make.person("Kari", "kari@example.no")
    await rows(
        """INSERT INTO own_goal (id, person_id, sealed, created_at, changed_at)
        VALUES (gen_random_uuid(), $1, $2, $3, $3)""",
        kari.id, own_goals.sealed(kari.id, "Gå til biblioteket"), NOW,
    )  # fmt: skip
    use(secret_key=KEYS[1], secret_keys_before=f'["{KEYS[2]}"]')
    ran = await command("rotate")
    assert (ran.code, "1 could not be read: they are of a key that is not named." in ran.said) == (1, True)
    use(secret_keys_before=f'["{KEYS[0]}"]')
    ran = await command("rotate")
    assert ran.code == 0
    assert (
        "Made anew: 0 apps for codes, 1 goals of people's own, 0 addresses that want no messages." in ran.said
    )
    assert "Made anew: 0 apps for codes, 0 goals" in (await command("rotate")).said
    assert not [key for key in KEYS if key in ran.said]
    use(secret_keys_before="")
    assert own_goals.opened(kari.id, await value("SELECT sealed FROM own_goal")) == "Gå til biblioteket"


async def test_what_no_named_key_can_read_is_told_and_left(use: Use) -> None:
    use(secret_key=KEYS[0])
    kari = await make.person("Kari")
    await rows(
        """INSERT INTO own_goal (id, person_id, sealed, created_at, changed_at)
        VALUES (gen_random_uuid(), $1, $2, $3, $3)""",
        kari.id, own_goals.sealed(kari.id, "Gå"), NOW,
    )  # fmt: skip
    before = await value("SELECT sealed FROM own_goal")
    use(secret_key=KEYS[1], secret_keys_before=f'["{KEYS[2]}"]')
    assert await secret.rotate() == secret.Renewed(unread=1)
    assert await value("SELECT sealed FROM own_goal") == before


async def test_who_stopped_messages_under_both_keys_stays_stopped_once(use: Use) -> None:
    use(secret_key=KEYS[0])
    await make.person("Ola", "ola@example.no")
    await stop_news(address_hash(Channel.EMAIL, "ola@example.no"), now=NOW)
    use(secret_key=KEYS[1], secret_keys_before=f'["{KEYS[0]}"]')
    await stop_news(address_hash(Channel.EMAIL, "ola@example.no"), now=NOW + timedelta(days=1))
    await secret.rotate()
    assert await value("SELECT count(*) FROM unsubscription") == 1
    assert not await wants_news(Channel.EMAIL, "ola@example.no", NOW), "stopped after they had asked"


async def test_the_doctor_says_which_keys_are_needed_for_what_and_which_can_go(use: Use) -> None:
    use(secret_key=KEYS[0])
    await remember(NOW)
    booking = await make.booking(await pool())
    use(secret_key=KEYS[1], secret_keys_before=f'["{KEYS[0]}"]')
    assert "has not noted when it was used" in (await said(addresses.secrets))[0]
    await remember(NOW + timedelta(days=1))
    (told,) = await said(addresses.secrets)
    assert fingerprint(KEYS[0]) in told
    assert KEYS[0] not in told
    assert "is needed for the links of 1 bookings, links that stop messages" in told
    await rows("DELETE FROM calendar_entry")
    await rows("DELETE FROM booking WHERE id = $1", booking.id)
    assert "can go" in (await said(addresses.secrets, NOW + timedelta(days=800)))[0]


async def pool() -> SeatPool:
    return await SeatPool.get(offer=await make.offer(joining=Joining.WHOLE))


# --- the public address ---
HOST = {"host": "treffpunkt.example"}
OLD = {"host": "gammel.kommune.no"}


@pytest.fixture
def produced(use: Use, monkeypatch: pytest.MonkeyPatch) -> Any:
    """In production; see tests/production.py for its address."""
    with production(monkeypatch):
        yield use
        monkeypatch.undo()  # what was set within goes first


async def feed(visitor: Visitor, host: dict[str, str] = HOST) -> bytes:
    """The public calendar, its long lines made whole."""
    answer = await visitor.client.get("/calendar/all.ics", headers=host)
    assert answer.status_code == 200
    return answer.content.replace(b"\r\n ", b"")


def uids(found: bytes) -> set[str]:
    return {str(event["UID"]) for event in icalendar.Calendar.from_ical(found).walk("VEVENT")}


async def test_another_address_changes_no_event_and_the_doctor_holds_to_it(
    visitor: Visitor, produced: Use
) -> None:
    await make.offer(joining=Joining.WHOLE)
    before = uids(await feed(visitor))
    await remember()
    produced(public_url="https://ny.kommune.no", allowed_hosts="ny.kommune.no")
    (told,) = await said(addresses.calendars)
    assert told.startswith("wrong set TREFFPUNKT_CALENDAR_DOMAIN to treffpunkt.example: ")
    produced(calendar_domain="treffpunkt.example")
    assert (await said(addresses.calendars))[0].startswith("well events are named @treffpunkt.example")
    await derived.feeds(NOW)
    after = await feed(visitor, {"host": "ny.kommune.no"})
    assert uids(after) == before != set()
    assert b"https://ny.kommune.no/offers" in after
    assert b"https://treffpunkt.example" not in after


async def test_what_goes_by_mail_has_the_same_name_as_what_is_subscribed_to(produced: Use) -> None:
    produced(calendar_domain="treffpunkt.kommune.no")
    booking = await make.booking(await pool())
    found = await booking_in_mail(booking.id, "nb")
    assert found.sessions
    for event in events(found, found.sessions):
        assert event.uid.startswith(f"booking-{booking.id}-")
        assert event.uid.endswith("@treffpunkt.kommune.no")


async def test_a_name_may_still_be_chosen_while_nobody_has_an_event(produced: Use) -> None:
    await remember()
    produced(public_url="https://ny.kommune.no")
    assert (await said(addresses.calendars))[0].startswith("well")
    await remember()
    assert await value("SELECT calendar_domain FROM instance") == "ny.kommune.no"
    await CalendarAddress.create(person=await make.person("Ola"), secret_hash=bytes(32), created_at=NOW)
    produced(public_url="https://nyere.kommune.no")
    assert (await said(addresses.calendars))[0].startswith("wrong")


async def test_another_sender_is_not_another_organiser(produced: Use) -> None:
    await remember()
    await CalendarAddress.create(person=await make.person("Ola"), secret_hash=bytes(32), created_at=NOW)
    produced(mail_from="Treffpunkt <ny@kommune.no>")
    (told,) = await said(addresses.calendars)
    assert "set TREFFPUNKT_CALENDAR_ORGANIZER to post@treffpunkt.example" in told
    produced(calendar_organizer="post@treffpunkt.example")
    assert (await said(addresses.calendars))[0].startswith("well")


async def test_links_to_the_old_name_lead_to_the_new_one(visitor: Visitor, produced: Use) -> None:
    produced(former_hosts="gammel.kommune.no")
    for path in ("/", "/offers?q=b%C3%A5t&when=today", "/en/offers", "/bookings/AZNxSgAAcACAAAAAAAAAscJbBllFpRZyq736XQ",
                 "//onde.example.no/x", "/sign-in/link?token=abc"):  # fmt: skip
        answer = await visitor.client.get(f"http://gammel.kommune.no{path}")
        assert (answer.status_code, answer.headers["location"]) == (
            308,
            f"https://treffpunkt.example{path}",
        ), path
        assert "content-security-policy" in answer.headers
    assert (await visitor.client.get("/", headers={"host": "fremmed.example.no"})).status_code == 400
    assert (await visitor.client.get("/", headers=HOST)).status_code == 200
    assert (await visitor.client.get("/health/live", headers=OLD)).status_code == 200
    assert (await visitor.client.post("/sign-in", headers=OLD, data={})).status_code == 308


async def test_calendars_and_one_click_are_answered_under_the_old_name(
    visitor: Visitor, produced: Use
) -> None:
    """Programs that follow to nowhere: a calendar would stand still, and who wants no more mail would get it."""
    await make.offer(joining=Joining.WHOLE)
    produced(former_hosts="gammel.kommune.no")
    path = unsubscribe_path(Channel.EMAIL, "ola@example.no")
    assert uids(await feed(visitor, OLD)) == uids(await feed(visitor)) != set()
    stopped = await visitor.client.post(path, headers=OLD, data={"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200
    assert not await wants_news(Channel.EMAIL, "ola@example.no")
    assert (await visitor.client.get(path, headers=OLD)).status_code == 308, "a person is led on"


# --- what is derived ---
async def test_what_is_derived_is_made_anew(visitor: Visitor, db: None) -> None:
    offer = await make.offer("Båtbyggerkurs", joining=Joining.WHOLE)
    await feed(visitor, {})
    revision = await value("SELECT revision FROM catalogue_revision")
    await rows("UPDATE session SET vevent = $1", b"BEGIN:VEVENT\r\nSUMMARY:gammelt\r\nEND:VEVENT\r\n")
    await rows("ALTER TABLE offer DISABLE TRIGGER USER")
    await rows("UPDATE offer SET session_count = 99, next_session_at = NULL WHERE id = $1", offer.id)
    await rows("ALTER TABLE offer ENABLE TRIGGER USER")
    for kind in derived.DERIVED.values():
        await kind(NOW)
    assert await value("SELECT revision FROM catalogue_revision") > revision
    assert b"gammelt" not in (await visitor.open("/calendar/all.ics")).response.content
    count = await Session.filter(offer_id=offer.id).count()
    assert await value("SELECT session_count FROM offer WHERE id = $1", offer.id) == count
    assert await value("SELECT next_session_at IS NOT NULL FROM offer WHERE id = $1", offer.id)
    assert await value("SELECT count(*) FROM offer_text WHERE parts IS NULL") == 0


async def test_rebuild_is_a_command_of_the_kinds_that_are_named(claimed: None) -> None:
    offer = await make.offer("Båtbyggerkurs", joining=Joining.WHOLE)
    await rows("UPDATE session SET vevent = $1", b"gammelt")
    revision = await value("SELECT revision FROM catalogue_revision")
    ran = await command("rebuild")
    assert (ran.code, "Say which: feeds, words, next-sessions, or --all." in ran.said) == (2, True)
    assert (await command("rebuild", "figures")).code == 2
    sessions = await Session.filter(offer_id=offer.id).count()
    ran = await command("rebuild", "feeds", "feeds")
    assert (ran.code, ran.said) == (0, f"feeds: {sessions} looked at\n")
    assert await value("SELECT count(*) FROM session WHERE vevent IS NOT NULL") == 0
    assert await value("SELECT revision FROM catalogue_revision") > revision
    ran = await command("rebuild", "--all")
    assert ran.code == 0
    assert [line.split(":")[0] for line in ran.said.splitlines()] == list(derived.DERIVED)
