"""Another language in the middle of a form keeps what is typed, without JavaScript, and does nothing; and what
organisers have written in another language says which."""

from datetime import timedelta

import pytest

from offers.catalogue.models import Joining, OfferText
from offers.seats.models import Booking
from tests import make
from tests.conftest import NOW
from tests.house.test_once import POSTS, put_up, who_may
from tests.house.town import content
from tests.visitor import Page, Visitor

PAGES = {
    "/offers/{slug}/bookings/several": {"name": "Ola"},
    "/desk/{call}/offers/{slug}": {"participant_name": "Olaug"},
    "/manage/offers/{slug}/add": {"name": "Ola"},
    "/manage/offers/new": {"title": "Bokprat"},
    "/manage/offers/{slug}/what": {"title": "Bokprat", "body": "Vi leser"},
    "/manage/offers/{slug}/place": {"way_in": "Døra"},
    "/manage/offers/{slug}/joining": {"may_leave": "Gå når du vil"},
    "/manage/offers/{slug}/texts/{lang}": {"title": "A walk"},
    "/manage/offers/{slug}/questions/new": {"text": "Hva liker du?"},
    "/manage/organizations/{slug}/profile": {"contact_name": "Siv"},
    "/manage/organizations/{slug}/texts/{lang}": {"summary": "Vi er mange"},
    "/organizations/apply": {"name": "Sjakklubben", "summary": "Vi spiller"},
    "/my-page/people/new": {"name": "Lise"},
    "/dialogues/{slug}/meetings/new": {"title": "Høstmøte", "agenda": "Vi møtes"},
    "/manage/offers/{slug}/write": {"text": "Husk sko"},
    "/sign-in": {"address": "ny@"},
    "/bookings/{token}/address": {"email": "ny@"},
}
"""Pages with a form that takes some time to fill in, and what has been typed so far."""


async def in_language(visitor: Visitor, page: Page, code: str, **typed: str) -> Page:
    """Press the button of a language, with this typed into the form it belongs to."""
    button = page.soup.select_one(f"#languages button[lang={code}]")
    assert button is not None, f"{page.url} would lose what is typed"
    form = page.soup.find("form", id=str(button["form"]))
    assert form is not None
    action = str(form["action"])
    fields = page.fields(action)
    fields |= {name: [text] for name, text in typed.items()} | {str(button["name"]): [str(button["value"])]}
    return await visitor.post(str(button["formaction"]), fields)


@pytest.mark.parametrize("path", PAGES)
async def test_what_is_typed_is_kept_and_nothing_is_done(path: str, pool: None) -> None:
    async with Visitor.at(NOW) as caller:
        town = await put_up()
        await caller.sign_in(town.people[who_may(path)])
        page = await caller.open(town.path(POSTS[path]))
        assert page.status == 200, page.text
        before = await content()
        shown = await in_language(caller, page, "en", **PAGES[path])
        assert (shown.status, shown.soup.html["lang"]) == (200, "en")  # type: ignore[index]
        action = town.path(POSTS[path])
        assert {name: shown.fields(action)[name] for name in PAGES[path]} == {
            name: [text] for name, text in PAGES[path].items()
        }
        assert shown.soup.select(".ds-error-summary, .ds-validation-message") == [], "nothing is judged yet"
        assert await content() == before
        back = await in_language(caller, shown, "nb")
        assert back.soup.html["lang"] == "nb"  # type: ignore[index]
        assert back.fields(action)[next(iter(PAGES[path]))] == [next(iter(PAGES[path].values()))]


async def test_a_booking_is_filled_in_half_in_one_language_and_sent_in_another(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, starts=[NOW + timedelta(days=1)])
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    shown = await in_language(visitor, page, "en", name="Ola", email="ola@example.no")
    assert await Booking.all().count() == 0
    assert shown.fields("/bookings")["form_key"] == page.fields("/bookings")["form_key"]
    booked = await visitor.submit(shown, "/bookings")
    assert booked.response.headers["location"].startswith("/en/bookings/")
    assert await Booking.all().count() == 1


async def test_what_is_not_shown_again_is_undone_and_its_page_opened(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    receipt = await visitor.follow(
        await visitor.submit(page, "/bookings", name="Ola", email="ola@example.no")
    )
    asked = await visitor.open(f"{receipt.url}/cancel")
    answer = await visitor.submit(asked, "/cancel", show_in="en")
    assert answer.status == 303
    assert await Booking.filter(state="confirmed").count() == 1, "nothing was cancelled"


async def test_what_the_organiser_wrote_in_another_language_says_which(visitor: Visitor) -> None:
    offer = await make.offer("Strikkekafé", joining=Joining.WHOLE, starts=[NOW + timedelta(days=1)])
    await OfferText.filter(offer=offer).update(meets_you="Kari i døra", way_in="Til venstre", bring="Garn")
    page = await visitor.open(f"/en/offers/{offer.slug}")
    assert page.soup.h1["lang"] == "nb"  # type: ignore[index]
    form = await visitor.open(f"/en/offers/{offer.slug}/bookings/new")
    assert form.soup.select_one(".tp-recap strong")["lang"] == "nb"  # type: ignore[index]
    receipt = await visitor.follow(
        await visitor.submit(form, "/bookings", name="Ola", email="ola@example.no")
    )
    assert {span.text for span in receipt.soup.select(".tp-rows [lang=nb]")} == {
        "Strikkekafé", "Kari i døra", "Til venstre", "Garn"}  # fmt: skip
