"""Deleting everything: nothing of a name is left, others keep what is theirs, numbers stay."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from marketplace import schedule
from marketplace.base.data.database import rows, value
from marketplace.base.errors import Refused
from marketplace.base.models import Channel
from marketplace.base.post.outbox import send_due
from marketplace.my_page.acting import actions as acting
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from marketplace.people.sign_in import actions as people
from marketplace.people.sign_in.queries import SignedIn
from marketplace.privacy.erasure.actions import erase
from offers.bookings.actions import book
from offers.catalogue.models import Joining, SeatPool, Session
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Party
from offers.seats.models import Booking, BookingState
from organizations.directory.models import Organization, OrganizationState
from organizations.members.invitations import actions as invitations
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.house.test_personal_data import places
from tests.marketplace.people.door import ask, last_message, signed_in_for_real
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor

__all__ = ["schedule"]  # the timetable knows every mail
CANARY = "kanarifugl@example.no"


async def test_a_canary_is_left_in_no_table_and_no_log_and_the_seat_goes_on(
    visitor: Visitor, data_dir: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    offer = await make.offer(joining=Joining.WHOLE, capacity=2)
    pool = await SeatPool.get(offer=offer)
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    guest = {"name": "Kanarifugl", "contact": "email", "email": CANARY}
    await visitor.submit(form, "/bookings", who="child", participant_name="Kanari-unge", **guest)
    await visitor.post(
        "/bookings/links", (await visitor.open("/bookings")).fields("/links") | {"address": CANARY}
    )
    await signed_in_for_real(visitor, CANARY)
    profile = await visitor.open("/my-page")
    await visitor.submit(profile, "/profile", name="Kanarifugl", lang="en")
    await visitor.submit(await visitor.open("/my-page"), "/calendar")
    page = await visitor.open("/my-page/people/new")
    await visitor.submit(page, "/new", name="Kanariunge", relation="guardian")
    page = await visitor.open("/my-page/people/new")
    await visitor.submit(
        page, "/new", name="Kanarimor", relation="next_of_kin", address="mor.kanari@example.no"
    )
    page = await visitor.submit(
        await visitor.open("/my-page/contacts/new"), "/new", address="to.kanari@example.no"
    )
    await visitor.submit(await visitor.follow(page), code=(await last_message())["code"])
    page = await visitor.open("/calendar/searches/new?q=kanarisang")
    await visitor.submit(page, "/searches/new")
    for name in (
        "Kanari  Fugl",
        "Ka\u0301nari",
        "Noen andre",
    ):  # a guest again, spelled otherwise or called another
        elsewhere = await make.offer("Tur", joining=Joining.WHOLE)
        guest_again = await Person.create(name=name, created_at=NOW)
        reach = await make.contact(guest_again, CANARY, verified=False)
        await make.booking(await SeatPool.get(offer=elsewhere), guest_again, contact=reach)
    with time_machine.travel(visitor.now, tick=True):
        assert await send_due(refuse, lambda: visitor.now + timedelta(minutes=2)) > 3
    assert "mailbox" in await places("kanari", data_dir)
    assert "saved_search" in await places("kanarisang", data_dir)
    child = await Person.get(name="Kanariunge")
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new?for={child.id}")
    await visitor.submit(form, "/bookings")
    await pool.refresh_from_db()
    other = await make.booking(pool, await make.person("Neste"), BookingState.WAITING)
    assert {"person", "contact_point", "outbox_message", "sign_in_ticket"} <= await places("kanari", data_dir)

    page = await visitor.open("/my-page/delete")
    assert "5 påmeldinger blir meldt av." in page.text
    refused = await visitor.submit(page, "/delete")
    assert (refused.status, "Kryss av for at du vil slette alt." in refused.text) == (422, True)
    done = await visitor.follow(await visitor.submit(page, "/delete", sure="true"))
    assert done.heading == "Alt er slettet"
    assert (await visitor.open("/my-page")).response.headers["location"] == "/sign-in?next=/my-page"
    assert await places("kanari", data_dir) == set()
    assert await places("Noen andre", data_dir) == set()
    assert "kanari" not in "".join(capfd.readouterr()).lower()
    for table in ("sign_in", "sign_in_ticket", "calendar_address", "acts_for", "contact_point"):
        assert await value(f"SELECT count(*) FROM {table}") == 0, table
    states = [each.state for each in await Booking.filter(offer=offer).order_by("id")]
    assert states == [BookingState.CANCELLED, BookingState.CANCELLED, BookingState.CONFIRMED]
    await pool.refresh_from_db()
    assert (pool.taken, pool.waiting, (await Booking.get(id=other.id)).state) == (1, 0, "confirmed")
    entry = (
        await rows("SELECT actor_id, person_id, details FROM audit_entry WHERE action = 'person.erased'")
    )[0]
    assert (entry["actor_id"] == entry["person_id"], entry["details"]) == (True, None)


async def test_that_somebody_came_stays_as_a_number(db: None) -> None:
    ola, offer = (
        await make.person("Ola", "ola@example.no"),
        await make.offer(starts=[NOW - timedelta(days=3)]),
    )
    pool, session = await SeatPool.get(offer=offer), await Session.get(offer=offer)
    booking = await make.booking(pool, ola)
    await rows("""INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
        VALUES (gen_random_uuid(), $1, $2, 'present', 1, 'p', $3)""", session.id, booking.id, NOW)  # fmt: skip
    await erase(ola.id, now=NOW)
    assert await rows("SELECT state, seats_present, pseudonym FROM attendance") == [
        {"state": "present", "seats_present": 1, "pseudonym": b"p"}
    ]
    await booking.refresh_from_db()
    assert booking.state == "confirmed", "what is over is not cancelled"


async def test_others_keep_what_is_theirs(db: None) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    tove, father = (
        await make.person("Tove", "tove@example.no", verified=False),
        await make.person("Far", "far@example.no"),
    )
    shared = await make.person("Barn")
    inger = await make.person("Inger")
    await make.contact(inger, "kari@example.no", verified=False)
    for person, relation in ((ada, Relation.GUARDIAN), (tove, Relation.GUIDE), (shared, Relation.GUARDIAN)):
        await ActsFor.create(actor=kari, person=person, relation=relation, created_at=NOW, accepted_at=NOW)
    await ActsFor.create(
        actor=father, person=shared, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    mine, toves = await ContactPoint.get(person=kari), await ContactPoint.get(person=tove)
    made: dict[str, Any] = {}
    for person, contact in ((ada, mine), (tove, toves), (shared, mine)):
        pool = await SeatPool.get(offer=await make.offer())
        made[person.name] = await make.booking(pool, person, booked_by=kari, contact=contact)
    made["Inger"] = await make.booking(await SeatPool.get(offer=await make.offer()), inger,
                                       contact=await inger.contact_points.all().first())  # fmt: skip
    await erase(kari.id, now=NOW)
    assert {each.name for each in await Person.filter(name__isnull=False)} == {
        "Ada",
        "Tove",
        "Far",
        "Barn",
    }
    now = {name: await Booking.get(id=each.id).select_related("contact") for name, each in made.items()}
    hers = now.pop("Inger")  # a guest with Kari's address: Min side showed it as hers to see and to cancel
    assert (hers.state, hers.contact) == (BookingState.CANCELLED, None)
    assert {each.state for each in now.values()} == {BookingState.CONFIRMED}
    assert {name: each.contact and each.contact.value for name, each in now.items()} == {
        "Ada": "ada@example.no", "Tove": "tove@example.no", "Barn": None,
    }  # fmt: skip
    assert await Booking.filter(booked_by=kari).count() == 0
    assert [each.actor_id for each in await ActsFor.all()] == [father.id]


async def test_it_can_be_stopped_anywhere_and_done_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    ola = await make.person("Ola", "ola@example.no")
    pools = [await SeatPool.get(offer=await make.offer()) for _ in range(3)]
    for pool in pools:
        await make.booking(pool, ola)
    calls = 0
    real = erase.__globals__["cancel"]

    async def dies(*args: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise RuntimeError("killed")
        return await real(*args, **more)

    monkeypatch.setitem(erase.__globals__, "cancel", dies)
    with pytest.raises(RuntimeError):
        await erase(ola.id, now=NOW)
    assert await value("SELECT count(*) FROM booking WHERE state = 'confirmed'") == 2
    await ola.refresh_from_db()
    assert ola.name == "Ola"
    await erase(ola.id, now=NOW)
    await erase(ola.id, now=NOW)
    await ola.refresh_from_db()
    assert (ola.name, await value("SELECT count(*) FROM booking WHERE state = 'confirmed'")) == (None, 0)


async def test_the_last_manager_hands_over_first(visitor: Visitor) -> None:
    owner = await make.organization("Turlaget")
    kari = await make.member(owner, Role.MANAGER, "Kari", email="kari@example.no")
    await make.member(owner, Role.EDITOR, "Nils")
    await visitor.sign_in(kari)
    page = await visitor.open("/my-page/delete")
    assert "Du er den eneste lederen i Turlaget." in page.text
    token = (await visitor.open("/my-page")).fields("/sign-out") | {"sure": "true"}
    assert (await visitor.post("/my-page/delete", token)).status == 422
    await kari.refresh_from_db()
    assert kari.name == "Kari"
    await make.member(owner, Role.MANAGER, "Per")
    await erase(kari.id, now=NOW)
    assert await Membership.filter(person=kari).count() == 0


async def test_of_two_last_managers_at_once_one_stays(db: None) -> None:
    owner = await make.organization()
    one, other = [await make.member(owner, Role.MANAGER, name) for name in ("Kari", "Per")]
    _first, second, waited = await overlapping(
        lambda: erase(one.id, now=NOW), lambda: erase(other.id, now=NOW)
    )
    assert (type(second), waited) == (Refused, True)
    assert await Membership.filter(role=Role.MANAGER).count() == 1


async def test_whoever_is_deleting_themself_takes_no_role_meanwhile(db: None) -> None:
    owner, liv = await make.organization(), await make.person("Liv", "liv@example.no")
    made = await invitations.invite(
        owner.id, Role.MANAGER, Channel.EMAIL, "liv@example.no", lang="nb", now=NOW
    )
    me = SignedIn(liv.id, "Liv", "nb", liv.id, NOW, NOW)
    _first, second, waited = await overlapping(
        lambda: erase(liv.id, now=NOW), lambda: invitations.accept(made.id, me, now=NOW)
    )
    assert (type(second), waited, await Membership.all().count()) == (invitations.InvitationGone, True, 0)


async def test_it_is_asked_for_by_whoever_has_lately_shown_who_they_are(visitor: Visitor) -> None:
    page = await ask(visitor)
    await visitor.submit(page, code=(await last_message())["code"])
    page = await visitor.open("/my-page/delete")
    visitor.wait(timedelta(minutes=21))
    answer = await visitor.submit(page, "/delete", sure="true")
    assert answer.response.headers["location"] == "/sign-in/again?next=/my-page/delete"
    assert await Person.all().count() == 1


async def test_the_browser_keeps_nothing_either(visitor: Visitor) -> None:
    page = await ask(visitor)
    await visitor.submit(page, code=(await last_message())["code"])
    visitor.client.cookies.set("own-call-7", "what a guide has noted of a call")
    answer = await visitor.submit(await visitor.open("/my-page/delete"), "/delete", sure="true")
    assert answer.response.headers["location"] == "/goodbye"
    ended = {
        one.split("=")[0] for one in answer.response.headers.get_list("set-cookie") if "Max-Age=0" in one
    }
    assert {"sign-in", "browser", "own-call-7"} <= ended


@pytest.mark.parametrize("who", ["signs in", "has another helper", "only typed"])
async def test_a_guest_with_ones_address_who_is_somebody_elses_stays(db: None, who: str) -> None:
    """They are one's own on Min side only where nobody else answers for them, and the address is proven."""
    kari, inger = await make.person("Kari"), await make.person("Inger")
    await make.contact(kari, "kari@example.no", verified=who != "only typed")
    given = await make.contact(inger, "kari@example.no", verified=False)
    if who == "signs in":
        await make.contact(inger, "inger@example.no")
    if who == "has another helper":
        far = await make.person("Far", "far@example.no")
        await ActsFor.create(
            actor=far, person=inger, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
        )
    pool = await SeatPool.get(offer=await make.offer())
    booking = await make.booking(pool, inger, contact=given)
    await erase(kari.id, now=NOW)
    assert (await Person.get(id=inger.id)).name == "Inger"
    assert (await Booking.get(id=booking.id)).state == BookingState.CONFIRMED


