"""A second factor: an app's codes, each once; recovery codes; and nobody is let in with one factor who has two."""

from datetime import timedelta

import pyotp
import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.web.access import SECOND_FACTOR
from marketplace.people.models import Person
from marketplace.people.second_factor.actions import give_code, reset
from marketplace.people.second_factor.models import Totp
from marketplace.people.sign_in.models import SignIn
from marketplace.people.sign_in.queries import SignedIn
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.people.door import ask, last_message, signed_in_for_real
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

REIDUN = "reidun@example.no"
MINUTES = timedelta(minutes=1)


def code_of(visitor: Visitor, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(int(visitor.now.timestamp()) + 30 * steps)


async def manager() -> Person:
    reidun = await make.member(await make.organization(), Role.MANAGER, name="Reidun")
    await make.contact(reidun, REIDUN)
    return reidun


async def set_up(visitor: Visitor, page: Page | None = None) -> tuple[str, Page]:
    """Add an app; its secret and the page with the recovery codes."""
    page = page or await visitor.open("/my-page/second-factor/app")
    shown = page.soup.find("code", class_="tp-secret")
    assert shown is not None
    secret = shown.get_text().replace(" ", "")
    return secret, await visitor.submit(page, "/second-factor/app", code=code_of(visitor, secret))


def recovery_codes(page: Page) -> list[str]:
    return [code.get_text() for code in page.soup.select(".tp-codes code")]


async def by_link(visitor: Visitor) -> Page:
    """Sign in by a link, and go where it leads."""
    await visitor.submit(await ask(visitor, REIDUN), code=(await last_message())["code"])
    return await visitor.open("/manage")


async def test_a_manager_sets_up_an_app_before_anything_of_others_is_shown(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    page = await visitor.open("/manage")
    assert page.response.headers["location"] == "/my-page/second-factor?next=/manage"
    page = await visitor.follow(page)
    assert "Du har en rolle der du ser opplysninger om andre" in page.text
    link = page.soup.find("a", string="Sett opp appen")
    assert link is not None
    before = visitor.client.cookies["sign-in"]
    _secret, page = await set_up(visitor, await visitor.open(str(link["href"])))
    assert len(recovery_codes(page)) == 10
    assert visitor.client.cookies["sign-in"] != before
    assert page.soup.find("a", href="/manage") is not None
    assert (await visitor.open("/manage")).status == 200
    assert (await visitor.submit(page, "/codes" if page.soup.find(action="/my-page/second-factor/codes") else
                                 "/app/remove")).status == 303  # fmt: skip


async def test_with_an_app_the_link_alone_lets_nobody_in(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    secret, _page = await set_up(visitor)
    visitor.client.cookies.clear()
    visitor.wait(2 * MINUTES)
    for path in ("/manage", "/my-page"):
        await signed_in_for_real(visitor, REIDUN)
        page = await visitor.open(path)
        assert page.response.headers["location"] == f"/sign-in/second-factor?next={path}"
    assert "Min side" not in (await visitor.open("/")).soup.nav.get_text()  # type: ignore[union-attr]
    page = await visitor.follow(page)
    half = visitor.client.cookies["sign-in"]
    page = await visitor.submit(page, code=code_of(visitor, secret))
    assert (page.status, page.response.headers["location"]) == (303, "/my-page")
    assert (await visitor.open("/manage")).status == 200
    visitor.client.cookies.clear()
    visitor.client.cookies.set("sign-in", half)
    assert (await visitor.open("/manage")).response.headers["location"] == "/sign-in?next=/manage"


async def test_a_sign_in_leads_to_its_second_factor_and_then_where_one_wanted(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    secret, _page = await set_up(visitor)
    visitor.client.cookies.clear()
    visitor.wait(2 * MINUTES)
    page = await visitor.submit(await visitor.open("/sign-in?next=/manage"), address=REIDUN)
    page = await visitor.submit(await visitor.follow(page), code=(await last_message())["code"])
    assert page.response.headers["location"] == "/sign-in/second-factor?next=/manage"
    page = await visitor.submit(await visitor.follow(page), code=code_of(visitor, secret))
    assert page.response.headers["location"] == "/manage"


async def test_each_code_of_an_app_works_once_and_a_wrong_one_says_so(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    secret, _page = await set_up(visitor)
    statuses = []
    for steps in (0, 1, 1, 0, -1, 2, 60):
        page = await visitor.open("/sign-in/second-factor")
        answer = await visitor.submit(page, code=code_of(visitor, secret, steps))
        statuses.append(answer.status)
    # The first was used when the app was set up; a minute ahead or half an hour is too far.
    assert statuses == [422, 303, 422, 422, 422, 422, 422]
    assert "Det er ikke riktig kode, eller den er brukt." in answer.text
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'second_factor.refused'") == 6


async def test_a_recovery_code_works_once_however_it_is_typed(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    _secret, page = await set_up(visitor)
    first, second = recovery_codes(page)[:2]
    statuses = []
    for code in (first.lower(), first, f" {second[:4]} {second[5:]} ", second, "ABCD-EFGH"):
        page = await visitor.open("/sign-in/second-factor")
        statuses.append((await visitor.submit(page, code=code)).status)
    assert statuses == [303, 422, 303, 422, 422]
    assert "Du har 8 koder igjen." in (await visitor.open("/my-page/second-factor")).text


async def test_new_recovery_codes_end_the_old_ones(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    _secret, page = await set_up(visitor)
    old = recovery_codes(page)[0]
    page = await visitor.submit(await visitor.open("/my-page/second-factor"), "/second-factor/codes")
    new = recovery_codes(page)[0]
    statuses = [
        (await visitor.submit(await visitor.open("/sign-in/second-factor"), code=code)).status
        for code in (old, new)
    ]
    assert statuses == [422, 303]


async def test_guesses_at_a_second_factor_are_limited(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    await set_up(visitor)  # that was a try too
    statuses = [
        (await visitor.submit(await visitor.open("/sign-in/second-factor"), code=f"{number:06}")).status
        for number in range(20)
    ]
    assert statuses[-1] == 429
    assert set(statuses[:-1]) == {422}


async def test_nobody_can_hand_in_the_secret_of_anothers_form(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    theirs = (await visitor.open("/my-page/second-factor/app")).fields("/app")["app"][0]
    visitor.client.cookies.clear()
    await visitor.sign_in(await make.person("Per", "per@example.no"))
    for sealed in (theirs, "", "x" * 500, "nonsense"):
        page = await visitor.open("/my-page/second-factor/app")
        answer = await visitor.submit(page, "/second-factor/app", app=sealed, code="123456")
        assert (answer.status, "Bildet var for gammelt." in answer.text) == (422, True), sealed
    assert await Totp.all().count() == 0


async def test_the_database_does_not_hold_the_secret_as_it_is(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    secret, page = await set_up(visitor)
    stored = str(await rows("SELECT encode(secret, 'escape') AS text FROM totp"))
    assert secret not in stored
    codes = str(await rows("SELECT encode(code_hash, 'escape') AS text FROM recovery_code"))
    assert recovery_codes(page)[0].replace("-", "") not in codes


async def test_without_a_factor_there_are_no_recovery_codes(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    await set_up(visitor)
    page = await visitor.submit(await visitor.open("/my-page/second-factor"), "/app/remove")
    assert page.response.headers["location"] == "/my-page/second-factor?saved=removed"
    assert await rows("SELECT 1 FROM totp UNION ALL SELECT 1 FROM recovery_code") == []


async def test_what_is_grave_asks_again_after_ten_minutes_and_a_form_may_be_sent_until_twenty(
    visitor: Visitor,
) -> None:
    await make.person("Ola", "ola@example.no")
    await signed_in_for_real(visitor, "ola@example.no")
    page = await visitor.open("/my-page/second-factor/app")
    assert page.status == 200
    visitor.wait(11 * MINUTES)
    again = await visitor.open("/my-page/second-factor/app")
    assert again.response.headers["location"] == "/sign-in/again?next=/my-page/second-factor/app"
    assert (await visitor.submit(page, "/app", code="123456")).status == 422
    visitor.wait(10 * MINUTES)
    late = await visitor.submit(page, "/app", code="123456")
    assert late.response.headers["location"] == "/sign-in/again?next=/my-page/second-factor/app"
    page = await visitor.follow(late)
    assert "ola@example.no" in page.text
    page = await visitor.follow(await visitor.submit(page, "/again"))
    before = visitor.client.cookies["sign-in"]
    page = await visitor.submit(page, code=(await last_message())["code"])
    assert page.response.headers["location"] == "/my-page/second-factor/app"
    assert visitor.client.cookies["sign-in"] != before
    assert (await visitor.follow(page)).status == 200


async def test_the_code_to_show_who_one_is_goes_only_to_ones_own_address(visitor: Visitor) -> None:
    per = await make.person("Per", "per@example.no")
    theirs = await per.contact_points.all().first()
    assert theirs is not None
    await make.person("Ola", "ola@example.no")
    await signed_in_for_real(visitor, "ola@example.no")
    before = await value("SELECT count(*) FROM outbox_message")
    for contact in (str(theirs.id), "", "nonsense"):
        page = await visitor.submit(await visitor.open("/sign-in/again"), "/again", contact=contact)
        assert (page.status, page.soup.find(id="contact-error") is not None) == (422, True)
    assert await value("SELECT count(*) FROM outbox_message") == before


async def test_with_an_app_its_code_is_asked_again(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    secret, _page = await set_up(visitor)
    visitor.wait(11 * MINUTES)
    page = await visitor.follow(await visitor.open("/my-page/second-factor"))
    assert page.url == "/sign-in/second-factor?next=/my-page/second-factor"
    page = await visitor.submit(page, code=code_of(visitor, secret))
    assert page.response.headers["location"] == "/my-page/second-factor"
    assert (await visitor.follow(page)).status == 200


async def test_the_operator_takes_the_factor_from_whoever_has_lost_it(visitor: Visitor) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    await set_up(visitor)
    assert not await reset("per@example.no", now=visitor.now)
    assert not await reset("nonsense", now=visitor.now)
    assert await reset(f" {REIDUN.title()}", now=visitor.now)
    assert await rows("SELECT 1 FROM totp UNION ALL SELECT 1 FROM recovery_code") == []
    assert (await visitor.open("/my-page")).response.headers["location"] == "/sign-in?next=/my-page"


async def test_the_roles_that_see_others_must_have_one() -> None:
    assert {"manager", "coordinator"} == SECOND_FACTOR


@pytest.mark.parametrize("kind", ["app", "recovery code"])
async def test_of_two_who_give_the_same_code_at_once_one_is_let_in(visitor: Visitor, kind: str) -> None:
    await manager()
    await signed_in_for_real(visitor, REIDUN)
    secret, page = await set_up(visitor)
    visitor.wait(2 * MINUTES)
    code = code_of(visitor, secret) if kind == "app" else recovery_codes(page)[0].replace("-", "")
    sign_in = await SignIn.get(ended_at=None)
    me = SignedIn(sign_in.person_id, "", "nb", sign_in.id, NOW, NOW)
    first, second, waited = await overlapping(
        lambda: give_code(me, code, now=NOW), lambda: give_code(me, code, now=NOW)
    )
    assert (first, second, waited) == (True, False, True)
