"""What nobody gets through the door with: other sites, guesses, floods, old and foreign tokens."""

from dataclasses import replace
from datetime import timedelta

import pytest

from marketplace.base.data.database import value
from marketplace.base.web.http import Request
from marketplace.base.web.limits import Tries, count, ip, networks, of_address, of_visitor
from marketplace.people.models import Person
from marketplace.people.sign_in.models import SignInTicket
from tests import make
from tests.marketplace.people.door import ADDRESS, ask, last_message, signed_in_for_real, who
from tests.visitor import Page, Visitor


async def test_next_is_a_path_of_this_site(visitor: Visitor) -> None:
    page = await visitor.open("/sign-in?next=/offers%3Fq%3Dtur")
    page = await visitor.follow(await visitor.submit(page, address=ADDRESS))
    done = await visitor.submit(page, code=(await last_message())["code"])
    assert done.response.headers["location"] == "/offers?q=tur"


@pytest.mark.parametrize(
    ("wanted", "leads"),
    [("/offers", "/en/offers"), ("/", "/en"), ("/enhet", "/en/enhet"), ("/en", "/en"),
     ("/en?saved=out", "/en?saved=out"), ("/nn/offers", "/nn/offers")],
)  # fmt: skip
async def test_a_page_is_read_in_the_language_that_its_address_says_or_in_the_one_of_the_door(
    visitor: Visitor, wanted: str, leads: str
) -> None:
    asked = Page(await visitor.client.get("/en/sign-in", params={"next": wanted}))
    page = await visitor.follow(await visitor.submit(asked, address=ADDRESS))
    done = await visitor.submit(page, code=(await last_message())["code"])
    assert done.response.headers["location"] == leads
    assert (await visitor.open(leads)).status == (404 if "enhet" in leads else 200)


EVIL = ["//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)",
        "///evil.example", "/\t/evil.example", "evil.example", "/a\r\nSet-Cookie: x=1"]  # fmt: skip


