"""Who wants to hear when booking opens is told once, and then forgotten."""

from datetime import datetime, timedelta

import pytest

from marketplace.base.data.database import in_transaction, rows
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS, RIGHTS, Recipient
from offers.bookings.openings.jobs import tell_opened
from offers.bookings.openings.models import OpeningNotice
from offers.catalogue.models import Joining, Offer, SeatPool, Visibility
from offers.messages.follow_up.actions import stop_news
from offers.messages.follow_up.rules import address_hash
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

OPENS = NOW + timedelta(days=2)


async def soon(opens: datetime = OPENS, **other: object) -> Offer:
    """An offer in a week that one can book from this moment."""
    offer = await make.offer("Kor", **{"joining": Joining.WHOLE} | other)  # type: ignore[arg-type]
    await SeatPool.filter(offer=offer).update(opens_at=opens)
    return offer


async def asked(visitor: Visitor, path: str, address: str) -> Page:
    return await visitor.follow(await visitor.submit(await visitor.open(path), "/notice", address=address))


async def sent() -> list[tuple[str, str, str]]:
    found = await rows("SELECT mail, channel, address FROM outbox_message ORDER BY address")
    return [(one["mail"], one["channel"], one["address"]) for one in found]


@pytest.mark.parametrize("page", ["", "/bookings/new"])
@pytest.mark.parametrize("joining", [Joining.WHOLE, Joining.PER_SESSION])
async def test_an_address_is_told_once_when_booking_opens(
    visitor: Visitor, page: str, joining: Joining
) -> None:
    offer = await soon(joining=joining)
    pool = await SeatPool.get(offer=offer)
    query = f"?session={pool.session_id}" if page and pool.session_id else ""
    for typed in ("Ola@example.no", "ola@example.no", "91 00 00 99"):
        done = await asked(visitor, f"/offers/{offer.slug}{page}{query}", typed)
        assert "Vi sier fra når påmeldingen åpner." in done.text
    await tell_opened(OPENS - timedelta(seconds=1))
    assert await sent() == []
    for _time in range(2):
        await tell_opened(OPENS)
        assert await sent() == [
            ("booking_opens", "sms", "+4791000099"),
            ("booking_opens", "email", "ola@example.no"),
        ]
    assert await OpeningNotice.all().count() == 0


async def test_the_message_leads_to_the_form_by_a_link_that_names_no_offer(visitor: Visitor) -> None:
    offer = await soon()
    pool = await SeatPool.get(offer=offer)
    visitor.wait(OPENS - NOW)
    mail = await MAILS["booking_opens"](Channel.EMAIL, "nb", pool=str(pool.id))
    sms = await MAILS["booking_opens"](Channel.SMS, "nb", pool=str(pool.id))
    assert mail is not None
    assert sms is not None
    assert mail.subject == "Påmeldingen har åpnet"
    assert "Kor" in mail.text
    assert offer.slug not in mail.text + sms.text
    assert len(sms.text) <= 160
    page = await visitor.follow(await visitor.open(f"/bookings/opens/{pool.id}"))
    assert page.heading == "Meld på"


async def test_what_is_closed_again_or_hidden_is_not_told_of(visitor: Visitor) -> None:
    offer = await soon()
    pool = await SeatPool.get(offer=offer)
    visitor.wait(OPENS - NOW)
    await Offer.filter(id=offer.id).update(visibility=Visibility.MEMBERS)
    hidden = await MAILS["booking_opens"](Channel.EMAIL, "nb", pool=str(pool.id))
    assert hidden is not None
    assert "Kor" not in hidden.text
    assert (await visitor.open(f"/bookings/opens/{pool.id}")).status == 404
    assert (await visitor.open(f"/offers/{offer.slug}/bookings/notice")).status != 200
    await SeatPool.filter(id=pool.id).update(closes_at=NOW)
    assert await MAILS["booking_opens"](Channel.EMAIL, "nb", pool=str(pool.id)) is None
    await Offer.filter(id=offer.id).update(state="draft")
    assert await MAILS["booking_opens"](Channel.EMAIL, "nb", pool=str(pool.id)) is None


async def test_what_is_no_address_is_an_error_at_the_field(visitor: Visitor) -> None:
    offer = await soon()
    page = await visitor.submit(await visitor.open(f"/offers/{offer.slug}"), "/notice", address="ola")
    assert page.status == 422
    assert "Skriv en e-postadresse" in page.text
    assert page.fields("/notice")["address"] == ["ola"]
    assert await OpeningNotice.all().count() == 0


async def test_a_form_that_stood_open_until_booking_opened_leads_to_the_booking(visitor: Visitor) -> None:
    offer = await soon()
    page = await visitor.open(f"/offers/{offer.slug}")
    await SeatPool.filter(offer=offer).update(opens_at=NOW)
    page = await visitor.follow(await visitor.submit(page, "/notice", address="ola@example.no"))
    assert page.heading == "Meld på"
    assert await OpeningNotice.all().count() == 0


async def test_an_address_is_not_asked_about_without_end(visitor: Visitor) -> None:
    answers, most = [], make.most_tries("opening notice", "ola@example.no", 10, timedelta(days=1))
    for _number in range(most + 1):
        offer = await soon()
        answers.append(await asked(visitor, f"/offers/{offer.slug}", "ola@example.no"))
    assert [answer.status for answer in answers] == [200] * most + [429]


async def test_two_workers_tell_each_once_and_one_that_is_killed_loses_none(db: None) -> None:
    pool = await SeatPool.get(offer=await soon())

    async def killed() -> None:
        async with in_transaction():
            await tell_opened(OPENS)
            raise ZeroDivisionError  # as when the process is gone before it commits

    for number in range(3):
        await OpeningNotice.create(
            pool=pool, channel="email", address=f"{number}@example.no", lang="nb", created_at=NOW
        )

    with pytest.raises(ZeroDivisionError):
        await killed()
    assert (await sent(), await OpeningNotice.all().count()) == ([], 3)
    _first, _second, waited = await overlapping(lambda: tell_opened(OPENS), lambda: tell_opened(OPENS))
    assert not waited
    assert len(await sent()) == 3


async def test_who_waits_for_a_suspended_organisation_is_told_when_it_is_let_in_again(
    visitor: Visitor,
) -> None:
    offer = await soon()
    await asked(visitor, f"/offers/{offer.slug}", "ola@example.no")
    await rows("UPDATE organization SET state = 'suspended'")
    await tell_opened(OPENS)
    assert (await sent(), await OpeningNotice.all().count()) == ([], 1)
    await rows("UPDATE organization SET state = 'approved'")
    await tell_opened(OPENS + timedelta(hours=1))
    assert await sent() == [("booking_opens", "email", "ola@example.no")]


async def test_who_asks_again_after_they_wanted_no_messages_is_told_in_the_language_of_now(
    visitor: Visitor,
) -> None:
    offer = await soon()
    await asked(visitor, f"/offers/{offer.slug}", "ola@example.no")
    visitor.wait(timedelta(hours=1))
    await stop_news(address_hash(Channel.EMAIL, "ola@example.no"), now=visitor.now)
    notice, right = await OpeningNotice.get(), RIGHTS["booking_opens"]
    there = Recipient(Channel.EMAIL, "ola@example.no")
    assert await right(there, asked=notice.created_at.isoformat()) is None
    visitor.wait(timedelta(hours=1))
    await asked(visitor, f"/en/offers/{offer.slug}", "ola@example.no")
    notice = await OpeningNotice.get()
    assert await right(there, asked=notice.created_at.isoformat()) == there
    assert notice.lang == "en"
