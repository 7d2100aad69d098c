"""What is kept about people stands in one table, and goes when that says so: nothing of a name is left anywhere."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from marketplace.base.clock import month_start
from marketplace.base.data import audit
from marketplace.base.data.database import in_transaction, row, rows, value
from marketplace.base.models import Channel
from marketplace.base.post.mail import post
from marketplace.base.post.outbox import send_due
from marketplace.every_mail import MAILS
from marketplace.people.models import ContactPoint, Person
from marketplace.people.sign_in.models import SignIn
from marketplace.privacy import jobs
from marketplace.privacy.actions import forget
from marketplace.privacy.rules import TABLES
from offers.attendance.keys import YearClosed, year_key
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.rights.models import HostAssignment
from offers.seats.models import Booking, BookingState
from organizations.approval.models import Answer, Decision
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

COLUMNS = """SELECT table_name::text AS name, array_agg(column_name::text) AS columns FROM information_schema.columns
WHERE table_schema = 'public' AND table_name !~ '^audit_entry_' GROUP BY table_name"""
LATER = timedelta(days=180)
"""More than the sessions' time, less than six months after."""


async def test_every_column_is_personal_with_a_purpose_or_plain(pool: None) -> None:
    there = {each["name"]: sorted(each["columns"]) for each in await rows(COLUMNS)}
    told = {name: sorted([*table.personal, *table.plain.split()]) for name, table in TABLES.items()}
    assert told == there


@pytest.mark.parametrize("name", TABLES)
def test_what_is_personal_has_a_purpose_and_goes_or_says_why_it_stays(name: str) -> None:
    table = TABLES[name]
    assert all(len(purpose) > 5 for purpose in table.personal.values())
    assert not table.personal or table.goes or table.stays
    becomes = set(table.goes.becomes) if table.goes else set()
    if table.goes and table.stays:
        assert becomes < set(table.personal), "some columns go, and `stays` says why the others do not"
    elif becomes:
        assert becomes == set(table.personal)


@pytest.fixture
async def tidy(db: None, data_dir: Path) -> AsyncIterator[None]:
    """No keys, messages and months of the audit log from elsewhere, and none left over."""

    async def clear() -> None:
        for path in files(data_dir):
            path.unlink()
        for month in await months():
            await rows(f"DROP TABLE {month}")

    await clear()
    yield
    await clear()


def files(folder: Path) -> list[Path]:
    """The keys and messages of a data folder."""
    return [*folder.glob("keys/*"), *folder.glob("mailbox/*")]


async def months() -> list[str]:
    found = await rows(
        "SELECT relname FROM pg_class WHERE relname ~ '^audit_entry_2' AND relkind = 'r' ORDER BY 1"
    )
    return [each["relname"] for each in found]


async def places(text: str, data_dir: Path) -> set[str]:
    """The tables, and the files of the data folder, in which a text is found; in bytes too, and whatever the case."""
    wanted = f"{re.escape(text)}|{text.encode().hex()}|{text.lower().encode().hex()}"
    found = set()
    for table in await rows(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    ):
        if await value(f"SELECT count(*) FROM {table['relname']} t WHERE t::text ~* $1", wanted):
            found.add(table["relname"])
    return found | {
        path.parent.name for path in files(data_dir) if text.lower() in path.read_text("latin-1").lower()
    }


async def book(visitor: Visitor, offer: Offer, **typed: Any) -> Booking:
    """Book through the page, as a visitor does."""
    session = await Session.filter(offer=offer).order_by("starts_at").first()
    asked = f"?session={session.id}" if session and offer.joining == Joining.PER_SESSION else ""
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new{asked}")
    receipt = await visitor.follow(await visitor.submit(form, "/bookings", **typed))
    assert receipt.status == 200, receipt.text
    found = await Booking.filter(offer=offer).order_by("-created_at", "-id").first()
    assert found is not None
    return found


