"""Taps on a phone whose lock has changed, or whose host leads nothing any more: none is lost unseen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import Somebody
from tests.journeys.registers import Town, at_the_register, town  # noqa: F401 - a fixture
from tests.journeys.test_queue import at_home  # noqa: F401 - a fixture
from tests.journeys.test_register import LEFT, until_none

TAPS = """
window.laid = async (person, key, ...values) => {
  const { Queue, Store } = await import("/queue.js");
  const store = await Store.open();
  await store.unlock(person, key);
  const queue = new Queue({ store, person, session: "s", address: "/taps", now: moment() });
  for (const value of values) { await queue.add({ booking: null, field: "heads", value, saw: 0 }); }
  queue.close();
  return store;
};
window.key = (sign) => btoa(sign.repeat(32));
window.values = async (store, person) => (await store.of(person, "s")).map(({ tap }) => tap.value);
null;
"""


@pytest.fixture
async def phone(at_home: Any) -> Any:  # noqa: F811
    page = await at_home()
    await page.evaluate(TAPS)
    return page


async def test_what_waits_is_sealed_anew_while_its_secret_is_named_and_is_there_when_that_goes(
    phone: Any,
) -> None:
    """Also what lay there under a mark that hung on the secret; in its order, and with what another has there."""
    assert await phone.evaluate("""async () => {
        await laid("another", key("x"), 9);
        await laid("old-mark", key("a"), 1, 2);
        const store = await laid("host", key("b"), 3);
        await store.keep("host", "s", { title: "Kafé", register: null });
        await store.unlock("host", `${key("b")} ${key("a")}`, "old-mark");
        const found = [await values(store, "host")];
        await store.unlock("host", `${key("c")} ${key("b")}`);
        await store.lock("host");
        found.push((await store.kept("host")).length);
        await store.lock();
        await store.unlock("host", key("c"));
        found.push(await values(store, "host"), (await store.kept("host")).length, await store.people());
        await store.unlock("another", key("x"));
        return [...found, await values(store, "another")];
    }""") == [[1, 2, 3], 1, [1, 2, 3], 0, ["host"], [9]]


async def test_of_whoever_is_not_signed_in_no_names_stay_also_where_their_key_went_before(phone: Any) -> None:
    """As when the page was left in the moment in which it threw both away."""
    assert await phone.evaluate("""async () => {
        const store = await laid("host", key("a"));
        for (const person of ["host", "other"]) {
            await store.unlock(person, key("a"));
            await store.keep(person, "s", { title: "Kafé", register: null });
        }
        await store.database.transaction("keys", "readwrite").objectStore("keys").delete("host");
        await store.lock("other");
        await store.unlock("host", key("a"));
        return [(await store.kept("host")).length, (await store.kept("other")).length];
    }""") == [0, 1]


async def test_a_phone_that_is_unlocked_still_needs_no_secret_that_is_gone(phone: Any) -> None:
    assert await phone.evaluate("""async () => {
        const store = await laid("host", key("a"), 1);
        await store.unlock("host", key("b"));
        return values(store, "host");
    }""") == [1]


async def test_what_no_key_opens_is_told_holds_up_nothing_and_comes_back_with_its_secret(phone: Any) -> None:
    assert await phone.evaluate("""async () => {
        const { UNREAD } = await import("/queue.js");
        const store = await laid("old-mark", key("a"), 1, 2);
        await store.lock();
        await store.unlock("host", key("b"), "old-mark");
        await laid("host", key("b"), 3);
        const found = [await store.waiting("host", UNREAD), await values(store, "host")];
        await store.unlock("host", `${key("b")} ${key("a")}`, "old-mark");
        return [...found, await store.waiting("host", UNREAD), await values(store, "host")];
    }""") == [["s", "s"], [3], [], [1, 2, 3]]


async def test_one_that_was_sealed_as_the_key_changed_holds_up_none_of_the_others(phone: Any) -> None:
    assert await phone.evaluate("""async () => {
        const { UNREAD } = await import("/queue.js");
        const store = await laid("host", key("a"), 1);
        const [row] = (await store.of("host", "s")).map((one) => one.row);
        row.sealed = new Uint8Array(row.sealed).map((byte) => byte ^ 1).buffer;
        await store.replace([row]);
        await laid("host", key("a"), 2);
        const [first] = await store.of("host", "s", "waiting", 1);
        return [first.tap.value, await store.waiting("host", UNREAD)];
    }""") == [2, ["s"]]


async def test_nobody_sends_what_another_has_tapped(phone: Any) -> None:
    """The page of the one stands open, and by now the other is signed in."""
    assert await phone.evaluate("""async () => {
        const { Queue } = await import("/queue.js");
        const store = await laid("host", key("a"), 1);
        const asked = [];
        window.fetch = async (address, { method = "GET" }) => {
            asked.push(`${method} ${address}`);
            return { ok: true, json: async () => ({ now: moment(), token: "theirs", person: "another" }) };
        };
        const queue = new Queue({ store, person: "host", session: "s", address: "/manage/sessions/s/register/taps" });
        const all = await queue.send();
        queue.close();
        return [all, asked, await queue.left()];
    }""") == [False, ["GET /manage/sessions/phone.json"], 1]


ENDS = """UPDATE membership m SET ended_at = now() - interval '1 hour' FROM person p
    WHERE p.id = m.person_id AND p.name LIKE 'Mariam%' AND m.ended_at IS NULL RETURNING m.id"""
LEADS_AGAIN = "UPDATE membership SET ended_at = NULL WHERE id = ANY($1)"


@asynccontextmanager
async def one_waits(arrive: Any, town: Town) -> AsyncIterator[tuple[str, Somebody, Page]]:  # noqa: F811
    """A session, its host with a mark on the phone that is not sent, and another page of theirs, that is still open."""
    async with at_the_register(arrive, town) as (session, host, page):
        await page.locator("form[data-kept]").wait_for(state="attached")
        await host.lose_net()
        await page.get_by_role("switch").first.click()
        await expect(page.locator("#tp-waiting")).to_contain_text("Ett merke er ikke sendt")
        host.page = await page.context.new_page()
        await page.close()
        await host.page.context.set_offline(False)
        yield session, host, host.page


async def test_who_leads_nothing_any_more_sends_what_waits_and_reads_why_it_is_refused(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    async with one_waits(arrive, town) as (session, host, page):
        ended = [one["id"] for one in await town.connection.fetch(ENDS)]
        try:
            await host.go("/my-page")
            await page.get_by_role("button", name="Send nå", exact=True).click()
            bar = page.locator(".tp-standing").filter(
                has_text="Ett merke kunne vi ikke ta imot: Du leder ikke"
            )
            await expect(bar).to_be_visible()
            assert await town.taps(session) == [("state", "present", "refused")]
            await host.look()
            await host.go("/my-page")
            await expect(bar).to_be_visible()
            await bar.get_by_role("button", name="Jeg har lest det", exact=True).click()
            await expect(bar).to_be_hidden()
            await host.go("/my-page")
            await until_none(page, LEFT)
        finally:
            await town.connection.execute(LEADS_AGAIN, ended)


async def test_what_cannot_be_opened_any_more_is_told_with_its_register_until_it_is_read(
    arrive: Any,
    town: Town,  # noqa: F811
) -> None:
    """As when the server's secret of then is gone."""
    async with one_waits(arrive, town) as (session, host, page):
        await host.go("/my-page")
        await page.evaluate("""async (address) => {
            const { Store } = await import(address);
            const store = await Store.open();
            const [person] = await store.people();
            const [{ row }] = await store.of(person, (await store.waiting(person))[0]);
            row.sealed = new Uint8Array(row.sealed).map((byte) => byte ^ 1).buffer;
            await store.replace([row]);
            await store.lock();
        }""", await page.locator("script[data-waiting]").get_attribute("data-queue"))  # fmt: skip
        bar = page.locator(".tp-standing").filter(
            has_text="Ett merke på denne telefonen kan ikke åpnes lenger"
        )
        await host.go("/my-page")
        await expect(bar).to_be_visible()
        await host.look()
        await bar.get_by_role("link", name="Se oppmøtet", exact=True).click()
        await page.wait_for_url(f"{host.address}/manage/sessions/{session}/register")
        await page.locator("form[data-kept]").wait_for(state="attached")
        await bar.get_by_role("button", name="Jeg har lest det", exact=True).click()
        await expect(bar).to_be_hidden()
        assert await town.taps(session) == []
