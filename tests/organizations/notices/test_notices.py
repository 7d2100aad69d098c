"""What a member wants to be told: on a page, and by one click in a mail."""

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from offers.work import mails
from organizations.directory.models import Organization
from organizations.members.models import Role
from organizations.notices.models import MemberNotice, Notice
from organizations.notices.queries import is_anybody_told
from organizations.notices.rules import stop_path, stopped_by
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def chosen() -> dict[str, bool]:
    return {one.kind.value: one.wanted for one in await MemberNotice.all()}


async def page_of(visitor: Visitor, role: Role = Role.EDITOR, others: int = 1) -> tuple[Organization, str]:
    here = await make.organization()
    for number in range(others):
        await make.member(here, Role.EDITOR, "Mona", email=f"mona{number}@example.no")
    await visitor.sign_in(await make.member(here, role, "Kari", email="kari@example.no"))
    return here, f"/manage/organizations/{here.slug}/notices"


async def test_requests_are_told_and_the_rest_is_quiet_until_somebody_chooses(visitor: Visitor) -> None:
    _here, path = await page_of(visitor)
    page = await visitor.open(path)
    assert page.fields("/notices")["kinds"] == ["request", "reminder", "registers", "measure", "changed"]
    done = await visitor.submit(page, "/notices", kinds=["digest", "request"])
    assert done.status == 303, done.text
    assert await chosen() == {
        "request": True, "reminder": False, "digest": True, "tomorrow": False, "registers": False,
        "measure": False, "changed": False,
    }  # fmt: skip


async def test_what_was_turned_on_and_off_is_written_down_as_that(visitor: Visitor) -> None:
    _here, path = await page_of(visitor)
    page = await visitor.open(path)
    await visitor.submit(page, "/notices", kinds=["digest", "request", "reminder", "registers"])
    written = await rows(
        "SELECT action, details->>'kind' AS kind FROM audit_entry WHERE action LIKE 'notice.%'"
    )
    found = {one["kind"]: one["action"] for one in written}
    assert found["digest"] == "notice.on"
    assert found["measure"] == "notice.off"


async def test_a_host_chooses_among_what_a_host_can_get(visitor: Visitor) -> None:
    _here, path = await page_of(visitor, Role.HOST)
    page = await visitor.open(path)
    kinds = {box["value"] for box in page.soup.find_all("input", {"name": "kinds"})}
    assert kinds == {"digest", "tomorrow", "registers", "changed"}
    await visitor.submit(page, "/notices", kinds=["tomorrow", "request"])
    assert await chosen() == {"digest": False, "tomorrow": True, "registers": False, "changed": False}, (
        "what is not for a host is not stored"
    )


async def test_the_last_who_hears_of_requests_cannot_turn_that_off_on_the_page(visitor: Visitor) -> None:
    here, path = await page_of(visitor, others=0)
    page = await visitor.open(path)
    refused = await visitor.submit(page, "/notices", kinds=["digest"])
    assert refused.status == 422
    assert "Da får ingen hos dere vite at noen spør om plass" in refused.text
    assert refused.fields("/notices")["kinds"] == ["digest"], "what was chosen is kept"
    assert await chosen() == {}
    assert await is_anybody_told(here.id)


async def test_somebody_elses_organisation_is_nowhere(visitor: Visitor) -> None:
    await page_of(visitor)
    other = await make.organization("Andre")
    assert (await visitor.open(f"/manage/organizations/{other.slug}/notices")).status == 404


async def test_a_coordinator_has_nothing_to_choose(visitor: Visitor) -> None:
    _here, path = await page_of(visitor, Role.COORDINATOR)
    assert (await visitor.open(path)).status == 404


async def test_a_guide_chooses_of_their_desk_alone(visitor: Visitor) -> None:
    _here, path = await page_of(visitor, Role.GUIDE)
    page = await visitor.open(path)
    assert page.fields("/notices")["kinds"] == ["desk"]
    assert "/desk" in [str(link["href"]) for link in page.soup.select("nav a[href]")]


async def test_one_click_turns_off_this_kind_from_this_organisation_alone(visitor: Visitor) -> None:
    here, there = await make.organization("Her"), await make.organization("Der")
    kari = await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
    await make.member(there, Role.EDITOR, "Mona", email="mona@example.no")
    path = stop_path(Notice.REMINDER, kari.id, here.id)
    answer = await visitor.client.post(path, data=ONE_CLICK)
    assert (answer.status_code, answer.text) == (200, "OK")
    (only,) = await MemberNotice.all()
    assert (only.person_id, only.organization_id, only.kind, only.wanted) == (
        kari.id, here.id, Notice.REMINDER, False,
    )  # fmt: skip
    page = await visitor.open(path)
    assert page.heading == "Meldingene er stoppet"
    await visitor.submit(page, "/undo")
    assert await chosen() == {"reminder": True}


async def test_the_last_one_is_obeyed_by_one_click_and_warned_on_the_page(visitor: Visitor) -> None:
    here = await make.organization()
    kari = await make.member(here, Role.EDITOR, "Kari", email="kari@example.no")
    path = stop_path(Notice.REQUEST, kari.id, here.id)
    assert "Du er den eneste som får vite det" in (await visitor.open(path)).text
    assert await chosen() == {}, "a look changes nothing"
    await visitor.client.post(path, data=ONE_CLICK)
    assert not await is_anybody_told(here.id)
    assert "Nå får ingen der vite at noen spør om plass" in (await visitor.open(path)).text


async def test_a_link_that_is_not_ours_opens_nothing(visitor: Visitor) -> None:
    here = await make.organization()
    kari, per = await make.member(here), await make.person("Per")
    own = stop_path(Notice.REQUEST, kari.id, here.id)
    assert stopped_by(own.removeprefix("/notices/"), NOW) == (Notice.REQUEST, kari.id, here.id)
    forged = stop_path(Notice.REQUEST, per.id, here.id)[:40] + own[40:]
    for path in (forged, own[:-4] + "AAAA", "/notices/x", "/notices/" + "A" * 60):
        assert (await visitor.open(path)).status == 404
        assert (await visitor.client.post(path, data=ONE_CLICK)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "name"),
    [(Notice.REQUEST, "asked"), (Notice.REMINDER, "asked_before"), (Notice.DIGEST, "day_before"),
     (Notice.TOMORROW, "day_after")],
)  # fmt: skip
async def test_each_such_mail_has_the_one_click_of_its_own_kind(db: None, kind: Notice, name: str) -> None:
    here = await make.organization()
    kari = await make.member(here)
    written = await mails.to_member(
        name, kind, Channel.EMAIL, "nb", "Emne", (str(here.id), str(kari.id)),
        waiting=[], happened=[], meetings=[], total=0, days=2, booked=0, cancelled=0,
    )  # fmt: skip
    assert written is not None
    path = stop_path(kind, kari.id, here.id)
    assert written.headers["List-Unsubscribe"].endswith(f"{path}>")
    assert written.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert path in written.text
