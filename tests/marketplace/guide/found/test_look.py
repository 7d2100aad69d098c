"""A booking is found at the desk where it was made, by number and name; of all else a guide learns nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows
from marketplace.base.web.limits import Tries, count
from marketplace.operations.check.whole import violations
from marketplace.people.models import ActsFor, Person, Relation
from marketplace.privacy.erasure.actions import erase
from offers.catalogue.models import Offer, SeatPool
from offers.seats.links import link_path
from offers.seats.models import Booking
from offers.telling.actions import ring_on
from offers.telling.models import PhoneCall
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.guide.test_guide import CALL, booked, tour
from tests.visitor import Page, Visitor


async def desk(name: str = "Infohjelpen") -> tuple[Organization, Person, Person]:
    """A unit and two of its guides."""
    unit = await make.organization(name)
    return unit, *[await make.member(unit, Role.GUIDE, who, email=f"{who.lower()}.{unit.slug}@example.no")
                   for who in ("Guri", "Solveig")]  # type: ignore[return-value]  # fmt: skip


async def looked(visitor: Visitor, reference: str, name: str, why: str = "change") -> Page:
    page = await visitor.open(f"{CALL}/booking")
    return await visitor.submit(page, f"{CALL}/booking", reference=reference, first_name=name, why=why)


async def of_guri(visitor: Visitor, guri: Person, offer: Offer, **typed: Any) -> Booking:
    await visitor.sign_in(guri)
    assert (await booked(visitor, offer, **typed)).status == 303
    return await Booking.all().order_by("-id").first().select_related("participant")  # type: ignore[return-value]


async def test_another_guide_of_the_unit_finds_it_and_changes_and_cancels_it(visitor: Visitor) -> None:
    unit, guri, solveig = await desk()
    offer = await tour()
    made = await of_guri(visitor, guri, offer)
    assert (await ActsFor.get(person_id=made.participant_id)).desk_id == unit.id
    await visitor.sign_in(solveig)
    found = await looked(visitor, f"{made.reference[:3].lower()} {made.reference[3:]}", "olaug")
    assert found.status == 303
    receipt = await visitor.follow(found)
    assert "Olaug" in receipt.text
    change = receipt.soup.find("a", string="Endre tid")
    assert change
    form = await visitor.open(str(change["href"]))
    later = (await SeatPool.filter(offer=offer).order_by("-starts_at").first()).session_id  # type: ignore[union-attr]
    assert (await visitor.submit(form, "/time", session=str(later))).status == 303
    # The number is still theirs, also at the desk.
    receipt = await visitor.follow(await looked(visitor, made.reference, "Olaug", "leave"))
    token = receipt.url.rpartition("/")[2]
    await visitor.submit(await visitor.open(f"/bookings/{token}/cancel"))
    assert await Booking.filter(state="confirmed").count() == 0
    acts = await rows("SELECT action, actor_id, person_id, details ->> 'why' AS why FROM audit_entry "
                      "WHERE action LIKE 'desk_booking%' ORDER BY at, id")  # fmt: skip
    assert [(one["action"], one["actor_id"], one["person_id"], one["why"]) for one in acts] == [
        ("desk_booking.read", solveig.id, made.participant_id, "change"),
        ("desk_booking.read", solveig.id, made.participant_id, "leave"),
    ]
    ended = await rows(
        "SELECT actor_id FROM audit_entry WHERE action = 'booking.cancelled' ORDER BY at DESC LIMIT 1"
    )
    assert ended[0]["actor_id"] == solveig.id


def plain(page: Page) -> str:
    """The page without what is new in each form, and without what was typed."""
    shown = re.sub(r'name="form_(token|key)" value="\w+"', "", page.response.text)
    return re.sub(r'(id="(reference|first_name)"[^>]*?value=")[^"]*', r"\1", shown)


async def test_what_the_desk_has_not_made_is_as_if_it_were_not(
    visitor: Visitor, statements: list[str]
) -> None:
    """The same answer, byte by byte, and the same statements: for a number that is nowhere, another name, what somebody
    booked herself, what another desk has booked, what a guardian has, and what stands under an alias."""
    _unit, guri, solveig = await desk()
    _other, berit, _els = await desk("Frisklivssentralen")
    offer = await tour(capacity=40)
    ours = await of_guri(visitor, guri, offer)
    hidden = await of_guri(visitor, guri, offer, participant_name="Skjulte", alias="true")
    theirs = await of_guri(visitor, berit, offer, participant_name="Nils")
    pool = await SeatPool.filter(offer=offer).first()
    assert pool
    own = await make.booking(pool, await make.person("Olga", "olga@example.no"))
    child = await make.person("Ada")
    guardian = await make.person("Mor", "mor@example.no")
    await ActsFor.create(
        actor=guardian, person=child, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    guarded = await make.booking(pool, child, booked_by=guardian)
    # Somebody whom a guide once helped has booked herself since.
    helped = await Person.get(id=ours.participant_id)
    herself = await make.booking(await SeatPool.filter(offer=offer).order_by("-id").first(), helped)  # type: ignore[arg-type]
    await visitor.sign_in(solveig)
    tried = {
        "nowhere": ("BCD234", "Olaug"), "another name": (ours.reference, "Nils"), "her own": (own.reference, "Olga"),
        "another desk": (theirs.reference, "Nils"), "a guardian": (guarded.reference, "Ada"),
        "an alias": (hidden.reference, "Skjulte"), "herself": (herself.reference, "Olaug"),
    }  # fmt: skip
    told = {}
    for what, (reference, name) in tried.items():
        statements.clear()
        page = await looked(visitor, reference, name)
        assert page.status == 422, what
        told[what] = (plain(page), tuple(statements))
    assert {what for what, one in told.items() if one != told["nowhere"]} == set()
    assert len(await rows("SELECT 1 FROM audit_entry WHERE action = 'desk_booking.not_found'")) == len(tried)
    noted = await rows("SELECT 1 FROM audit_entry WHERE action = 'desk_booking.not_found' "
                       "AND (person_id IS NOT NULL OR object_id IS NOT NULL)")  # fmt: skip
    assert noted == [], "the log says that somebody looked, not at what"
    assert (await looked(visitor, ours.reference, "Olaug")).status == 303, "it is no dead end"


async def test_the_receipt_is_for_the_unit_too_and_for_nobody_else(visitor: Visitor) -> None:
    unit, guri, solveig = await desk()
    _other, berit, _els = await desk("Frisklivssentralen")
    made = await of_guri(visitor, guri, await tour())
    found = await looked(visitor, made.reference, "Olaug")
    receipt = found.response.headers["location"]
    await visitor.sign_in(solveig)
    assert (await visitor.open(receipt)).status == 200
    await visitor.sign_in(berit)
    assert (await visitor.open(receipt)).status == 404
    await Membership.filter(person=solveig).update(ended_at=NOW)
    await Membership.create(
        person=solveig, organization=await make.organization(), role=Role.GUIDE, created_at=NOW
    )
    await visitor.sign_in(solveig)
    assert (await visitor.open(receipt)).status == 404, "she is of another unit now"
    await Membership.filter(person=guri).update(ended_at=NOW)
    await make.member(unit, Role.GUIDE, "Ny", email="ny@example.no")
    await visitor.sign_in(await Person.get(name="Ny"))
    assert (await looked(visitor, made.reference, "Olaug")).status == 303, (
        "who has left has left it to the desk"
    )


async def test_by_typing_addresses_a_colleague_learns_of_none_which_it_is(visitor: Visitor) -> None:
    _unit, guri, solveig = await desk()
    made = await of_guri(visitor, guri, await tour(), contact="email", email="olaug@example.no")
    await visitor.sign_in(solveig)
    form = await visitor.open(f"{link_path(made.id, made.link_version)}/address")
    for typed in ("olaug@example.no", "berit@example.no"):
        sent = await visitor.submit(form, "/address", contact="email", email=typed)
        assert sent.response.headers["location"].endswith("?saved=address"), typed


async def test_that_somebody_was_away_and_asks_to_be_rung_is_told_to_no_desk(visitor: Visitor) -> None:
    """It is for those who lead the offer, and so is the number: the page says so to whoever types it."""
    _unit, guri, solveig = await desk()
    made = await of_guri(visitor, guri, await tour(), contact="email", email="olaug@example.no")
    [session] = await rows("SELECT id FROM session LIMIT 1")
    await ring_on(made.id, session["id"], "+4791000077", now=visitor.now)
    promoted = await PhoneCall.create(
        booking=made, about="promoted", key=f"promoted:{made.id}", since=NOW, session_id=session["id"]
    )
    asked = await PhoneCall.get(about="asked")

    async def on_desk() -> list[str]:
        page = await visitor.open("/desk")
        assert "De var ikke med" not in page.text
        assert "91000077" not in page.html.replace("\u00a0", "").replace(" ", "")
        return [str(one["value"]) for one in page.soup.select("input[name=call]")]

    await visitor.sign_in(guri)
    assert await on_desk() == [str(promoted.id)]
    token = (await visitor.open("/my-page")).fields("/sign-out")["form_token"]
    sent = {"call": str(asked.id), "said": "rung", "form_token": token}
    assert (await visitor.post("/guide/calls", sent)).status == 404
    assert (await PhoneCall.get(about="asked")).called_at is None, "nobody has rung"
    await moves_on(guri)
    await visitor.sign_in(solveig)
    assert await on_desk() == [str(promoted.id)]


async def moves_on(guide: Person) -> None:
    """They are a guide of another unit from now on."""
    await Membership.filter(person=guide).update(ended_at=NOW)
    await Membership.create(
        person=guide, organization=await make.organization(), role=Role.GUIDE, created_at=NOW
    )


async def test_who_has_booked_for_others_and_left_takes_none_of_it_along(visitor: Visitor) -> None:
    _unit, guri, _solveig = await desk()
    made = await of_guri(visitor, guri, await tour(), contact="call", number="51 00 00 42")
    receipt = (await looked(visitor, made.reference, "Olaug")).response.headers["location"]
    await PhoneCall.create(booking=made, about="promoted", key=f"promoted:{made.id}", since=NOW)
    assert "Olaug" in (await visitor.open("/desk")).text
    await moves_on(guri)
    await visitor.sign_in(guri)
    page = await visitor.open("/desk")
    assert (page.status, "Olaug" in page.text, "51 00 00 42" in page.text) == (200, False, False)
    assert (await visitor.open(receipt)).status == 404
    assert (await looked(visitor, made.reference, "Olaug")).status == 422
    token = (await visitor.open("/my-page")).fields("/sign-out")["form_token"]
    sent = {"call": str((await PhoneCall.get()).id), "said": "rung", "form_token": token}
    assert (await visitor.post("/guide/calls", sent)).status == 404


async def test_who_is_left_at_the_desk_rings_for_who_has_gone(visitor: Visitor) -> None:
    """The number shows to nobody else, and somebody was promised to be rung."""
    unit, guri, solveig = await desk()
    made = await of_guri(visitor, guri, await tour(), contact="call", number="51 00 00 42", alias="true")
    await PhoneCall.create(booking=made, about="promoted", key=f"promoted:{made.id}", since=NOW)
    await visitor.sign_in(solveig)
    assert "51 00 00 42" not in (await visitor.open("/desk")).text, "Guri rings"
    assert await rows("SELECT 1 FROM audit_entry WHERE action = 'colleagues_booking.read'") == []
    await moves_on(guri)
    page = await visitor.open("/desk")
    assert "51 00 00 42" in page.text
    read = await rows("SELECT actor_id, person_id FROM audit_entry WHERE action = 'colleagues_booking.read'")
    assert [(one["actor_id"], one["person_id"]) for one in read] == [(solveig.id, made.participant_id)]
    assert (await visitor.submit(page, "/guide/calls", said="rung")).status == 303
    assert (await PhoneCall.get()).called_by_id == solveig.id  # type: ignore[attr-defined]
    elsewhere = await make.member(await make.organization(), Role.GUIDE, "Berit", email="berit@example.no")
    await visitor.sign_in(elsewhere)
    assert "Olaug" not in (await visitor.open("/desk")).text
    # Nobody is left: no page says that somebody rings.
    link = link_path(made.id, made.link_version)
    assert "Den som meldte på, ringer" in (await visitor.open(link)).text
    await Membership.filter(organization=unit).update(ended_at=NOW)
    assert "ringer" not in str((await visitor.open(link)).soup.main)


async def test_who_is_left_rings_and_helps_also_when_the_guide_has_deleted_all_of_theirs(
    visitor: Visitor,
) -> None:
    """Whom they had booked for have been promised it."""
    _unit, guri, solveig = await desk()
    offer = await tour(capacity=40)
    hidden = await of_guri(visitor, guri, offer, contact="call", number="51 00 00 42", alias="true")
    await PhoneCall.create(booking=hidden, about="promoted", key=f"promoted:{hidden.id}", since=NOW)
    nils = await of_guri(
        visitor, guri, offer, participant_name="Nils", contact="email", email="nils@example.no"
    )
    due = "SELECT mail FROM outbox_message WHERE booking_id = $1"
    before = await rows(due, nils.id)
    await erase(guri.id, now=NOW)
    assert "Guri" not in str(await rows("SELECT * FROM person"))
    assert before, "Nils is written to"
    assert await rows(due, nils.id) == before
    assert await violations() == []
    await visitor.sign_in(solveig)
    page = await visitor.open("/desk")
    assert "51 00 00 42" in page.text
    assert (await visitor.submit(page, "/guide/calls", said="rung")).status == 303
    assert (await looked(visitor, nils.reference, "Nils")).status == 303
    visitor.client.cookies.clear()
    assert "Den som meldte på, ringer" in (await visitor.open(link_path(hidden.id, hidden.link_version))).text


async def test_whoever_no_longer_wants_help_is_nowhere_at_the_desk(visitor: Visitor) -> None:
    _unit, guri, solveig = await desk()
    made = await of_guri(visitor, guri, await tour())
    await ActsFor.filter(person_id=made.participant_id).update(ended_at=NOW)
    await visitor.sign_in(solveig)
    assert (await looked(visitor, made.reference, "Olaug")).status == 422


async def test_trying_ends(visitor: Visitor) -> None:
    _unit, guri, _solveig = await desk()
    await visitor.sign_in(guri)
    page = await visitor.open(f"{CALL}/booking")
    answers = [
        (
            await visitor.submit(
                page, f"{CALL}/booking", reference=f"BCD{number:03}", first_name="Ola", why="hear"
            )
        ).status
        for number in range(31)
    ]
    assert set(answers[:30]) == {422}
    assert answers[30] == 429
    visitor.wait(timedelta(minutes=16))


async def test_who_tries_numbers_elsewhere_does_not_keep_the_desk_from_helping(visitor: Visitor) -> None:
    _unit, guri, _solveig = await desk()
    made = await of_guri(visitor, guri, await tour())
    signs = made.reference[:3]
    await count([Tries("find-booking of", signs, 60, timedelta(days=1), count=60)], visitor.now)
    elsewhere = await visitor.submit(
        await visitor.open("/bookings"), "/bookings", reference=made.reference, word="Olaug"
    )
    assert elsewhere.status == 429
    assert (await looked(visitor, made.reference, "Olaug")).status == 303


async def test_what_is_missing_is_said_at_the_field_and_the_rest_is_kept(visitor: Visitor) -> None:
    _unit, guri, _solveig = await desk()
    await visitor.sign_in(guri)
    page = await looked(visitor, "K7M-4QP", "", "")
    assert page.status == 422
    assert page.soup.find(id="first_name-error")
    assert page.soup.find(id="why-error")
    assert page.soup.find("input", id="reference", value="K7M-4QP")
    wrong = await visitor.post(f"{CALL}/booking", page.fields(f"{CALL}/booking") | {
        "reference": ["x" * 400], "first_name": ["\u0000"], "why": ["spy"]})  # fmt: skip
    assert wrong.status in (400, 422)


async def test_a_colleague_does_not_read_the_number_that_only_the_guide_may_ring(visitor: Visitor) -> None:
    """Where somebody shielded is behind the number, it shows to nobody but the guide who typed it."""
    _unit, guri, solveig = await desk()
    made = await of_guri(visitor, guri, await tour(), contact="call", number="51 00 00 42")
    found = (await looked(visitor, made.reference, "Olaug")).response.headers["location"]
    await Person.filter(id=made.participant_id).update(shielded=True)
    await visitor.sign_in(guri)
    assert "51 00 00 42" in (await visitor.open(found)).text.replace("\u00a0", " ")
    await visitor.sign_in(solveig)
    shown = (await visitor.open(found)).text.replace("\u00a0", " ")
    assert "51 00 00 42" not in shown
    assert "Den som meldte dem på her, ringer dem" in shown


@pytest.mark.parametrize(
    "typed",
    [
        {"contact": "email", "email": "olaug@example.no"},
        {"contact": "sms", "phone": "41234567"},
        {"contact": "call", "number": "41234567"},
    ],
)
@pytest.mark.parametrize("shielded", [False, True])
async def test_a_colleague_helps_without_seeing_where_one_reaches_them(
    visitor: Visitor, typed: dict[str, str], shielded: bool
) -> None:
    """The same of everybody: were it of the shielded only, the page would tell who is."""
    _unit, guri, solveig = await desk()
    made = await of_guri(visitor, guri, await tour(), **typed)
    await Person.filter(id=made.participant_id).update(shielded=shielded)
    link = f"/bookings/{link_path(made.id, made.link_version).rpartition('/')[2]}"
    receipt = f"{CALL}/receipts/{link.rpartition('/')[2]}"

    async def said() -> list[bool]:
        pages = [await visitor.open(path) for path in (receipt, link, f"{link}/address")]
        assert [page.status for page in pages] == [200, 200, 200]
        texts = [str(page.soup.main).replace("\u00a0", "").replace(" ", "") for page in pages]
        return ["olaug@example.no" in text or "41234567" in text for text in texts]

    assert any(await said()), "who has typed it sees it again"
    assert await rows("SELECT 1 FROM audit_entry WHERE action = 'colleagues_booking.read'") == []
    await visitor.sign_in(solveig)
    assert not any(await said())
    read = await rows("SELECT actor_id, person_id FROM audit_entry WHERE action = 'colleagues_booking.read'")
    assert {(one["actor_id"], one["person_id"]) for one in read} == {(solveig.id, made.participant_id)}
    assert len(read) == 3


async def test_a_colleague_does_not_read_the_number_where_one_asks_to_be_rung(visitor: Visitor) -> None:
    _unit, guri, solveig = await desk()
    offer = await tour()
    await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Kari", email="kari@example.no")
    made = await of_guri(visitor, guri, offer, contact="call", number="41234567")
    [session] = await rows("SELECT id FROM session LIMIT 1")
    await rows(
        """WITH kept AS (INSERT INTO register (id, session_id, saved_at, closed_at, closed_by)
            VALUES (gen_random_uuid(), $1, now(), now(), 'clock'))
        INSERT INTO attendance (id, session_id, booking_id, state, seats_present, recorded_at, cause)
        VALUES (gen_random_uuid(), $1, $2, 'absent', 0, now(), 'closing')""",
        session["id"], made.id,
    )  # fmt: skip
    asks = f"{link_path(made.id, made.link_version)}/missed/{session['id']}/call"

    async def said() -> bool:
        page = await visitor.open(asks)
        assert page.status == 200
        return "41234567" in str(page.soup.main).replace("\u00a0", "").replace(" ", "")

    assert await said(), "who has typed it sees it again"
    await visitor.sign_in(solveig)
    assert not await said()
    await ring_on(made.id, session["id"], "+4741234567", now=visitor.now)
    assert not await said()
    await visitor.sign_in(guri)
    assert await said()
