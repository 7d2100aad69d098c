"""Taking attendance, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.errors import Conflict
from marketplace.people.models import Person
from marketplace.settings import settings
from offers.attendance import actions
from offers.attendance.queries import EARLIER_SHOWN
from offers.bookings.models import SentWord
from offers.catalogue.models import Joining, SeatPool, Session
from offers.seats.models import Booking
from organizations.directory.models import Organization
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import evening, states
from tests.visitor import Visitor


async def test_untouched_is_absent_or_excused_if_they_sent_word(visitor: Visitor) -> None:
    _, session, host = await evening("Amina", "Bjørn", "Hanne")
    bjorn, hanne = [await Booking.get(participant__name=name) for name in ("Bjørn", "Hanne")]
    await SentWord.create(booking=hanne, session=session, at=NOW)
    await Booking.filter(id=bjorn.id).update(seats=3)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert page.heading == "Oppmøte tirsdag 13. oktober"
    assert "0 av 3 er her." in page.text
    assert "Ikke lagret ennå" in page.text
    typed = {"present": [bjorn.id], f"seats-{bjorn.id}": 2, "head_count": 4}
    page = await visitor.follow(await visitor.submit(page, "/register", **typed))
    assert "1 av 3 er her." in page.text
    assert await states() == {"Amina": ("absent", 0), "Bjørn": ("present", 2), "Hanne": ("excused", 0)}
    assert await value("SELECT count FROM head_count") == 4
    assert await value("SELECT count(*) FROM attendance WHERE pseudonym IS NOT NULL") == 1


async def test_saving_again_changes_it(visitor: Visitor) -> None:
    _, session, host = await evening("Amina", "Elin")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    amina = await Booking.get(participant__name="Amina")
    page = await visitor.follow(await visitor.submit(page, "/register", present=[amina.id], head_count=""))
    elin = await Booking.get(participant__name="Elin")
    await visitor.submit(page, "/register", present=[elin.id], head_count="")
    assert await states() == {"Amina": ("absent", 0), "Elin": ("present", 1)}
    assert await value("SELECT count(*) FROM head_count") == 0


async def test_one_person_is_one_pseudonym_in_two_offers_and_another_next_year(
    db: None, data_dir: object
) -> None:
    owner = await make.organization()
    for _ in range(2):
        _, session, host = await evening("Ola  Nordmann", owner=owner)
        booking = await Booking.filter(offer_id=session.offer_id).get()
        await session.fetch_related("offer")
        await actions.save(session, {booking.id}, {}, None, version=None, by=host.id, now=NOW)
    pseudonyms = [row["pseudonym"] for row in await rows("SELECT pseudonym FROM attendance")]
    assert len(pseudonyms) == 2
    assert len(set(pseudonyms)) == 1
    _, session, host = await evening("ola nordmann", owner=owner)
    await session.fetch_related("offer")
    year = timedelta(days=365)
    await Session.filter(id=session.id).update(
        starts_at=session.starts_at + year, ends_at=session.ends_at + year
    )
    booking = await Booking.filter(offer_id=session.offer_id).get()
    await actions.save(session, {booking.id}, {}, None, version=None, by=host.id, now=NOW + year)
    assert await value("SELECT count(DISTINCT pseudonym) FROM attendance") == 2


async def test_the_form_without_code_says_what_saving_makes_of_who_is_not_marked(visitor: Visitor) -> None:
    """As a substitute's form does: from the start on it closes the register."""
    _, session, host = await evening("Ola", starts=NOW + timedelta(minutes=30))
    await visitor.sign_in(host)
    path, said = f"/manage/sessions/{session.id}/register", "De du ikke har merket når du lagrer"
    assert said not in (await visitor.open(path)).text, "before that it closes nothing"
    visitor.wait(timedelta(hours=1))
    page = await visitor.open(path)
    assert said in " ".join(one.text for one in page.soup.select("[data-without-code]"))
    assert said not in (await visitor.follow(await visitor.submit(page, "/register"))).text


