"""A person's download is complete, and only theirs."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg

from marketplace.base.data import audit
from marketplace.base.data.address import credentials
from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.post.mail import post
from marketplace.goals.models import FocusArea, Measure, Plan, PlanComment
from marketplace.my_page.own_goals import actions as own_goals
from marketplace.people.models import ActsFor, Relation
from marketplace.people.sign_in.models import SignIn
from marketplace.privacy.download.queries import NOT_HERE, SECTIONS, START, everything
from marketplace.privacy.download.rules import LABELS, TITLES, VALUES, readable
from marketplace.privacy.rules import TABLES
from offers.attendance.models import EndedRegister, RegisterEnd
from offers.attendance.offline.models import RegisterTaken
from offers.attendance.substitute.models import Substitute
from offers.attendance.taps.models import RegisterTap
from offers.bookings.companions.models import Companion
from offers.bookings.models import ComingAgain, SentWord
from offers.bookings.openings.models import OpeningNotice
from offers.catalogue.models import Joining, SeatPool, Session
from offers.feeds.models import CalendarAddress
from offers.feeds.searches.actions import save as save_search
from offers.messages.models import HostMessage, Recipients
from offers.publishing.questions.models import BookingAnswer, OfferQuestion, QuestionKind
from offers.seats.models import BookingState, EndedBy
from offers.telling.models import CallAbout, PhoneCall
from organizations.members.models import Invitation, Membership, Role
from organizations.notices.models import MemberNotice, Notice
from tests import make
from tests.conftest import NOW
from tests.marketplace.people.door import ask, last_message
from tests.visitor import Visitor


def test_every_table_with_something_personal_is_in_it_or_says_why_not() -> None:
    told = {table for section in SECTIONS.values() for table in section.tables.split()}
    assert told.isdisjoint(NOT_HERE)
    assert {*TITLES} == {*SECTIONS}
    assert told | set(NOT_HERE) == {name for name, table in TABLES.items() if table.personal}


async def a_full_life(name: str, address: str, mark: str) -> Any:
    """A person with something in every table; `mark` stands in every text of theirs."""
    me = await make.person(f"{name} {mark}", address, lang="en")
    shared = await make.contact(me, "familien@example.no", verified=False)
    owner = await make.organization(f"Laget {mark}")
    offer = await make.offer(
        f"Tur {mark}", owner=owner, joining=Joining.WHOLE, starts=[NOW - timedelta(days=1)]
    )
    pool, session = await SeatPool.get(offer=offer), await Session.get(offer=offer)
    booking = await make.booking(pool, me, contact=shared)
    await make.booking(pool, await make.person(f"Barn {mark}"), booked_by=me)
    await make.booking(pool, await make.person(f"Fremmed {mark}borte"), contact=None)
    await Companion.create(booking=booking, name=f"Venn {mark}")
    await RegisterTaken.create(person=me, session=session, taken_at=NOW)
    await Substitute.create(
        session=session, channel="email", address=address, created_at=NOW, ends_at=NOW + timedelta(days=1)
    )
    question = await OfferQuestion.create(offer=offer, position=1, kind=QuestionKind.TEXT, text=f"Hva {mark}?",
                                          purpose="mat", choices=[])  # fmt: skip
    await BookingAnswer.create(booking=booking, question=question, text=f"Svar {mark}")
    await OpeningNotice.create(pool=pool, channel=Channel.EMAIL, address=address, lang="nb", created_at=NOW)
    await HostMessage.create(offer=offer, recipients=Recipients.ALL, author=me, text=f"Hei {mark}", told=1,
                             created_at=NOW)  # fmt: skip
    await PhoneCall.create(booking=booking, session=session, about=CallAbout.SESSION_MOVED, key=f"moved {mark}",
                           since=NOW, called_at=NOW, called_by=me)  # fmt: skip
    await SentWord.create(booking=booking, session=session, at=NOW)
    await ComingAgain.create(booking=booking, session=session, at=NOW)
    await own_goals.add(me.id, f"Treffe flere {mark}", now=NOW)
    await EndedRegister.create(
        session=session, ended_by=RegisterEnd.MOVED, starts_at=NOW, saved_at=NOW, ended_at=NOW,
        marks=[{"booking": str(booking.id), "state": "present", "seats": 1}],
    )  # fmt: skip
    await rows("""INSERT INTO attendance (id, session_id, booking_id, state, seats_present, pseudonym, recorded_at)
        VALUES ($1, $2, $3, 'present', 1, 'p', $4)""", uuid4(), session.id, booking.id, NOW)  # fmt: skip
    await RegisterTap.create(id=uuid4(), session=session, booking=booking, field="state", value="present", saw=0,
                             version=1, tapped_at=NOW, arrived_at=NOW, person=me, outcome="kept")  # fmt: skip
    await rows("INSERT INTO register (id, session_id, saved_by_id, saved_at) VALUES ($1, $2, $3, $4)", uuid4(),
               session.id, me.id, NOW)  # fmt: skip
    await rows("""INSERT INTO decision (id, organization_id, answer, reason, decided_by_id, at, vouched)
        VALUES ($1, $2, 'approved', $3, $4, $5, false)""", uuid4(), owner.id, f"Fint {mark}", me.id, NOW)  # fmt: skip
    await rows(
        "INSERT INTO host_assignment (id, offer_id, person_id) VALUES ($1, $2, $3)", uuid4(), offer.id, me.id
    )
    await Membership.create(person=me, organization=owner, role=Role.HOST, created_at=NOW)
    await MemberNotice.create(
        person=me, organization=owner, kind=Notice.REMINDER, wanted=False, changed_at=NOW
    )
    for to, by in ((address, None), (f"{mark}borte@example.no", me)):
        await Invitation.create(organization=owner, role=Role.EDITOR, channel="email", address=to, lang="nb",
                                invited_by=by, created_at=NOW, expires_at=NOW)  # fmt: skip
    await ActsFor.create(
        actor=me, person=await make.person(f"Mor {mark}"), relation=Relation.NEXT_OF_KIN, created_at=NOW
    )
    helper = await make.person(f"Hjelper {mark}")
    await ActsFor.create(actor=helper, person=me, relation=Relation.NEXT_OF_KIN, created_at=NOW)
    await SignIn.create(person=me, secret_hash=uuid4().bytes, device=f"Firefox {mark}", created_at=NOW, seen_at=NOW,
                        expires_at=NOW)  # fmt: skip
    await CalendarAddress.create(person=me, secret_hash=uuid4().bytes, created_at=NOW)
    await rows(
        "INSERT INTO totp (id, person_id, secret, created_at) VALUES ($1, $2, 'x', $3)", uuid4(), me.id, NOW
    )
    await rows("""INSERT INTO sign_in_ticket (id, channel, address, link_hash, code_hash, created_at, expires_at)
        VALUES ($1, 'email', $2, $3, 'x', $4, $4)""", uuid4(), address, uuid4().bytes, NOW)  # fmt: skip
    await post("links", channel=Channel.EMAIL, address=address, lang="nb", key=f"links:{mark}", now=NOW)
    await save_search(f"q={mark}", owner=me.id, now=NOW)
    plan = await Plan.create(municipality=await make.municipality(), slug=mark, title={"nb": "Plan"},
                             summary={"nb": ""}, first_year=2026, last_year=2026)  # fmt: skip
    area = await FocusArea.create(plan=plan, number=1, title={"nb": "Område"}, summary={"nb": ""})
    measure = await Measure.create(focus_area=area, number=1, title={"nb": "Tiltak"})
    await PlanComment.create(measure=measure, body=f"Vi er i gang {mark}", at=NOW, written_by=me)
    looker = await make.person(f"Kikker {mark}")
    await audit.record("participants.read", actor=looker.id, object_id=offer.id, organization=owner.id,
                       now=NOW + timedelta(minutes=1))  # fmt: skip
    await audit.record("participants.read", actor=me.id, object_id=offer.id, now=NOW)
    return me


async def test_two_who_share_an_address_that_neither_has_proven_get_their_own(db: None) -> None:
    ola = await a_full_life("Ola", "ola@example.no", "kanariola")
    per = await a_full_life("Per", "per@example.no", "kanariper")
    for person, own, other in ((ola, "kanariola", "kanariper"), (per, "kanariper", "kanariola")):
        found = await everything(person.id, "nb")
        assert [key for key, records in found.items() if not records] == []
        said = json.dumps(found, ensure_ascii=False)
        assert own in said
        assert other not in said
        assert f"{own}borte" not in said, "who else is booked, and whom I have invited"
        assert len(found["bookings"]) == 2
        assert {each["name"] for each in found["bookings"]} == {f"{person.name}", f"Barn {own}"}
        shown = readable(found)
        assert len(shown) == len(SECTIONS)
        assert not re.search(r"None|\d{4}-\d\d-\d\dT", str(shown))


async def test_what_was_made_with_a_proven_address_is_in_it_without_anothers_name(db: None) -> None:
    ola = await make.person("Ola", "familien@example.no")
    for name in ("Inger Kanari", "ola"):
        guest = await make.person(name)
        contact = await make.contact(guest, "familien@example.no", verified=False)
        await make.booking(await SeatPool.get(offer=await make.offer()), guest, contact=contact)
    found = await everything(ola.id, "nb")
    assert [(each.get("name"), each["address"]) for each in found["bookings"]] == [
        (None, "familien@example.no"), ("ola", "familien@example.no"),
    ]  # fmt: skip


async def test_whoever_stopped_helping_reads_no_more_what_somebody_is_called(db: None) -> None:
    kari, ada = await make.person("Kari"), await make.person("Ada Kanari")
    row = await ActsFor.create(
        actor=kari, person=ada, relation=Relation.NEXT_OF_KIN, created_at=NOW, accepted_at=NOW
    )
    assert "Kanari" in str(await everything(kari.id, "nb"))
    await ActsFor.filter(id=row.id).update(ended_at=NOW)
    found = await everything(kari.id, "nb")
    assert ("Kanari" in str(found), len(found["people_i_help"])) == (False, 1)


async def test_it_is_taken_away_as_a_page_or_a_file_and_that_is_noted(visitor: Visitor) -> None:
    page = await ask(visitor)
    await visitor.submit(page, code=(await last_message())["code"])
    page = await visitor.open("/my-page/download")
    links = [str(a["href"]) for a in page.soup.select("main a.ds-button[href^='/my-page']")]
    assert links == ["/my-page/download.html", "/my-page/download.json"]
    shown, file = await visitor.open(links[0]), await visitor.open(links[1])
    assert "ola@example.no" in shown.text
    assert shown.response.headers["cache-control"] == file.response.headers["cache-control"] == "no-store"
    assert file.response.json()["contacts"][0]["address"] == "ola@example.no"
    assert "attachment" in file.response.headers["content-disposition"]
    assert (
        await value("SELECT count(*) FROM audit_entry WHERE action = 'export.made' AND person_id = actor_id")
        == 2
    )
    visitor.wait(timedelta(minutes=11))
    for path in ("/my-page/download", *links):
        assert (await visitor.open(path)).response.headers["location"].startswith("/sign-in/again?next=")


async def test_every_column_of_every_section_has_its_words(db: None, database_url: str) -> None:
    """Also of what is empty in most lives: a column without words took the whole page from who had something in it."""
    connection = await asyncpg.connect(**credentials(database_url))
    try:
        for key, section in SECTIONS.items():
            asked = (
                f"{START} SELECT * FROM ({section.sql}) x WHERE $1::uuid IS NOT NULL AND $2::text IS NOT NULL"
            )
            columns = {each.name for each in (await connection.prepare(asked)).get_attributes()}
            assert columns - LABELS.keys() == set(), key
    finally:
        await connection.close()


async def test_whoever_has_cancelled_reads_it_on_the_page(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    pool = await SeatPool.get(offer=await make.offer())
    await make.booking(pool, ola, state=BookingState.CANCELLED, ended_by=EndedBy.HOST)
    await visitor.sign_in(ola)
    page = await visitor.open("/my-page/download.html")
    assert page.status == 200
    assert "Meldt av av arrangøren" in page.text
    assert VALUES["ended_by"].keys() == {each.value for each in EndedBy}
