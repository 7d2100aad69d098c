"""What only takes a form has a page with that form: for whoever reloads it, or wants it in another language."""

from datetime import timedelta

import pytest
from starlette.routing import Route

from marketplace.base.errors import TooMany
from marketplace.base.text import isolated
from marketplace.base.web.http import own_origins
from marketplace.my_page.own_goals.models import OwnGoal
from marketplace.people.models import ActsFor
from offers.bookings.mending import views as mending_views
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.house.town import Town, routes
from tests.production import production
from tests.visitor import Page, Visitor

GETS = {route.path for route in routes("GET")}
ONLY_POST = pytest.mark.parametrize(
    "route", [route for route in routes("POST") if route.path not in GETS], ids=lambda route: route.path
)


def in_english(page: Page) -> str:
    link = page.soup.select_one("#languages a[lang=en]")
    assert link is not None
    return str(link["href"])


@ONLY_POST
async def test_who_opens_it_as_a_page_is_led_to_the_form(route: Route, town: Town, insider: Visitor) -> None:
    page = await insider.open(town.path(route))
    assert page.status == 303
    assert (await insider.follow(page)).status in (200, 410)
    assert (await insider.open(f"/en{town.path(route)}")).response.headers["location"].startswith("/en")


@ONLY_POST
async def test_its_answer_leads_to_that_page_in_other_languages(
    route: Route, town: Town, insider: Visitor
) -> None:
    refused = await insider.post(town.path(route), {})
    assert refused.status == 403
    page = await insider.follow(await insider.open(in_english(refused)))
    assert page.status in (200, 410)
    assert page.soup.html is not None
    assert page.soup.html["lang"] == "en"


async def test_a_booking_with_something_wrong_is_the_same_form_in_english(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.PER_SESSION)
    session = await Session.get(offer=offer)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?session={session.id}")
    wrong = await visitor.submit(page, "/bookings", name="")
    assert wrong.status == 422
    button = wrong.soup.select_one("#languages button[lang=en]")  # it takes along what is typed
    assert button is not None
    assert button["formaction"] == f"/en/offers/{offer.slug}/bookings"
    odd = await visitor.submit(page, "/bookings", name="", session='"><b>&x=1')
    assert in_english(odd) == f"/en/offers/{offer.slug}/bookings/new?session=%22%3E%3Cb%3E%26x%3D1"
    assert await SeatPool.filter(offer=offer, taken=0).count() == 1


async def test_a_search_keeps_its_words_in_another_language(visitor: Visitor) -> None:
    assert in_english(await visitor.open("/offers?q=tur")) == "/en/offers?q=tur"


async def test_a_form_from_a_page_that_stood_too_long_is_kept_and_can_be_sent_again(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    visitor.client.cookies.clear()
    typed = page.fields("/bookings") | {"name": ["Ola & co"], "contact": ["none"]}
    ours = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    stale = Page(await visitor.client.post(f"/offers/{offer.slug}/bookings", data=typed, headers=ours))
    assert (stale.status, stale.heading) == (403, "Skjemaet ble ikke sendt")
    assert "Logg inn" not in stale.soup.main.get_text()  # type: ignore[union-attr]
    assert "51 00 00 00" in stale.text
    booked = await visitor.submit(stale)
    assert booked.status == 303, booked.text
    assert await SeatPool.filter(offer=offer, taken=1).count() == 1


OURS = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/manage/offers/new", {"title": "Å gå <tur> & prate", "kind": "group"}),
        ("/my-page/people/new", {"name": "Ada", "relation": "guardian", "own_name": "Kari"}),
    ],
)
async def test_who_was_signed_out_meanwhile_keeps_what_they_typed_and_sends_it_signed_in(
    visitor: Visitor, path: str, typed: dict[str, str]
) -> None:
    """A lunch is longer than a sign-in of staff lasts."""
    kari = await make.member(await make.organization("Turlaget"), Role.EDITOR, "Kari")
    await visitor.sign_in(kari)
    page = await visitor.open(path)
    visitor.client.cookies.delete("sign-in")
    sent = page.fields(path.rsplit("/", 1)[-1]) | typed
    late = Page(await visitor.client.post(path, data=sent, headers=OURS))
    assert (late.status, late.heading) == (403, "Du er logget ut")
    assert late.response.headers["cache-control"] == "no-store"
    assert late.soup.select_one('main a[href="/sign-in"][target="_blank"]'), (
        "the page with what was typed stays"
    )
    before = [await Offer.all().count(), await ActsFor.all().count()]
    await visitor.sign_in(kari)
    stale = Page(
        await visitor.client.post(path, data=late.fields(path), headers=OURS)
    )  # its token is of a visitor
    assert (await visitor.submit(stale, path)).status == 303
    assert [await Offer.all().count(), await ActsFor.all().count()] > before


async def test_a_form_of_whoever_signed_out_in_another_tab_says_so_and_is_kept(visitor: Visitor) -> None:
    """Also on a page that is there for everybody."""
    kari = await make.member(await make.organization("Turlaget"), Role.EDITOR, "Kari")
    offer = await make.offer(joining=Joining.WHOLE)
    path = f"/offers/{offer.slug}/bookings"
    await visitor.sign_in(kari)
    page = await visitor.open(f"{path}/new")
    await visitor.submit(await visitor.open("/my-page"), "/sign-out")
    sent = page.fields("/bookings") | {"name": ["Ola & co"], "contact": ["none"]}
    late = Page(await visitor.client.post(path, data=sent, headers=OURS))
    assert (late.status, late.heading) == (403, "Du er logget ut")
    assert late.fields("/bookings")["name"] == ["Ola & co"]
    assert "for gammelt" not in late.text


