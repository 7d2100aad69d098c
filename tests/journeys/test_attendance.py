"""A course of fourteen: two hosts keep its register, one of them without net for a while; they differ and choose;
somebody comes in at the door, a substitute marks another, and two check in by the poster. What the pages say of the
registers that count is what plain SQL counts."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import PHONE, Somebody, tidy, until
from tests.journeys.test_numbers import Place, doors, running
from tests.offers.seats.test_two_servers import free_port

COURSE = "hap-i-hverdagen-forrige"
TODAY, LAST = "2026-11-30 17:00+00", "2026-12-07 17:00+00"
"""When its third and fourth time begin: at six in the evening in Norway."""
SET = f"""WITH course AS (SELECT id, owner_id FROM offer WHERE slug = '{COURSE}'),
    later AS (SELECT s.id, row_number() OVER (ORDER BY s.starts_at) AS number FROM session s
        JOIN course c ON c.id = s.offer_id),
    unkept AS (DELETE FROM attendance WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    unrecorded AS (DELETE FROM register WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    unopened AS (DELETE FROM check_in WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    moved AS (UPDATE session s SET starts_at = t.at, ends_at = t.at + interval '2 hours' FROM later l
        JOIN (VALUES (3, timestamptz '{TODAY}'), (4, timestamptz '{LAST}')) t (number, at) USING (number)
        WHERE s.id = l.id),
    lasts AS (UPDATE seat_pool p SET ends_at = timestamptz '{LAST}' + interval '2 hours', capacity = 15
        FROM course c WHERE p.offer_id = c.id),
    shown AS (UPDATE offer o SET last_session_ends = timestamptz '{LAST}' + interval '2 hours',
        next_session_at = '{TODAY}', next_session_ends = timestamptz '{TODAY}' + interval '2 hours'
        FROM course c WHERE o.id = c.id),
    members AS (INSERT INTO membership (id, role, created_at, organization_id, person_id)
        SELECT gen_random_uuid(), CASE p.name WHEN 'Kari' THEN 'editor' ELSE 'host' END, '2026-11-01', c.owner_id, p.id
        FROM course c, person p JOIN contact_point k ON k.person_id = p.id
        WHERE k.value IN ('kari@example.no', 'mariam@example.no')),
    leads AS (INSERT INTO host_assignment (id, offer_id, person_id, leads_as)
        SELECT gen_random_uuid(), c.id, k.person_id, 'professional' FROM course c, contact_point k
        WHERE k.value IN ('kari@example.no', 'mariam@example.no'))
SELECT id FROM later WHERE number > 2 ORDER BY number"""
"""Half of the demo's course is over: its third time is today, with one seat free, and Mariam and Kari lead it."""
RECOUNT = f"""SELECT s.id::text AS id, (SELECT coalesce(sum(a.seats_present), 0) FROM attendance a
        WHERE a.session_id = s.id AND a.state = 'present')
    + coalesce((SELECT n.count FROM head_count n WHERE n.session_id = s.id), 0) AS came
FROM session s JOIN offer o ON o.id = s.offer_id JOIN register r ON r.session_id = s.id
WHERE o.slug = '{COURSE}' AND r.closed_at IS NOT NULL"""
ANNE = f"""WITH anne AS (SELECT id, person_id FROM contact_point WHERE value = 'anne@example.no')
UPDATE booking b SET participant_id = a.person_id, booked_by_id = a.person_id, contact_id = a.id, lang = 'nb'
FROM anne a WHERE b.id = (SELECT b.id FROM booking b JOIN offer o ON o.id = b.offer_id
    JOIN attendance t ON t.booking_id = b.id AND t.state = 'present'
    WHERE o.slug = '{COURSE}' AND b.state = 'confirmed' AND NOT EXISTS (SELECT FROM booking own
        WHERE own.offer_id = o.id AND own.participant_id = a.person_id)
    GROUP BY b.id HAVING count(*) = 2 ORDER BY b.contact_id IS NOT NULL, b.id LIMIT 1)"""
"""Anne is one of the fourteen, and was there both times, also where the demo had no seat for her."""
PEOPLE = f"""SELECT n.name, c.value AS address FROM booking b JOIN offer o ON o.id = b.offer_id
JOIN person n ON n.id = b.participant_id
LEFT JOIN contact_point c ON c.id = b.contact_id AND c.channel = 'email' AND b.lang = 'nb'
WHERE o.slug = '{COURSE}' AND b.state = 'confirmed' AND n.name <> 'Anne' ORDER BY c.value IS NULL, n.name"""
"""Besides Anne: first those who are written to."""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, post_office: str) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("attendance"), free_port())
    made.at(2026, 11, 30, 17, 45)
    with running(made, post_office):
        yield made


@pytest.fixture
async def come(place: Place, chromium: Browser) -> Any:
    return await doors(place, chromium)


async def nothing_waits(place: Place) -> bool:
    """Has everybody been told what a day that begins in the middle of November tells them?"""
    (one,) = await place.rows(
        "SELECT count(*) AS due FROM outbox_message WHERE sent_at IS NULL AND failed_at IS NULL"
        f" AND due_at < timestamptz '{TODAY}'"
    )
    return int(one["due"]) == 0


def row(page: Page, name: str) -> Any:
    """Somebody's row in a register."""
    return page.locator(".tp-mark").filter(has=page.get_by_text(name, exact=True))


async def tap(host: Somebody, *names: str) -> None:
    """Mark them as present, and wait until each is kept."""
    for name in names:
        await row(host.page, name).get_by_role("switch").click()
        await expect(host.page.locator("[data-status]")).to_contain_text(f"{name}: ")


async def gone(host: Somebody, name: str) -> None:
    """Behind the small control of the row: did not come."""
    await row(host.page, name).locator("summary").click()
    await row(host.page, name).get_by_label("Kom ikke", exact=True).check()


async def two_hosts_and_no_net(
    mariam: Somebody, kari: Somebody, names: list[str], place: Place, session: str
) -> None:
    for host in (mariam, kari):
        await host.open_register(session)
    assert await mariam.page.locator(".tp-mark").count() == 14
    await tap(mariam, *names[:2])
    await tap(kari, names[2])
    # One has lost the net; what both do meanwhile concerns others.
    await mariam.lose_net()
    for name in names[3:6]:
        await row(mariam.page, name).get_by_role("switch").click()
    await expect(mariam.page.locator("#tp-waiting")).to_contain_text("3 merker er ikke sendt")
    await tap(kari, names[6])
    await mariam.page.context.set_offline(False)
    await expect(mariam.page.locator("#tp-waiting")).to_be_hidden()  # sent by itself
    await mariam.look()
    taps = await place.rows(
        "SELECT b.id, count(*) AS times FROM register_tap t JOIN booking b ON b.id = t.booking_id"
        " WHERE t.session_id = $1 GROUP BY 1",
        session,
    )
    assert [one["times"] for one in taps] == [1] * 7, "each arrived once"


async def they_differ(mariam: Somebody, kari: Somebody, name: str) -> None:
    """Mariam says that somebody is here, and Kari, who has not seen it, that they are not: they choose."""
    await tap(mariam, name)
    await gone(kari, name)
    either = row(kari.page, name).locator("[data-either]")
    await expect(either.get_by_role("button")).to_have_count(2)
    assert "Mariam" in await either.inner_text()
    await kari.look()
    await either.get_by_role("button").filter(has_text="Mariam").click()
    await expect(either).to_have_count(0)
    await expect(row(kari.page, name).get_by_role("switch")).to_be_checked()
    await expect(kari.page.locator("[data-status]")).to_contain_text(f"{name}: ")


async def at_the_door(mariam: Somebody) -> None:
    await mariam.press("Skriv opp en som kom, med fornavn")
    await mariam.fill("Fornavn eller kallenavn", "Frida")
    await mariam.press("Skriv opp", exact=True)
    assert "De er skrevet opp og merket." in await mariam.text()
    await expect(row(mariam.page, "Frida").get_by_role("switch")).to_be_checked()


async def a_substitute(kari: Somebody, name: str, session: str, come: Any) -> None:
    """By a link, without JavaScript: no contacts, no other page, and only in that browser."""
    await kari.go(f"/manage/sessions/{session}/substitute")
    await kari.fill("Mobilnummer eller e-post", "vikar@example.no")
    await kari.press("Send lenken")
    sent = await kari.message("vikar@example.no")
    link = next(one for one in sent["links"] if "/substitute/" in one)
    async with come(script=False, **PHONE) as substitute:
        await substitute.go(link)
        await substitute.press("Åpne oppmøtet her")
        assert "@" not in await substitute.text()
        await row(substitute.page, name).get_by_role("switch").check()
        await substitute.press("Lagre oppmøte")
        assert "Oppmøtet er lagret." in await substitute.text()
    async with come() as other:
        await other.go(link)
        await other.press("Åpne oppmøtet her", status=409)


async def by_the_poster(kari: Somebody, anne: Somebody, session: str, come: Any) -> None:
    """Anne is known, for she has signed in; whoever else comes is a head, until a host takes it in."""
    await kari.go(f"/manage/sessions/{session}/check-in")
    await kari.press("Slå på")
    words = tidy(await kari.page.locator(".tp-poster__words").inner_text())
    await anne.go("/check-in")
    async with come(**PHONE) as guest:
        await guest.go("/check-in")
        for somebody in (anne, guest):
            await somebody.fill("Tre ord fra plakaten", words)
            await somebody.press("Jeg er her", exact=True)
            assert await somebody.heading() == "Takk, du er talt med"
    await kari.open_register(session)
    await expect(row(kari.page, "Anne").get_by_role("switch")).to_be_checked()
    await kari.press("Ta med 1 i antallet")


async def the_pages_say_what_sql_counts(kari: Somebody, place: Place, recorded: int) -> dict[str, int]:
    await kari.go(f"/manage/registers?offer={COURSE}")
    told = await kari.page.locator(".tp-todo li").all()
    said = {}
    for one in told:
        address = await one.locator("a").first.get_attribute("href")
        words = tidy(await one.inner_text())
        assert address is not None
        if "ført," in words and "ikke" not in words:
            said[address.split("/")[3]] = int(words.partition("ført, ")[2].split()[0])
    counted = {one["id"]: int(one["came"]) for one in await place.rows(RECOUNT)}
    assert said == counted
    assert len(said) == recorded
    return counted


async def test_a_course_of_fourteen_is_kept_by_two_hosts_a_substitute_and_a_poster(
    place: Place, come: Any
) -> None:
    async with AsyncExitStack() as people:
        mariam, kari, anne = [
            await people.enter_async_context(come(**options)) for options in (PHONE, {}, PHONE)
        ]
        await until(lambda: nothing_waits(place), "what the demo's people are told of that day", 120)
        today = str((await place.rows(SET))[0]["id"])
        await place.rows(ANNE)
        for somebody in (mariam, kari, anne):
            name = {mariam: "mariam", kari: "kari", anne: "anne"}[somebody]
            await somebody.sign_in(f"{name}@example.no")
        others = await place.rows(PEOPLE)
        _missed, _corrected, *names = [one["name"] for one in others]
        assert len(others) == len({one["name"] for one in others} - {"Anne", "Frida"}) == 13
        await two_hosts_and_no_net(mariam, kari, names, place, today)
        await they_differ(mariam, kari, names[7])
        await at_the_door(mariam)
        await a_substitute(kari, names[8], today, come)
        await by_the_poster(kari, anne, today, come)
        await the_pages_say_what_sql_counts(kari, place, 2)