async def test_a_closed_year_reads_as_closed_before_anybody_types(visitor: Visitor) -> None:
    _, session, host = await evening("Ola")
    await visitor.sign_in(host)
    path = f"/manage/sessions/{session.id}/register"
    open_page = await visitor.open(path)
    save = "form button[type=submit]:-soup-contains('Lagre oppmøte')"
    assert open_page.soup.select(save)
    marker = settings().keys / "participation-2026.closed"
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.touch()
    try:
        page = await visitor.open(path)
        assert "Året er gjort opp" in page.text
        assert not page.soup.select(save)
        late = await visitor.submit(open_page, "/register")
        assert (late.status, "Året er gjort opp" in late.text) == (422, True)
        assert late.heading == page.heading, "on the page itself, with all that stands"
    finally:
        marker.unlink()
    assert await value("SELECT count(*) FROM register") == 0


async def test_every_past_register_is_reached_from_the_offers_page(visitor: Visitor) -> None:
    weeks = [NOW - timedelta(weeks=week) for week in range(1, 31)]
    offer = await make.offer(joining=Joining.WHOLE, capacity=None, starts=[*weeks, NOW + timedelta(weeks=1)])
    kari = await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Kari")
    oldest = await Session.filter(offer=offer).order_by("starts_at").select_related("offer").first()
    assert oldest is not None
    await actions.save(oldest, set(), {}, 4, version=None, by=kari.id, now=NOW)
    await visitor.sign_in(kari)
    page = await visitor.open(f"/manage/offers/{offer.slug}")
    there = page.soup.select("section[aria-labelledby=past] .tp-todo p a")
    assert len(there) == 6, "the latest stand on the page itself"
    link: Any = f"/manage/registers?offer={offer.slug}"
    assert page.soup.select_one(f'a[href="{link}"]')
    seen, steps = set[str](), 0
    while link and steps < 5:
        page, steps = await visitor.open(str(link)), steps + 1
        seen |= {str(a["href"]).split("/")[3] for a in page.soup.select(".tp-todo p a")}
        link = next(
            (a["href"] for a in page.soup.select("nav[aria-label=Sider] a") if a.get_text() == "Vis flere"),
            None,
        )
    assert seen == {str(one.id) for one in await Session.filter(offer=offer, starts_at__lt=NOW)}
    page = await visitor.open(
        f"/manage/sessions/{(await Session.filter(offer=offer).order_by('starts_at'))[2].id}/register"
    )
    said = [
        li.get_text().rpartition(": ")[2].strip()
        for li in page.soup.select("section[aria-labelledby=earlier] li")
    ]
    assert said == ["ikke ført", "oppmøtet er ført"]


