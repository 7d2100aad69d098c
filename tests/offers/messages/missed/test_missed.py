"""After a missed time: three ways on, each asked for by a link and done by a button, as long as there is something to
do."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post.mail import MAILS
from marketplace.people.models import ActsFor, Relation
from offers.attendance.actions import end_words
from offers.attendance.models import Attendance, AttendanceState, Cause
from offers.attendance.queries import saved
from offers.bookings.actions import cancel, send_word
from offers.bookings.models import ComingAgain, SentWord
from offers.catalogue.models import Joining, Offer, SeatPool, Session
from offers.messages.follow_up.actions import follow_up, stop_news
from offers.messages.follow_up.rules import address_hash
from offers.participants.queries import participants
from offers.seats.links import link_path
from offers.seats.models import Booking, BookingState
from offers.telling.actions import ring_on, rung
from offers.telling.models import PhoneCall
from offers.work.jobs import tell_of_calls
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.attendance.registers import kept
from tests.visitor import Visitor

DAY = timedelta(days=1)
NUMBER = "+4791000077"


async def away(*, starts: int = 2, closed: bool = True, **other: Any) -> tuple[Offer, Booking, list[Session]]:
    """Ida has missed the first of these times, yesterday; the others follow each week."""
    given: dict[str, Any] = {"joining": Joining.WHOLE, "capacity": 1,
             "starts": [NOW - DAY + number * timedelta(days=7) for number in range(starts)]} | other  # fmt: skip
    offer = await make.offer("Sov bedre", **given)
    ida = await make.person("Ida")
    contact = await make.contact(ida, "ida@example.no", verified=False)
    booking = await make.booking(
        await SeatPool.get(offer=offer), ida, contact=contact, created_at=NOW - 3 * DAY
    )
    sessions = await Session.filter(offer=offer).order_by("starts_at").select_related("offer")
    await keep(sessions[0], closed=closed)
    return offer, booking, sessions


async def by_her_mother(offer: Offer) -> Booking:
    """Ada's, that Aud has made."""
    mother = await make.person("Aud")
    contact = await make.contact(mother, "aud@example.no")
    pool = await SeatPool.get(offer=offer)
    return await make.booking(pool, await make.person("Ada"), booked_by=mother, contact=contact)


async def missed(booking: Booking, session: Session) -> None:
    """As its register would say when it was closed."""
    await Attendance.create(
        session=session, booking=booking, state=AttendanceState.ABSENT, seats_present=0, recorded_at=NOW,
        cause=Cause.CLOSING,
    )  # fmt: skip


async def keep(session: Session, *present: Booking, closed: bool = True) -> None:
    again = (await saved(session.id)).saved_at is not None
    await kept(session, *present, now=NOW if again else session.ends_at)
    if not closed:
        await rows("UPDATE register SET closed_at = NULL, closed_by = NULL, closed_by_person_id = NULL")


def path(booking: Booking, session: Session, way: str) -> str:
    return f"{link_path(booking.id, 1)}/missed/{session.id}/{way}"


async def test_the_word_has_three_ways_on_and_no_blame(db: None, visitor: Visitor) -> None:
    _offer, booking, sessions = await away()
    mail = await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id), session=str(sessions[0].id))
    assert mail is not None
    for way in (path(booking, sessions[0], "coming"), path(booking, sessions[0], "call"),
                f"{link_path(booking.id, 1)}/cancel"):  # fmt: skip
        assert way in mail.text
        assert way in str(mail.html)
    assert "Det er helt i orden" in mail.text


