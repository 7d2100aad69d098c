"""What no page of ours sends: it is answered with a reason, and nothing of it lies in the log."""

from datetime import timedelta

import pytest

from offers.publishing.team import actions as team
from tests.conftest import NOW
from tests.offers.attendance.taps.conftest import logged, register_of, send, tap, token_of
from tests.offers.attendance.taps.test_hosts import another_host
from tests.visitor import Visitor

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("said", ["Amina har vondt i ryggen og gikk hjem", "present\0"])
async def test_of_what_is_refused_for_its_time_no_free_text_is_kept(visitor: Visitor, said: str) -> None:
    session, host, who = await register_of("Amina")
    await visitor.sign_in(host)
    early = tap("state", said, who["Amina"], at=NOW - timedelta(days=2))
    answer = await send(visitor, session, [early, tap("heads", 3, at=NOW)])
    assert (answer.status, answer.outcomes, answer.whys[0]) == (200, ["refused", "kept"], "early")
    assert {each["value"] for each in await logged()} == {None, "3"}


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_that_is_none_by_our_clock_is_answered(visitor: Visitor, at: str) -> None:
    session, host, _who = await register_of("Amina")
    await visitor.sign_in(host)
    answer = await send(
        visitor, session, [tap("heads", 2, at=NOW) | {"at": at}, tap("heads", 3, at=NOW)], sent=None
    )
    assert (answer.status, answer.outcomes) == (200, ["refused", "kept"])


async def test_who_leads_it_no_more_does_not_learn_who_came(visitor: Visitor) -> None:
    session, tom, who = await register_of("Amina", "Elin")
    offer, kari = await another_host(session)
    await visitor.sign_in(tom)
    await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW)])
    await visitor.sign_in(kari)
    visitor.wait(MINUTE)
    token = await token_of(visitor)
    await team.remove_host(offer, kari.id, by=tom.id, now=visitor.now)
    visitor.wait(MINUTE)
    asks = [tap("state", "present", who[name], at=NOW) for name in ("Amina", "Elin")]
    answer = await send(visitor, session, [*asks, tap("state", "absent", who["Amina"], at=NOW)], token=token)
    assert answer.outcomes == ["kept", "kept", "kept"], "the same, whatever stands there"
