"""A certificate of a course: for whoever was at so much of it as the organiser asks for, and for nobody else to see."""

import io
import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import pypdf
import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.base.web import limits
from marketplace.people.models import ContactPoint, Person
from offers.attendance.queries import saved
from offers.bookings.certificates import queries
from offers.bookings.certificates.paper import certificate, hours
from offers.bookings.certificates.rules import Attended, earned, number_of
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.rights.models import HostAssignment
from offers.seats.links import link_path
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import kept
from tests.visitor import Page, Visitor

WEEK = timedelta(days=7)
REOPEN = "UPDATE register SET closed_at = NULL, closed_by = NULL, closed_by_person_id = NULL"
STARTS = [NOW - 5 * WEEK, NOW - 4 * WEEK, NOW - 3 * WEEK, NOW - 2 * WEEK, NOW - WEEK]


async def course(share: int | None = 80, **other: Any) -> Offer:
    """Five times two hours, all of them over."""
    given: dict[str, Any] = {"joining": Joining.WHOLE, "starts": STARTS, "certificate_share": share} | other
    return await make.offer("Sov bedre", **given)


async def booked(offer: Offer, person: Person | None = None, **other: Any) -> Booking:
    return await make.booking(await SeatPool.get(offer=offer), person or await make.person("Ola"), **other)


async def keep(offer: Offer, number: int, *present: Booking) -> None:
    """The register of a session of the offer, from 0, as a host saves it; again when it stands already."""
    session = (await Session.filter(offer=offer).order_by("starts_at").select_related("offer"))[number]
    again = (await saved(session.id)).saved_at is not None
    await kept(session, *present, now=NOW if again else NOW - timedelta(days=1))


async def was_at(offer: Offer, booking: Booking, *numbers: int) -> None:
    """Every register is closed; the booking was at these."""
    for number in range(len(STARTS)):
        await keep(offer, number, *([booking] if number in numbers else []))


def path_of(booking: Booking) -> str:
    return f"{link_path(booking.id, booking.link_version)}/certificate.pdf"


def read(page: Page) -> str:
    assert page.response.headers["content-type"] == "application/pdf"
    return words(page.response.content)


def words(made: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(made))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())


async def in_lang(booking: UUID, lang: str | None) -> bytes:
    return await certificate(booking, NOW, lang)


@pytest.mark.parametrize(
    ("came", "held", "share", "has"),
    [(4, 5, 80, True), (3, 5, 80, False), (5, 5, 100, True), (4, 5, 100, False), (1, 2, 50, True), (0, 0, 50, False),
     (0, 5, 50, False), (7, 10, 75, False), (8, 10, 75, True), (2, 3, 70, False), (3, 4, 75, True)],
)  # fmt: skip
def test_the_share_is_of_what_was_held(came: int, held: int, share: int, has: bool) -> None:
    one = Attended(UUID(int=1), True, share, held, held, came, 120 * came, 0, NOW)
    assert earned(one, NOW) is has


async def test_whoever_was_at_enough_gets_it_by_their_own_link(visitor: Visitor) -> None:
    offer = await course()
    booking = await booked(offer)
    await was_at(offer, booking, 0, 1, 2, 4)
    page = await visitor.open(link_path(booking.id, 1))
    assert "Last ned kursbevis (PDF)" in page.text
    found = await visitor.open(path_of(booking))
    said = read(found)
    for fact in ("Kursbevis", "Ola", "har vært med på", "Sov bedre", "Frivilligsentralen", "Var med på 4 av 5",
                 "8 timer", "8. september 2026", "6. oktober 2026", number_of(booking.id)):  # fmt: skip
        assert fact in said, said
    assert "29. september 2026" not in said, "they were not there then"
    assert found.response.headers["cache-control"] == "no-store"
    assert "Sov" not in found.response.headers["content-disposition"]


async def test_whoever_was_at_less_has_none_and_nobody_says_so(visitor: Visitor) -> None:
    offer = await course()
    booking = await booked(offer)
    await was_at(offer, booking, 0, 1)
    page = await visitor.open(link_path(booking.id, 1))
    assert "ursbevis" not in page.text
    assert (await visitor.open(path_of(booking))).status == 404


async def test_a_correction_is_in_the_next_download(visitor: Visitor) -> None:
    offer = await course()
    booking = await booked(offer)
    await was_at(offer, booking, 0, 1, 2)
    assert (await visitor.open(path_of(booking))).status == 404
    await keep(offer, 3, booking)
    assert "Var med på 4 av 5" in read(await visitor.open(path_of(booking)))
    await keep(offer, 3)
    assert (await visitor.open(path_of(booking))).status == 404