@pytest.mark.parametrize("again", [False, True])
async def test_a_form_of_whoever_signed_in_in_another_tab_says_so_and_is_kept(
    visitor: Visitor, again: bool
) -> None:
    """With the name: on a machine that several use it would be sent as somebody else."""
    kari = await make.member(await make.organization("Turlaget"), Role.EDITOR, "Kari")
    offer = await make.offer(joining=Joining.WHOLE)
    path = f"/offers/{offer.slug}/bookings"
    if again:
        await visitor.sign_in(kari)
    page = await visitor.open(f"{path}/new")
    await visitor.sign_in(kari)
    sent = page.fields("/bookings") | {"name": ["Ola & co"], "contact": ["none"]}
    late = Page(await visitor.client.post(path, data=sent, headers=OURS))
    said = late.soup.select_one(".tp-lead").get_text()  # type: ignore[union-attr]
    assert (late.status, said) == (
        403,
        f"Du har logget inn som {isolated('Kari')} siden du åpnet skjemaet. Ingenting er lagret ennå.",
    )
    assert "informasjonskapsler" not in late.soup.main.get_text()  # type: ignore[union-attr]
    assert (await visitor.submit(late, "/bookings")).status == 303


@pytest.mark.parametrize("signed_out", [False, True])
async def test_what_somebody_wrote_is_not_sent_as_whoever_has_signed_in_since(
    visitor: Visitor, signed_out: bool
) -> None:
    """Two share a phone, and one's form stood open: whoever signs in next neither reads their words nor sends them.
    They themselves still can, also from the page that said that they were signed out."""
    ola, kari = await make.person("Ola"), await make.person("Kari")
    path = "/my-page/goals/new"
    await visitor.sign_in(ola)
    page = await visitor.open(path)
    sent = page.fields(path) | {"text": ["Ut av huset"]}
    if signed_out:
        visitor.client.cookies.delete("sign-in")
        late = Page(await visitor.client.post(path, data=sent, headers=OURS))
        assert (late.status, late.heading) == (403, "Du er logget ut")
        sent = late.fields(path)
        assert sent["text"] == ["Ut av huset"]
    await visitor.sign_in(kari)
    refused = Page(await visitor.client.post(path, data=sent, headers=OURS))
    assert (refused.status, refused.heading) == (403, "Skjemaet ble ikke sendt")
    assert "Noen andre var logget inn da skjemaet ble åpnet." in refused.text
    assert "Ut av huset" not in refused.html
    assert await OwnGoal.all().count() == 0
    await visitor.sign_in(ola)
    back = Page(await visitor.client.post(path, data=sent, headers=OURS))
    assert "Du har logget inn som" in back.text
    assert (await visitor.submit(back, path)).status == 303
    assert [one.person_id for one in await OwnGoal.all()] == [ola.id]


async def test_whose_role_ended_while_a_form_stood_open_reads_that_nothing_is_saved(visitor: Visitor) -> None:
    kari = await make.member(await make.organization("Turlaget"), Role.EDITOR, "Kari")
    await visitor.sign_in(kari)
    page = await visitor.open("/manage/offers/new")
    await Membership.filter(person=kari).update(ended_at=NOW)
    refused = await visitor.submit(page, "/manage/offers/new", title="Å gå tur", kind="group")
    assert (refused.status, refused.heading) == (403, "Denne siden er for andre")
    assert "Det du skrev, er ikke lagret." in refused.text
    assert "Det du skrev" not in (await visitor.open("/manage/offers/new")).text


async def test_who_sends_too_much_keeps_what_they_typed_for_later(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def too_many(*_any: object, **_of_it: object) -> None:
        raise TooMany(retry_after=timedelta(minutes=20))

    monkeypatch.setattr(mending_views, "book_once", too_many)
    offer = await make.offer("Tur", joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    sent = page.fields("/bookings") | {"name": "Ola & co", "contact": "none"}
    path = f"/offers/{offer.slug}/bookings"
    for origin, kept in ((OURS, True), ({"origin": "http://127.0.0.1:8000"}, False)):
        late = Page(await visitor.client.post(path, data=sent, headers=origin))
        assert late.status == 429
        assert ("Det du skrev, er her ennå." in late.text) is kept
        assert ("Ola & co" in str(late.soup.select('input[name="name"]')).replace("&amp;", "&")) is kept
        assert ("Gå så tilbake" in late.text) is not kept


async def test_of_a_file_it_is_not_said_that_it_is_here_still(visitor: Visitor) -> None:
    offer = await make.offer("Tur")
    file = {"picture": ("a.png", b"abc", "image/png")}
    late = Page(await visitor.client.post(f"/manage/offers/{offer.slug}/picture", files=file, headers=OURS))
    assert (late.status, late.heading) == (403, "Du er logget ut")
    assert "Det du skrev" not in late.text


async def test_a_form_from_elsewhere_is_not_offered_to_be_sent(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    theirs = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    for headers in (theirs, {}):
        sent = {"name": "Ola", "contact": "none"}
        page = Page(await visitor.client.post(f"/offers/{offer.slug}/bookings", data=sent, headers=headers))
        assert page.status == 403
        assert page.soup.find("form", method="post") is None
        page = Page(await visitor.client.post("/manage/offers/new", data=sent, headers=headers))
        assert page.status == 403
        assert page.soup.find("form", method="post") is None


def test_a_form_of_a_municipalitys_own_host_name_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers of before 2023 say only where a form stood (Origin), and nothing of whether that is here."""
    with production(monkeypatch):
        public = "https://treffpunkt.example"
        assert own_origins("treffpunkt.example") == {public}
        assert own_origins("WWW.treffpunkt.example") == {public, "https://www.treffpunkt.example"}
        assert own_origins("evil.example") == {public}
        assert own_origins("") == {public}
