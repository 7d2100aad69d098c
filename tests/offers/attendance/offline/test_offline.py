"""What the server gives a phone that is to do without net."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

from marketplace.base.data.database import rows
from marketplace.base.web.sealing import Sealed, sealing
from marketplace.base.web.static import asset, static_url
from offers.attendance.offline.views import FILES
from offers.catalogue.models import SeatPool, Session
from organizations.members.models import Membership
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.taps.conftest import register_of, send, tap
from tests.visitor import Visitor


async def told(visitor: Visitor, path: str) -> Any:
    page = await visitor.open(path)
    assert page.status == 200
    assert page.response.headers["cache-control"] == "no-store"
    return json.loads(page.text)


async def test_a_phone_keeps_the_registers_of_today_and_tomorrow_and_each_download_is_recorded(
    visitor: Visitor,
) -> None:
    session, host, _who = await register_of("Amina Berg", "Elin Dal")
    await visitor.sign_in(host)
    found = await told(visitor, "/manage/sessions/offline.json")
    assert [one["session"] for one in found["registers"]] == [str(session.id)]
    assert found["until"] == "2026-10-14T22:00:00+00:00"
    one = await told(visitor, found["registers"][0]["address"])
    assert [set(party) for party in one["parties"]] == [{"booking", "name", "seats", "most"}] * 2
    assert "Berg" not in json.dumps(one), "first names alone"
    acts = await rows("SELECT actor_id, object_id FROM audit_entry WHERE action = 'register.downloaded'")
    assert [(each["actor_id"], each["object_id"]) for each in acts] == [(host.id, session.id)]


async def test_each_time_a_phone_takes_a_register_along_is_an_entry_of_its_own(visitor: Visitor) -> None:
    session, host, _who = await register_of("Amina Berg")
    await visitor.sign_in(host)
    for number in (1, 2):
        await told(visitor, f"/manage/sessions/{session.id}/register/offline")
        acts = await rows("SELECT FROM audit_entry WHERE action = 'register.downloaded'")
        (taken,) = await rows("SELECT taken_at FROM register_taken")
        assert len(acts) == number
        assert taken["taken_at"] >= visitor.now, "the last time"
        visitor.wait(timedelta(hours=1))


async def test_the_list_says_which_registers_are_as_they_were(visitor: Visitor) -> None:
    """A phone fetches what has changed and nothing else: each download is written down."""
    session, host, who = await register_of("Amina Berg")
    await visitor.sign_in(host)

    async def version() -> str:
        (one,) = (await told(visitor, "/manage/sessions/offline.json"))["registers"]
        return str(one["version"])

    seen = [await version()]
    assert await version() == seen[0]
    await send(visitor, session, [tap("state", "present", who["Amina Berg"], at=NOW)])
    seen.append(await version())
    await make.booking(await SeatPool.get(offer_id=session.offer_id), await make.person("Elin"))
    seen.append(await version())
    await Session.filter(id=session.id).update(ends_at=session.ends_at + timedelta(minutes=5))
    seen.append(await version())
    assert len(set(seen)) == len(seen)


async def test_a_phone_keeps_none_of_later_days(visitor: Visitor) -> None:
    session, host, _who = await register_of("Amina")
    later = NOW + timedelta(days=3)
    await Session.filter(id=session.id).update(starts_at=later, ends_at=later + timedelta(hours=1))
    await visitor.sign_in(host)
    assert (await told(visitor, "/manage/sessions/offline.json"))["registers"] == []


async def test_what_goes_on_past_midnight_is_kept_until_it_is_over(visitor: Visitor) -> None:
    """At a quarter past twelve the phone asks what to keep, and forgets the rest."""
    session, host, _who = await register_of("Amina")
    midnight = datetime.fromisoformat("2026-10-14T00:00:00+02:00")
    await Session.filter(id=session.id).update(
        starts_at=midnight - timedelta(hours=2), ends_at=midnight + timedelta(hours=1)
    )
    visitor.wait(midnight + timedelta(minutes=15) - visitor.now)
    await visitor.sign_in(host)
    assert len((await told(visitor, "/manage/sessions/offline.json"))["registers"]) == 1
    await Session.filter(id=session.id).update(ends_at=midnight)
    assert (await told(visitor, "/manage/sessions/offline.json"))["registers"] == []


async def test_whoever_does_not_lead_a_session_gets_no_register_of_it(visitor: Visitor) -> None:
    session, _host, _who = await register_of("Amina")
    _other, another, _them = await register_of("Elin")
    await visitor.sign_in(another)
    assert (await visitor.open(f"/manage/sessions/{session.id}/register/offline")).status == 404


async def test_the_empty_page_and_its_code_know_of_nobody(visitor: Visitor) -> None:
    _session, host, _who = await register_of("Amina")
    stranger = [(await visitor.open(f"/manage/sessions/{path}")).text for path in ("offline", "worker.js")]
    await visitor.sign_in(host)
    found = [(await visitor.open(f"/manage/sessions/{path}")).text for path in ("offline", "worker.js")]
    assert found == stranger
    assert "Amina" not in found[0]
    assert "/manage/sessions/offline" in found[1]


def test_the_phone_keeps_each_module_that_its_code_imports_by_what_is_in_it() -> None:
    """One that is imported and not kept would be asked for where there is no net; one that is not addressed by its
    content may be another's, from the visit before."""
    kept = {static_url(name) for name in FILES}
    modules = [name for name in FILES if name.endswith(".js")]
    imported = [
        address for name in modules if (found := asset(name))
        for address in re.findall(r'from "([^"]+)"', found.body.decode())
    ]  # fmt: skip
    assert len(imported) > 5
    assert {*imported} <= kept
    assert all("?v=" in address for address in imported)


async def test_a_phone_that_holds_taps_is_told_its_keys_also_when_its_host_leads_nothing_any_more(
    visitor: Visitor,
) -> None:
    """What they tapped while they led arrives with the token that comes with it; what came after is told."""
    session, host, who = await register_of("Amina", "Elin")
    await visitor.sign_in(host)
    leads = await told(visitor, "/manage/sessions/phone.json")
    assert {name: leads[name] for name in Sealed._fields} == sealing(host.id)._asdict()
    at = visitor.now
    visitor.wait(timedelta(minutes=2))
    await Membership.filter(person=host).update(ended_at=visitor.now)
    visitor.wait(timedelta(minutes=2))
    page = await visitor.open("/my-page")
    assert "data-keys" not in page.text, "it stands on no page of theirs"
    asked = await told(visitor, "/manage/sessions/phone.json")
    taps = [
        tap("state", "present", who["Amina"], at=at),
        tap("state", "present", who["Elin"], at=visitor.now),
    ]
    answer = await send(visitor, session, taps, token=asked["token"])
    assert (answer.outcomes, answer.whys) == (["kept", "refused"], [None, "role"])
    visitor.client.cookies.clear()
    assert (await visitor.open("/manage/sessions/phone.json")).status == 303
