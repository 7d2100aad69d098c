"""An offer shows the picture that its editors have chosen, and the drawing of its kind when they take it away."""

import asyncpg
import pytest

from marketplace.base.data.address import credentials
from marketplace.base.data.database import rows, value
from offers.catalogue.models import Offer
from organizations.directory.models import OrganizationKind, Picture
from organizations.members.models import Role
from tests import make
from tests.organizations.profile.test_logo import UNREADABLE, file_of
from tests.visitor import Page, Visitor

HOME = "/manage/offers/kor"


@pytest.fixture
async def choir(visitor: Visitor) -> Offer:
    """An offer whose editor is signed in."""
    centre = await make.organization("Frivilligsentralen")
    offer = await make.offer("Kor", slug="kor", owner=centre)
    await visitor.sign_in(await make.member(centre, Role.EDITOR, "Kari"))
    return offer


async def send(visitor: Visitor, content: bytes, shows: str = "") -> Page:
    fields = (await visitor.open(f"{HOME}/picture")).fields("/picture")
    return Page(
        await visitor.client.post(
            f"{HOME}/picture",
            data={"form_token": fields["form_token"][0], "seen": fields["seen"][0], "shows": shows},
            files={"picture": ("a.jpg", content)}, headers={"origin": visitor.site},
        )
    )  # fmt: skip


async def test_it_stands_on_its_page_and_in_the_list_until_it_is_taken_away(
    visitor: Visitor, choir: Offer
) -> None:
    assert (await send(visitor, file_of("JPEG"))).response.headers["location"] == f"{HOME}?saved=picture"
    path = f"/pictures/{(await Picture.get()).sha256.hex()}"
    for address in ("/offers/kor", "/offers?municipality=all", f"{HOME}/picture"):
        shown = (await visitor.open(address)).soup.select_one("img.tp-picture")
        assert shown is not None, address
        assert shown["src"] == path
    page = await visitor.submit(await visitor.open(f"{HOME}/picture"), "/picture/remove")
    assert page.response.headers["location"] == f"{HOME}?saved=no-picture"
    assert (await visitor.open(path)).status == 404
    shown = (await visitor.open("/offers/kor")).soup.select_one("img.tp-picture")
    assert shown is not None
    assert "/img/kinds/" in str(shown["src"])
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'offer.picture_changed'") == 2


async def test_what_it_shows_is_read_aloud_on_its_page_and_goes_with_it(
    visitor: Visitor, choir: Offer
) -> None:
    async def read_aloud(path: str = "/offers/kor") -> tuple[str, str | None]:
        shown = (await visitor.open(path)).soup.select_one("img.tp-picture")
        assert shown is not None
        return str(shown["alt"]), shown.get("lang")  # type: ignore[return-value]

    await send(visitor, file_of("JPEG"), "Tolv synger i en ring")
    assert await read_aloud() == ("Tolv synger i en ring", None)
    assert await read_aloud("/en/offers/kor") == ("Tolv synger i en ring", "nb")
    page = await visitor.submit(await visitor.open(f"{HOME}/picture"), "/picture", shows="Kari ved «pianoet»")
    assert page.response.headers["location"] == f"{HOME}?saved=picture", "without a new picture"
    assert await Picture.all().count() == 1
    assert await read_aloud() == ("Kari ved «pianoet»", None)
    page = await visitor.submit(await visitor.open(f"{HOME}/picture"), "/picture", shows="a" * 201)
    assert page.status == 422
    assert "Si det kortere" in page.text
    await send(visitor, file_of("PNG"))
    assert await read_aloud() == ("", None), "another picture shows something else"
    await send(visitor, file_of("JPEG"), "Tolv synger")
    await visitor.submit(await visitor.open(f"{HOME}/picture"), "/picture/remove")
    assert await read_aloud() == ("", None), "a drawing of its kind says nothing"