async def test_months_after_the_last_session_nothing_of_a_name_is_left_but_that_somebody_came(
    tidy: None, visitor: Visitor, data_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    owner = await make.organization()
    walk = await make.offer("Tur", owner=owner, starts=[NOW + timedelta(days=1)], capacity=2)
    editor = await make.member(owner, email="kari@example.no")
    canary = {"name": "Kanarifugl Syng", "contact": "email", "email": "Kanarifugl@example.no"}
    came = await book(visitor, walk, **canary)
    child = await book(visitor, walk, who="child", participant_name="Kanarifugl Unge", **canary)
    waiting = await book(visitor, walk, name="Kanarifugl Tre", contact="sms", phone="91 00 00 77")
    assert [waiting.state, child.participant_id == child.booked_by_id] == [BookingState.WAITING, False]
    await visitor.submit(await visitor.open("/bookings"), "/links", address="kanarifugl@example.no")
    await visitor.submit(await visitor.open("/sign-in"), address="kanarifugl@example.no")
    assert MAILS  # importing them makes them known
    soon = visitor.now + timedelta(minutes=1)
    assert await send_due(refused, lambda: soon) == 5, "three receipts, the links, the sign-in"
    visitor.wait(timedelta(days=1))
    await visitor.sign_in(editor)
    register = await visitor.open(f"/manage/sessions/{(await Session.get(offer=walk)).id}/register")
    assert (await visitor.submit(register, present=[str(came.id)])).status == 303
    counted = await row(
        "SELECT state, seats_present, pseudonym FROM attendance WHERE booking_id = $1", came.id
    )
    before = {"person", "contact_point", "outbox_message", "sign_in_ticket", "mailbox"}
    assert await places("kanarifugl", data_dir) == before

    ends = NOW + timedelta(days=1, hours=2)
    sixth = datetime(2027, 4, 14, 12, tzinfo=UTC)
    assert sixth - ends > LATER
    await forget(sixth - timedelta(seconds=1))
    assert await places("kanarifugl", data_dir) == {"person", "contact_point"}
    gone = await forget(sixth)
    assert {name: gone[name] for name in ("person", "contact_point")} == {"person": 4, "contact_point": 3}
    assert await places("kanarifugl", data_dir) == set()
    assert await places("+4791000077", data_dir) == set()
    assert "kanarifugl" not in "".join(capfd.readouterr()).lower()

    assert (
        await row("SELECT state, seats_present, pseudonym FROM attendance WHERE booking_id = $1", came.id)
        == counted
    )
    assert counted
    assert (counted["state"], len(counted["pseudonym"])) == ("present", 32)
    left = await Booking.filter(offer=walk).order_by("id")
    assert [(each.state, each.seats, each.contact_id) for each in left] == [
        (BookingState.CONFIRMED, 1, None), (BookingState.CONFIRMED, 1, None), (BookingState.WAITING, 1, None),
    ]  # fmt: skip
    assert await Person.filter(id__in=[each.participant_id for each in left]).values_list("name", flat=True) == [
        None, None, None,
    ]  # fmt: skip
    assert await forget(sixth) == {}, "there is nothing more to do"


async def refused(channel: Channel, address: str, now: datetime) -> None:
    raise AssertionError("the mailbox takes all")


async def test_a_forgotten_bookings_link_opens_nothing_and_lists_say_no_name(
    tidy: None, visitor: Visitor
) -> None:
    owner = await make.organization()
    course = await make.offer(
        owner=owner, joining=Joining.WHOLE, starts=[NOW + timedelta(days=1)], capacity=5
    )
    editor = await make.member(owner, email="kari@example.no")
    form = await visitor.open(f"/offers/{course.slug}/bookings/new")
    link = (await visitor.submit(form, "/bookings", name="Ola", contact="none")).response.headers["location"]
    session = await Session.get(offer=course)
    await visitor.sign_in(editor)
    lists = [f"/manage/offers/{course.slug}/bookings", f"/manage/sessions/{session.id}/register",
             f"/manage/sessions/{session.id}/call-list"]  # fmt: skip
    assert ["Ola" in (await visitor.open(path)).text for path in [link, *lists]] == [True] * 4
    await forget(NOW + timedelta(days=220))
    assert [(await visitor.open(f"{link}{rest}")).status for rest in ("", "/cancel", "/calendar.ics")] == [
        404
    ] * 3
    for path in lists:
        page = await visitor.open(path)
        assert (page.status, "Ola" in page.text, "None" in page.text) == (200, False, False), path


async def guest(offer: Offer, name: str, email: str, **other: Any) -> Person:
    """Somebody who booked this, made directly."""
    person = await make.person(name, email, verified=other.pop("verified", False))
    contact = await ContactPoint.get(person=person)
    await make.booking(
        await SeatPool.filter(offer=offer).order_by("starts_at").first(), person, contact=contact, **other
    )
    return person


async def names() -> set[str | None]:
    return {each["name"] for each in await rows("SELECT name FROM person WHERE name IS NOT NULL")}


async def test_whoever_has_a_sign_in_a_role_or_a_later_booking_is_not_forgotten(tidy: None) -> None:
    over = await make.offer(starts=[NOW - timedelta(days=200)], keep_months=3)
    longer = await make.offer(starts=[NOW - timedelta(days=200)], keep_months=12)
    ahead = await make.offer(starts=[NOW + timedelta(days=1)], keep_months=3)
    await guest(over, "Gone", "gone@example.no")
    await guest(longer, "Longer", "longer@example.no")
    again = await guest(over, "Again", "again@example.no")
    await make.booking(await SeatPool.get(offer=ahead), again)
    resident = await guest(over, "Resident", "resident@example.no", verified=True)
    await SignIn.create(person=resident, secret_hash=b"x", device="", created_at=NOW, seen_at=NOW,
                        expires_at=NOW + timedelta(days=90))  # fmt: skip
    host = await guest(over, "Host", "host@example.no", verified=True)
    await Membership.create(
        person=host, organization=await make.organization(), role=Role.HOST, created_at=NOW
    )
    await forget(NOW + timedelta(days=1))
    assert await names() == {"Longer", "Again", "Resident", "Host"}
    left = {each["value"] for each in await rows("SELECT value FROM contact_point")}
    assert left == {"longer@example.no", "resident@example.no", "host@example.no"}, (
        "an address goes with its bookings"
    )
    await forget(NOW + timedelta(days=119))  # the sign-in ended 29 days ago
    assert await names() == {"Longer", "Resident", "Host"}
    await forget(NOW + timedelta(days=120))
    assert await names() == {"Longer", "Host"}
    await rows("UPDATE membership SET ended_at = $1", NOW)
    await forget(NOW + timedelta(days=729))
    assert await names() == {"Host"}
    await forget(NOW + timedelta(days=730))
    assert await names() == set()
    assert await value("SELECT count(*) FROM contact_point") == 0


async def test_who_was_declined_goes_two_years_after_the_answer_with_whom_to_ask(tidy: None) -> None:
    for state, name in (
        ("declined", "Avslått"),
        ("applied", "Søker"),
        ("approved", "Med"),
        ("suspended", "Stengt"),
    ):
        made = await make.organization(state=state, contact_name=name, email="a@example.no")
        await make.member(made, Role.MANAGER, name, email=f"{state}@example.no")
        await Decision.create(organization=made, answer=Answer.ASKED, reason="Hvem er dere?", at=NOW)
    await forget(NOW + timedelta(days=729))
    assert await names() == {"Avslått", "Søker", "Med", "Stengt"}
    await forget(NOW + timedelta(days=730))
    assert await names() == {"Søker", "Med", "Stengt"}
    left = {each["contact_name"] for each in await rows("SELECT contact_name FROM organization")}
    assert left == {"Søker", "Med", "Stengt"}
    assert await value("SELECT count(*) FROM contact_point WHERE value LIKE 'declined%'") == 0


async def test_a_request_without_dates_is_kept_while_it_is_open(tidy: None) -> None:
    friend = await make.offer("Besøksvenn", joining=Joining.REQUEST, starts=[])
    await guest(friend, "Åpen", "open@example.no", state=BookingState.CONFIRMED)
    await guest(friend, "Avslått", "closed@example.no", state=BookingState.DECLINED)
    await forget(NOW + timedelta(days=180))
    assert await names() == {"Åpen", "Avslått"}
    await forget(NOW + timedelta(days=190))
    assert await names() == {"Åpen"}
    await rows("UPDATE offer SET state = 'cancelled', changed_at = $1", NOW + timedelta(days=300))
    await forget(NOW + timedelta(days=300 + 190))
    assert await names() == set()


async def test_what_is_done_with_goes_after_its_days_and_what_waits_stays(tidy: None) -> None:
    for key in ("sent", "new", "failed", "waiting"):
        await post("numbered", channel=Channel.EMAIL, address="a@example.no", lang="nb", key=key, now=NOW)
    await rows("UPDATE outbox_message SET sent_at = $1 WHERE dedupe_key = 'sent'", NOW)
    await rows("UPDATE outbox_message SET failed_at = $1 WHERE dedupe_key = 'failed'", NOW)
    await rows("UPDATE outbox_message SET sent_at = $1 WHERE dedupe_key = 'new'", NOW + timedelta(seconds=1))
    ticket = """INSERT INTO sign_in_ticket (id, channel, address, link_hash, code_hash, guesses, created_at, expires_at)
        VALUES (gen_random_uuid(), 'email', 'a@example.no', $1, 'y', 0, $2, $2)"""
    await rows(ticket, b"old", NOW + timedelta(days=29))
    await rows(ticket, b"young", NOW + timedelta(days=29, seconds=1))
    limit = "INSERT INTO rate_limit (id, count, window_ends) VALUES (gen_random_uuid(), 1, $1)"
    await rows(limit, NOW + timedelta(days=30))
    await rows(limit, NOW + timedelta(days=31))
    gone = await forget(NOW + timedelta(days=30))
    assert gone == {"outbox_message": 2, "sign_in_ticket": 1, "rate_limit": 1}
    assert await rows("SELECT dedupe_key FROM outbox_message ORDER BY 1") == [
        {"dedupe_key": "new"}, {"dedupe_key": "waiting"},
    ]  # fmt: skip


async def test_who_led_and_whom_to_ask_goes_two_years_after(tidy: None) -> None:
    owner = await make.organization()
    old = await make.offer(
        owner=owner, starts=[NOW - timedelta(days=1, hours=2)], contact_name="Kari", phone="51000001"
    )
    await rows("UPDATE offer_text SET meets_you = 'Kari møter deg'")
    host = await make.member(owner, Role.HOST)
    await HostAssignment.create(person=host, offer=old)
    session = await Session.get(offer=old)
    await rows("INSERT INTO register (id, session_id, saved_by_id, saved_at) VALUES (gen_random_uuid(), $1, $2, $3)",
               session.id, host.id, NOW - timedelta(days=1))  # fmt: skip
    await forget(NOW + timedelta(days=728))
    await old.refresh_from_db()
    assert (old.contact_name, await HostAssignment.all().count()) == ("Kari", 1)
    assert await forget(NOW + timedelta(days=729)) == {
        "host_assignment": 1,
        "offer": 1,
        "offer_text": 1,
        "register": 1,
    }
    await old.refresh_from_db()
    assert (old.contact_name, old.phone) == (None, None)
    assert await value("SELECT saved_by_id FROM register") is None


async def test_the_audit_log_loses_whole_months_after_two_years_and_has_those_to_come(tidy: None) -> None:
    two_years_ago = datetime(2024, 10, 13, 10, tzinfo=UTC)
    await audit.open_months(two_years_ago - timedelta(days=30))
    for at in (two_years_ago, two_years_ago - timedelta(days=30), NOW):
        await audit.record("booking.made", now=at)
    late = "INSERT INTO audit_entry (id, at, action) VALUES (gen_random_uuid(), $1, 'late')"
    await rows(late, datetime(2023, 1, 1, tzinfo=UTC))  # months without a part of their own
    await rows(late, datetime(2025, 6, 1, tzinfo=UTC))
    assert await forget(NOW) == {"audit_entry": 2}  # September 2024, and the default's old entries
    assert await months() == [
        "audit_entry_2024_10", "audit_entry_2024_11", "audit_entry_2024_12", "audit_entry_2026_11",
        "audit_entry_2026_12", "audit_entry_2027_01",
    ]  # fmt: skip
    left = [each["at"] for each in await rows("SELECT at FROM audit_entry ORDER BY at")]
    assert left == [two_years_ago, datetime(2025, 6, 1, tzinfo=UTC), NOW]
    assert await forget(datetime(2026, 10, 31, 22, 59, tzinfo=UTC)) == {}
    assert await forget(month_start(datetime(2026, 11, 1, tzinfo=UTC).date())) == {"audit_entry": 1}


async def test_the_new_default_part_of_the_audit_log_refuses_changes_too(tidy: None) -> None:
    await rows("INSERT INTO audit_entry (id, at, action) VALUES (gen_random_uuid(), '2020-01-01', 'old')")
    await forget(NOW)
    await rows("INSERT INTO audit_entry (id, at, action) VALUES (gen_random_uuid(), '2026-02-01', 'new')")
    assert await value("SELECT tableoid::regclass::text FROM audit_entry") == "audit_entry_default"
    month = f"audit_entry_{NOW:%Y_%m}"
    for statement in (
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET action = 'x'",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry_default",
        f"TRUNCATE {month}",
    ):
        with pytest.raises(Exception, match="append-only"):
            async with in_transaction():
                await rows(statement)


async def test_a_years_counting_key_is_destroyed_when_its_last_month_is_closed(
    tidy: None, data_dir: Path
) -> None:
    year_key(2026)
    last = month_start(datetime(2027, 2, 1, tzinfo=UTC).date())
    assert await forget(last - timedelta(seconds=1)) == {}
    assert await forget(last) == {"keys": 1}
    assert [path.name for path in files(data_dir)] == ["participation-2026.closed"]
    with pytest.raises(YearClosed):
        year_key(2026)


async def test_the_night_s_work_is_done_once_a_night(tidy: None) -> None:
    async def due_at(moment: datetime) -> bool:
        await rows("DELETE FROM rate_limit")
        await rows("INSERT INTO rate_limit (id, count, window_ends) VALUES (gen_random_uuid(), 1, $1)", NOW)
        await jobs.forget(moment)
        return await value("SELECT count(*) FROM rate_limit") == 0

    two = datetime(2026, 10, 14, 2, tzinfo=UTC)
    assert [
        await due_at(moment)
        for moment in (
            NOW,
            NOW + timedelta(hours=1),
            two - timedelta(minutes=1),
            two,
            two + timedelta(hours=20),
        )
    ] == [True, False, False, True, False]
