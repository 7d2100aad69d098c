"""A unit hears of the measures that it answers for: once, at the moment it gets them, and only while they are its."""

from datetime import timedelta
from typing import Any

from marketplace.base.clock import today
from marketplace.base.data.database import rows
from marketplace.base.i18n import short_day
from marketplace.base.models import Channel
from marketplace.base.post import queue
from marketplace.base.post.mail import MAILS
from marketplace.goals.models import FocusArea, Measure, MeasureState, Plan
from marketplace.goals.plans.measures import mails  # noqa: F401 - fills MAILS
from marketplace.goals.plans.measures.mails import note_told
from organizations.directory.models import Organization
from organizations.members.models import Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.marketplace.attended import coordinator
from tests.visitor import Visitor


async def told() -> list[str]:
    found = await rows("SELECT address FROM outbox_message WHERE mail = 'measures_given' ORDER BY id")
    return [each["address"] for each in found]


async def test_who_speaks_for_a_unit_is_told_when_it_gets_a_measure_and_not_again(
    visitor: Visitor, area: FocusArea, club: Organization
) -> None:
    kari = await make.member(club, Role.EDITOR, "Kari", email="kari@example.no")
    await make.member(club, Role.HOST, "Per", email="per@example.no")
    choir = await make.organization("Koret")
    await make.member(choir, Role.MANAGER, "Liv", email="liv@example.no")
    await visitor.sign_in(await coordinator())
    path = f"/plans/plan/areas/{area.id}/measures/new"
    page = await visitor.open(path)
    assert (await visitor.submit(page, path, title="Trim", responsible=str(club.id))).status == 303
    assert await told() == ["kari@example.no"]
    trim = await Measure.get()
    edit = f"/measures/{trim.id}/edit"
    assert (await visitor.submit(await visitor.open(edit), edit, title="Trim ute")).status == 303
    assert await told() == ["kari@example.no"], "other words are no other measure"
    facts = {"organization": str(club.id), "person": str(kari.id), "measures": [str(trim.id)]}
    content = await MAILS["measures_given"](Channel.EMAIL, "nb", **facts)
    assert content is not None
    assert "Senior i Sandnes" in content.text
    assert "Trim ute" in content.text
    assert f"/measures/{trim.id}" in content.text
    page = await visitor.open(edit)
    assert (await visitor.submit(page, edit, responsible=str(choir.id))).status == 303
    assert await told() == ["kari@example.no", "liv@example.no"]
    assert await MAILS["measures_given"](Channel.EMAIL, "nb", **facts) is None, "it is another's by now"


async def test_nobody_hears_of_what_was_dropped_or_of_a_plan_that_is_no_more(
    area: FocusArea, club: Organization
) -> None:
    kari = await make.member(club, Role.EDITOR, "Kari", email="kari@example.no")
    trim = await Measure.create(focus_area=area, number=1, title={"nb": "Trim"}, responsible=club)
    facts = {"organization": str(club.id), "person": str(kari.id), "measures": [str(trim.id)]}
    assert await MAILS["measures_given"](Channel.EMAIL, "nb", **facts)
    await Measure.filter(id=trim.id).update(state=MeasureState.DROPPED)
    assert await MAILS["measures_given"](Channel.EMAIL, "nb", **facts) is None
    await Measure.filter(id=trim.id).update(state=MeasureState.GOING)
    await Plan.all().update(retired_at=NOW)
    assert await MAILS["measures_given"](Channel.EMAIL, "nb", **facts) is None


async def test_a_copied_plan_tells_each_unit_once_of_all_that_it_gets(
    visitor: Visitor, area: FocusArea, club: Organization
) -> None:
    await make.member(club, Role.EDITOR, "Kari", email="kari@example.no")
    for number, state in enumerate((MeasureState.DONE, MeasureState.GOING, MeasureState.DROPPED), 1):
        await Measure.create(
            focus_area=area, number=number, title={"nb": f"Tiltak {number}"}, responsible=club, state=state
        )
    await visitor.sign_in(await coordinator())
    page = await visitor.open("/plans/plan/copy")
    assert (await visitor.submit(page, "/copy", title="Neste plan", first_year="2030")).status == 303
    assert await told() == ["kari@example.no"]
    (facts,) = await rows("SELECT facts FROM outbox_message WHERE mail = 'measures_given'")
    assert str(facts["facts"]).count("-7") >= 2
    assert await Measure.filter(focus_area__plan__first_year=2030).count() == 2