async def test_what_one_picture_shows_is_not_said_of_another(visitor: Visitor, choir: Offer) -> None:
    await send(visitor, file_of("JPEG"))
    page = await visitor.open(f"{HOME}/picture")
    await send(visitor, file_of(color="red"))
    page = await visitor.submit(page, "/picture", shows="Tolv synger i en ring")
    assert page.status == 422
    assert "Bildet er byttet siden du åpnet siden." in page.text
    assert page.fields("/picture")["shows"] == ["Tolv synger i en ring"], "it is kept"
    assert await value("SELECT picture_text FROM offer") == ""
    page = await visitor.submit(page, "/picture", shows="Tre rundt et piano")
    assert page.status == 303, "what is shown now has been seen"
    assert await value("SELECT picture_text FROM offer") == "Tre rundt et piano"


async def test_what_is_said_where_no_picture_was_is_said_of_none(visitor: Visitor, choir: Offer) -> None:
    page = await visitor.open(f"{HOME}/picture")
    await send(visitor, file_of("PNG"))
    assert (await visitor.submit(page, "/picture", shows="En tegning av et kor")).status == 422
    assert await value("SELECT picture_text FROM offer") == ""


async def test_what_is_no_picture_is_said_at_the_field_and_changes_nothing(
    visitor: Visitor, choir: Offer
) -> None:
    for content, words in ((b"", "Velg et bilde først."), (b"ikke et bilde", UNREADABLE)):
        page = await send(visitor, content)
        assert page.status == 422
        assert words in page.text
    assert await Picture.all().count() == 0


async def test_others_do_not_reach_it(visitor: Visitor, choir: Offer) -> None:
    other = await make.organization("Bydelshuset")
    await visitor.sign_in(await make.member(other, Role.MANAGER, "Per"))
    assert (await visitor.open(f"{HOME}/picture")).status == 404


async def test_who_keeps_its_card_is_told(choir: Offer, database_url: str) -> None:
    told: list[str] = []
    listener = await asyncpg.connect(**credentials(database_url))
    try:
        await listener.add_listener("catalogue_told", lambda *said: told.append(said[-1]))
        before = await value("SELECT revision FROM catalogue_revision")
        await value("UPDATE offer SET picture_id = NULL WHERE id = $1", choir.id)
        assert await value("SELECT revision FROM catalogue_revision") == before + 1
        await listener.fetchval("SELECT 1")
    finally:
        await listener.close()
    assert told == [f"offer:{choir.id}"]


async def test_it_is_shown_to_whoever_may_see_an_offer_with_it_and_to_nobody_else(
    visitor: Visitor, choir: Offer
) -> None:
    await send(visitor, file_of("JPEG"))
    path = f"/pictures/{(await Picture.get()).sha256.hex()}"
    stranger = visitor.at_network("10.0.0.9")
    assert "immutable" in (await stranger.open(path)).response.headers["cache-control"]
    for change in (
        "UPDATE offer SET state = 'draft'",
        "UPDATE offer SET state = 'published', visibility = 'staff'",
        "UPDATE offer SET visibility = 'members'",
        "UPDATE offer SET visibility = 'public'; UPDATE organization SET state = 'suspended'",
    ):
        for each in change.split("; "):
            await rows(each)
        assert (await stranger.open(path)).status == 404, change
        own = await visitor.open(path)
        assert (own.status, own.response.headers["cache-control"]) == (200, "no-store"), change
    await rows("UPDATE organization SET state = 'approved'")
    await rows("UPDATE offer SET state = 'cancelled'")
    assert (await stranger.open(path)).status == 200, "its page says that it is cancelled"
    await rows("UPDATE offer SET visibility = 'staff', state = 'published'")
    other = await make.member(await make.organization("Bydelshuset"), Role.EDITOR, "Per")
    await visitor.sign_in(other)
    assert (await visitor.open(path)).status == 404
    nav = await make.organization("NAV", kind=OrganizationKind.MUNICIPAL)
    await visitor.sign_in(await make.member(nav, Role.STAFF, "Espen"))
    assert (await visitor.open(path)).status == 200
