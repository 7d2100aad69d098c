"""What was lost stays lost: each kind of the ledger, by the act that loses it, a restore, and what is left then."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base import clock
from marketplace.base.data import ledger
from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.data.ledger import Lost
from marketplace.base.models import Channel
from marketplace.dialogue import actions as dialogues
from marketplace.dialogue.models import Dialogue
from marketplace.dialogue.needs import actions as needs
from marketplace.my_page import actions as mine
from marketplace.my_page.acting import actions as acting
from marketplace.my_page.contacts.actions import remove_contact
from marketplace.my_page.own_goals import actions as own_goals
from marketplace.operations.restore.actions import set_right
from marketplace.operations.restore.again import AGAIN
from marketplace.operations.restore.summary import WORDS
from marketplace.people.models import ActsFor, Person, Relation
from marketplace.people.second_factor import actions as factors
from marketplace.people.sign_in.queries import SignedIn
from marketplace.privacy.erasure.actions import erase
from offers.attendance.check_in import actions as check_in
from offers.attendance.substitute import actions as substitutes
from offers.attendance.substitute.models import Substitute
from offers.bookings.companions import actions as companions
from offers.bookings.links.actions import renew_link, send_to
from offers.bookings.mending.actions import change_address
from offers.catalogue.models import Offer, SeatPool, Session, Visibility
from offers.feeds import actions as feeds
from offers.messages.follow_up import actions as news
from offers.messages.follow_up.rules import address_hash
from offers.publishing import actions as publishing
from offers.publishing.picture import actions as pictures
from offers.publishing.questions import actions as questions
from offers.publishing.questions.models import OfferQuestion, QuestionKind
from offers.publishing.team import actions as team
from organizations.approval import actions as approval
from organizations.approval.models import Answer
from organizations.directory.queries import places
from organizations.members import actions as members
from organizations.members.invitations import actions as invitations
from organizations.members.models import Membership, Role
from organizations.profile import actions as profile
from organizations.profile.pictures import Made
from tests import make
from tests.conftest import NOW
from tests.marketplace.operations.restore.earlier import Earlier

Act = Callable[[], Awaitable[object]]
Case = tuple[Act, str, tuple[object, ...]]
"""The act, and SQL with its values that says whether what it ends is there."""


def signed_in(person: Person) -> SignedIn:
    return SignedIn(person.id, person.name, "nb", person.id, NOW, NOW)


async def cases() -> dict[Lost, Case]:
    """A town in which each kind can be lost once, and nothing but that by the same act."""
    manager = await make.person("Leder", "leder@example.no")
    unit = await make.organization("Enheten")
    await Membership.create(person=manager, organization=unit, role=Role.MANAGER, created_at=NOW)
    offer = await make.offer("Kor", owner=unit)
    pool = await SeatPool.get(offer=offer).select_related("session")
    session = await Session.get(offer=offer).select_related("offer")
    found: dict[Lost, Case] = {}

    ola = await make.person("Ola", "ola@example.no")
    found[Lost.PERSON] = (lambda: erase(ola.id, now=NOW), "SELECT true FROM person WHERE id = $1 AND name = 'Ola'",
                          (ola.id,))  # fmt: skip

    kari = await make.person("Kari", "kari@example.no")
    second = await make.contact(kari, "kari2@example.no")
    found[Lost.CONTACT] = (lambda: remove_contact(kari.id, second.id, now=NOW),
                           "SELECT true FROM contact_point WHERE id = $1", (second.id,))  # fmt: skip

    gro = await make.person("Gro")
    hers = await make.contact(gro, "gro@example.no")
    linked = await make.booking(pool, gro, contact_id=hers.id)
    found[Lost.BOOKING_LINK] = (
        lambda: renew_link(linked.id, now=NOW),
        "SELECT true FROM booking WHERE id = $1 AND link_version = 1", (linked.id,),
    )  # fmt: skip

    guest = await make.person("Gjest")
    wrong = await make.contact(guest, "feil@example.no", verified=False)
    sent = await make.booking(pool, guest, contact_id=wrong.id)
    found[Lost.BOOKING_ADDRESS] = (
        lambda: change_address(sent.id, Channel.EMAIL, "rett@example.no", now=NOW, by=None),
        "SELECT true FROM booking WHERE id = $1 AND contact_id = $2", (sent.id, wrong.id),
    )  # fmt: skip

    helped = await make.person("Mor")
    acts = await ActsFor.create(actor=gro, person=helped, relation=Relation.NEXT_OF_KIN, created_at=NOW,
                                accepted_at=NOW)  # fmt: skip
    found[Lost.ACTS_FOR] = (lambda: acting.end(gro.id, acts.id, now=NOW),
                            "SELECT true FROM acts_for WHERE id = $1 AND ended_at IS NULL", (acts.id,))  # fmt: skip

    editor = await make.member(unit, Role.EDITOR, "Redaktør")
    role = await Membership.get(person=editor)
    found[Lost.MEMBERSHIP] = (lambda: members.end(role, by=signed_in(manager), now=NOW),
                              "SELECT true FROM membership WHERE id = $1 AND ended_at IS NULL", (role.id,))  # fmt: skip

    asked = await invitations.invite(unit.id, Role.HOST, Channel.EMAIL, "ny@example.no", lang="nb", now=NOW,
                                     by=manager.id)  # fmt: skip
    found[Lost.INVITATION] = (
        lambda: invitations.take_back(asked.id, by=manager.id, now=NOW),
        "SELECT true FROM invitation WHERE id = $1 AND ended_at IS NULL", (asked.id,),
    )  # fmt: skip

    host = await make.member(unit, Role.HOST, "Vert")
    await team.assign_host(offer, host.id, by=manager.id, now=NOW)
    found[Lost.HOST] = (lambda: team.remove_host(offer, host.id, by=manager.id, now=NOW),
                        "SELECT true FROM host_assignment WHERE person_id = $1", (host.id,))  # fmt: skip

    beside, helping = await make.organization("Medarrangør"), await make.organization("Hjelper")
    for each in (beside, helping):
        await team.add_organizer(offer, each.id, may_edit=True, by=manager.id, now=NOW)
    found[Lost.ORGANIZER] = (lambda: team.remove_organizer(offer, beside.id, by=manager.id, now=NOW),
                             "SELECT true FROM offer_organizer WHERE organization_id = $1", (beside.id,))  # fmt: skip
    found[Lost.ORGANIZER_EDITS] = (
        lambda: team.add_organizer(offer, helping.id, may_edit=False, by=manager.id, now=NOW),
        "SELECT true FROM offer_organizer WHERE organization_id = $1 AND may_edit", (helping.id,),
    )  # fmt: skip

    other = await make.organization("Stengt")
    found[Lost.ORGANIZATION] = (
        lambda: approval.decide(other.id, Answer.SUSPENDED, reason="Ute av drift.", vouched=False, seen=0, by=None,
                                now=NOW),
        "SELECT true FROM organization WHERE id = $1 AND state = 'approved'", (other.id,),
    )  # fmt: skip

    async def totp(person: Person) -> None:
        await rows("INSERT INTO totp (id, person_id, secret, last_step, created_at) VALUES ($1, $2, $3, 0, $4)",
                   uuid7(), person.id, factors.sealed_secret("JBSWY3DPEHPK3PXP"), NOW)  # fmt: skip

    eva, per = await make.person("Eva", "eva@example.no"), await make.person("Per", "per@example.no")
    await totp(eva)
    found[Lost.SECOND_FACTOR] = (lambda: factors.remove_app(eva.id, now=NOW),
                                 "SELECT true FROM totp WHERE person_id = $1", (eva.id,))  # fmt: skip
    await totp(per)
    await factors.new_recovery_codes(per.id, now=NOW)
    old = await value("SELECT id FROM recovery_code WHERE person_id = $1 LIMIT 1", per.id)
    found[Lost.RECOVERY_CODE] = (lambda: factors.new_recovery_codes(per.id, now=NOW),
                                 "SELECT true FROM recovery_code WHERE id = $1", (old,))  # fmt: skip

    await feeds.make_address(eva.id, now=NOW)
    found[Lost.CALENDAR_ADDRESS] = (
        lambda: feeds.revoke_address(eva.id, now=NOW),
        "SELECT true FROM calendar_address WHERE person_id = $1 AND revoked_at IS NULL", (eva.id,),
    )  # fmt: skip

    await substitutes.ask(session, Channel.EMAIL, "vikar@example.no", lang="nb", by=manager.id, now=NOW)
    stands_in = await Substitute.get()
    found[Lost.SUBSTITUTE] = (lambda: substitutes.revoke(session, stands_in.id, by=manager.id, now=NOW),
                              "SELECT true FROM substitute WHERE id = $1 AND revoked_at IS NULL",
                              (stands_in.id,))  # fmt: skip

    hashed = address_hash(Channel.EMAIL, "nei@example.no")
    found[Lost.NEWS] = (lambda: news.stop_news(hashed, now=NOW),
                        "SELECT true WHERE NOT EXISTS (SELECT FROM unsubscription WHERE address_hash = $1)",
                        (hashed,))  # fmt: skip
    found[Lost.OWN_NAME] = (lambda: mine.shield(per.id, True, now=NOW),
                            "SELECT true FROM person WHERE id = $1 AND NOT shielded", (per.id,))  # fmt: skip

    family = await make.booking(pool, await make.person("Familie"), seats=2)
    child = uuid7()
    await rows("INSERT INTO companion (id, booking_id, name) VALUES ($1, $2, 'Barnet')", child, family.id)
    found[Lost.COMPANION] = (
        lambda: companions.leave(family.id, {child}, 0, seen=2, now=NOW),
        "SELECT true FROM companion WHERE id = $1", (child,),
    )  # fmt: skip

    await own_goals.add(eva.id, "Ut mer", now=NOW)
    goal = await value("SELECT id FROM own_goal WHERE person_id = $1", eva.id)
    found[Lost.OWN_GOAL] = (lambda: own_goals.remove(eva.id, goal), "SELECT true FROM own_goal WHERE id = $1",
                            (goal,))  # fmt: skip

    need = await needs.say("Sjakk for voksne", (await places())[0], None, now=NOW)
    found[Lost.NEED] = (lambda: needs.take_back(need), "SELECT true FROM need WHERE id = $1", (need,))

    shown = await make.offer("For alle", owner=unit)

    async def narrow() -> None:
        offer = await Offer.get(id=shown.id)
        await publishing.set_audience(
            offer, by=manager.id, now=NOW, members=[], text={}, visibility=Visibility.STAFF
        )

    found[Lost.OFFER_TO_ALL] = (
        narrow, "SELECT true FROM offer WHERE id = $1 AND visibility = 'public'", (shown.id,),
    )  # fmt: skip

    dialogue = await Dialogue.create(
        municipality=await make.municipality(), coordinated_by=unit, slug="dialogen", title={"nb": "Dialogen"},
        summary={"nb": "Møter"}, created_at=NOW,
    )  # fmt: skip
    await dialogues.join(dialogue, helping.id, by=per.id, now=NOW)
    found[Lost.DIALOGUE] = (
        lambda: dialogues.leave(dialogue, helping.id, by=per.id, now=NOW),
        "SELECT true FROM dialogue_member WHERE organization_id = $1 AND left_at IS NULL", (helping.id,),
    )  # fmt: skip

    await check_in.turn_on(session, by=manager.id, now=NOW)
    found[Lost.CHECK_IN] = (
        lambda: check_in.turn_off(session, by=manager.id, now=NOW),
        "SELECT true FROM check_in WHERE session_id = $1 AND digest IS NOT NULL", (session.id,),
    )  # fmt: skip

    await profile.set_logo(unit, Made(b"a picture", 10, 10), by=manager.id, now=NOW)
    found[Lost.LOGO] = (
        lambda: profile.remove_logo(unit, by=manager.id, now=NOW),
        "SELECT true FROM organization WHERE id = $1 AND logo_id IS NOT NULL", (unit.id,),
    )  # fmt: skip
    await pictures.show(offer, Made(b"another picture", 10, 10), by=manager.id, now=NOW)
    found[Lost.PICTURE] = (
        lambda: pictures.show(offer, None, by=manager.id, now=NOW),
        "SELECT true FROM offer WHERE id = $1 AND picture_id IS NOT NULL", (offer.id,),
    )  # fmt: skip

    asking = await make.offer("Med spørsmål", owner=unit)
    await questions.add(asking, by=manager.id, now=NOW, kind=QuestionKind.TEXT, text="Hva spiser du?",
                        purpose="Mat", choices=[], required=False, keep_days=14)  # fmt: skip
    question = await OfferQuestion.get(offer=asking)
    found[Lost.QUESTION] = (
        lambda: questions.remove(asking, question.id, by=manager.id, now=NOW),
        "SELECT true FROM offer_question WHERE id = $1", (question.id,),
    )  # fmt: skip

    asked_to = await make.offer("For noen", owner=unit, visibility=Visibility.MEMBERS)

    async def seen_by(*members: UUID) -> None:
        await publishing.set_audience(
            await Offer.get(id=asked_to.id), by=manager.id, now=NOW, members=members, text={},
            visibility=Visibility.MEMBERS,
        )  # fmt: skip

    await seen_by(beside.id, helping.id)
    found[Lost.AUDIENCE] = (
        lambda: seen_by(helping.id),
        "SELECT true FROM offer_audience_organization WHERE offer_id = $1 AND organization_id = $2",
        (asked_to.id, beside.id),
    )  # fmt: skip
    assert set(found) == set(Lost)
    return found


async def test_each_kind_of_what_was_lost_stays_lost_after_a_restore(
    folder: Path, tmp_path: Path, db: None
) -> None:
    found = await cases()
    since = clock.unmoved()
    there = await Earlier.taken()

    for act, _alive, _values in found.values():
        await act()
    noted = {each.kind for each in ledger.read(folder, since)[0]}
    assert set(found) - noted == set()

    await there.put_back()
    back = {kind for kind, (_act, alive, values) in found.items() if await value(alive, *values)}
    assert set(found) - back == set(), "else this test could not fail"

    summary = await set_right(since, None, tmp_path, NOW)
    still = {kind for kind, (_act, alive, values) in found.items() if await value(alive, *values)}
    assert still == set()
    assert set(found) - set(summary.done_again) == set()


async def test_what_was_given_back_is_not_taken_again(folder: Path, tmp_path: Path, db: None) -> None:
    unit = await make.organization("Enheten")
    manager = await make.member(unit, Role.MANAGER, "Leder")
    offer = await make.offer("Kor", owner=unit)
    one, other = Made(b"one", 10, 10), Made(b"other", 10, 10)
    await profile.set_logo(unit, one, by=manager.id, now=NOW)
    await pictures.show(offer, one, by=manager.id, now=NOW)
    gro = await make.person("Gro", "gro@example.no")
    first = await value("SELECT id FROM contact_point WHERE person_id = $1", gro.id)
    second = (await make.contact(gro, "gro2@example.no")).id
    booking = await make.booking(await SeatPool.get(offer=offer), gro, contact_id=first)
    pair = await make.booking(await SeatPool.get(offer=offer), await make.person("Ada"), booked_by=gro,
                              contact_id=second, made_with_id=booking.id)  # fmt: skip
    await rows("UPDATE booking SET made_with_id = $1 WHERE id = $1", booking.id)
    since = clock.unmoved()
    there = await Earlier.taken()

    for shown in (None, other, one):
        await pictures.show(offer, shown, by=manager.id, now=NOW)
    await profile.remove_logo(unit, by=manager.id, now=NOW)
    await profile.set_logo(unit, one, by=manager.id, now=NOW)
    for contact in (second, first, second):
        async with in_transaction():
            await send_to(booking.id, contact)
    await there.put_back()
    await set_right(since, None, tmp_path, NOW)

    assert await value("SELECT picture_id IS NOT NULL FROM offer WHERE id = $1", offer.id)
    assert await value("SELECT logo_id IS NOT NULL FROM organization WHERE id = $1", unit.id)
    left = "SELECT contact_id FROM booking WHERE id = $1"
    assert await value(left, booking.id) is None, "its messages went elsewhere in the end"
    assert await value(left, pair.id) == second, "they went there before, and in the end"


def test_each_kind_has_its_way_and_its_words() -> None:
    assert set(AGAIN) == set(Lost) - {Lost.PERSON}
    assert set(WORDS) == set(Lost)