async def test_i_come_the_next_time_is_asked_by_get_and_noted_by_post(visitor: Visitor) -> None:
    offer, booking, sessions = await away()
    await send_word(booking.id, sessions[1].id, now=NOW)
    page = await visitor.open(path(booking, sessions[0], "coming"))
    assert page.heading == "Kommer du neste gang?"
    assert await ComingAgain.all().count() == 0, "whoever only looks has said nothing"
    page = await visitor.follow(await visitor.submit(page, "/coming"))
    assert page.heading == "Så fint"
    again = await visitor.open(path(booking, sessions[0], "coming"))
    assert again.heading == "Så fint"
    assert [one.session_id for one in await ComingAgain.all()] == [sessions[1].id]
    assert await SentWord.all().count() == 0, "that they could not come is taken back"
    assert [one.comes_to for one in await participants(offer.id, NOW)] == [sessions[1].starts_at]
    await visitor.sign_in(await make.member(await offer.owner, Role.EDITOR, "Kari"))
    assert "kommer 19. okt" in (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).text


async def test_a_time_that_was_moved_meanwhile_is_shown_and_asked_about_anew(visitor: Visitor) -> None:
    _offer, booking, sessions = await away()
    page = await visitor.open(path(booking, sessions[0], "coming"))
    await rows(
        "UPDATE session SET starts_at = starts_at + $2, ends_at = ends_at + $2 WHERE id = $1",
        sessions[1].id,
        DAY,
    )
    late = await visitor.submit(page, "/coming")
    assert (late.status, late.heading) == (409, "Kommer du neste gang?")
    assert "Tiden er endret siden du åpnet siden." in late.text
    assert await ComingAgain.all().count() == 0
    done = await visitor.follow(await visitor.submit(late, "/coming"))
    assert done.heading == "Så fint"


@pytest.mark.parametrize("ends", ["word", "moved"])
async def test_that_they_come_ends_with_word_that_they_do_not_and_when_the_time_is_another(
    visitor: Visitor, ends: str
) -> None:
    _offer, booking, sessions = await away()
    page = await visitor.open(path(booking, sessions[0], "coming"))
    await visitor.submit(page, "/coming")
    if ends == "word":
        await send_word(booking.id, sessions[1].id, now=NOW)
    else:
        await end_words([sessions[1].id])
    assert await ComingAgain.all().count() == 0


async def test_ring_me_puts_them_on_the_list_with_the_number_they_gave_and_somebody_is_told(
    visitor: Visitor,
) -> None:
    offer, booking, sessions = await away(sensitive=True)
    kari = await make.member(await offer.owner, Role.EDITOR, "Kari", email="kari@example.no")
    page = await visitor.open(path(booking, sessions[0], "call"))
    assert page.heading == "Vil du at vi ringer deg?"
    assert await PhoneCall.all().count() == 0
    wrong = await visitor.submit(page, "/call", number="123")
    assert wrong.status == 422
    assert 'value="123"' in wrong.html
    empty = await visitor.submit(page, "/call", number="")
    assert empty.status == 422
    assert "Skriv telefonnummeret ditt" in empty.text
    done = await visitor.follow(await visitor.submit(page, "/call", number="91 00 00 77"))
    assert done.heading == "Vi ringer deg"
    assert "910 00 077" in done.text
    await visitor.submit(page, "/call", number="91 00 00 77")
    assert await PhoneCall.all().count() == 1, "sent twice it is one call"
    for _time in range(2):
        await tell_of_calls(NOW)
    (told,) = await OutboxMessage.filter(mail="ring_me")
    assert told.address == "kari@example.no"
    mail = await MAILS["ring_me"](Channel.EMAIL, "nb", **told.facts)
    assert mail is not None
    assert f"/manage/sessions/{sessions[0].id}/call-list" in mail.text
    for secret in ("Ida", "910 00 077", "91000077", "91 00 00 77", "Sov bedre", offer.slug):
        assert secret not in mail.text
    await visitor.sign_in(kari)
    listed = await visitor.open(f"/manage/sessions/{sessions[0].id}/call-list")
    assert "910 00 077" in listed.text
    assert "vil gjerne bli ringt" in listed.text
    await rung((await PhoneCall.get()).id, True, by=kari.id, now=NOW)
    assert await MAILS["ring_me"](Channel.EMAIL, "nb", **told.facts) is None


