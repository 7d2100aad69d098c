"""Words that mean the same: coordinators write them, versions stand, and a search takes them at once."""

from urllib.parse import quote
from uuid import UUID

import pytest

from marketplace.base.data.database import rows
from offers.search.equal.actions import write
from offers.search.equal.models import EqualWords
from offers.search.equal.queries import equal_now, groups, read_equal, versions
from offers.search.words.equal import FIRST, Equals
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor

NOBODY = UUID(int=0)


@pytest.fixture
async def coordinator(visitor: Visitor) -> Visitor:
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    await visitor.sign_in(await make.member(unit, Role.COORDINATOR, "Nora Berg"))
    return visitor


async def found(visitor: Visitor, typed: str) -> list[str]:
    page = await visitor.open(f"/offers?q={quote(typed)}")
    return [link.get_text() for link in page.soup.select("#results .tp-offer__link")]


async def saved(visitor: Visitor, path: str, words: str) -> Page:
    return await visitor.follow(await visitor.submit(await visitor.open(path), path, equal=words))


async def test_an_instance_begins_with_the_words_of_the_file(db: None) -> None:
    assert sorted(one.words for one in await groups(NOBODY)) == sorted(FIRST)
    assert await read_equal() == Equals.of(
        one.words for one in sorted(await groups(NOBODY), key=lambda one: one.group_id)
    )


async def test_what_a_coordinator_writes_is_found_at_once_and_can_be_taken_away_and_brought_back(
    coordinator: Visitor,
) -> None:
    await make.offer("Parsellhagen")
    assert await found(coordinator, "kjøkkenvekster") == []
    page = await saved(coordinator, "/words/new", "Kjøkkenvekster,  parsellhagen\nkolonihage")
    assert "Nora Berg" in page.text
    assert await found(coordinator, "kjøkkenvekster") == ["Parsellhagen"]
    group = (await EqualWords.get(words=["kjøkkenvekster", "parsellhagen", "kolonihage"])).group_id
    path = f"/words/{group}/remove"
    await coordinator.submit(await coordinator.open(path), path)
    assert await found(coordinator, "kjøkkenvekster") == []
    history = await coordinator.open(f"/words/{group}")
    await coordinator.submit(history, f"/words/{group}/versions/1")
    assert await found(coordinator, "kjøkkenvekster") == ["Parsellhagen"]
    history = await coordinator.open(f"/words/{group}")
    assert ["Nora Berg" in one.get_text() for one in history.soup.select("li .tp-muted")] == [True] * 3
    log = await rows("SELECT count(*) AS n FROM audit_entry WHERE action = 'equal_words.written'")
    assert log[0]["n"] == 3


async def test_who_wrote_it_is_told_by_name_only_in_their_own_municipality(coordinator: Visitor) -> None:
    other = await make.municipality(number="3447", slug="land", name="Land")
    there = await make.organization("Landsenheten", kind=OrganizationKind.MUNICIPAL, municipality=other)
    writer = await make.member(there, Role.COORDINATOR, "Ola Dokka")
    await write(None, ["parsellhage", "kolonihage"], by=writer.id, now=NOW)
    group = (await EqualWords.get(words=["parsellhage", "kolonihage"])).group_id
    for path in ("/words", f"/words/{group}"):
        page = await coordinator.open(path)
        assert "Ola Dokka" not in page.text
        assert "en koordinator i Land" in page.text
    await coordinator.sign_in(await make.member(there, Role.COORDINATOR, "Siri Moen"))
    assert "Ola Dokka" in (await coordinator.open(f"/words/{group}")).text
    assert "en koordinator i" not in (await coordinator.open("/words")).text


@pytest.mark.parametrize("path", ["/words", "/situations"])
async def test_the_page_says_that_its_words_are_all_municipalities(coordinator: Visitor, path: str) -> None:
    assert "gjelder for alle kommunene her" in (await coordinator.open(path)).text


async def test_what_a_change_would_find_is_shown_before_anything_is_saved(coordinator: Visitor) -> None:
    await make.offer("Parsellhagen")
    await make.offer("Blomsterbedet")
    await saved(coordinator, "/words/new", "grønt, blomsterbedet")
    group = (await EqualWords.get(words=["grønt", "blomsterbedet"])).group_id
    path = f"/words/{group}/edit"
    form = await coordinator.open(path)
    look = await coordinator.submit(form, path, equal="grønt, parsellhagen", look="1")
    assert look.status == 200
    won, lost = ({one.get_text() for one in part.select("li")} for part in look.soup.select("#found ~ ul"))
    assert won == {"«grønt»: Parsellhagen"}
    assert lost == {"«grønt»: Blomsterbedet", "«blomsterbedet»: Blomsterbedet"} or lost == {
        "«grønt»: Blomsterbedet"
    }
    assert len(await versions(group, NOBODY)) == 1
    assert look.fields(path)["equal"] == ["grønt, parsellhagen"], "what was typed is kept"


async def test_what_only_some_may_see_is_in_no_preview(coordinator: Visitor) -> None:
    await make.offer("Parsellhagen for ansatte", visibility="staff")
    path = "/words/new"
    look = await coordinator.submit(await coordinator.open(path), path, equal="grønt, parsellhagen", look="1")
    assert "Parsellhagen for ansatte" not in look.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Skriv minst to ord"),
        ("dans", "Skriv minst to ord"),
        ("dans, Dans", "Skriv minst to ord"),
        ("dans, sv*ng", "«sv*ng» går ikke"),
        ("dans, det å gå på dans", "går ikke"),
        ("dans, " + "a" * 41, "går ikke"),
        (", ".join(f"ord{number}" for number in range(41)), "høyst 40"),
    ],
)
async def test_what_no_search_can_use_is_said_at_the_field(
    coordinator: Visitor, typed: str, said: str
) -> None:
    page = await coordinator.submit(await coordinator.open("/words/new"), "/words/new", equal=typed)
    assert page.status == 422
    error = page.soup.select_one("#equal-error")
    assert error is not None
    assert said in error.get_text()


async def test_the_same_again_is_no_new_version(db: None) -> None:
    group = (await groups(NOBODY))[0]
    await write(group.group_id, group.words, by=(await make.person()).id, now=NOW)
    assert len(await versions(group.group_id, NOBODY)) == 1


async def test_a_search_without_words_reads_no_equal_words(db: None) -> None:
    before = equal_now()
    await write(None, ["hage", "parsell"], by=(await make.person()).id, now=NOW)
    assert equal_now() is before
    await read_equal()
    assert "parsell" in equal_now().to("hage")
    again = equal_now()
    await read_equal()
    assert equal_now() is again, "what is the same is not made ready again"


def test_one_begins_with_friends_cafes_and_languages_in_the_words_of_those_who_come_from_elsewhere() -> None:
    begun = Equals.of(FIRST)
    for typed, ours in (("друзі", "venn"), ("przyjaciele", "venn"), ("أصدقاء", "venn"), ("مقهى", "kafé"),
                        ("kawiarnia", "kafé"), ("мовне", "språk"), ("اللغة", "språk")):  # fmt: skip
        assert ours in begun.to(typed), typed


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("sovn", "sove"),
        ("soevn", "sove"),
        ("parorende", "pårørande"),
        ("tenaring", "ungdom"),
        ("jezyk", "norsk"),
    ],
)
def test_words_are_known_without_their_rings_and_marks(typed: str, ours: str) -> None:
    assert ours in Equals.of(FIRST).to(typed)