@pytest.mark.parametrize("evil", EVIL)
async def test_next_never_leads_elsewhere(visitor: Visitor, evil: str) -> None:
    asked = await visitor.client.get("/sign-in", params={"next": evil})
    assert Page(asked).fields()["next"] == [""]
    page = await ask(visitor, next=evil)
    assert await value("SELECT next_path FROM sign_in_ticket") is None
    done = await visitor.submit(page, code=(await last_message())["code"])
    assert (done.status, done.response.headers["location"]) == (303, "/my-page")


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-in/abc", "/sign-out"])
async def test_a_post_without_the_form_token_is_refused(visitor: Visitor, path: str) -> None:
    await visitor.sign_in(await make.person("Ola", ADDRESS))
    assert (await visitor.post(path, {"address": ADDRESS})).status == 403
    assert await value("SELECT count(*) FROM sign_in_ticket") == 0
    assert await value("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 1


async def test_the_form_token_of_another_sign_in_is_refused(visitor: Visitor) -> None:
    await visitor.sign_in(await make.person("Ola", ADDRESS))
    page = await visitor.open("/sign-in")
    await visitor.sign_in(await make.person("Per", "per@example.no"))
    assert (await visitor.submit(page, address=ADDRESS)).status == 403


async def test_a_residents_sign_in_lasts_30_days_unused_and_90_in_all(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    await signed_in_for_real(visitor, ADDRESS)
    seen = []
    for days in (29, 29, 29, 2, 1):
        visitor.wait(timedelta(days=days))
        seen.append(await who(visitor))
    assert seen == ["Ola", "Ola", "Ola", "Ola", None]
    await signed_in_for_real(visitor, ADDRESS)
    visitor.wait(timedelta(days=30, minutes=1))
    assert await who(visitor) is None


async def test_a_members_sign_in_lasts_two_hours_unused_and_twelve_in_all(visitor: Visitor) -> None:
    kari = await make.member(await make.organization(), name="Kari")
    await make.contact(kari, "kari@example.no")
    await signed_in_for_real(visitor, "kari@example.no")
    seen = []
    for minutes in (115,) * 6 + (40,):
        visitor.wait(timedelta(minutes=minutes))
        seen.append(await who(visitor))
    assert seen == ["Kari"] * 6 + [None]
    await signed_in_for_real(visitor, "kari@example.no")
    visitor.wait(timedelta(minutes=121))
    assert await who(visitor) is None


async def asked(visitor: Visitor, times: int = 1, address: str = ADDRESS) -> list[int]:
    """The statuses of asking so many times for a message to somebody."""
    return [
        (await visitor.submit(await visitor.open("/sign-in"), address=address)).status for _ in range(times)
    ]


async def test_ten_messages_an_hour_go_to_an_address_from_one_network_and_a_sent_link_still_works(
    visitor: Visitor,
) -> None:
    stranger = visitor.at_network("203.0.113.7")
    assert await asked(stranger, 11) == [303] * 10 + [429]
    answer = await stranger.submit(await stranger.open("/sign-in"), address=ADDRESS)
    assert "virker lenken i den i 15 minutter" in answer.text
    assert int(answer.response.headers["retry-after"]) > 3000
    link = f"/sign-in/{(await last_message())['token']}"
    assert (await visitor.submit(await visitor.open(link))).status == 303
    visitor.wait(timedelta(minutes=61))
    assert await asked(stranger) == [303]


async def test_whoever_asks_for_messages_to_somebody_does_not_keep_them_out(visitor: Visitor) -> None:
    await make.person("Ola", ADDRESS)
    await signed_in_for_real(visitor, ADDRESS)
    await visitor.post(
        "/sign-out", {"form_token": (await visitor.open("/my-page")).fields("/sign-out")["form_token"]}
    )
    # From three networks, so often that new browsers are told to wait.
    for address in ("203.0.113.7", "203.0.113.8", "203.0.113.10"):
        await asked(visitor.at_network(address), 11)
    assert await asked(visitor.at_network("203.0.113.9")) == [429]
    assert await asked(visitor, 10) == [303] * 10
    assert await asked(visitor) == [429]


async def test_whoever_is_signed_in_gets_a_code_to_any_of_their_addresses_all_the_same(
    visitor: Visitor,
) -> None:
    await signed_in_for_real(visitor, ADDRESS)
    second = await make.contact(await Person.get(), "ola2@example.no")
    for far in ("203.0.113.7", "203.0.113.8", "203.0.113.10"):
        await asked(visitor.at_network(far), 11, second.value)
    page = await visitor.open("/sign-in/again?next=/my-page/download")
    assert (await visitor.submit(page, "/again", contact=second.id)).status == 303
    assert (await last_message())["address"] == second.value


async def test_a_browser_that_knows_one_address_has_no_say_about_another(visitor: Visitor) -> None:
    per = await make.person("Per", "per@example.no")
    assert per.name == "Per"
    await signed_in_for_real(visitor, "per@example.no")
    for address in ("203.0.113.7", "203.0.113.8", "203.0.113.10"):
        await asked(visitor.at_network(address), 11)
    assert await asked(visitor) == [429]


async def test_one_network_address_may_ask_twenty_times_an_hour(visitor: Visitor) -> None:
    somebody = visitor.at_network("203.0.113.7")
    statuses = [
        (await somebody.submit(await somebody.open("/sign-in"), address=f"nr{number}@example.no")).status
        for number in range(21)
    ]
    assert statuses == [303] * 20 + [429]


def test_an_ipv6_address_counts_in_three_networks_and_what_is_mapped_as_its_ipv4_address() -> None:
    def of(address: str) -> list[tuple[str, int]]:
        return networks(address, ip(address))

    assert of("2001:db8:1:2::7") == of("2001:db8:1:2:ffff::1") == [
        ("2001:db8:1:2::/64", 1), ("2001:db8:1::/56", 4), ("2001:db8:1::/48", 16),
    ]  # fmt: skip
    assert of("::ffff:203.0.113.7") == of("203.0.113.7") == [("203.0.113.7", 1)]
    assert of("unknown") == [("unknown", 1)]


async def test_a_household_of_ipv6_networks_may_ask_eighty_times_an_hour_and_keeps_nobody_else_out(
    visitor: Visitor,
) -> None:
    """A /56 has 256 networks of /64: with twenty each they had used up what everybody had."""
    statuses = [
        (await asked(visitor.at_network(f"2001:db8:0:{number:x}::7"), address=f"nr{number}@example.no"))[0]
        for number in range(81)
    ]
    assert statuses == [303] * 80 + [429]
    assert await asked(visitor.at_network("2001:db8:0:100::7")) == [303]
    assert await asked(visitor.at_network("203.0.113.7")) == [303]


async def test_while_very_many_ask_a_new_network_is_slowed_and_a_known_browser_is_not(
    visitor: Visitor,
) -> None:
    await make.person("Ola", ADDRESS)
    await signed_in_for_real(visitor, ADDRESS)
    await visitor.post(
        "/sign-out", {"form_token": (await visitor.open("/my-page")).fields("/sign-out")["form_token"]}
    )
    flood = Tries("sign-in", "everybody new here", 5000, timedelta(hours=1), count=6000)
    await count([flood], visitor.now)
    somebody = visitor.at_network("203.0.113.7")
    answers = [await asked(somebody, address=f"nr{number}@example.no") for number in range(3)]
    assert answers == [[303], [303], [429]]
    assert await asked(visitor, 5) == [303] * 5


async def test_what_is_used_up_in_a_network_is_told_as_it_is_and_keeps_no_known_browser_out(
    visitor: Visitor,
) -> None:
    await signed_in_for_real(visitor, ADDRESS)
    await visitor.post(
        "/sign-out", {"form_token": (await visitor.open("/my-page")).fields("/sign-out")["form_token"]}
    )
    messages = await value("SELECT count(*) FROM outbox_message")
    beside = visitor.at_network("127.0.0.1")  # the same network as the visitor's
    tries = of_visitor(
        "sign-in",
        Request({"type": "http", "client": ("127.0.0.1", 1), "headers": []}),
        20,
        timedelta(hours=1),
        count=30_000,
    )
    await count(tries, visitor.now)
    answer = await beside.submit(await beside.open("/sign-in"), address="new@example.no")
    assert answer.status == 429
    assert "Vi sendte ingen melding nå" in answer.text
    assert await value("SELECT count(*) FROM outbox_message") == messages
    assert await asked(visitor) == [303]


async def test_a_network_of_ipv6_may_ask_twenty_times_an_hour_from_whatever_address(visitor: Visitor) -> None:
    statuses = [
        (await asked(visitor.at_network(f"2001:db8::{number:x}"), address=f"nr{number}@example.no"))[0]
        for number in range(21)
    ]
    assert statuses == [303] * 20 + [429]


async def test_codes_of_an_address_are_tried_thirty_times_a_day_at_most_and_links_go_on(
    visitor: Visitor,
) -> None:
    tried = 0
    for _ in range(7):
        page = await ask(visitor)
        sent = await last_message()
        wrong = f"{(int(sent['code']) + 1) % 10**6:06}"
        for _ in range(5):
            answer = await visitor.submit(page, code=wrong)
            tried += answer.status in (422, 410)
    assert (20 <= tried <= 30, answer.status) == (True, 429)
    assert (await visitor.submit(await visitor.open(f"/sign-in/{sent['token']}"))).status == 303


NO_ADDRESS = ["", "ola", "ola@", "@example.no", "ola@example", "ola@exam ple.no", "12345", "+0123456789",
              "ola@example.no\r\nBcc: x@example.no", "a" * 300 + "@example.no", "١٢٣٤٥٦٧٨"]  # fmt: skip


@pytest.mark.parametrize("typed", NO_ADDRESS)
async def test_what_is_no_address_is_refused_and_kept_in_the_field(visitor: Visitor, typed: str) -> None:
    page = await visitor.submit(await visitor.open("/sign-in"), address=typed)
    assert page.status == 422
    assert page.soup.find(id="address-error") is not None
    assert await value("SELECT count(*) FROM outbox_message") == 0


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345a"])
async def test_what_is_no_code_does_not_count_as_a_guess(visitor: Visitor, typed: str) -> None:
    page = await visitor.submit(await ask(visitor), code=typed)
    assert page.status == 422
    assert (await SignInTicket.get()).guesses == 0


async def test_who_guesses_at_codes_is_not_told_that_somebody_has_signed_in(visitor: Visitor) -> None:
    """A right code counts as a try, too: of a browser that is new here nobody knows whose it is."""
    await signed_in_for_real(visitor, ADDRESS)
    visitor.wait(timedelta(hours=3))
    waits = []
    for address in (ADDRESS, "nobody@example.no"):
        visitor.client.cookies.clear()
        one = of_address("sign-in code", address, 20, timedelta(days=1), now=visitor.now)
        page = await ask(visitor, address)
        await count([replace(one, count=one.most)], visitor.now)
        waits.append(int((await visitor.submit(page, code="000000")).response.headers["retry-after"]))
    assert abs(waits[0] - waits[1]) < 60, "the clock of the test goes on"