async def test_whoever_wants_an_alias_is_rung_on_the_number_that_they_gave_and_named_by_it(
    visitor: Visitor,
) -> None:
    offer, booking, sessions = await away()
    await rows("UPDATE person SET shielded = true WHERE name = 'Ida'")
    kari = await make.member(await offer.owner, Role.EDITOR, "Kari", email="kari@example.no")
    page = await visitor.open(path(booking, sessions[0], "call"))
    await visitor.submit(page, "/call", number="91 00 00 77")
    await visitor.sign_in(kari)
    listed = await visitor.open(f"/manage/offers/{offer.slug}/call-list")
    assert "910 00 077" in listed.text
    assert "Ida" not in listed.html
    assert "ida@example.no" not in listed.html


async def test_a_wrong_number_is_put_right_and_the_wish_taken_back(visitor: Visitor) -> None:
    offer, booking, sessions = await away()
    kari = await make.member(await offer.owner, Role.EDITOR, "Kari", email="kari@example.no")
    call = path(booking, sessions[0], "call")
    page = await visitor.follow(await visitor.submit(await visitor.open(call), "/call", number="91000076"))
    assert page.fields("/call")["number"] == ["+4791000076"], "the number that stands there can be changed"
    assert "Du har bedt om å bli ringt" in (await visitor.open(path(booking, sessions[0], "coming"))).text
    page = await visitor.follow(await visitor.submit(page, "/call", number="91 00 00 77"))
    assert "910 00 077" in page.text
    assert [one.number for one in await PhoneCall.all()] == [NUMBER]
    sent = {"form_token": page.fields()["form_token"], "no": ["1"]}
    done = await visitor.follow(await visitor.post(call, sent))
    assert "Det er i orden. Da ringer vi ikke." in done.text
    assert await PhoneCall.all().count() == 0
    await tell_of_calls(NOW)
    assert await OutboxMessage.filter(mail="ring_me").count() == 0
    await visitor.submit(await visitor.open(call), "/call", number="91000077")
    (one,) = await PhoneCall.all()
    await rung(one.id, True, by=kari.id, now=NOW)
    late = await visitor.follow(await visitor.post(call, sent))
    assert late.heading == "Noen har ringt deg", "what has been done is not taken back"
    assert await PhoneCall.all().count() == 1


async def test_nobody_is_left_to_wait_for_a_call_that_nobody_hears_of(visitor: Visitor) -> None:
    offer, booking, sessions = await away()
    kari = await make.member(await offer.owner, Role.EDITOR, "Kari", email="kari@example.no")
    call = path(booking, sessions[0], "call")
    open_before = await visitor.open(call)
    await rows("UPDATE membership SET ended_at = $2 WHERE person_id = $1", kari.id, NOW)
    nobody = "får beskjed fra oss akkurat nå. Ring dem på"
    page = await visitor.open(call)
    assert nobody in page.text
    assert 'name="number"' not in page.html
    late = await visitor.submit(open_before, "/call", number="91000077")
    assert (late.status, nobody in late.text, await PhoneCall.all().count()) == (409, True, 0)
    await rows("UPDATE membership SET ended_at = NULL WHERE person_id = $1", kari.id)
    asked = await visitor.follow(await visitor.submit(open_before, "/call", number="91000077"))
    assert nobody not in asked.text
    await rows("UPDATE membership SET ended_at = $2 WHERE person_id = $1", kari.id, NOW)
    assert nobody in (await visitor.open(call)).text, "whoever waits already hears it, too"


async def test_who_acts_for_somebody_is_not_told_that_it_was_they_who_were_away(visitor: Visitor) -> None:
    offer, _booking, sessions = await away(capacity=None)
    hers = await by_her_mother(offer)
    await missed(hers, sessions[0])
    facts = {"booking": str(hers.id), "session": str(sessions[0].id)}
    short = await MAILS["missed"](Channel.SMS, "nb", **facts)
    assert short is not None
    assert "Vi så dere ikke sist." in short.text, short.text
    mail = await MAILS["missed"](Channel.EMAIL, "nb", **facts)
    assert mail is not None
    for said in (mail.text, str(mail.html)):
        assert ("Ada</bdi> kommer neste gang" in said or "Ada kommer neste gang" in said, "Jeg kommer" in said) == (
            True, False,
        )  # fmt: skip