async def test_a_coordinator_sees_that_nobody_there_is_told(
    visitor: Visitor, area: FocusArea, club: Organization
) -> None:
    kari = await make.member(club, Role.EDITOR, "Kari", email="kari@example.no")
    trim = await Measure.create(focus_area=area, number=1, title={"nb": "Trim"}, responsible=club)
    await visitor.sign_in(await coordinator())
    words = "Ingen i Senior i Sandnes får melding om dette."
    assert words not in (await visitor.open(f"/measures/{trim.id}")).text
    await MemberNotice.create(
        person=kari, organization=club, kind=Notice.MEASURE, wanted=False, changed_at=NOW
    )
    assert words in (await visitor.open(f"/measures/{trim.id}")).text
    await Measure.filter(id=trim.id).update(responsible_id=None)
    assert words not in (await visitor.open(f"/measures/{trim.id}")).text


async def handed_over() -> None:
    """The worker sends what lies in the outbox: each message that was written is noted as sent."""
    for each in await rows("SELECT mail, facts FROM outbox_message WHERE mail = 'measures_given'"):
        content = await MAILS[each["mail"]](Channel.EMAIL, "nb", **queue.facts(each["facts"]))
        if content and content.sent:
            await content.sent(NOW)


async def test_a_coordinator_sees_that_the_unit_was_told_once_a_message_was_handed_over(
    visitor: Visitor, area: FocusArea, club: Organization
) -> None:
    await make.member(club, Role.EDITOR, "Kari", email="kari@example.no")
    choir = await make.organization("Koret")
    await make.member(choir, Role.MANAGER, "Liv", email="liv@example.no")
    await visitor.sign_in(await coordinator())
    path = f"/plans/plan/areas/{area.id}/measures/new"
    await visitor.submit(await visitor.open(path), path, title="Trim", responsible=str(club.id))
    trim = await Measure.get()
    page = await visitor.open(f"/measures/{trim.id}")
    assert "Ingen melding er sendt til Senior i Sandnes ennå." in page.text
    await handed_over()
    page = await visitor.open(f"/measures/{trim.id}")
    day = short_day(NOW, year=True).replace("\u00a0", " ")
    assert f"Vi sendte melding til Senior i Sandnes {day}." in page.text
    edit = f"/measures/{trim.id}/edit"
    await visitor.submit(await visitor.open(edit), edit, title="Trim ute")
    assert "Vi sendte melding til Senior i Sandnes" in (await visitor.open(f"/measures/{trim.id}")).text
    await visitor.submit(await visitor.open(edit), edit, responsible=str(choir.id))
    page = await visitor.open(f"/measures/{trim.id}")
    assert "Ingen melding er sendt til Koret ennå." in page.text, (
        "that the other was told is no news of this one"
    )


async def test_a_message_that_went_out_late_says_nothing_of_the_unit_that_has_it_now(
    area: FocusArea, club: Organization
) -> None:
    trim = await Measure.create(focus_area=area, number=1, title={"nb": "Trim"}, responsible=club)
    choir = await make.organization("Koret")
    await note_told(choir.id, [trim.id], NOW)
    assert (await Measure.get()).told_at is None
    await note_told(club.id, [trim.id], NOW)
    await note_told(club.id, [trim.id], NOW + timedelta(days=3))
    assert (await Measure.get()).told_at == NOW, "the first message counts"


async def test_a_unit_sees_which_measures_are_new_and_which_are_overdue(
    visitor: Visitor, area: FocusArea, club: Organization
) -> None:
    day = today(NOW)
    given: dict[str, dict[str, Any]] = {
        "Ny": {}, "I dag": {"deadline": day}, "Sen": {"deadline": day - timedelta(days=1)},
        "Gjort": {"deadline": day - timedelta(days=1), "state": MeasureState.DONE},
        "Begynt": {"state": MeasureState.GOING},
    }  # fmt: skip
    for number, (title, facts) in enumerate(given.items(), 1):
        await Measure.create(focus_area=area, number=number, title={"nb": title}, responsible=club, **facts)
    await visitor.sign_in(await make.member(club, Role.EDITOR, "Kari"))
    page = await visitor.open("/measures")
    marks = {
        item.select_one("a").get_text(): [mark.get_text(strip=True) for mark in item.select(".tp-with-icon")]  # type: ignore[union-attr]
        for item in page.soup.select(".tp-todo li")
    }
    assert marks == {
        "Ny": ["Nytt for dere"], "I dag": ["Nytt for dere"], "Sen": ["Fristen er ute"], "Gjort": [], "Begynt": [],
    }  # fmt: skip
    late = await Measure.get(number=3)
    assert "og fristen er ute" in (await visitor.open(f"/measures/{late.id}")).text
