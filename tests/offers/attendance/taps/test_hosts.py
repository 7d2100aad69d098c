"""Who may tap, and what the form and the taps know of each other."""

from datetime import timedelta
from uuid import uuid4

import pytest

from marketplace.base.data.database import column, rows, value
from offers.attendance.closing import actions as closing
from offers.bookings.models import SentWord
from offers.catalogue.models import Offer, OfferOrganizer, Session
from offers.publishing.team import actions as team
from offers.rights.models import HostAssignment
from offers.seats.models import Booking
from organizations.approval.models import Decision
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.house.test_queries import asked  # noqa: F401 - a fixture
from tests.offers.attendance.registers import states
from tests.offers.attendance.taps.conftest import logged, register_of, send, tap, token_of
from tests.visitor import Visitor

MINUTE = timedelta(minutes=1)


async def another_host(session: Session, name: str = "Kari", role: Role = Role.HOST) -> tuple[Offer, object]:
    offer = await Offer.get(id=session.offer_id)
    kari = await make.member(await Organization.get(id=offer.owner_id), role, name)
    await HostAssignment.create(person=kari, offer=offer)
    return offer, kari


@pytest.mark.parametrize("how", ["assignment", "role", "editor", "closed"])
async def test_what_was_tapped_while_one_led_is_kept_and_what_came_after_is_refused(
    visitor: Visitor, how: str
) -> None:
    session, tom, who = await register_of("Amina", "Elin")
    offer = await Offer.get(id=session.offer_id)
    owner = await Organization.get(id=offer.owner_id)
    helping = await make.organization("Turlaget") if how == "closed" else owner
    if how == "closed":
        await OfferOrganizer.create(offer=offer, organization=helping)
    kari = await make.member(helping, Role.EDITOR if how == "editor" else Role.HOST, "Kari")
    if how != "editor":
        await HostAssignment.create(person=kari, offer=offer)
    await visitor.sign_in(kari)
    token = await token_of(visitor)
    before, after = (tap("state", "present", who["Amina"], at=NOW),
                     tap("state", "present", who["Elin"], at=NOW + 3 * MINUTE))  # fmt: skip
    visitor.wait(2 * MINUTE)
    if how == "assignment":
        await team.remove_host(offer, kari.id, by=tom.id, now=visitor.now)
    elif how == "closed":
        await Organization.filter(id=helping.id).update(state="suspended")
        await Decision.create(organization=helping, answer="suspended", reason="-", at=visitor.now)
    else:
        await Membership.filter(person=kari).update(ended_at=visitor.now)
    visitor.wait(2 * MINUTE)
    answer = await send(visitor, session, [before, after], token=token)
    assert (answer.outcomes, answer.whys) == (["kept", "refused"], [None, "role"])
    assert answer.told["register"] is None, "nothing of it is told to who leads it no more"
    assert "Du leder ikke denne gangen" in answer.told["taps"][1]["said"]
    assert await states() == {"Amina": ("present", 1)}
    got = await visitor.open(f"/manage/sessions/{session.id}/register/taps")
    assert got.status in (403, 404)


async def test_what_waited_on_the_phone_of_a_former_host_arrives_for_a_week_and_not_for_good(
    visitor: Visitor,
) -> None:
    session, tom, _who = await register_of("Amina", "Elin")
    offer, kari = await another_host(session)
    await visitor.sign_in(kari)
    token = await token_of(visitor)
    visitor.wait(2 * MINUTE)
    await team.remove_host(offer, kari.id, by=tom.id, now=visitor.now)
    in_time, late = (tap("heads", "4", at=NOW), tap("heads", "9", at=NOW))
    visitor.wait(timedelta(days=6))
    assert (await send(visitor, session, [in_time], token=token)).outcomes == ["kept"]
    visitor.wait(timedelta(days=2))
    answer = await send(visitor, session, [late], token=token)
    assert (answer.outcomes, answer.whys) == (["refused"], ["role"])
    assert await value("SELECT count FROM head_count") == 4


async def test_a_former_host_is_told_that_their_role_ended_and_not_who_has_left(visitor: Visitor) -> None:
    session, tom, who = await register_of("Amina", "Elin")
    offer, kari = await another_host(session)
    await visitor.sign_in(kari)
    token = await token_of(visitor)
    await Booking.filter(id=who["Amina"]).update(state="cancelled", ended_by="self")
    visitor.wait(MINUTE)
    asks = [tap("state", "present", who["Amina"], at=NOW)]
    assert (await send(visitor, session, asks, token=token)).whys == ["gone"], "as long as they lead it"
    await team.remove_host(offer, kari.id, by=tom.id, now=visitor.now)
    visitor.wait(MINUTE)
    asks = [tap("state", "present", each, at=NOW) for each in (who["Amina"], uuid4())]
    answer = await send(visitor, session, asks, token=token)
    assert answer.whys == ["role", "role"]
    assert {each["said"] for each in answer.told["taps"]} == {
        "Du leder ikke denne gangen lenger, så merket er ikke tatt med."
    }


