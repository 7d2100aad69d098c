"""What is searched for in vain is counted by words, and only when it came on several days; never what is somebody's."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from marketplace.base.data.database import rows
from marketplace.privacy.actions import forget
from offers.search.unfound.models import Unfound, UnfoundKey
from offers.search.unfound.rules import FROM_ONE_VISITOR, SEVERAL_DAYS, WAITS, counted_as
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

DAY = timedelta(days=1)


async def look(visitor: Visitor, typed: str, days: int = 1) -> None:
    """Each day from another network."""
    for day in range(days):
        somebody = visitor.at_network(f"203.0.113.{day}")
        assert (await somebody.open(f"/offers?q={quote(typed)}")).status == 200
        visitor.wait(DAY)


async def test_words_are_readable_only_when_they_came_on_five_different_days(visitor: Visitor) -> None:
    here = await make.municipality()
    await look(visitor, "Fallskjermhopping", SEVERAL_DAYS - 1)
    (one,) = await Unfound.all()
    assert (one.days, one.words) == (4, None)
    assert "fallskjerm" not in str(await rows("SELECT * FROM unfound"))
    await look(visitor, " fallskjermhopping ")
    (one,) = await Unfound.all()
    assert (one.days, one.words) == (5, "fallskjermhopping")
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL, municipality=here)
    await visitor.sign_in(await make.member(unit, Role.COORDINATOR, "Nora Berg"))
    page = await visitor.open("/needs")
    assert [one.get_text() for one in page.soup.select("#sought ~ ul a")] == ["fallskjermhopping"]


async def test_five_days_of_one_person_are_one_day(visitor: Visitor) -> None:
    """Also where a household of IPv6 has an address for each day; and nothing joins what came from one network."""
    for day in range(SEVERAL_DAYS + 2):
        somebody = visitor.at_network(f"2001:db8:1:{day}::7")
        for typed in ("fallskjerm", "dykking"):
            await somebody.open(f"/offers?q={typed}")
        visitor.wait(DAY)
    one, other = await Unfound.all()
    assert (one.days, one.words, other.days) == (1, None, 1)
    assert one.last_by
    assert one.last_by != other.last_by
    await look(visitor, "fallskjerm", SEVERAL_DAYS - 1)
    read = await Unfound.get(words="fallskjerm")
    assert read.last_by is None, "then nobody needs it"


async def test_what_a_page_of_somebody_elses_asks_for_is_nobodys_search(visitor: Visitor) -> None:
    for into, site in (("image", "same-origin"), ("iframe", "cross-site"), ("document", "cross-site")):
        page = await visitor.open("/offers?q=fallskjerm", sec_fetch_dest=into, sec_fetch_site=site)
        assert page.status == 200
    assert await Unfound.all().count() == 0
    await visitor.open("/offers?q=fallskjerm", sec_fetch_dest="empty", sec_fetch_site="same-origin")
    assert await Unfound.all().count() == 1


async def test_many_searches_in_a_day_are_one(visitor: Visitor) -> None:
    for visited in range(6):
        await visitor.at_network(f"203.0.113.{visited}").open("/offers?q=fallskjerm")
    assert [one.days for one in await Unfound.all()] == [1]


async def test_a_flood_from_one_visitor_is_cut_off_and_the_page_is_shown_all_the_same(
    visitor: Visitor,
) -> None:
    somebody = visitor.at_network("203.0.113.7")
    for letter in "abcdefghijklmnopqrstuvwxyz":
        assert (await somebody.open(f"/offers?q=qqqx{letter * 3}")).status == 200
    assert await Unfound.all().count() == FROM_ONE_VISITOR


async def test_what_was_found_or_filtered_is_not_counted(visitor: Visitor) -> None:
    await make.offer("Dans")
    for query in ("q=dans", "q=kor&evening=1", "q=kor&kind=course", "q=", "kind=course", "q=-kor"):
        await visitor.open(f"/offers?{query}")
    assert await Unfound.all().count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        "kari", "Kari Nordmann", "ola hansen", "kontakt Nordmann", "12345678", "51 00 00 00", "kari@example.no",
        "www.example.no", "storgata", "Rådhusgata 1", "lærerveien", "jeg vil dø", "selvmord", "selvmrod", "he slo meg",
        "jeg er så veldig lei av alt", "ab", "-dans", "x" * 41,
        "yusuf warsame", "besøke yusuf warsame",
    ],
)  # fmt: skip
def test_what_could_be_somebody_or_is_a_cry_for_help_is_never_counted(typed: str) -> None:
    assert counted_as(typed) is None


@pytest.mark.parametrize(
    ("typed", "counted"),
    [
        ("Sjakk", "sjakk"),
        ("SJAKK", "sjakk"),
        ("barnevakt om kvelden", "barnevakt om kvelden"),
        ('"rolig yoga"', "rolig yoga"),
    ],
)
def test_other_words_are_counted_in_lower_case(typed: str, counted: str) -> None:
    assert counted_as(typed) == counted


async def test_the_key_goes_and_with_it_what_joins_hashes_to_words(visitor: Visitor) -> None:
    await look(visitor, "fallskjerm", 2)
    (first,) = await UnfoundKey.all()
    visitor.wait(WAITS)
    await forget(NOW + WAITS + 3 * DAY)
    assert await UnfoundKey.all().count() == 0
    assert await Unfound.all().count() == 0
    await look(visitor, "fallskjerm")
    (second,) = await UnfoundKey.all()
    assert first.key != second.key
    assert [one.days for one in await Unfound.all()] == [1]