async def test_a_text_message_after_the_last_time_leads_to_somebody_who_rings(visitor: Visitor) -> None:
    _offer, booking, sessions = await away(starts=1)
    mail = await MAILS["missed"](Channel.SMS, "nb", booking=str(booking.id), session=str(sessions[0].id))
    assert mail is not None
    assert f"{link_path(booking.id, 1)}/missed" in mail.text
    page = await visitor.follow(await visitor.open(f"{link_path(booking.id, 1)}/missed"))
    assert page.heading == "Vil du at vi ringer deg?"


async def test_off_the_list_gives_the_seat_to_the_next_at_once(visitor: Visitor) -> None:
    offer, booking, _sessions = await away()
    pool = await SeatPool.get(offer=offer)
    await rows("UPDATE seat_pool SET capacity = 1 WHERE id = $1", pool.id)
    nora = await make.booking(pool, await make.person("Nora"), BookingState.WAITING)
    page = await visitor.open(f"{link_path(booking.id, 1)}/cancel")
    assert (await SeatPool.get(offer=offer)).taken == 1, "the link only asks"
    await visitor.submit(page, "/cancel")
    assert (await Booking.get(id=booking.id)).state == BookingState.CANCELLED
    assert (await Booking.get(id=nora.id)).state == BookingState.OFFERED, (
        "she is asked before the next time begins"
    )
    assert (await SeatPool.get(offer=offer)).taken == 1
    page = await visitor.open(link_path(nora.id, 1))
    assert page.heading == "En plass ble ledig"
    page = await visitor.follow(await visitor.submit(page, "/answer", answer="yes"))
    assert page.heading == "Du er påmeldt"


@pytest.mark.parametrize("way", ["coming", "call"])
@pytest.mark.parametrize("over", ["cancelled", "there after all", "next is over", "not closed"])
async def test_a_link_ends_when_what_it_is_about_does(visitor: Visitor, way: str, over: str) -> None:
    _offer, booking, sessions = await away(closed=over != "not closed")
    form = await visitor.open("/bookings")
    if over == "cancelled":
        await cancel(booking.id, now=NOW)
    elif over == "there after all":
        await keep(sessions[0], booking)
    elif over == "next is over":
        visitor.wait(9 * DAY)
    asks = await visitor.open(path(booking, sessions[0], way))
    assert asks.status == 410
    assert asks.heading == "Dette gjelder ikke lenger"
    sent = {"form_token": form.fields()["form_token"], "number": ["91 00 00 77"]}
    done = await visitor.post(path(booking, sessions[0], way), sent)
    assert done.status == 410, done.text
    assert await ComingAgain.all().count() + await PhoneCall.filter(about="asked").count() == 0


async def test_a_call_that_was_asked_for_goes_when_they_leave(visitor: Visitor) -> None:
    offer, booking, sessions = await away()
    kari = await make.member(await offer.owner, Role.EDITOR, "Kari", email="kari@example.no")
    page = await visitor.open(path(booking, sessions[0], "call"))
    await visitor.submit(page, "/call", number="91 00 00 77")
    await cancel(booking.id, now=NOW)
    await tell_of_calls(NOW)
    assert await OutboxMessage.filter(mail="ring_me").count() == 0
    await visitor.sign_in(kari)
    assert "910 00 077" not in (await visitor.open(f"/manage/offers/{offer.slug}/call-list")).text


async def test_the_last_time_leaves_a_call_and_no_next_time(visitor: Visitor) -> None:
    _offer, booking, sessions = await away(starts=1)
    assert (await visitor.open(path(booking, sessions[0], "coming"))).status == 410
    assert (await visitor.open(path(booking, sessions[0], "call"))).status == 200
    mail = await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id), session=str(sessions[0].id))
    assert mail is not None
    assert "/coming" not in mail.text
    assert "/call" in mail.text
    visitor.wait(15 * DAY)
    assert (await visitor.open(path(booking, sessions[0], "call"))).status == 410