async def test_of_registers_that_began_together_none_is_lost_at_the_end_of_a_page(visitor: Visitor) -> None:
    last_week = NOW - timedelta(weeks=1)
    offer = await make.offer(joining=Joining.WHOLE, capacity=None, starts=[last_week] * 40)
    kari = await make.member(await Organization.get(id=offer.owner_id), Role.EDITOR, "Kari")
    await visitor.sign_in(kari)
    all_of_them = {str(one.id) for one in await Session.filter(offer=offer)}
    at = max(all_of_them)
    seen = {at}
    for _page in range(40 // EARLIER_SHOWN + 1):
        page = await visitor.open(f"/manage/sessions/{at}/register")
        links = page.soup.select("section[aria-labelledby=earlier] a")
        seen |= {at := str(link["href"]).split("/")[3] for link in links}
    assert seen == all_of_them
    link: Any = f"/manage/registers?offer={offer.slug}"
    listed = list[str]()
    while link and len(listed) < 80:
        page = await visitor.open(str(link))
        listed += [str(a["href"]).split("/")[3] for a in page.soup.select(".tp-todo p a")]
        pages = page.soup.select("nav[aria-label=Sider] a")
        link = next((a["href"] for a in pages if a.get_text() == "Vis flere"), None)
    assert sorted(listed) == sorted(all_of_them)


async def test_two_hosts_do_not_overwrite_each_other_unseen(visitor: Visitor) -> None:
    _, session, host = await evening("Amina", "Elin")
    await visitor.sign_in(host)
    mine = await visitor.open(f"/manage/sessions/{session.id}/register")
    theirs = await visitor.open(f"/manage/sessions/{session.id}/register")
    amina, elin = [await Booking.get(participant__name=name) for name in ("Amina", "Elin")]
    assert (await visitor.submit(theirs, "/register", present=[amina.id])).status == 303
    late = await visitor.submit(mine, "/register", present=[elin.id])
    assert late.status == 409
    assert "Noen andre lagret oppmøtet mens du holdt på." in late.text
    assert set(late.fields("/register")["present"]) == {str(amina.id), str(elin.id)}, (
        "whom either of them saw"
    )
    assert (await states())["Amina"] == ("present", 1)
    assert (await visitor.submit(late, "/register")).status == 303
    assert await states() == {"Amina": ("present", 1), "Elin": ("present", 1)}


async def test_how_many_of_a_party_came_is_kept_when_something_is_wrong(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    await Booking.all().update(seats=4)
    amina = await Booking.get(participant__name="Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    again = await visitor.submit(
        page, "/register", present=[amina.id], head_count="mange", **{f"seats-{amina.id}": "2"}
    )
    assert again.status == 422
    assert again.fields("/register")[f"seats-{amina.id}"] == ["2"]
    assert (await visitor.submit(again, "/register", head_count="")).status == 303
    assert await states() == {"Amina": ("present", 2)}


async def test_two_hosts_in_the_same_moment(db: None) -> None:
    _, session, host = await evening("Amina")
    await session.fetch_related("offer")
    amina = (await Booking.get(participant__name="Amina")).id
    answers = await asyncio.gather(
        *[
            actions.save(session, who, {}, None, version=None, by=host.id, now=NOW)
            for who in (set(), {amina})
        ],
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers if answer] == [Conflict]


async def test_a_press_that_comes_twice_is_no_other_host(visitor: Visitor) -> None:
    """All that it says stands: nothing is overwritten, and nobody else was there."""
    _, session, host = await evening("Amina", "Elin")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    amina = await Booking.get(participant__name="Amina")
    for _ in range(2):
        saved_ = await visitor.submit(page, "/register", present=[amina.id], head_count="2")
        assert (saved_.status, "saved=register" in saved_.response.headers["location"]) == (303, True)
    assert await value("SELECT count(*) FROM audit_entry WHERE action = 'register.saved'") == 1
    assert (await visitor.submit(page, "/register", present=[amina.id], head_count="3")).status == 409
    await rows("UPDATE register SET closed_at = NULL, closed_by = NULL, closed_by_person_id = NULL")
    assert (await visitor.submit(page, "/register", present=[amina.id], head_count="2")).status == 409, (
        "somebody has opened it again: an old page does not close it"
    )


async def test_nobody_else_sees_or_saves_a_register(visitor: Visitor) -> None:
    offer, session, host = await evening("Amina")
    owner = await Organization.get(id=offer.owner_id)
    others = [
        await make.person("Per"),
        await make.member(await make.organization("Andre"), Role.MANAGER),
        await make.member(owner, Role.HOST, "Unassigned"),
        await make.member(owner, Role.COORDINATOR, "Nora"),
    ]
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    seen = []
    for person in others:
        await visitor.sign_in(person)
        got = (await visitor.open(f"/manage/sessions/{session.id}/register")).status
        seen.append((got, (await visitor.submit(page, "/register")).status))
    assert seen == [(403, 403), (404, 403), (404, 403), (403, 403)]
    assert await value("SELECT count(*) FROM register") == 0


@pytest.mark.parametrize(
    ("field", "typed"),
    [("head_count", "-1"), ("head_count", "1" + "0" * 40), ("head_count", "1\0"), ("head_count", "NaN"),
     ("present", "x"), ("version", "2026-02-30"), ("version", "i går")],
)  # fmt: skip
async def test_bad_input_writes_nothing(visitor: Visitor, field: str, typed: str) -> None:
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert (await visitor.submit(page, "/register", **{field: typed})).status == 422
    assert await value("SELECT count(*) FROM register") == 0


async def test_a_booking_of_another_offer_is_not_marked(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    other = await make.offer(joining=Joining.WHOLE)
    theirs = await make.booking(await SeatPool.get(offer=other))
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    await visitor.submit(page, "/register", present=[theirs.id])
    assert await states() == {"Amina": ("absent", 0)}


async def test_the_register_opens_two_hours_before_and_never_for_a_cancelled_session(
    visitor: Visitor,
) -> None:
    _, session, host = await evening("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    await rows(
        "UPDATE session SET starts_at = $1, ends_at = $2", NOW + timedelta(hours=3), NOW + timedelta(hours=4)
    )
    early = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert "Oppmøtet kan føres fra to timer før start." in early.text
    assert (await visitor.submit(page, "/register")).status == 422
    await rows("UPDATE session SET starts_at = $1, status = 'cancelled'", NOW)
    assert (await visitor.submit(page, "/register")).status == 422
    assert await value("SELECT count(*) FROM register") == 0


async def test_only_first_names_and_an_alias_for_the_shielded(visitor: Visitor) -> None:
    _, session, host = await evening("Ola Nordmann", "Kari Hansen")
    await Person.filter(name="Kari Hansen").update(shielded=True)
    await visitor.sign_in(host)
    for path in ("register", "list"):
        page = await visitor.open(f"/manage/sessions/{session.id}/{path}")
        assert "Ola" in page.text
        shown = page.soup.select("main")[0].get_text(" ")  # the demo's own banner names those who may sign in
        assert not any(hidden in shown for hidden in ("Nordmann", "Kari", "Hansen", "ola@", "kari@"))
    noted = await rows("SELECT action FROM audit_entry WHERE action LIKE '%.read' ORDER BY id")
    assert [entry["action"] for entry in noted] == ["register.read", "door_list.read"]


async def test_a_list_for_the_door_has_first_names_or_contacts_and_counts_companions(
    visitor: Visitor,
) -> None:
    offer, session, host = await evening("Ola Nordmann", "Kari Hansen", "Åse Lie")
    await Person.filter(name="Kari Hansen").update(shielded=True)
    await Booking.filter(participant__name="Ola Nordmann").update(seats=3)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/list")
    shown = {tuple(row.get_text(" ").split()[:2]) for row in page.soup.select("tbody tr")}
    assert {("Ola", "3"), ("Åse", "1")} < shown
    assert "Til sammen 5" in page.text
    assert page.soup.select_one(f"a[href='/manage/offers/{offer.slug}/bookings']") is not None, "the way back"
    page = await visitor.open(f"/manage/sessions/{session.id}/list?with=contacts")
    assert "Ola Nordmann 3 ola@example.no" in page.text
    assert not any(
        hidden in page.soup.select("main")[0].get_text(" ") for hidden in ("Kari", "Hansen", "kari@")
    )
    noted = await rows("SELECT actor_id, object_id, organization_id, details::text FROM audit_entry "
                       "WHERE action = 'door_list.read' ORDER BY id")  # fmt: skip
    about = {"actor_id": host.id, "object_id": session.id, "organization_id": offer.owner_id}
    assert noted == [about | {"details": '{"kind": "names"}'}, about | {"details": '{"kind": "contacts"}'}]


async def test_who_just_comes_is_on_no_list(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.DROP_IN)
    await visitor.sign_in(await make.member(await Organization.get(id=offer.owner_id)))
    page = await visitor.open(f"/manage/sessions/{(await Session.get()).id}/register")
    assert [link["href"] for link in page.soup.select(f"main a[href$='/{offer.slug}/bookings']")] == []
