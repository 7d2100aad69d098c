"""A course of fourteen, as it goes: two hosts keep its register, one of them without net; somebody comes in at the
door, somebody checks in by the poster, a substitute marks some; it is finished, put right the day after, and who missed
a time comes back. In the end what the pages say is what plain SQL counts, and there is a certificate."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import PHONE, Somebody, doors, running, tidy, until
from tests.journeys.course import (
    ANNE,
    COURSE,
    MARKS,
    PEOPLE,
    RECOUNT,
    SET,
    TODAY,
    the_pages_say_what_sql_counts,
)
from tests.journeys.test_numbers import Place
from tests.journeys.test_proof import printed
from tests.offers.seats.test_two_servers import free_port


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, post_office: str) -> Iterator[Place]:
    port = free_port()
    made = Place(tmp_path_factory.mktemp("attendance"), port)
    made.at(2026, 11, 30, 17, 45)
    with running(port, made.data, post_office, processes=1):
        yield made


@pytest.fixture
async def come(place: Place, chromium: Browser) -> Any:
    return await doors(place.address, chromium)


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
    await either.get_by_role("button").filter(has_text="Mariam").click(delay=100)
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


async def back(host: Somebody, name: str, session: str) -> None:
    """Hosts who have done nothing for two hours show who they are again, and get to the register that they wanted."""
    host.complaints.clear()  # the page they left open has asked meanwhile; the browser notes that it was refused
    await host.go(f"/manage/sessions/{session}/register")
    if "/sign-in?" in host.page.url:
        await host.show_who(f"{name}@example.no")
    assert host.page.url.endswith(f"/manage/sessions/{session}/register")
    await host.page.locator("form[data-live]").wait_for(state="attached")


async def finished(host: Somebody) -> None:
    await host.finish_register()
    await host.look()


async def whoever_missed_it_says_that_they_come(
    kari: Somebody, address: str, name: str, session: str, come: Any
) -> None:
    """A gentle message asks nobody to explain anything; one tap is enough, and those who lead see it."""
    of_it = f"/missed/{session}/coming"
    gentle = await kari.message(address, lambda one: any(link.endswith(of_it) for link in one["links"]), 120)
    assert "du trenger ikke forklare noe" in gentle["text"]
    async with come(**PHONE) as guest:
        await guest.go(next(link for link in gentle["links"] if link.endswith(of_it)))
        await guest.press("Ja, jeg kommer")
        assert "Vi gleder oss til å se deg." in await guest.text()
    await kari.go(f"/manage/offers/{COURSE}/bookings")
    line = kari.page.get_by_role("row").filter(has_text=name)
    await expect(line.get_by_text("kommer")).to_have_count(1)


async def in_every_sight(come: Any, somebody: Somebody, *paths: str) -> None:
    """Their pages, as others see them: axe, and nothing goes sideways."""
    first, *others = [
        PHONE | {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
        for scheme in ("light", "dark") for width in (390, 320)
    ]  # fmt: skip
    signed_in = await somebody.page.context.storage_state()
    async with come(storage_state=signed_in, also=others, **first) as other:
        for path in paths:
            await other.go(path)


async def test_a_course_of_fourteen_from_the_first_tap_to_the_certificate(place: Place, come: Any) -> None:
    async with AsyncExitStack() as people:
        mariam, kari, anne = [
            await people.enter_async_context(come(**options)) for options in (PHONE, {}, PHONE)
        ]
        await until(lambda: nothing_waits(place), "what the demo's people are told of that day", 120)
        today, last = [str(one["id"]) for one in await place.rows(SET)]
        await place.rows(ANNE)
        for somebody in (mariam, kari, anne):
            name = {mariam: "mariam", kari: "kari", anne: "anne"}[somebody]
            await somebody.sign_in(f"{name}@example.no")
        others = await place.rows(PEOPLE)
        (missed, overlooked, late, *names), written = [one["name"] for one in others], others[0]["address"]
        assert len(others) == len({one["name"] for one in others} - {"Anne", "Frida"}) == 13
        await two_hosts_and_no_net(mariam, kari, names, place, today)
        await they_differ(mariam, kari, names[7])
        await at_the_door(mariam)
        await a_substitute(kari, names[8], today, come)
        await by_the_poster(kari, anne, today, come)
        await the_pages_say_what_sql_counts(kari, place, 2)

        place.at(2026, 11, 30, 20, 5)
        await back(kari, "kari", today)
        await finished(kari)
        marks = await place.rows(MARKS, today)
        assert Counter(one["state"] for one in marks) == {"present": 11, "absent": 4}
        away = {one["name"]: one["cause"] for one in marks if one["state"] == "absent"}
        assert away == dict.fromkeys((missed, overlooked, late, names[9]), "closing")

        # The day after: one of them was there, only nobody had seen it.
        place.at(2026, 12, 1, 14, 30)
        await back(mariam, "mariam", today)
        await tap(mariam, overlooked)
        await back(kari, "kari", today)
        assert (await the_pages_say_what_sql_counts(kari, place, 3))[today] == 12 + 1
        await whoever_missed_it_says_that_they_come(kari, written, missed, today, come)

        place.at(2026, 12, 7, 18, 5)
        await back(mariam, "mariam", last)
        assert "Frida" in await mariam.text(), "who came in at the door has the rest of the course"
        await tap(mariam, missed, "Anne", "Frida")
        place.at(2026, 12, 7, 20, 5)
        await back(mariam, "mariam", last)
        await finished(mariam)
        await back(kari, "kari", last)
        counted = await the_pages_say_what_sql_counts(kari, place, 4)
        assert (counted[today], counted[last]) == (13, 3)
        await kari.go(f"/manage/registers?show=missing&offer={COURSE}")
        assert "Her er ingen ganger å vise." in await kari.text()

        await anne.go("/my-page")
        await anne.page.locator("summary", has_text="siste").click()
        said = await printed(anne, "Last ned kursbevis", "link")
        assert "Anne har vært med på Håp i hverdagen" in said
        assert "4 av 4" in said

        await in_every_sight(
            come, kari, *(f"/manage/sessions/{today}/{page}" for page in ("register", "check-in", "substitute")),
            f"/manage/sessions/{last}/walk-in", f"/manage/registers?offer={COURSE}",
            f"/manage/offers/{COURSE}/attendance",
        )  # fmt: skip
        await in_every_sight(come, anne, "/my-page", "/check-in")

        # Until the end of January it may be put right; then the year is settled.
        place.at(2027, 1, 31, 23, 30)
        await back(mariam, "mariam", today)
        await tap(mariam, late)
        place.at(2027, 2, 1, 0, 5)
        await mariam.go(f"/manage/sessions/{today}/register")
        assert "Det kunne rettes til og med søndag 31. januar 2027." in await mariam.text()
        assert await mariam.page.get_by_role("switch").count() == 0
        assert (await place.rows(RECOUNT + " AND s.id = $1", today))[0]["came"] == 14
