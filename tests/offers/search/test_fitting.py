"""Where somebody says an age, or a situation says whom it is about, what is for them stands before what is for all."""

import pytest

from offers.catalogue.kinds import Audience, Kind, peers_of
from offers.catalogue.models import Joining
from offers.catalogue.queries import VISITOR
from offers.search.asked import Search
from offers.search.finding import find
from offers.search.queries import search
from offers.search.situations.models import Situation
from tests import make
from tests.conftest import NOW
from tests.offers.search.test_search import days
from tests.visitor import Visitor

pytestmark = pytest.mark.usefixtures("db")


async def for_whom() -> None:
    """By date the other way round than they fit whom is over 65."""
    everyone, adults, seniors = Audience.EVERYONE, Audience.ADULTS, Audience.SENIORS
    await make.offer("Åpen kafé", audiences=[everyone], starts=[days(1)])
    await make.offer("Kor", audiences=[adults], starts=[days(2)])
    await make.offer("Trim på stol", audiences=[adults, seniors], starts=[days(3)])
    await make.offer("Eldretreff", audiences=[seniors], starts=[days(4)])
    await make.offer("Over sytti", audiences=[everyone], age_from=70, starts=[days(5)])
    await make.offer("Over nitti", audiences=[everyone], age_from=90, starts=[days(5)])


async def test_what_is_for_somebody_of_that_age_stands_first_and_among_those_it_goes_by_date() -> None:
    await for_whom()
    wanted = Search(age=80, fitting=True)
    by_fit = ["Eldretreff", "Over sytti", "Trim på stol", "Åpen kafé", "Kor"]
    for look in (search, find):
        found = await look(wanted, viewer=VISITOR, lang="nb", now=NOW)
        assert [row.title for row in found.rows] == by_fit, look
    by_date = await search(Search(age=80), viewer=VISITOR, lang="nb", now=NOW)
    assert [row.title for row in by_date.rows] == [
        "Åpen kafé", "Kor", "Trim på stol", "Eldretreff", "Over sytti",
    ]  # fmt: skip


async def test_what_has_the_words_better_stands_first_all_the_same() -> None:
    await make.offer("Trim", audiences=[Audience.ADULTS], starts=[days(1)])
    await make.offer("Mosjon", audiences=[Audience.SENIORS], starts=[days(2)])
    found = await search(Search(words="trim", age=80, fitting=True), viewer=VISITOR, lang="nb", now=NOW)
    assert [row.title for row in found.rows] == ["Trim", "Mosjon"]


async def test_the_list_says_how_it_stands_and_can_be_by_date(visitor: Visitor) -> None:
    await for_whom()
    page = await visitor.open("/offers?municipality=all&q=noe+for+en+p%C3%A5+80+%C3%A5r")
    assert page.text.index("Eldretreff") < page.text.index("Åpen kafé")
    assert "Det som passer best, står først." in page.text
    page = await visitor.open("/offers?municipality=all&q=noe+for+en+p%C3%A5+80+%C3%A5r&order=date")
    assert page.text.index("Åpen kafé") < page.text.index("Eldretreff")
    chosen = await visitor.open("/offers?municipality=all&age=80")
    assert chosen.text.index("Åpen kafé") < chosen.text.index("Eldretreff"), "no words, so by date"


async def test_what_a_situation_leads_to_shows_each_of_its_kinds(visitor: Visitor) -> None:
    """What is agreed with somebody has no date: it would never come before what has one."""
    for number in range(1, 8):
        await make.offer(f"Kafé {number}", kind=Kind.MEETING_PLACE, starts=[days(number)])
    await make.offer(
        "For pårørende", kind=Kind.MEETING_PLACE, audiences=[Audience.NEXT_OF_KIN], starts=[days(0.5)]
    )
    await make.offer("En venn", kind=Kind.COMPANION, joining=Joining.REQUEST, starts=[])
    await Situation.create(
        text="Jeg er helt alene", text_nn="Eg er heilt åleine", text_en="I am all alone", also="", words="",
        kinds=[Kind.MEETING_PLACE, Kind.COMPANION], audiences=[],
    )  # fmt: skip
    page = await visitor.open("/offers?municipality=all&q=jeg+er+helt+alene")
    assert page.text.index("Kafé 1") < page.text.index("En venn") < page.text.index("Kafé 2")
    assert "For pårørende" not in page.text, (
        "nobody said that it is about somebody else: that comes last of all"
    )


def test_nearly_everybody_is_an_adult_so_that_says_nothing() -> None:
    assert peers_of(9) == []
    assert peers_of(17) == [Audience.YOUTH, Audience.YOUNG_ADULTS]
    assert peers_of(40) == []
    assert peers_of(80) == [Audience.SENIORS]
