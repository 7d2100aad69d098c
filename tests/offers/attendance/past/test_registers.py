"""/manage/registers: which registers are recorded, begun or missing, of what one leads, a page at a time."""

from datetime import timedelta

from marketplace.base.data.database import rows
from offers.attendance.models import Register
from offers.catalogue.models import Joining, Offer, OfferOrganizer, Session
from offers.rights.models import HostAssignment
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.house.test_queries import asked
from tests.visitor import Page, Visitor

__all__ = ["asked"]
DAY = timedelta(days=1)


async def choir(visitor: Visitor, weeks: int = 3) -> Offer:
    """A choir that met in these weeks, the editor of whose organisation is signed in."""
    here = await make.organization()
    offer = await make.offer(
        "Kor", owner=here, joining=Joining.WHOLE, starts=[NOW - 7 * number * DAY for number in range(1, weeks + 1)]
    )  # fmt: skip
    await visitor.sign_in(await make.member(here, Role.EDITOR))
    return offer


async def close(session: Session, heads: int | None = None) -> None:
    await Register.create(session=session, saved_at=NOW, closed_at=NOW, closed_by="host")
    if heads is not None:
        await count(session, heads)


async def count(session: Session, heads: int) -> None:
    await rows(
        "INSERT INTO head_count (id, session_id, count, recorded_at) VALUES (gen_random_uuid(), $1, $2, $3)",
        session.id, heads, NOW,
    )  # fmt: skip


def listed(page: Page) -> list[str]:
    return [" ".join(one.get_text(" ").split()) for one in page.soup.select(".tp-todo p.tp-muted")]


async def test_each_says_how_far_it_is_and_only_what_is_closed_is_counted(visitor: Visitor) -> None:
    offer = await choir(visitor)
    first, second, third = await Session.filter(offer=offer).order_by("-starts_at")
    await close(first, 12)
    await Register.create(session=second, saved_at=NOW)
    await count(second, 9)
    page = await visitor.open("/manage/registers")
    assert listed(page) == ["Kor · ført, 12 kom", "Kor · begynt, ikke ferdig ført", "Kor · ikke ført"]
    for show, there in (("recorded", [first]), ("begun", [second]), ("missing", [third])):
        page = await visitor.open(f"/manage/registers?show={show}")
        hrefs = [str(a["href"]).split("/")[3] for a in page.soup.select(".tp-todo p a")]
        assert hrefs == [str(each.id) for each in there], show


async def test_what_can_be_recorded_no_more_is_not_asked_for(visitor: Visitor) -> None:
    """On 1 February the registers of the year before are read only."""
    await choir(visitor, weeks=1)
    page = await visitor.open("/manage/registers")
    assert page.soup.select(".tp-todo__act a")
    visitor.wait(timedelta(days=120))
    page = await visitor.open("/manage/registers")
    assert listed(page) == ["Kor · ikke ført, og året er gjort opp"]
    assert not page.soup.select(".tp-todo__act a")


async def test_one_offer_alone_and_what_is_not_ones_own_is_not_found(visitor: Visitor) -> None:
    offer = await choir(visitor)
    walk = await make.offer("Tur", owner=await offer.owner, starts=[NOW - DAY])
    strange = await make.offer("Samtaler", owner=await make.organization("Andre"), starts=[NOW - DAY])
    page = await visitor.open("/manage/registers")
    assert "Samtaler" not in page.text
    assert [one["value"] for one in page.soup.select("select[name=offer] option")] == [
        "",
        offer.slug,
        walk.slug,
    ]
    page = await visitor.open(f"/manage/registers?offer={walk.slug}&show=missing")
    assert len(listed(page)) == 1
    for path in (f"offer={strange.slug}", "offer=x", "show=x", "after=x", "after=2026-10-01,x"):
        assert (await visitor.open(f"/manage/registers?{path}")).status == 404


async def test_a_host_sees_what_they_lead_and_nothing_of_others(visitor: Visitor) -> None:
    here = await make.organization()
    led = await make.offer("Kor", owner=here, starts=[NOW - DAY])
    await make.offer("Tur", owner=here, starts=[NOW - DAY])
    host = await make.member(here, Role.HOST, "Tom")
    await HostAssignment.create(person=host, offer=led)
    await visitor.sign_in(host)
    assert listed(await visitor.open("/manage/registers")) == ["Kor · ikke ført"]


async def test_pages_follow_each_other_and_ask_as_much_however_many_there_are(
    visitor: Visitor, asked: list[str]
) -> None:
    offer = await choir(visitor, weeks=45)
    for session in (await Session.filter(offer=offer))[::2]:
        await close(session, 3)
    seen, path, numbers = list[str](), "/manage/registers", set[int]()
    for _page in range(4):
        asked.clear()
        page = await visitor.open(path)
        numbers.add(len(asked))
        seen += [str(a["href"]).split("/")[3] for a in page.soup.select(".tp-todo p a")]
        more = [a for a in page.soup.select("nav[aria-label=Sider] a") if a.get_text() == "Vis flere"]
        if not more:
            break
        path = str(more[0]["href"])
    ordered = await Session.filter(offer=offer).order_by("-starts_at")
    assert seen == [str(each.id) for each in ordered]
    assert len(numbers) == 1
    assert max(numbers) <= 13


async def test_completeness_is_what_a_recount_by_plain_sql_says(visitor: Visitor) -> None:
    """Of sessions that were held: a row is not enough, nor a head count alone."""
    offer = await choir(visitor, weeks=4)
    sessions = await Session.filter(offer=offer).order_by("-starts_at")
    await close(sessions[0], 4)
    await Register.create(session=sessions[1], saved_at=NOW)
    await count(sessions[2], 5)
    recorded = await visitor.open("/manage/registers?show=recorded")
    (plain,) = await rows(
        """SELECT count(*) FILTER (WHERE r.closed_at IS NOT NULL) AS done, count(*) AS held
        FROM session s LEFT JOIN register r ON r.session_id = s.id WHERE s.ends_at <= $1""",
        NOW,
    )
    assert (len(listed(recorded)), plain) == (1, {"done": 1, "held": 4})


async def test_an_editor_of_a_co_organiser_who_does_not_see_who_comes_sees_no_registers(
    visitor: Visitor,
) -> None:
    offer = await make.offer("Samtaler", starts=[NOW - DAY])
    helper = await make.organization("Andre")
    await OfferOrganizer.create(offer=offer, organization=helper, may_edit=True)
    await visitor.sign_in(await make.member(helper, Role.EDITOR))
    page = await visitor.open("/manage/registers")
    assert listed(page) == []
    assert page.soup.select("select[name=offer]") == []
    assert (await visitor.open(f"/manage/registers?offer={offer.slug}")).status == 404
    assert (await visitor.open(f"/manage/offers/{offer.slug}/attendance")).status == 404
    assert "Oppmøtet de gangene" not in (await visitor.open(f"/manage/offers/{offer.slug}")).text
