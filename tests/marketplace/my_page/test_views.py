"""Min side: Ola books, Kari leads an organisation, Nora coordinates, Per is a stranger."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import About, post
from marketplace.base.signing import secret_hash
from marketplace.my_page.acting import actions as acting
from marketplace.people.models import ContactPoint, Person, Relation
from marketplace.people.sign_in.models import SignIn
from offers.bookings.mails import receipt
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Page, Visitor


async def pool(title: str, **other: Any) -> SeatPool:
    """The (first) seat pool of a new offer."""
    offer: Offer = await make.offer(title, **other)
    return await SeatPool.filter(offer=offer).order_by("starts_at").first()  # type: ignore[return-value]


def sections(page: Page) -> dict[str, list[str]]:
    """The titles of the bookings under each heading."""
    return {
        section.h2.get_text(strip=True): [h3.get_text(strip=True) for h3 in section.find_all("h3")]
        for section in page.soup.select(".tp-aside > :first-child > section")
    }


async def test_what_i_take_part_in_comes_first_and_in_order_of_time(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    later = await pool("Sangkveld", starts=[NOW + timedelta(days=9)])
    soon = NOW + timedelta(days=2, hours=1, minutes=30)
    sooner = await pool("Turgruppe", starts=[soon], venue=await make.venue("Vitenfabrikken"))
    for each in (later, sooner):
        await make.booking(each, ola)
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page")
    assert page.heading == "Hei, Ola"
    assert "Neste gang: torsdag 15. oktober kl. 13.30, Vitenfabrikken." in page.text
    assert sections(page) == {"Dette er du med på": ["Turgruppe", "Sangkveld"]}
    assert page.response.headers["cache-control"] == "no-store"


async def test_what_i_booked_for_ingrid_stands_under_her_name(visitor: Visitor) -> None:
    ola, ingrid = await make.person("Ola", "ola@example.no"), await make.person("Ingrid")
    ingrid_again = await make.person("ingrid ")
    await make.booking(await pool("Lett trim"), ingrid, booked_by=ola)
    await make.booking(await pool("Bridge", starts=[NOW + timedelta(days=8)]), ingrid_again, booked_by=ola)
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page")
    assert sections(page) == {"Dette er du med på": [], "For Ingrid": ["Lett trim", "Bridge"]}
    assert "Neste gang" not in page.text


async def test_a_place_in_the_queue_is_shown(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    full = await pool("Keramikk", capacity=1)
    await make.booking(full)
    gone = await make.booking(full, state=BookingState.WAITING)
    await make.booking(full, state=BookingState.WAITING)
    await make.booking(full, ola, state=BookingState.WAITING)
    await make.booking(full, state=BookingState.WAITING)
    await visitor.sign_in(ola)
    assert "På venteliste, nummer 3 i køen" in (await visitor.open("/my-page")).text
    await rows("UPDATE booking SET state = 'cancelled', ended_by = 'self' WHERE id = $1", gone.id)
    assert "På venteliste, nummer 2 i køen" in (await visitor.open("/my-page")).text


async def guest_booking(name: str, address: str, title: str, participant: Person | None = None) -> Any:
    """A booking by somebody without a sign-in: a person of its own, and an unverified address."""
    guest = await make.person(name)
    contact = await make.contact(guest, address, verified=False)
    return await make.booking(await pool(title), participant or guest, booked_by=guest, contact=contact)


async def test_a_guests_booking_appears_when_the_address_is_proven(visitor: Visitor) -> None:
    await guest_booking("Ola", "ola@example.no", "Fjelltur")
    await guest_booking("Ola", "ola.jobb@example.no", "Sjakk")
    await guest_booking("Ola", "ola@example.no", "Barnekor", participant=await make.person("Ingrid"))
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    assert sections(await visitor.open("/my-page")) == {
        "Dette er du med på": ["Fjelltur"],
        "For Ingrid": ["Barnekor"],
    }


async def test_an_address_that_is_not_proven_shows_nothing(visitor: Visitor) -> None:
    await guest_booking("Ola", "ola@example.no", "Fjelltur")
    per = await make.person("Per", "ola@example.no", verified=False)
    await visitor.sign_in(per)
    assert sections(await visitor.open("/my-page")) == {"Dette er du med på": []}


async def test_who_shares_my_address_stands_under_their_own_name(visitor: Visitor) -> None:
    await guest_booking("Inger", "familien@example.no", "Strikkekafé")
    await guest_booking("OLA", "familien@example.no", "Fjelltur")
    await visitor.sign_in(await make.person("Ola", "familien@example.no"))
    found = sections(await visitor.open("/my-page"))
    assert found == {"Dette er du med på": ["Fjelltur"], "For Inger": ["Strikkekafé"]}


async def test_past_and_cancelled_bookings_stand_apart(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await make.booking(await pool("Fjorårets tur", starts=[NOW - timedelta(days=9)]), ola)
    await make.booking(await pool("Avlyst kveld"), ola, state=BookingState.CANCELLED)
    await make.booking(await pool("Pågår nå", starts=[NOW - timedelta(hours=1)]), ola)
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page")
    assert sections(page) == {
        "Dette er du med på": ["Pågår nå"],
        "Tidligere og avmeldt": ["Avlyst kveld", "Fjorårets tur"],
    }
    assert "Var påmeldt" in page.text
    assert "Meldt av" in page.text


async def test_a_whole_course_shows_the_next_time_and_how_many_are_left(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    weeks = [NOW + timedelta(days=7 * week) for week in (-2, -1, 1, 2, 3)]
    course = await pool("Mestringskurs", joining=Joining.WHOLE, starts=weeks)
    await make.booking(course, ola, seats=2)
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page")
    assert "tir 20 okt Mestringskurs kl. 12–14 · 3 ganger igjen · 2 personer" in page.text


async def test_each_booking_leads_to_its_own_page_and_to_cancelling(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    booking = await make.booking(await pool("Turgruppe"), ola, link_version=3)
    await visitor.sign_in(ola)
    links = [str(a["href"]) for a in (await visitor.open("/my-page")).soup.select("article a")]
    path = link_path(booking.id, 3)
    assert links == [path, f"{path}/cancel"]
    assert (await visitor.open(path)).status == 200


async def test_nobody_sees_what_is_anothers(visitor: Visitor) -> None:
    """Kari leads the organisation, Nora coordinates, Per is a stranger: Ola's evening is on nobody's page but Ola's."""
    ola = await make.person("Ola", "ola@example.no")
    owner = await make.organization("Turlaget")
    kari = await make.member(owner, Role.MANAGER, "Kari")
    nora = await make.member(owner, Role.COORDINATOR, "Nora")
    per = await make.person("Per", "per@example.no")
    await make.booking(await pool("Turgruppe", owner=owner), ola)
    await guest_booking("Ola", "ola@example.no", "Fjelltur")
    for somebody, titles in ((ola, ["Turgruppe", "Fjelltur"]), (kari, []), (nora, []), (per, [])):
        await visitor.sign_in(somebody)
        page = await visitor.open("/my-page")
        assert sorted(sections(page)["Dette er du med på"]) == sorted(titles)
        if somebody is not ola:
            assert "ola@example.no" not in page.text
            assert "Turgruppe" not in page.text


