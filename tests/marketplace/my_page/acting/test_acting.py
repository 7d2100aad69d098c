"""Acting for others: Kari is Ada's mother, Ada may have a sign-in of her own, Per is a stranger, Guri guides."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.models import Channel
from marketplace.base.post.mail import MAILS
from marketplace.my_page.acting import actions as acting
from marketplace.people import mails as people_mails
from marketplace.people.models import ActsFor, ContactPoint, Person, Relation
from marketplace.privacy.actions import forget
from offers.bookings import actions, mails
from offers.bookings import queries as bookings_queries
from offers.bookings.actions import ForWhom, book_dates
from offers.bookings.certificates import queries as certificates
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.catalogue.queries import VISITOR
from offers.seats.claims import Party
from offers.seats.links import link_path
from offers.seats.models import Booking
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.offers.seats.test_races import overlapping
from tests.visitor import Page, Visitor

assert mails
assert people_mails  # importing them makes them known


async def child_of(kari: Person, name: str = "Ada") -> Person:
    """Somebody without a sign-in whom Kari acts for."""
    await acting.add(kari.id, name, Relation.GUARDIAN, None, alias=False, lang="nb", now=NOW)
    return await Person.filter(name=name).order_by("-id").first()  # type: ignore[return-value]


async def accepted(kari: Person, ada: Person) -> ActsFor:
    return await ActsFor.create(
        actor=kari, person=ada, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW
    )


async def form_of(visitor: Visitor, offer: Offer, whom: Any = "") -> Page:
    return await visitor.open(f"/offers/{offer.slug}/bookings/new" + (f"?for={whom}" if whom else ""))


async def course(**other: Any) -> Offer:
    return await make.offer("Klatrekurs", joining=Joining.WHOLE, **other)


async def test_a_child_is_added_and_booked_for_by_name(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    await visitor.sign_in(kari)
    page = await visitor.open("/my-page/people/new")
    done = await visitor.follow(await visitor.submit(page, "/new", name="Ada", relation="guardian"))
    assert "Ada Du er foresatt" in done.text
    ada, offer = await Person.get(name="Ada"), await course()
    form = await form_of(visitor, offer, ada.id)
    assert "For Ada Meld på" in form.text
    receipt = await visitor.follow(await visitor.submit(form, "/bookings"))
    assert receipt.heading == "Ada er påmeldt"
    assert receipt.text.index("Hvem Ada") < receipt.text.index("Hva Klatrekurs")
    booking = await Booking.get()
    assert (booking.participant_id, booking.booked_by_id) == (ada.id, kari.id)
    assert await Person.all().count() == 2, "nobody new was made"
    assert "For Ada tir 20 okt Klatrekurs" in (await visitor.open("/my-page")).text
    cancel = await visitor.open(f"{receipt.url}/cancel")
    assert cancel.heading == "Melde av Ada?"


async def test_who_is_booked_already_is_said_and_nothing_typed_is_lost(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    ada, offer = await child_of(kari), await course(max_party=4)
    await visitor.sign_in(kari)
    await visitor.submit(await form_of(visitor, offer, ada.id), "/bookings")
    again = await visitor.submit(await form_of(visitor, offer, ada.id), "/bookings", name="Karianne", seats=3)
    assert again.status == 422
    assert "Ada er allerede påmeldt." in again.text
    fields = again.fields("/bookings")
    assert [fields[name] for name in ("who", "name", "seats")] == [[str(ada.id)], ["Karianne"], ["3"]]
    pool = await SeatPool.get(offer=offer)
    assert (await Booking.all().count(), pool.taken) == (1, 1)


async def test_nobody_books_for_whom_they_do_not_act_for(visitor: Visitor) -> None:
    kari, per = await make.person("Kari", "kari@example.no"), await make.person("Per", "per@example.no")
    ada, offer = await child_of(kari), await course()
    pending = await make.person("Ine")
    await ActsFor.create(actor=per, person=pending, relation=Relation.GUARDIAN, created_at=NOW)
    guided = await make.person("Tove")
    await ActsFor.create(actor=per, person=guided, relation=Relation.GUIDE, created_at=NOW, accepted_at=NOW)
    over = await make.person("Ole")
    await ActsFor.create(
        actor=per, person=over, relation=Relation.GUARDIAN, created_at=NOW, accepted_at=NOW, ended_at=NOW
    )
    for signed_in in (False, True):
        if signed_in:
            await visitor.sign_in(per)
        page = await form_of(visitor, offer)
        assert "Ada" not in page.text
        for whom in (ada.id, kari.id, pending.id, guided.id, over.id, uuid4()):
            given = {"name": "Per", "contact": "none", "who": whom}
            answer = await visitor.submit(page, "/bookings", **given)
            assert (answer.status, "Du kan ikke melde på den du valgte." in answer.text) == (422, True)
    assert await Booking.all().count() == 0


async def test_a_helper_with_an_address_counts_only_when_its_owner_says_yes(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    await visitor.sign_in(kari)
    page = await visitor.open("/my-page/people/new")
    done = await visitor.submit(page, "/new", name="Ada", relation="next_of_kin", address="ada@example.no")
    assert "Venter på svar" in (await visitor.follow(done)).text
    message = (await rows("SELECT mail, address, lang FROM outbox_message"))[0]
    assert message == {"mail": "help_offered", "address": "ada@example.no", "lang": "nb"}
    content = await MAILS["help_offered"](Channel.EMAIL, "nb", acts_for="")
    assert content
    assert "Kari" not in content.text
    stand_in = await Person.get(name="Ada")
    assert str(stand_in.id) not in (await form_of(visitor, await course())).response.text

    per = await make.person("Per", "per@example.no")
    await make.contact(per, "ada@example.no", verified=False)  # typed, not proven
    await visitor.sign_in(per)
    assert "Kari" not in (await visitor.open("/my-page/helpers")).text
    row = await ActsFor.get()
    token = (await visitor.open("/my-page")).fields("/sign-out")
    assert (await visitor.post(f"/my-page/helpers/{row.id}/accept", token)).status == 404

    ada = await make.person("Ada Marie", "ada@example.no")
    await visitor.sign_in(ada)
    page = await visitor.open("/my-page/helpers")
    assert "Kari vil melde på for deg, som pårørende, og kaller deg Ada." in page.text
    assert "Nå kan de melde på for deg." in (await visitor.follow(await visitor.submit(page, "/accept"))).text
    await row.refresh_from_db()
    assert (row.person_id, row.accepted_at is not None) == (ada.id, True)
    assert await Person.filter(id=stand_in.id).count() == 0
    await visitor.sign_in(kari)
    form = await form_of(visitor, await course())
    assert "Ada" in form.text
    assert "Ada Marie" not in form.text, "as Kari calls her"


async def test_whoever_is_asked_sees_by_whom(visitor: Visitor) -> None:
    nameless = await make.person("", "kari@example.no")
    await Person.filter(id=nameless.id).update(name=None)
    await visitor.sign_in(nameless)
    given = {"name": "Ada", "relation": "next_of_kin", "address": "ada@example.no"}
    refused = await visitor.submit(await visitor.open("/my-page/people/new"), "/new", **given)
    assert (refused.status, await ActsFor.all().count()) == (422, 0)
    assert "Skriv hva du heter, så den du hjelper vet hvem som spør." in refused.text
    assert refused.fields("/new")["address"] == ["ada@example.no"]
    await visitor.submit(refused, "/new", own_name="Kari")
    await visitor.sign_in(await make.person("Ada", "ada@example.no"))
    assert "Kari vil melde på for deg" in (await visitor.open("/my-page/helpers")).text


async def test_an_alias_that_was_asked_for_them_stays_when_they_accept(db: None) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    reach = (Channel.EMAIL, "ada@example.no")
    await acting.add(kari.id, "A", Relation.NEXT_OF_KIN, reach, alias=True, lang="nb", now=NOW)
    await acting.accept(ada.id, (await ActsFor.get()).id, now=NOW)
    await ada.refresh_from_db()
    assert (ada.name, ada.shielded) == ("Ada", True)


async def test_what_is_asked_does_not_begin_to_count_by_itself(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    await make.member(await make.organization(), name="x")
    reach = (Channel.EMAIL, "ada@example.no")
    await acting.add(kari.id, "Ada", Relation.GUARDIAN, reach, alias=False, lang="nb", now=NOW)
    stand_in, offer = await Person.get(name="Ada"), await course(starts=[NOW + timedelta(days=60)])
    await visitor.sign_in(kari)
    await forget(NOW + timedelta(days=29))
    assert await ContactPoint.filter(person=stand_in).count() == 1
    assert str(stand_in.id) not in (await form_of(visitor, offer)).response.text
    await forget(NOW + timedelta(days=31))
    assert await ActsFor.all().count() == 0, "unanswered for a month is no"
    await forget(NOW + timedelta(days=31))
    assert await value("SELECT count(*) FROM contact_point WHERE value = 'ada@example.no'") == 0


async def test_the_young_ones_own_bookings_never_tell_their_guardian(visitor: Visitor) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    await accepted(kari, ada)
    secret = await SeatPool.get(offer=await make.offer("Samtalegruppe", joining=Joining.WHOLE, slug="gruppe"))
    await make.booking(secret, ada)
    await visitor.sign_in(kari)
    assert "Samtalegruppe" not in (await visitor.open("/my-page")).text
    offer = await Offer.get(slug="gruppe")
    done = await visitor.submit(await form_of(visitor, offer, ada.id), "/bookings")
    assert done.status == 303, "the answer is that of any booking"
    assert (await Booking.filter(booked_by=kari).get()).participant_id == ada.id
    again = await visitor.submit(await form_of(visitor, offer, ada.id), "/bookings")
    assert (again.status, "Ada er allerede påmeldt." in again.text) == (422, True), "and so is the next"


@pytest.mark.parametrize("by", ["kari", "ada"])
async def test_either_ends_it_and_the_helper_sees_none_of_it_any_more(visitor: Visitor, by: str) -> None:
    people = {
        "kari": await make.person("Kari", "kari@example.no"),
        "ada": await make.person("Ada", "ada@example.no"),
    }
    row = await accepted(people["kari"], people["ada"])
    offer = await course()
    await visitor.sign_in(people["kari"])
    receipt = await visitor.submit(await form_of(visitor, offer, people["ada"].id), "/bookings")
    link = receipt.response.headers["location"]
    calendar = (await visitor.submit(await visitor.open("/my-page"), "/calendar")).soup.select_one(
        "#calendar-address"
    )
    assert calendar
    feed = str(calendar["value"]).removeprefix("http://127.0.0.1:8000")
    assert "VEVENT" in (await visitor.open(feed)).response.text
    await visitor.sign_in(people[by])
    page = await visitor.open(f"/my-page/{'people' if by == 'kari' else 'helpers'}/{row.id}/end")
    assert (await visitor.submit(page, "/end")).status == 303
    await visitor.sign_in(people["kari"])
    assert "Klatrekurs" not in (await visitor.open("/my-page")).text
    assert "VEVENT" not in (await visitor.open(feed)).response.text
    assert (await visitor.open(link)).status == 404
    assert "Ada" not in (await form_of(visitor, offer)).text
    booking = await Booking.get().select_related("contact")
    assert (booking.booked_by_id, booking.contact.value) == (people["ada"].id, "ada@example.no")
    await visitor.sign_in(people["ada"])
    assert "Klatrekurs" in (await visitor.open("/my-page")).text
    assert "Kari" not in (await visitor.open("/my-page/helpers")).text


async def test_what_is_handed_over_goes_to_an_address_that_takes_messages(db: None) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "gammel@example.no")
    await ContactPoint.filter(person=ada).update(refused_at=NOW)
    lives = await make.contact(ada, "ada@example.no", verified=False)
    row, offer = await accepted(kari, ada), await course()
    pool = await SeatPool.get(offer=offer)
    booking = await make.booking(pool, ada, booked_by=kari, contact=await ContactPoint.get(person=kari))
    await acting.end(ada.id, row.id, now=NOW)
    assert (await Booking.get(id=booking.id)).contact_id == lives.id


async def test_a_booking_that_is_being_made_is_handed_over_too(db: None) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    row, offer = await accepted(kari, ada), await course()
    party = Party("Kari", person=kari.id, participant=ada.id)

    async def booking() -> None:
        await actions.book(offer.slug, None, party, viewer=VISITOR, form_key=b"x" * 16, lang="nb", now=NOW)

    _made, ended, waited = await overlapping(booking, lambda: acting.end(ada.id, row.id, now=NOW))
    assert (ended, waited) == (None, True)
    assert (await Booking.get()).booked_by_id == ada.id
    with pytest.raises(ForWhom):
        await booking()


async def test_nobody_ends_or_accepts_what_is_anothers(visitor: Visitor) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    row = await ActsFor.create(actor=kari, person=ada, relation=Relation.GUARDIAN, created_at=NOW)
    await visitor.sign_in(await make.person("Per", "per@example.no"))
    token = (await visitor.open("/my-page")).fields("/sign-out")
    for id_ in (row.id, uuid4(), "x"):
        for path in (f"people/{id_}/end", f"helpers/{id_}/end"):
            assert (await visitor.open(f"/my-page/{path}")).status == 404
            assert (await visitor.post(f"/my-page/{path}", token)).status == 404
        assert (await visitor.post(f"/my-page/helpers/{id_}/accept", token)).status == 404
    await visitor.sign_in(kari)
    assert (await visitor.post(f"/my-page/helpers/{row.id}/accept", token)).status in (403, 404), (
        "not by the actor"
    )
    await row.refresh_from_db()
    assert (row.accepted_at, row.ended_at) == (None, None)


async def guide_books(visitor: Visitor, offer: Offer, **typed: Any) -> Page:
    form = await form_of(visitor, offer)
    given = {"who": "other", "participant_name": "Tove", "contact": "none"} | typed
    return await visitor.follow(await visitor.submit(form, "/bookings", **given))


async def test_a_guide_books_for_somebody_whose_messages_go_to_themself(visitor: Visitor) -> None:
    guri = await make.member(await make.organization(), Role.GUIDE, "Guri", email="guri@example.no")
    await visitor.sign_in(guri)
    page = await guide_books(visitor, await course(), contact="email", email="tove@example.no", lang="en")
    assert page.status == 200
    tove, booking = await Person.get(name="Tove"), await Booking.get().select_related("contact")
    assert (booking.contact.person_id, booking.contact.value, booking.lang) == (
        tove.id,
        "tove@example.no",
        "en",
    )
    assert (booking.participant_id, booking.booked_by_id) == (tove.id, guri.id)
    assert (await ActsFor.get()).relation == Relation.GUIDE
    content = await MAILS["receipt"](Channel.EMAIL, "en", booking=str(booking.id))
    assert content
    assert ("Tove" in content.text, "Guri" in content.text) == (True, False)
    mine = await visitor.open("/my-page")
    assert "For folk du har hjulpet" in mine.text
    assert "For Tove" not in mine.text
    assert mine.soup.select_one("#own + article") is None
    await visitor.sign_in(await make.person("Tove", "tove@example.no"))
    page = await visitor.open("/my-page")
    assert page.soup.select_one("#own ~ article") is not None
    assert "Guri Veileder som har meldt på for deg" in (await visitor.open("/my-page/helpers")).text


async def test_a_guides_calendar_and_past_are_their_own(visitor: Visitor) -> None:
    guri = await make.member(await make.organization(), Role.GUIDE, "Guri", email="guri@example.no")
    await visitor.sign_in(guri)
    await guide_books(visitor, await course())
    page = await visitor.submit(await visitor.open("/my-page"), "/calendar")
    address = page.soup.select_one("#calendar-address")
    assert address
    feed = await visitor.open(str(address["value"]).removeprefix("http://127.0.0.1:8000"))
    assert "VEVENT" not in feed.response.text
    await rows("UPDATE booking SET state = 'cancelled', ended_by = 'self'")
    assert "Klatrekurs" not in (await visitor.open("/my-page")).text


async def test_what_is_over_says_for_whom_it_was_and_not_that_one_was_called_so(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    ada = await child_of(kari)
    offer = await course(starts=[NOW - timedelta(days=1)])
    await make.booking(await SeatPool.get(offer=offer), ada, booked_by=kari)
    await visitor.sign_in(kari)
    page = await visitor.open("/my-page")
    assert "For Ada" in page.text
    assert "Meldt på som Ada" not in page.text


async def test_without_mail_and_phone_the_receipt_says_the_number_to_write_down(visitor: Visitor) -> None:
    guri = await make.member(await make.organization(), Role.GUIDE, "Guri", email="guri@example.no")
    await visitor.sign_in(guri)
    page = await guide_books(visitor, await course())
    reference = (await Booking.get()).reference
    big = page.soup.select_one(".tp-ref--big")
    assert big
    assert big.get_text() == f"{reference[:3]}-{reference[3:]}"
    assert f"Tove har nummer {' '.join(reference)}." in page.text, "to be read out, sign by sign"
    assert page.soup.select_one("button[data-print]") is not None


async def test_several_dates_that_were_handed_over_lead_to_one_another_by_new_links(visitor: Visitor) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    between = await accepted(kari, ada)
    offer = await make.offer(starts=[NOW + timedelta(days=7), NOW + timedelta(days=14)])
    first, second = await SeatPool.filter(offer=offer).order_by("starts_at")
    await make.booking(first, ada)  # she has done so herself, which Kari must not learn
    party = Party("Kari", person=kari.id, participant=ada.id)
    made = await book_dates(
        offer.slug, [first.session_id, second.session_id], party, viewer=VISITOR, form_key=bytes(16), lang="nb",
        now=NOW,
    )  # fmt: skip
    theirs = await Booking.get(pool=second)
    assert link_path(theirs.id, theirs.link_version) in str((await visitor.open(made.path)).soup)
    await acting.end(ada.id, between.id, now=NOW)
    assert (await visitor.open(made.path)).status == 404
    hers = await Booking.get(id=made.id)
    page = await visitor.open(link_path(hers.id, hers.link_version))
    assert link_path(theirs.id, theirs.link_version + 1) in str(page.soup)


async def test_whoever_is_helped_reads_that_a_name_that_they_choose_is_not_seen(
    visitor: Visitor,
) -> None:
    kari, ada = await make.person("Kari", "kari@example.no"), await make.person("Ada", "ada@example.no")
    await acting.add(kari.id, "Ada", Relation.GUARDIAN, (Channel.EMAIL, "ada@example.no"), alias=False, lang="nb",
                     now=NOW)  # fmt: skip
    await visitor.sign_in(ada)
    page = await visitor.open("/my-page/helpers")
    assert "Bytter du navn her, ser de fortsatt bare navnet de selv skrev." in page.text, (
        "before they say yes"
    )
    await visitor.submit(page, "/accept")
    await visitor.submit(await visitor.open("/my-page"), "/profile", name="Adrian")
    await visitor.sign_in(kari)
    page = await visitor.open("/my-page/people")
    assert "Ada" in page.text
    assert "Adrian" not in page.text


async def test_what_a_young_person_calls_themselves_is_not_for_a_guardian_to_read(visitor: Visitor) -> None:
    kari = await make.person("Kari", "kari@example.no")
    reach = (Channel.EMAIL, "ada@example.no")
    await acting.add(kari.id, "Ada", Relation.GUARDIAN, reach, alias=False, lang="nb", now=NOW)
    ada = await make.person("Ada", "ada@example.no")
    await acting.accept(ada.id, (await ActsFor.get()).id, now=NOW)
    owner = await make.organization("Klatreklubben")
    offer = await course(owner=owner, certificate_share=50)

    await visitor.sign_in(ada)
    page = await visitor.open("/my-page")
    assert (await visitor.submit(page, "/profile", name="Adrian")).status == 303
    assert "Hei, Adrian" in (await visitor.open("/my-page")).text

    await visitor.sign_in(kari)
    form = await form_of(visitor, offer, ada.id)
    receipt = await visitor.follow(await visitor.submit(form, "/bookings"))
    assert receipt.heading == "Ada er påmeldt"
    booking = await Booking.get()
    hers = [
        form,
        receipt,
        await form_of(visitor, offer, ada.id),
        await visitor.submit(form, "/bookings", seats="1"),
    ]
    paths = ["/my-page", "/my-page/people", "/my-page/download.json", "/my-page/download.html", "/my-page/looked",
             f"{link_path(booking.id, 1)}/cancel", f"/offers/{offer.slug}/bookings/several"]  # fmt: skip
    hers += [await visitor.open(path) for path in paths]
    hers.append(
        await visitor.submit(await visitor.open("/bookings"), reference=booking.reference, word="Ada")
    )
    assert hers[-1].status == 303, "by the number and the name that she knows"
    for page in hers:
        assert page.status < 400
        assert "Adrian" not in page.response.text
    for mail in ("receipt", "cancelled", "links"):
        facts = (
            {"to": "kari@example.no", "at": NOW.isoformat()}
            if mail == "links"
            else {"booking": str(booking.id)}
        )
        if content := await MAILS[mail](Channel.EMAIL, "nb", **facts):
            assert "Adrian" not in content.text
            assert "Ada" in content.text
    said = await certificates.course(booking.id, "nb")
    assert said
    assert said.name == "Ada"

    await visitor.sign_in(ada)
    for path in ("/my-page", "/my-page/download.json"):
        assert "Adrian" in (await visitor.open(path)).response.text
    await visitor.sign_in(await make.member(owner, Role.EDITOR, "Mona"))
    assert "Adrian" in (await visitor.open(f"/manage/offers/{offer.slug}/bookings")).text
    for_hosts = await certificates.course(booking.id, None)
    assert for_hosts
    assert for_hosts.name == "Adrian"


async def test_the_name_that_was_given_goes_with_the_person_s(db: None) -> None:
    kari = await make.person("Kari", "kari@example.no")
    ada, offer = await child_of(kari), await course()
    booking = await make.booking(await SeatPool.get(offer=offer), ada, booked_by=kari)
    await Person.filter(id=ada.id).update(name=None)
    said = await bookings_queries.booking(booking.id, "nb")
    assert said.participant is None
