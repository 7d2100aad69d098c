"""The facts of an offer by SMS or mail: never whose they are for, said to be sent when they are, and then forgotten."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.base import clock
from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import outbox
from marketplace.base.post.delivery import Mailbox, Postponed
from marketplace.base.post.letter import Letter, Rejected
from marketplace.guide.sending.mails import offer_facts
from offers.catalogue.models import Offer, Visibility
from tests import make
from tests.marketplace.guide.test_guide import CALL, booked, guide, tour
from tests.visitor import Page, Visitor


async def sent(visitor: Visitor, offer: Offer, address: str, **typed: Any) -> Page:
    page = await visitor.open(f"{CALL}/offers/{offer.slug}/send")
    return await visitor.submit(page, "/send", address=address, **typed)


async def nobody(*_refused: Any) -> None:
    """Whom a refused address is told to."""


async def deliver() -> int:
    return await outbox.send_due(nobody, clock.now)


async def test_an_sms_has_day_hour_place_and_a_short_address_and_says_no_more(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await make.offer("Sorggruppe", sensitive=True, venue=await make.venue("Lura bydelshus"))
    await booked(visitor, offer)
    assert (await sent(visitor, offer, "900 00 042")).status == 303
    message = await OutboxMessage.get(mail="offer_facts")
    assert (message.channel, message.address) == ("sms", "+4790000042")
    content = await offer_facts(Channel.SMS, "nb", slug=offer.slug)
    assert content
    assert "tirsdag 20. oktober" in content.text.replace("\u00a0", " ")
    assert "Lura bydelshus" in content.text
    assert "/t/" in content.text
    assert len(content.text) <= 160
    for secret in ("Olaug", "Sorggruppe", offer.slug, "påmeldt", "meldt på"):
        assert secret not in content.text
    letter = await offer_facts(Channel.EMAIL, "nb", slug=offer.slug)
    assert letter
    assert "Sorggruppe" in letter.text
    assert "Sorggruppe" not in letter.subject
    assert "Olaug" not in letter.text + (letter.html or "")


async def test_it_is_said_to_be_sent_when_it_is_and_the_address_is_gone_then(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    page = await visitor.follow(await sent(visitor, offer, "olaug@example.no"))
    assert "Meldingen er på vei." in page.text
    assert "Gå på tur: på vei" in page.text
    assert "sendt kl." not in page.text
    assert await deliver() == 1
    assert "Gå på tur: sendt kl. 12" in (await visitor.open(CALL)).text
    row = await OutboxMessage.get(mail="offer_facts")
    assert (row.address, row.facts) == ("", {})
    for table in ("outbox_message", "audit_entry", "sent_form", "rate_limit", "contact_point"):
        held = await value(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t")
        assert "olaug@example.no" not in held, table
    noted = await rows("SELECT object_id, details ->> 'channel' AS channel FROM audit_entry "
                       "WHERE action = 'offer_facts.sent'")  # fmt: skip
    assert [(one["object_id"], one["channel"]) for one in noted] == [(offer.id, "email")]


@pytest.mark.parametrize(("problem", "says"), [
    (Rejected("550"), "kom ikke fram"), (Postponed("connection"), "på vei")
])  # fmt: skip
async def test_what_the_gateway_does_not_take_is_not_said_to_be_sent(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, problem: Exception, says: str
) -> None:
    async def refuse(_self: Mailbox, _letter: Letter) -> None:
        raise problem

    await guide(visitor)
    await sent(visitor, await tour(), "900 00 042")
    monkeypatch.setattr(Mailbox, "send", refuse)
    assert await deliver() == 0
    page = await visitor.open(CALL)
    assert f"Gå på tur: {says}" in page.text
    assert "sendt kl." not in page.text
    row = await OutboxMessage.get(mail="offer_facts")
    assert row.address == ("" if says == "kom ikke fram" else "+4790000042"), (
        "kept only while it is to be tried"
    )


async def test_what_became_invisible_meanwhile_is_not_told_and_its_address_is_forgotten(
    visitor: Visitor,
) -> None:
    await guide(visitor)
    offer = await tour()
    await sent(visitor, offer, "900 00 042")
    await Offer.filter(id=offer.id).update(visibility=Visibility.STAFF)
    assert await deliver() == 0
    row = await OutboxMessage.get(mail="offer_facts")
    assert (row.sent_at, row.address) == (None, "")
    assert (await visitor.open(f"{CALL}/offers/{offer.slug}/send")).status == 404


async def test_other_messages_keep_their_address(visitor: Visitor) -> None:
    await guide(visitor)
    await booked(visitor, await tour(), contact="email", email="olaug@example.no")
    await deliver()
    assert (await OutboxMessage.get(mail="receipt")).address == "olaug@example.no"


@pytest.mark.parametrize("typed", ["", "900", "olaug(at)example", "x" * 300, "51 00 00 42"])
async def test_where_nothing_can_be_sent_is_said_at_the_field(visitor: Visitor, typed: str) -> None:
    await guide(visitor)
    page = await sent(visitor, await tour(), typed)
    assert page.status == 422
    assert page.soup.find(id="address-error")
    assert page.soup.find("input", id="address", value=typed or True) or not typed
    assert await OutboxMessage.all().count() == 0


async def test_an_address_gets_no_more_than_a_few_a_day(visitor: Visitor) -> None:
    await guide(visitor)
    offer = await tour()
    most = make.most_tries("facts to", "+4790000042", 8, timedelta(days=1))
    assert {(await sent(visitor, offer, "900 00 042")).status for _ in range(most)} == {303}
    assert (await sent(visitor, offer, "+47 900 00 042")).status == 429
    assert (await sent(visitor, offer, "900 00 043")).status == 303


async def test_a_language_that_nobody_offers_is_refused(visitor: Visitor) -> None:
    await guide(visitor)
    page = await sent(visitor, await tour(), "900 00 042", lang="xx")
    assert page.status == 422
    assert (await sent(visitor, await tour(), "900 00 042", lang="en")).status == 303
    assert (await OutboxMessage.get(mail="offer_facts")).lang == "en"
