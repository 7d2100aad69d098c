"""The short address of an offer."""

import re
from urllib.parse import quote

import pytest

from marketplace.base.data.database import value
from marketplace.base.text import SIGNS
from marketplace.settings import settings
from offers.catalogue.models import Offer, Visibility
from offers.catalogue.sharing.short import code_of, number_of, qr
from offers.catalogue.sharing.tongues import preferred
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

FOUR, FIVE = len(SIGNS) ** 4, len(SIGNS) ** 4 + len(SIGNS) ** 5


async def short(offer: Offer) -> str:
    return f"/t/{code_of(await value('SELECT number FROM offer WHERE id = $1', offer.id))}"


@pytest.mark.parametrize("number", [0, 1, 2, 999, FOUR - 1, FOUR, FOUR + 1, FIVE - 1, FIVE])
def test_a_code_leads_back_to_its_number(number: int) -> None:
    assert number_of(code_of(number)) == number_of(code_of(number).lower()) == number


def test_four_signs_that_nobody_mixes_up_are_enough_for_a_country_and_no_two_offers_share_one() -> None:
    codes = {code_of(number) for number in range(20_000)}
    assert len(codes) == 20_000
    assert all(re.fullmatch(f"[{SIGNS}]{{4}}", code) for code in codes)
    assert len(code_of(FOUR - 1)) == 4
    assert len(code_of(FOUR)) == 5


@pytest.mark.parametrize(
    "code", ["", "K7", "K7M", "K7M2K7M2", "K0M2", "KAM2", "K7-2", "Å7M2", "finnes-ikke", "٣٣٣٣", "x" * 300]
)
def test_what_is_no_code_has_no_number(code: str) -> None:
    assert number_of(code) is None


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"),
    [
        ("nb", "", "nb"),
        ("en", "nb,nn;q=0.9", "en"),  # the address says it
        ("nb", "en-GB,en;q=0.9", "en"),
        ("nb", "pl,en;q=0.7,nb;q=0.3", "en"),
        ("nb", "no,en;q=0.9", "nb"),
        ("nb", "nn-NO, nb;q=0.8", "nn"),
        ("nb", "en;q=0.2, nn;q=0.9", "nn"),
        ("nb", "en;q=0, nn;q=0.1", "nn"),
        ("nb", "uk", "nb"),
        ("nb", "en;q=much, *;q=0.5", "nb"),
        ("nb", ";;,=,q=1," * 500, "nb"),
    ],
)
def test_a_reader_is_met_in_the_first_of_our_languages_they_read(
    asked: str, accepted: str, lang: str
) -> None:
    assert preferred(asked, accepted) == lang


async def test_the_short_address_leads_to_the_page_in_the_readers_language(visitor: Visitor) -> None:
    offer = await make.offer("Tur", starts=[])
    address = await short(offer)
    led = await visitor.client.get(address)
    assert (led.status_code, led.headers["location"]) == (303, f"/offers/{offer.slug}")
    assert (led.headers["vary"], led.headers["cache-control"]) == ("Accept-Language", "no-store")
    led = await visitor.client.get(address.lower(), headers={"accept-language": "en"})
    assert led.headers["location"] == f"/en/offers/{offer.slug}"
    led = await visitor.client.get(f"/nn{address}", headers={"accept-language": "en"})
    assert led.headers["location"] == f"/nn/offers/{offer.slug}"
    assert "set-cookie" not in led.headers


async def test_the_page_tells_its_short_address_and_the_code_to_scan_is_of_it(visitor: Visitor) -> None:
    offer = await make.offer("Tur & te", starts=[])
    page = await visitor.open(f"/offers/{offer.slug}")
    address = settings().public_url + await short(offer)
    assert page.soup.find(id="short").get_text() == address.partition("://")[2]
    assert page.soup.select_one(".tp-code svg path")["d"] in qr(address)
    mail = page.soup.select_one(".tp-share a[href^='mailto:']")["href"]
    assert mail == f"mailto:?subject=Tur%20%26%20te&body={quote(address, safe='/')}"
    leads = [
        str(part.get("href") or part.get("src"))
        for part in page.soup.select(".tp-share [href], .tp-share [src]")
    ]
    assert [path for path in leads if not path.startswith(("/static/", "mailto:?"))] == [], (
        "nobody else is asked"
    )
    assert [button["hidden"] for button in page.soup.select(".tp-share button")] == ["", "", ""]