async def test_a_register_that_is_not_closed_and_a_session_that_was_cancelled_count_nowhere(
    visitor: Visitor,
) -> None:
    offer = await course(70)
    booking = await booked(offer)
    for number in range(4):
        await keep(offer, number, *([booking] if number else []))
    assert (await visitor.open(path_of(booking))).status == 404, "the last register may still be kept"
    sessions = await Session.filter(offer=offer).order_by("starts_at")
    await rows("UPDATE session SET status = 'cancelled' WHERE id = $1", sessions[0].id)

    assert (await visitor.open(path_of(booking))).status == 404, "the last one may still be kept"
    visitor.wait(timedelta(hours=3))
    said = read(await visitor.open(path_of(booking)))
    assert "Var med på 3 av 3. Oppmøtet er ført for 3 av 4." in said
    await keep(offer, 4, booking)
    await rows(f"{REOPEN} WHERE session_id = $1", sessions[4].id)
    assert (await visitor.open(path_of(booking))).status == 404, "somebody is still keeping the last one"


async def test_there_is_none_before_the_course_is_over_and_none_where_the_organiser_gives_none(
    visitor: Visitor,
) -> None:
    offer = await course(starts=[NOW - WEEK, NOW + WEEK])
    booking = await booked(offer)
    await keep(offer, 0, booking)
    page = await visitor.open(link_path(booking.id, 1))
    assert "minst 80 prosent av samlingene, kursbevis her" in page.text
    assert (await visitor.open(path_of(booking))).status == 404
    without = await course(None)
    other = await booked(without)
    await was_at(without, other, 0, 1, 2, 3, 4)
    assert (await visitor.open(path_of(other))).status == 404
    assert "ursbevis" not in (await visitor.open(link_path(other.id, 1))).text


async def test_a_revoked_link_and_a_forgotten_name_open_no_certificate(visitor: Visitor) -> None:
    offer = await course()
    booking = await booked(offer)
    await was_at(offer, booking, 0, 1, 2, 3, 4)
    await rows("UPDATE booking SET link_version = 2")
    assert (await visitor.open(path_of(booking))).status == 404
    await rows("UPDATE person SET name = NULL")
    await rows("UPDATE booking SET link_version = 1")
    assert (await visitor.open(path_of(booking))).status == 404
    assert await queries.course(booking.id, "nb") is None


async def test_it_is_the_same_bytes_for_the_same_facts_and_made_in_less_than_a_second(db: None) -> None:
    offer = await course()
    booking = await booked(offer)
    await was_at(offer, booking, 0, 1, 2, 3, 4)
    began = time.perf_counter()
    first = await certificate(booking.id, NOW)
    assert time.perf_counter() - began < 1
    assert await certificate(booking.id, NOW + timedelta(days=100)) == first
    reader = pypdf.PdfReader(io.BytesIO(first))
    assert reader.xmp_metadata is not None
    assert "<pdfuaid:part>1</pdfuaid:part>" in reader.xmp_metadata.stream.get_data().decode()


@pytest.mark.parametrize(("lang", "says"), [("nb", "8. september 2026"), ("en", "8 September 2026")])
async def test_it_speaks_the_language_of_their_messages(db: None, lang: str, says: str) -> None:
    offer = await course()
    booking = await booked(offer, lang=lang)
    await was_at(offer, booking, 0, 1, 2, 3, 4)
    made = await in_lang(booking.id, None)
    assert says in words(made)
    assert pypdf.PdfReader(io.BytesIO(made)).trailer["/Root"]["/Lang"] == lang  # type: ignore[index]


async def test_what_people_write_is_never_markup(db: None) -> None:
    offer = await course()
    booking = await booked(offer, await make.person("#panic() $x$"))
    await was_at(offer, booking, 0, 1, 2, 3, 4)
    assert "#panic() $x$" in words(await certificate(booking.id, NOW))


async def test_those_who_lead_find_numbers_and_papers_but_not_those_of_the_shielded(visitor: Visitor) -> None:
    offer = await course()
    ola, ida = await booked(offer), await booked(offer, await make.person("Kanari Ida", shielded=True))
    per = await booked(offer, await make.person("Torgeir"))
    for number in range(5):
        await keep(offer, number, ola, ida, *([per] if number < 2 else []))
    host = await make.member(await offer.owner, Role.HOST, "Hilde")
    await HostAssignment.create(person=host, offer=offer)
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/offers/{offer.slug}/certificates")
    assert number_of(ola.id) in page.text
    assert number_of(ida.id) in page.text
    assert "Kanari" not in page.html
    assert "Torgeir" not in page.text, "whoever was at less is not named"
    at = f"/manage/offers/{offer.slug}/certificates"
    assert "Ola" in read(await visitor.open(f"{at}/{ola.id}"))
    for other in (ida, per):
        assert (await visitor.open(f"{at}/{other.id}")).status == 404
    noted = await rows("SELECT count(*) FROM audit_entry WHERE action = 'participants.read' "
                       "AND details ->> 'list' = 'certificates' AND actor_id = $1", host.id)  # fmt: skip
    assert noted[0]["count"] == 2, "the list, and the paper"