@pytest.mark.parametrize("number", [1, 30])
async def test_the_number_of_queries_does_not_grow_with_the_bookings(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    for count in range(number):
        await make.booking(await pool(f"Tur {count}"), ola, state=BookingState.WAITING)
        await make.booking(await pool(f"Trim {count}"), await make.person("Ingrid"), booked_by=ola)
        await make.booking(await pool(f"Før {count}", starts=[NOW - timedelta(days=count + 2)]), ola)
    await visitor.sign_in(ola)
    asked = []
    execute = AsyncpgDBClient.execute_query_dict

    async def counted(self: Any, query: str, values: Any = None) -> Any:
        asked.append(query)
        return await execute(self, query, values)

    monkeypatch.setattr(AsyncpgDBClient, "execute_query_dict", counted)
    page = await visitor.open("/my-page")
    found = sections(page)
    assert [len(titles) for titles in found.values()] == [number, number, min(number, 20)]
    assert (
        len(asked) == 9
    )  # who with their roles, coming, past, certificates, contacts, calendar, sign-ins, where they have roles, helpers


async def sign_in_of(person: Person, device: str) -> SignIn:
    return await SignIn.create(
        person=person, secret_hash=secret_hash(device), device=device, created_at=NOW, seen_at=NOW,
        expires_at=NOW + timedelta(days=90),
    )  # fmt: skip


async def test_one_device_is_signed_out_and_the_others_go_on(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    phone, laptop = await sign_in_of(ola, "Firefox, Android"), await sign_in_of(ola, "Safari, Mac")
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page")
    assert "Firefox, Android Brukt 13. oktober" in page.text
    assert (await visitor.submit(page, f"/{phone.id}/end")).status == 303
    left = await rows("SELECT device FROM sign_in WHERE ended_at IS NULL ORDER BY device")
    assert [sign_in["device"] for sign_in in left] == [laptop.device, "test"]
    page = await visitor.open("/my-page")
    assert "Firefox, Android" not in page.text
    assert "Safari, Mac" in page.text


async def test_all_devices_are_signed_out_at_once(visitor: Visitor) -> None:
    ola, per = await make.person("Ola"), await make.person("Per")
    await sign_in_of(ola, "Firefox, Android")
    others = await sign_in_of(per, "Safari, Mac")
    await visitor.sign_in(ola)
    assert (await visitor.submit(await visitor.open("/my-page"), "/sign-ins/end")).status == 303
    assert [row["id"] for row in await rows("SELECT id FROM sign_in WHERE ended_at IS NULL")] == [others.id]
    assert (await visitor.open("/my-page")).response.headers["location"] == "/sign-in?next=/my-page"


async def test_nobody_ends_the_sign_in_of_another(visitor: Visitor) -> None:
    ola, per = await make.person("Ola"), await make.person("Per")
    olas = await sign_in_of(ola, "Firefox, Android")
    await visitor.sign_in(per)
    fields = (await visitor.open("/my-page")).fields("/sign-out")
    for sign_in in (olas.id, uuid4(), "1", "x"):
        assert (await visitor.post(f"/my-page/sign-ins/{sign_in}/end", fields)).status == 404
    await olas.refresh_from_db()
    assert olas.ended_at is None


async def test_name_and_language_are_mine_to_set(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    done = await visitor.submit(await visitor.open("/my-page"), "/profile", name="Olaf", lang="nn")
    assert (done.status, done.response.headers["location"]) == (303, "/nn/my-page?saved=profile")
    await ola.refresh_from_db()
    assert (ola.name, ola.lang) == ("Olaf", "nn")
    await visitor.submit(await visitor.open("/my-page"), "/profile", name="", lang="nb")
    await ola.refresh_from_db()
    assert (ola.name, ola.lang) == ("Olaf", "nb"), (
        "a name that is gone would be taken for one that was forgotten"
    )
    assert (await visitor.open("/my-page")).heading == "Hei, Olaf"


async def test_messages_about_what_is_booked_follow_my_language(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    pool = await SeatPool.get(offer=await make.offer())
    mine, anothers = await make.booking(pool, ola), await make.booking(pool, await make.person("Per"))
    await visitor.sign_in(ola)
    await visitor.submit(await visitor.open("/my-page"), "/profile", name="Ola", lang="en")
    assert [(await Booking.get(id=one.id)).lang for one in (mine, anothers)] == ["en", "nb"]


async def test_the_language_is_that_of_whoever_the_messages_go_to(visitor: Visitor) -> None:
    """Gro is a guide, Ola has called her; he has booked as a guest before, and Liv acts for Ada, who has an address."""
    gro, ola = await make.person("Gro", "gro@example.no"), await make.person("Ola", "ola@example.no")
    caller, guest, ada = await make.person("Ola"), await make.person("Olaf"), await make.person("Ada")
    pool = await SeatPool.get(offer=await make.offer())
    said = {
        "by the guide": await make.booking(
            pool, caller, booked_by=gro, contact=await make.contact(caller, "ola@example.no", verified=False)
        ),
        "as a guest": await make.booking(
            pool, guest, contact=await make.contact(guest, "ola@example.no", verified=False)
        ),
        "for somebody who reads it": await make.booking(
            pool, ada, booked_by=ola, contact=await make.contact(ada, "ada@example.no", verified=False)
        ),
        "of her own": await make.booking(pool, gro, contact=await ContactPoint.get(person=gro)),
    }

    async def langs() -> dict[str, str]:
        return {what: (await Booking.get(id=one.id)).lang for what, one in said.items()}

    await visitor.sign_in(gro)
    await visitor.submit(await visitor.open("/my-page"), "/profile", name="Gro", lang="nn")
    assert await langs() == dict.fromkeys(said, "nb") | {"of her own": "nn"}
    party = said["by the guide"]
    await post(
        receipt, channel=Channel.EMAIL, address="ola@example.no", lang="nb", key="receipt:1", now=NOW,
        about=About(booking_id=party.id), booking=str(party.id),
    )  # fmt: skip
    await visitor.sign_in(ola)
    await visitor.submit(await visitor.open("/my-page"), "/profile", name="Ola", lang="en")
    assert await langs() == {
        "by the guide": "en", "as a guest": "en", "for somebody who reads it": "nb", "of her own": "nn",
    }  # fmt: skip
    assert (await OutboxMessage.get()).lang == "en"


@pytest.mark.parametrize("typed", [{"lang": "xx"}, {"lang": ""}, {"name": "x" * 81}, {"name": "a\0b"}])
async def test_a_wrong_profile_changes_nothing_and_says_why(visitor: Visitor, typed: dict[str, str]) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    page = await visitor.submit(
        await visitor.open("/my-page"), "/profile", **{"name": "Olaf", "lang": "en"} | typed
    )
    assert page.status == 422
    assert page.soup.select_one(".ds-error-summary") is not None
    await ola.refresh_from_db()
    assert (ola.name, ola.lang) == ("Ola", "nb")


POSTS = ["profile", "calendar", "calendar/revoke", "sign-ins/end", f"sign-ins/{UUID(int=1)}/end"]


@pytest.mark.parametrize("path", POSTS)
async def test_a_post_without_the_form_token_or_a_sign_in_is_refused(visitor: Visitor, path: str) -> None:
    ola = await make.person("Ola")
    assert (await visitor.post(f"/my-page/{path}", {})).status == 403
    await visitor.sign_in(ola)
    assert (await visitor.post(f"/my-page/{path}", {"name": "X", "lang": "en"})).status == 403
    assert await value("SELECT count(*) FROM sign_in WHERE ended_at IS NULL") == 1
    assert await value("SELECT count(*) FROM calendar_address") == 0


async def test_what_waits_for_my_answer_and_what_i_have_applied_for_stand_on_the_page(
    visitor: Visitor,
) -> None:
    kari, ola = await make.person("Kari", "kari@example.no"), await make.person("Ola", "ola@example.no")
    await acting.add(kari.id, "Olaf", Relation.NEXT_OF_KIN, (Channel.EMAIL, "ola@example.no"), alias=False, lang="nb",
                     now=NOW)  # fmt: skip
    applied = await make.organization("Strikkelaget", state="applied")
    await Membership.create(person=ola, organization=applied, role=Role.MANAGER, created_at=NOW)
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page")
    assert "Kari vil melde på for deg. Svar ja eller nei" in page.text
    assert "Strikkelaget Søknad: venter på svar" in page.text
    assert "Slutt : Strikkelaget" not in page.text, "nobody is a member of what is only applied for"
    await visitor.submit(await visitor.open("/my-page/helpers"), "/accept")
    assert "Svar ja eller nei" not in (await visitor.open("/my-page")).text