async def test_who_never_led_it_finds_nothing(visitor: Visitor) -> None:
    session, _tom, who = await register_of("Amina")
    offer = await Offer.get(id=session.offer_id)
    others = [
        await make.person("Per"),
        await make.member(await make.organization("Andre"), Role.EDITOR),
        await make.member(await Organization.get(id=offer.owner_id), Role.HOST, "Unassigned"),
    ]
    for person in others:
        await visitor.sign_in(person)
        assert (await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW)])).status == 404
    assert (await logged(), await value("SELECT count(*) FROM register")) == ([], 0)


async def test_a_forged_id_of_another_session_is_refused_and_overwrites_nothing(visitor: Visitor) -> None:
    session, tom, who = await register_of("Amina")
    other, kari, _who = await register_of("Elin")
    await visitor.sign_in(tom)
    one = tap("state", "present", who["Amina"], at=NOW)
    await send(visitor, session, [one])
    await visitor.sign_in(kari)
    answer = await send(visitor, other, [one | {"booking": None, "field": "heads", "value": "3"}])
    assert (answer.whys, len(await logged())) == (["elsewhere"], 1)
    await visitor.sign_in(tom)
    again = await send(visitor, session, [one | {"value": "absent"}])
    assert (again.outcomes, again.shows("state", who["Amina"])) == (["kept"], "present"), "answered as before"