async def test_a_short_address_answers_each_reader_as_the_page_does(visitor: Visitor) -> None:
    owner, unit = await make.organization("Sentralen"), await make.organization("Enheten", kind="municipal")
    cases = {
        "draft": await make.offer("Kladd", owner=owner, state="draft", starts=[]),
        "staff": await make.offer("Fagkurs", owner=owner, visibility=Visibility.STAFF, starts=[]),
        "members": await make.offer("Vårt", owner=owner, visibility=Visibility.MEMBERS, starts=[]),
        "sensitive": await make.offer("Sorg", owner=owner, sensitive=True, starts=[NOW]),
        "called off": await make.offer("Avlyst", owner=owner, state="cancelled", starts=[NOW]),
        "public": await make.offer("Tur", owner=owner, starts=[]),
    }
    readers = [None, await make.member(owner, Role.MANAGER, "Eva"), await make.member(unit, Role.STAFF, "Per"),
               await make.person("Ola")]  # fmt: skip
    seen = {}
    for reader in readers:
        if reader:
            await visitor.sign_in(reader)
        for kind, offer in cases.items():
            page = await visitor.client.get(f"/offers/{offer.slug}")
            led = await visitor.client.get(await short(offer))
            assert (page.status_code, led.status_code) in ((200, 303), (404, 404)), (reader, kind)
            seen[reader.name if reader else "", kind] = led.status_code
    assert [seen["", kind] for kind in cases] == [404, 404, 404, 303, 303, 303]
    assert [seen["Ola", kind] for kind in cases] == [404, 404, 404, 303, 303, 303]
    assert [seen["Per", kind] for kind in cases] == [404, 303, 404, 303, 303, 303]
    assert [seen["Eva", kind] for kind in cases] == [
        404,
        303,
        303,
        303,
        303,
        303,
    ]  # of a draft there is a preview


async def test_of_what_is_not_there_and_what_is_not_for_you_the_short_address_says_the_same(
    visitor: Visitor,
) -> None:
    draft = await make.offer("Kladd", state="draft", starts=[])
    number = await value("SELECT number FROM offer WHERE id = $1", draft.id)
    hidden, nothing, no_code = [
        await visitor.open(path) for path in (await short(draft), f"/t/{code_of(number + 5000)}", "/t/0000")
    ]
    words = [page.soup.main.get_text().rpartition("nummeret")[0] for page in (hidden, nothing, no_code)]
    assert [page.status for page in (hidden, nothing, no_code)] == [404, 404, 404]
    assert len(words[0]) > 100
    assert words[0] == words[1] == words[2]


async def test_a_draft_that_is_previewed_has_no_address_to_pass_on(visitor: Visitor) -> None:
    owner = await make.organization("Sentralen")
    offer = await make.offer("Kladd", owner=owner, state="draft", starts=[])
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Eva"))
    page = await visitor.open(f"/manage/offers/{offer.slug}/preview")
    assert page.status == 200
    assert not page.soup.select(".tp-share, link[rel=canonical], [property^='og:']")


async def test_a_message_that_passes_a_sensitive_offer_on_does_not_say_what_it_is(visitor: Visitor) -> None:
    """Its subject stands in lists of messages and on locked screens."""
    for sensitive in (True, False):
        offer = await make.offer("Sorggruppe", sensitive=sensitive)
        page = await visitor.open(f"/offers/{offer.slug}")
        mail, share = page.soup.select_one("a[href^=mailto]"), page.soup.select_one("[data-share]")
        assert mail
        assert share
        for said in (str(mail["href"]), str(share["data-title"])):
            assert ("Sorggruppe" in said) is not sensitive