async def test_what_lies_ready_for_an_address_that_was_only_typed_is_anothers(db: None) -> None:
    """Per types Kari's address everywhere he can, and deletes himself: nothing that waits for her goes with him."""
    per, kari = await make.person("Per", "per@example.no"), "kari@example.no"
    owner, offer = await make.organization(), await make.offer(joining=Joining.WHOLE)
    await invitations.invite(owner.id, Role.HOST, Channel.EMAIL, kari, lang="nb", now=NOW)
    await people.ask(Channel.EMAIL, kari, lang="nb", now=NOW)
    await acting.add(
        per.id, "K", Relation.NEXT_OF_KIN, (Channel.EMAIL, kari), alias=False, lang="nb", now=NOW
    )
    await people.ask(Channel.EMAIL, kari, lang="nb", person=per.id, now=NOW)
    party = Party(name="Per", person=per.id, channel=Channel.EMAIL, address=kari)
    await book(offer.slug, None, party, viewer=VISITOR, form_key=b"k" * 16, lang="nb", now=NOW)
    await rows("UPDATE outbox_message SET sent_at = $1, facts = '{}'", NOW)
    await erase(per.id, now=NOW)
    assert {each["mail"] for each in await rows("SELECT mail FROM outbox_message")} == {
        "invitation",
        "sign_in",
    }
    assert [await value(f"SELECT count(*) FROM {t}") for t in ("invitation", "sign_in_ticket")] == [1, 1]


async def test_whom_they_have_stopped_helping_keeps_name_and_place(db: None) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada")
    await ActsFor.create(
        actor=kari, person=ada, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW, ended_at=NOW
    )
    booking = await make.booking(await SeatPool.get(offer=await make.offer()), ada)
    await erase(kari.id, now=NOW)
    await ada.refresh_from_db()
    await booking.refresh_from_db()
    assert (ada.name, booking.state) == ("Ada", BookingState.CONFIRMED)


@pytest.mark.parametrize("state", [OrganizationState.APPLIED, OrganizationState.DECLINED])
async def test_an_application_goes_with_the_only_one_who_stands_behind_it(
    visitor: Visitor, state: OrganizationState
) -> None:
    """Nobody else can be made its manager, so it must not keep anybody here."""
    owner = await make.organization("Strikkelaget", state=state, contact_name="Kari", email="kari@example.no")
    kari = await make.member(owner, Role.MANAGER, "Kari", email="kari@example.no")
    await visitor.sign_in(kari)
    page = await visitor.open("/my-page/delete")
    assert "Søknaden fra Strikkelaget slettes." in page.text
    await visitor.submit(page, "/delete", sure="true")
    assert await Organization.all().count() == 0