async def test_the_form_and_the_taps_do_not_overwrite_each_other_unseen(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina", "Elin")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW), tap("heads", 2, at=NOW)])
    late = await visitor.submit(page, "/register", present=[str(who["Elin"])], head_count="5")
    assert (late.status, await states()) == (409, {"Amina": ("present", 1)})
    assert (await visitor.submit(late, "/register")).status == 303
    assert await states() == {"Amina": ("present", 1), "Elin": ("present", 1)}
    assert await value("SELECT count FROM head_count") == 5
    stale = await send(
        visitor, session, [tap("state", None, who["Elin"], at=visitor.now), tap("heads", 9, saw=1, at=NOW)]
    )
    assert stale.outcomes == ["conflict", "conflict"], "what the form wrote has versions too"


async def test_a_closed_register_is_corrected_and_who_is_unmarked_in_it_did_not_come(
    visitor: Visitor,
) -> None:
    session, host, who = await register_of("Amina", "Elin", "Hanne")
    await SentWord.create(booking_id=who["Hanne"], session=session, at=NOW)
    await visitor.sign_in(host)
    await send(visitor, session, [tap("state", "present", who[name], at=NOW) for name in ("Amina", "Hanne")])
    await closing.finish(
        await Session.get(id=session.id).select_related("offer"), by=host.id, now=visitor.now
    )
    late = (
        tap("state", "present", who["Elin"], at=NOW),
        tap("state", None, who["Hanne"], saw=1, at=visitor.now),
    )
    answer = await send(visitor, session, late)
    assert (answer.outcomes, answer.told["register"]["closed"]) == (["kept", "kept"], True)
    assert await states() == {"Amina": ("present", 1), "Elin": ("present", 1), "Hanne": ("excused", 0)}
    assert answer.shows("state", who["Hanne"]) == "excused"
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'register.corrected'") == 1
    assert await column("SELECT cause FROM attendance WHERE state = 'excused'") == ["closing"]


async def test_how_many_came_with_a_booking_may_be_more_than_were_booked(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina")
    await visitor.sign_in(host)
    taps = [tap("seats", 4, who["Amina"], at=NOW), tap("state", "present", who["Amina"], at=NOW)]
    answer = await send(visitor, session, taps)
    assert (answer.outcomes, answer.told["register"]["heads"]) == (["kept", "kept"], 4)
    un = await send(visitor, session, [tap("state", None, who["Amina"], saw=1, at=NOW)])
    assert (un.told["register"]["heads"], await states()) == (0, {})
    back = await send(visitor, session, [tap("state", "present", who["Amina"], saw=2, at=NOW)])
    assert (back.told["register"]["heads"], await states()) == (4, {"Amina": ("present", 4)})


async def test_heads_and_their_parts_are_told_at_each_others_expense(visitor: Visitor) -> None:
    session, host, _who = await register_of("Amina")
    await visitor.sign_in(host)
    both = await send(visitor, session, [tap("adults", 3, at=NOW), tap("children", 2, at=NOW)])
    assert (both.outcomes, both.shows("heads")) == (["kept", "kept"], "5"), "parts do not hide each other"
    unseen = await send(visitor, session, [tap("heads", 9, at=NOW - MINUTE)])
    assert (unseen.outcomes, unseen.shows("heads")) == (["conflict"], "5")
    seen = await send(visitor, session, [tap("heads", 9, saw=unseen.version("heads"), at=visitor.now)])
    assert [seen.shows(name) for name in ("heads", "adults", "children")] == ["9", None, None]
    assert await rows("SELECT count, adults, children FROM head_count") == [
        {"count": 9, "adults": None, "children": None}
    ]


async def test_a_conflict_is_chosen_in_without_scripts_and_keeps_what_else_is_typed(visitor: Visitor) -> None:
    session, tom, who = await register_of("Amina", "Elin")
    _offer, kari = await another_host(session)
    await visitor.sign_in(tom)
    await send(visitor, session, [tap("state", "present", who["Amina"], at=NOW)])
    await visitor.sign_in(kari)  # type: ignore[arg-type]
    await send(visitor, session, [tap("state", "excused", who["Amina"], at=NOW - MINUTE)])
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    either = page.soup.select_one("[data-either]")
    assert either is not None
    assert [" ".join(button.get_text(" ").split()) for button in either.select("button")] == [
        "Ga beskjed du, kl. 11.59", "Her Tom, kl. 12",
    ]  # fmt: skip
    assert "Noe er ført ulikt." in page.text
    keep = either.select("button")[0]["value"]
    here = [str(who["Amina"]), str(who["Elin"])]
    after = await visitor.follow(await visitor.submit(page, "/register", present=here, keep=keep))
    assert after.soup.select_one("[data-either]") is None
    assert await states() == {"Amina": ("excused", 0), "Elin": ("present", 1)}
    assert await value("SELECT closed_at FROM register") is None, "to choose is not to finish"


async def test_word_and_absence_are_said_without_scripts(visitor: Visitor) -> None:
    session, host, who = await register_of("Amina", "Elin")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    said = {f"state-{who['Amina']}": "excused", f"state-{who['Elin']}": "absent"}
    assert (await visitor.submit(page, "/register", **said)).status == 303
    assert await states() == {"Amina": ("excused", 0), "Elin": ("absent", 0)}
    assert {*await column("SELECT cause FROM attendance")} == {"tap"}, "a host's word, not that of closing"
    for wrong in ("present", "x"):
        assert (await visitor.submit(page, "/register", **{f"state-{who['Amina']}": wrong})).status == 400
    for keep in ("x", ":x=1", f"{who['Amina']}:names=x", "å:state=absent"):
        assert (await visitor.submit(page, "/register", keep=keep)).status in (400, 404, 409)


async def test_whoever_counts_heads_and_then_their_parts_without_net_is_in_no_conflict_with_themselves(
    visitor: Visitor,
) -> None:
    session, host, _who = await register_of("Amina")
    await visitor.sign_in(host)
    said = [tap(name, number, at=NOW + MINUTE * place)
            for place, (name, number) in enumerate((("heads", 9), ("adults", 2), ("children", 3)))]  # fmt: skip
    visitor.wait(5 * MINUTE)
    answer = await send(visitor, session, said)
    assert (answer.outcomes, answer.shows("heads")) == (["kept"] * 3, "5")
    # The same, sent one by one before the page has heard of the first.
    again = [tap("heads", 8, saw=3, at=visitor.now)]
    again.append(tap("adults", 4, saw=3, at=visitor.now, after=again[0]["id"]))
    again.append(tap("children", 1, saw=3, at=visitor.now, after=again[1]["id"]))
    outcomes = [(await send(visitor, session, [one])).outcomes for one in again]
    assert outcomes == [["kept"]] * 3


async def test_one_part_of_the_heads_has_not_seen_what_another_host_said_of_the_other(
    visitor: Visitor,
) -> None:
    session, tom, _who = await register_of("Amina")
    _offer, kari = await another_host(session)
    await visitor.sign_in(kari)
    await send(visitor, session, [tap("children", 5, at=NOW)])
    await visitor.sign_in(tom)
    adults = tap("adults", 2, at=NOW)
    answer = await send(visitor, session, [adults, tap("children", 3, at=NOW, after=adults["id"])])
    assert answer.outcomes == ["kept", "conflict"]


async def test_whoever_leads_asks_nothing_of_what_has_ended(
    visitor: Visitor,
    asked: list[str],  # noqa: F811
) -> None:
    """That takes seven tables, and is asked of those alone who lead it no more."""
    session, tom, who = await register_of("Amina")
    offer, kari = await another_host(session)
    await visitor.sign_in(kari)
    token, at = await token_of(visitor), visitor.now
    asked.clear()
    assert (
        await send(visitor, session, [tap("state", "present", who["Amina"], at=at)], token=token)
    ).outcomes == ["kept"]
    assert not [one for one in asked if "host_ended" in one]
    visitor.wait(MINUTE)
    await team.remove_host(offer, kari.id, by=tom.id, now=visitor.now)
    asked.clear()
    assert (await send(visitor, session, [tap("heads", "4", at=at)], token=token)).outcomes == ["kept"]
    assert len([one for one in asked if "host_ended" in one]) == 1
