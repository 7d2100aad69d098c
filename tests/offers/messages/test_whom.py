"""A message that waits goes to whoever has a right to it when it is sent, and to nobody else."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from marketplace import schedule
from marketplace.base import clock
from marketplace.base.data.database import row, rows, value
from marketplace.base.models import Channel, OutboxMessage
from marketplace.base.post import outbox
from marketplace.base.post.mail import FOLLOWS, MAILS, RIGHTS, About, post
from marketplace.dialogue.models import Dialogue, DialogueMeeting, DialogueMember
from marketplace.my_page.acting import actions as acting
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.people.contacts.jobs import refuse
from marketplace.people.models import ActsFor, Person, Relation
from offers.bookings.openings.actions import note, tell_opened
from offers.catalogue.models import Joining, SeatPool
from offers.messages.follow_up.actions import stop_news
from offers.messages.follow_up.rules import address_hash
from offers.publishing.team.actions import add_organizer
from offers.seats.models import Booking
from organizations.approval import actions as approval
from organizations.approval.models import Answer
from organizations.members.invitations.actions import invite, take_back
from organizations.members.models import Membership, Role
from tests import make
from tests.conftest import NOW
from tests.marketplace.base.post.conftest import post_office
from tests.marketplace.base.post.office import Handler
from tests.visitor import Visitor

__all__ = ["post_office", "schedule"]  # the timetable knows every mail
KARI, ADA = "kari@example.no", "ada.hemmelig@example.no"


@pytest.fixture(autouse=True)
def moment() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


async def send() -> int:
    return await outbox.send_due(refuse, clock.now)


async def guardian_books(
    visitor: Visitor, reach: str | None = ADA
) -> tuple[Person, Person, ActsFor, Booking]:
    """Kari books for Ada, whom she acts for; the receipt is not sent yet."""
    kari = await make.person("Kari", KARI)
    ada = await make.person("Ada", reach)
    relation = await ActsFor.create(
        actor=kari, person=ada, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )
    offer = await make.offer(joining=Joining.WHOLE)
    await visitor.sign_in(kari)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new?for={ada.id}")
    done = await visitor.submit(page, "/bookings", seats=1)
    assert done.status == 303, done.text
    return kari, ada, relation, await Booking.get()


async def test_a_receipt_follows_the_booking_when_whoever_booked_stops_acting_for_them(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, _ada, relation, _booking = await guardian_books(visitor)
    await acting.end(kari.id, relation.id, now=NOW)
    assert await send() == 1
    (only,) = post_office.taken
    assert only["To"] == ADA
    assert KARI not in only.as_string()
    assert await row("SELECT address, link_version FROM outbox_message") == {
        "address": ADA, "link_version": 2,
    }  # fmt: skip


async def test_nobody_gets_it_where_the_participant_has_no_address(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, _ada, relation, _booking = await guardian_books(visitor, None)
    await acting.end(kari.id, relation.id, now=NOW)
    assert (await send(), post_office.taken) == (0, [])
    assert await value("SELECT problem FROM outbox_message") == "nobody's any more"


async def test_what_was_postponed_is_asked_again_for_whom_it_is(
    visitor: Visitor, post_office: Handler
) -> None:
    kari, _ada, relation, _booking = await guardian_books(visitor)
    post_office.data = ["451 not now"]
    assert await send() == 0
    await acting.end(kari.id, relation.id, now=NOW)
    with time_machine.travel(NOW + timedelta(minutes=3), tick=True):
        assert await send() == 2
    # It may have left, so Kari's calendar is told that it is hers no more.
    told = {mail["To"]: mail["Subject"] for mail in post_office.taken}
    assert told == {ADA: "Påmeldingen er i orden", KARI: "Til kalenderen din"}


async def test_a_message_to_an_address_that_is_removed_goes_to_the_one_that_is_kept(
    db: None, post_office: Handler
) -> None:
    ola = await make.person("Ola", "ola@example.no")
    phone = await make.contact(ola, "+4791000000")
    pool = await SeatPool.get(offer=await make.offer())
    booking = await make.booking(pool, ola, contact=phone)
    await post(
        "receipt", channel=Channel.SMS, address="+4791000000", lang="nb", key="receipt:1", now=NOW,
        about=About(booking.id, pool.offer_id, ola.id, 1), booking=str(booking.id),
    )  # fmt: skip
    await remove_contact(ola.id, phone.id, now=NOW)
    await send()
    receipt = await OutboxMessage.get(mail="receipt")
    assert (receipt.channel, receipt.address) == (Channel.EMAIL, "ola@example.no")
    assert set(post_office.to) == {"ola@example.no"}


async def test_whoever_leads_an_organisation_no_more_is_not_told_its_affairs(
    db: None, post_office: Handler
) -> None:
    owner, other = await make.organization("Turlaget"), await make.organization("Eieren", state="applied")
    for organization in (owner, other):
        for name in ("Kari", "Berit"):
            address = f"{name.lower()}.{organization.name.lower()}@example.no"
            await make.member(organization, Role.MANAGER, name, email=address)
    nora = (await make.person("Nora")).id
    offer = await make.offer(owner=await make.organization("Tredje"))
    await add_organizer(offer, owner.id, may_edit=True, by=nora, now=NOW)
    await approval.decide(
        other.id, Answer.DECLINED, reason="Vi trenger mer.", vouched=False, seen=0, by=nora, now=NOW
    )
    assert await OutboxMessage.all().count() == 4
    await Membership.filter(person__name="Kari").update(ended_at=NOW)
    assert await send() == 2
    assert sorted(post_office.to) == ["berit.eieren@example.no", "berit.turlaget@example.no"]


async def test_a_role_is_told_of_at_an_address_that_is_still_theirs(db: None, post_office: Handler) -> None:
    kari = await make.person("Kari", KARI)
    await make.contact(kari, "kari.ny@example.no")
    begun = await Membership.create(
        person=kari, organization=await make.organization(), role=Role.HOST, created_at=NOW
    )
    await post(
        "membership", channel=Channel.EMAIL, address=KARI, lang="nb", key="membership:1", now=NOW,
        about=About(person_id=kari.id), membership=str(begun.id),
    )  # fmt: skip
    await rows("DELETE FROM contact_point WHERE value = $1", KARI)
    assert (await send(), post_office.to) == (1, ["kari.ny@example.no"])


async def test_an_offer_of_help_an_invitation_and_a_notice_that_were_taken_back_are_not_sent(
    db: None, post_office: Handler
) -> None:
    kari = await make.person("Kari", KARI)
    await acting.add(
        kari.id, "Ada", Relation.NEXT_OF_KIN, (Channel.EMAIL, ADA), alias=False, lang="nb", now=NOW
    )
    await acting.end(kari.id, (await ActsFor.get()).id, now=NOW)
    organization = await make.organization()
    invited = await invite(organization.id, Role.HOST, Channel.EMAIL, "per@example.no", lang="nb", now=NOW)
    await take_back(invited.id, by=kari.id, now=NOW)
    pool = await SeatPool.get(offer=await make.offer())
    await note(pool.id, Channel.EMAIL, "ola@example.no", lang="nb", now=NOW)
    await note(pool.id, Channel.EMAIL, "nils@example.no", lang="nb", now=NOW)
    assert await tell_opened(now=NOW) == 2
    await stop_news(address_hash(Channel.EMAIL, "ola@example.no"), now=NOW)
    assert await send() == 1
    assert post_office.to == ["nils@example.no"]


async def test_who_wanted_no_news_and_then_asks_for_one_message_gets_that(
    db: None, post_office: Handler
) -> None:
    await stop_news(address_hash(Channel.EMAIL, "ola@example.no"), now=NOW - timedelta(days=9))
    pool = await SeatPool.get(offer=await make.offer())
    await note(pool.id, Channel.EMAIL, "ola@example.no", lang="nb", now=NOW)
    await tell_opened(now=NOW)
    assert (await send(), post_office.to) == (1, ["ola@example.no"])


async def test_an_organisation_that_has_left_the_dialogue_is_not_called_to_its_meeting(
    db: None, post_office: Handler
) -> None:
    unit = await make.organization("Mestringsenheten")
    dialogue = await Dialogue.create(
        slug="dialogen", title={"nb": "Dialogen"}, summary={"nb": ""}, created_at=NOW, coordinated_by=unit,
        municipality_id=unit.municipality_id,
    )  # fmt: skip
    there = await make.organization("Turlaget", email="turlaget@example.no")
    await DialogueMember.create(dialogue=dialogue, organization=there, joined_at=NOW)
    offer = await make.offer(joining=Joining.WHOLE, owner=unit)
    meeting = await DialogueMeeting.create(dialogue=dialogue, offer=offer, agenda="")
    for number in (1, 2):
        await post(
            "meeting", channel=Channel.EMAIL, address="turlaget@example.no", lang="nb", key=f"meeting:{number}",
            now=NOW, meeting=str(meeting.id), change="called",
        )  # fmt: skip
        await send()
        await DialogueMember.all().update(left_at=NOW)
    assert post_office.to == ["turlaget@example.no"]


async def test_a_mail_of_which_nothing_says_whom_it_is_for_can_not_be_posted(db: None) -> None:
    given = {"channel": Channel.EMAIL, "address": KARI, "lang": "nb", "key": "k", "now": NOW}
    with pytest.raises(LookupError):
        await post("receipt", **given, booking="x")  # type: ignore[arg-type]


def test_every_mail_says_who_has_a_right_to_it_or_follows_a_booking_or_a_person() -> None:
    """What is about a booking takes its id. The only other mail without a right of its own is for a person."""
    assert set(FOLLOWS) == {"booking", "person"}
    named = {name for name, function in MAILS.items() if "booking" not in function.__annotations__}
    assert named - set(RIGHTS) == {"membership"}