async def test_another_organisation_a_coordinator_and_another_offers_host_find_nothing(
    visitor: Visitor,
) -> None:
    offer, other = await course(), await course()
    booking = await booked(offer)
    await was_at(offer, booking, 0, 1, 2, 3, 4)
    stranger = await make.member(await other.owner, Role.EDITOR, "Stine")
    await visitor.sign_in(stranger)
    assert (await visitor.open(f"/manage/offers/{offer.slug}/certificates")).status == 404
    assert (await visitor.open(f"/manage/offers/{offer.slug}/certificates/{booking.id}")).status == 404
    assert (await visitor.open(f"/manage/offers/{other.slug}/certificates/{booking.id}")).status == 404


async def test_the_organiser_says_how_much_of_a_course_it_takes(visitor: Visitor) -> None:
    offer = await course(None)
    await visitor.sign_in(await make.member(await offer.owner, Role.EDITOR, "Kari"))
    form = await visitor.open(f"/manage/offers/{offer.slug}/joining")
    page = await visitor.submit(form, "/joining", certificate="75")
    assert page.status == 303, page.text
    assert (await Offer.get(id=offer.id)).certificate_share == 75
    assert "minst 75 prosent" in (await visitor.open(f"/manage/offers/{offer.slug}")).text
    form = await visitor.open(f"/manage/offers/{offer.slug}/joining")
    page = await visitor.submit(form, "/joining", certificate="33")
    assert page.status == 422
    assert "Velg hvor mye av kurset man må være med på." in page.text


async def test_min_side_and_the_thanks_lead_to_it(visitor: Visitor) -> None:
    offer = await course()
    ola = await make.person("Ola", "ola@example.no")
    contact = await ContactPoint.get(person=ola)
    booking = await booked(offer, ola, contact=contact)
    await was_at(offer, booking, 0, 1, 2, 3, 4)
    await visitor.sign_in(ola)
    assert path_of(booking) in (await visitor.open("/my-page")).html
    mail = await MAILS["thanks"](Channel.EMAIL, "nb", booking=str(booking.id))
    assert mail is not None
    assert path_of(booking) in mail.text


def test_hours_are_said_in_words() -> None:
    assert [hours(minutes) for minutes in (60, 120, 90, 45)] == [
        "1 time", "2 timer", "1 time og 30 minutter", "45 minutter",
    ]  # fmt: skip


async def test_nobody_prints_without_end(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """One press prints for all: whoever has the link prints so many papers an hour, and others go on."""
    monkeypatch.setattr(limits, "MOST_PRINTED", 2)
    offer = await course()
    amina, elin = await booked(offer), await booked(offer)
    for number in range(len(STARTS)):
        await keep(offer, number, amina, elin)
    found = [(await visitor.open(path_of(amina))).status for _ in range(3)]
    assert found == [200, 200, 429]
    assert (await visitor.open(path_of(elin))).status == 200
    visitor.wait(timedelta(hours=2))
    assert (await visitor.open(path_of(amina))).status == 200


async def test_a_host_prints_so_many_papers_an_hour_and_another_host_goes_on(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the person's limit: of all their papers together, whosever they are."""
    monkeypatch.setattr(limits, "MOST_PRINTED", 2)
    offer = await course()
    amina, elin = await booked(offer), await booked(offer)
    for number in range(len(STARTS)):
        await keep(offer, number, amina, elin)
    at = f"/manage/offers/{offer.slug}/certificates"
    tom, kari = [await make.member(await offer.owner, Role.EDITOR, name) for name in ("Tom", "Kari")]
    await visitor.sign_in(tom)
    found = [(await visitor.open(f"{at}/{one.id}")).status for one in (amina, elin, amina)]
    assert found == [200, 200, 429]
    assert (await visitor.open(at)).status == 200, "the list is no paper"
    await visitor.sign_in(kari)
    assert (await visitor.open(f"{at}/{amina.id}")).status == 200
    await visitor.sign_in(tom)
    visitor.wait(timedelta(hours=2))
    assert (await visitor.open(f"{at}/{amina.id}")).status == 200