async def test_anothers_time_and_a_strangers_link_open_nothing(visitor: Visitor) -> None:
    _offer, booking, _sessions = await away()
    _other, theirs, others = await away()
    for way in ("coming", "call"):
        assert (await visitor.open(path(booking, others[0], way))).status == 404
        assert (await visitor.open(f"/bookings/{'x' * 38}/missed/{others[0].id}/{way}")).status == 404
    await rows("UPDATE booking SET link_version = 2 WHERE id = $1", theirs.id)
    assert (await visitor.open(path(theirs, others[0], "call"))).status == 404


async def test_of_a_sensitive_offer_only_they_themselves_are_told_that_they_were_away(db: None) -> None:
    offer, booking, sessions = await away(sensitive=True, capacity=None)
    hers = await by_her_mother(offer)
    await ActsFor.create(
        actor_id=hers.booked_by_id, person_id=hers.participant_id, relation=Relation.GUARDIAN, created_at=NOW,
        accepted_at=NOW,
    )  # fmt: skip
    await missed(hers, sessions[0])
    await follow_up(NOW + DAY)
    assert [one.address for one in await OutboxMessage.filter(mail="missed")] == ["ida@example.no"]
    told = await MAILS["missed"](Channel.EMAIL, "nb", booking=str(hers.id), session=str(sessions[0].id))
    assert told is None, "nor where the address of the booking has become hers meanwhile"
    assert await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id), session=str(sessions[0].id))


async def test_who_may_not_hear_of_it_takes_no_wish_back_and_learns_of_none(visitor: Visitor) -> None:
    offer, _booking, sessions = await away(sensitive=True, capacity=None)
    hers = await by_her_mother(offer)
    call = path(hers, sessions[0], "call")
    sent = {"form_token": (await visitor.open("/bookings")).fields()["form_token"], "no": ["1"]}
    before = await visitor.post(call, sent)
    await ring_on(hers.id, sessions[0].id, NUMBER, now=NOW)
    after = await visitor.post(call, sent)
    assert (
        (before.status, before.heading) == (after.status, after.heading) == (410, "Dette gjelder ikke lenger")
    )
    assert await PhoneCall.all().count() == 1


async def test_whoever_wants_no_such_messages_gets_none(db: None) -> None:
    _offer, booking, sessions = await away()
    await stop_news(address_hash(Channel.EMAIL, "ida@example.no"), now=NOW)
    told = await MAILS["missed"](Channel.EMAIL, "nb", booking=str(booking.id), session=str(sessions[0].id))
    assert told is None


async def test_a_text_message_leads_to_all_three_ways(visitor: Visitor) -> None:
    _offer, booking, sessions = await away()
    mail = await MAILS["missed"](Channel.SMS, "nb", booking=str(booking.id), session=str(sessions[0].id))
    assert mail is not None
    link = f"{link_path(booking.id, 1)}/missed"
    assert link in mail.text
    page = await visitor.follow(await visitor.open(link))
    assert page.heading == "Kommer du neste gang?"
    assert path(booking, sessions[0], "call") in page.html
    assert f"{link_path(booking.id, 1)}/cancel" in page.html
    await keep(sessions[0], booking)
    assert (await visitor.open(link)).response.headers["location"].endswith(link_path(booking.id, 1))


async def test_whoever_got_their_place_when_it_was_over_is_not_told_that_they_were_away(db: None) -> None:
    _offer, booking, sessions = await away()
    await Booking.filter(id=booking.id).update(seated_at=sessions[0].ends_at + timedelta(minutes=1))
    await follow_up(NOW + DAY)
    assert await OutboxMessage.filter(mail="missed").count() == 0
    await Booking.filter(id=booking.id).update(seated_at=sessions[0].starts_at)
    await follow_up(NOW + DAY)
    assert await OutboxMessage.filter(mail="missed").count() == 1
