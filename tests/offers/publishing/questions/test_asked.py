"""What is asked when booking: the organiser's questions, each with its reason and date; and an age, never stored."""

from datetime import timedelta
from typing import Any

import pytest

from marketplace.base.data.database import rows
from marketplace.people.models import Person
from marketplace.privacy.actions import forget
from offers.bookings import actions
from offers.catalogue.models import Joining, Offer, SeatPool
from offers.catalogue.queries import VISITOR
from offers.publishing.questions import actions as questions_actions
from offers.publishing.questions.models import BookingAnswer, OfferQuestion, QuestionKind
from offers.seats.claims import Party
from offers.seats.models import Booking
from organizations.directory.models import Organization
from tests import make
from tests.conftest import NOW
from tests.offers.bookings.test_views import book
from tests.offers.seats.test_races import overlapping
from tests.visitor import Visitor


async def lunch(**other: Any) -> tuple[Offer, OfferQuestion, OfferQuestion, OfferQuestion]:
    """An offer in a week that asks what one wants to say, what one eats (must be answered), and who needs a lift."""
    offer = await make.offer("Lunsj", joining=Joining.WHOLE, **other)
    made = [
        await OfferQuestion.create(
            offer=offer, position=number, kind=kind, text=text, purpose="Vi handler inn", choices=choices,
            required=kind is QuestionKind.CHOICE, keep_days=number,
        )
        for number, (kind, text, choices) in enumerate((
            (QuestionKind.TEXT, "Noe vi bør vite?", []), (QuestionKind.CHOICE, "Hva spiser du?", ["Fisk", "Suppe"]),
            (QuestionKind.YES_NO, "Trenger du skyss?", []),
        ))
    ]  # fmt: skip
    return offer, made[0], made[1], made[2]


async def test_answers_are_stored_with_the_booking_and_shown_with_the_date_they_go(visitor: Visitor) -> None:
    offer, words, food, lift = await lunch()
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert "Hvorfor spør vi? Vi handler inn. Svaret slettes onsdag 21. oktober 2026." in form.text
    page = await book(visitor, offer.slug, **{
        f"answer-{words.id}": " Jeg kommer sent ", f"answer-{food.id}": "Suppe", f"answer-{lift.id}": "yes",
    })  # fmt: skip
    assert page.heading == "Du er påmeldt"
    assert "Hva spiser du? Suppe Slettes onsdag 21. oktober 2026" in page.text
    assert "Trenger du skyss? Ja Slettes torsdag 22. oktober 2026" in page.text
    stored = await rows("SELECT text FROM booking_answer ORDER BY id")
    assert [one["text"] for one in stored] == ["Jeg kommer sent", "Suppe", "yes"]


async def test_what_must_be_answered_is_an_error_at_the_field_and_nothing_typed_is_lost(
    visitor: Visitor,
) -> None:
    offer, words, food, lift = await lunch()
    page = await book(
        visitor, offer.slug, email="galt", **{f"answer-{words.id}": "Sent", f"answer-{lift.id}": "no"}
    )
    assert page.status == 422
    errors = [link["href"] for link in page.soup.select(".ds-error-summary a")]
    assert errors == ["#email", f"#answer-{food.id}"]
    assert "Svar på spørsmålet: Hva spiser du?" in page.text
    sent = page.fields("/bookings")
    assert (sent[f"answer-{words.id}"], sent[f"answer-{lift.id}"]) == (["Sent"], ["no"])
    page = await book(
        visitor, offer.slug, **{f"answer-{words.id}": "x" * 501, f"answer-{food.id}": "Lapskaus"}
    )
    assert page.status == 422
    assert "Skriv høyst 500 tegn." in page.text
    assert "Velg et av alternativene." in page.text
    assert await Booking.all().count() == 0


async def test_nobody_has_to_answer_what_is_not_required(visitor: Visitor) -> None:
    offer, _words, food, lift = await lunch()
    page = await book(visitor, offer.slug, **{f"answer-{food.id}": "Fisk", f"answer-{lift.id}": "silent"})
    assert page.heading == "Du er påmeldt"
    assert [one.text for one in await BookingAnswer.all()] == ["Fisk"]


async def test_a_choice_that_was_exchanged_meanwhile_is_not_taken_for_the_new_one(visitor: Visitor) -> None:
    offer, _words, food, _lift = await lunch()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    radio = page.soup.find(attrs={"name": f"answer-{food.id}"})
    await OfferQuestion.filter(id=food.id).update(choices=["Kjøtt og saus", "Fisk", "Suppe og brød"])
    sent = await visitor.submit(
        page,
        "/bookings",
        name="Ola",
        contact="none",
        **{f"answer-{food.id}": radio["value"]},  # type: ignore[index]
    )
    assert sent.status == 303
    assert [one.text for one in await BookingAnswer.all()] == ["Fisk"]
    again = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert not [tag["id"] for tag in again.soup.find_all(id=True) if " " in tag["id"]]


@pytest.mark.parametrize(
    "change", [{"text": "Kan vi dele nummeret ditt?"}, {"purpose": "Naboen vil vite det"}, {"keep_days": 365}]
)
async def test_what_was_answered_to_another_question_is_no_answer_to_this_one(
    visitor: Visitor, change: dict[str, Any]
) -> None:
    offer, words, food, lift = await lunch()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await OfferQuestion.filter(id__in=[words.id, lift.id]).update(**change)
    given = {f"answer-{words.id}": "Sent", f"answer-{food.id}": "Fisk", f"answer-{lift.id}": "yes"}
    asked = await visitor.submit(page, "/bookings", name="Ola", contact="none", **given)
    assert asked.status == 422
    errors = [link["href"] for link in asked.soup.select(".ds-error-summary a")]
    assert errors == [f"#answer-{words.id}", f"#answer-{lift.id}"]
    assert "Spørsmålet ble endret mens siden sto åpen." in asked.text
    sent = asked.fields("/bookings")
    assert (sent[f"answer-{words.id}"], sent[f"answer-{food.id}"]) == (["Sent"], ["Fisk"])
    assert f"answer-{lift.id}" not in sent, "yes to one question is not yes to another"
    assert await Booking.all().count() == 0
    booked = await visitor.submit(asked, "/bookings", **{f"answer-{lift.id}": "no"})
    assert booked.status == 303
    assert [one.text for one in await BookingAnswer.all().order_by("id")] == ["Sent", "Fisk", "no"]


async def test_what_is_not_answered_is_not_asked_anew(visitor: Visitor) -> None:
    offer, words, food, _lift = await lunch()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await OfferQuestion.filter(id=words.id).update(text="Hva bør vi vite?")
    sent = await visitor.submit(
        page, "/bookings", name="Ola", contact="none", **{f"answer-{food.id}": "Fisk"}
    )
    assert sent.status == 303


async def test_an_age_that_was_said_of_other_limits_is_asked_anew(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, age_from=16)
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    await Offer.filter(id=offer.id).update(age_from=18)
    asked = await visitor.submit(page, "/bookings", name="Ola", contact="none", age="yes")
    assert (asked.status, "Spørsmålet ble endret" in asked.text) == (422, True)
    assert "age" not in asked.fields("/bookings")
    assert (await visitor.submit(asked, "/bookings", age="yes")).status == 303


async def test_an_answer_goes_on_the_date_that_was_shown(visitor: Visitor) -> None:
    offer, _words, food, _lift = await lunch()
    await book(visitor, offer.slug, **{f"answer-{food.id}": "Fisk"})
    ends = (await SeatPool.get(offer=offer)).ends_at
    assert ends is not None
    await forget(ends + timedelta(days=1, minutes=-1))
    assert await BookingAnswer.all().count() == 1
    await forget(ends + timedelta(days=1))
    assert await BookingAnswer.all().count() == 0
    assert await Booking.all().count() == 1


async def test_the_organiser_reads_answers_but_no_words_of_whoever_is_shielded(visitor: Visitor) -> None:
    offer, words, food, lift = await lunch()
    given = {
        f"answer-{words.id}": "Jeg er søster til Tor",
        f"answer-{food.id}": "Fisk",
        f"answer-{lift.id}": "no",
    }
    await book(visitor, offer.slug, **given)
    await visitor.sign_in(
        await make.member(await Organization.get(id=offer.owner_id), email="kari@example.no")
    )
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert "Noe vi bør vite? Jeg er søster til Tor Hva spiser du? Fisk Trenger du skyss? Nei" in page.text
    await Person.filter(name="Ola").update(shielded=True)
    page = await visitor.open(f"/manage/offers/{offer.slug}/bookings")
    assert "Tor" not in page.text
    assert "Hva spiser du? Fisk" in page.text


async def test_a_question_removed_meanwhile_loses_only_its_answer(db: None) -> None:
    offer, words, food, _lift = await lunch()
    said = {f"answer-{words.id}": "Sent", f"answer-{food.id}": "Fisk"}
    nora = (await make.person("Nora")).id
    _removed, booked, waited = await overlapping(
        lambda: questions_actions.remove(offer, words.id, by=nora, now=NOW),
        lambda: actions.book(offer.slug, None, Party("Ola", said=said), viewer=VISITOR, form_key=b"k" * 16, lang="nb",
                            now=NOW),
    )  # fmt: skip
    assert waited
    assert not isinstance(booked, BaseException), booked
    assert [one.text for one in await BookingAnswer.all()] == ["Fisk"]


async def test_the_same_form_again_stores_its_answers_once(visitor: Visitor) -> None:
    offer, _words, food, _lift = await lunch()
    page = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    given = {"name": "Ola", "contact": "none", f"answer-{food.id}": "Fisk"}
    paths = {(await visitor.submit(page, **given)).response.headers["location"] for _time in range(2)}
    assert len(paths) == 1
    assert await BookingAnswer.all().count() == 1


async def test_an_age_is_asked_as_a_statement_and_not_stored(visitor: Visitor) -> None:
    offer = await make.offer(joining=Joining.WHOLE, age_from=16, age_to=30)
    assert "For deg mellom 16 og 30 år" in (await visitor.open(f"/offers/{offer.slug}")).text
    form = await visitor.open(f"/offers/{offer.slug}/bookings/new")
    assert "Er du (eller den du melder på) mellom 16 og 30 år?" in form.text
    silent = await book(visitor, offer.slug)
    assert (silent.status, "Svar ja eller nei om alder." in silent.text) == (422, True)
    older = await book(visitor, offer.slug, age="no")
    assert older.status == 422
    assert "For deg mellom 16 og 30 år. Ring Infohjelpen på" in older.text
    assert await Booking.all().count() == 0
    assert (await book(visitor, offer.slug, age="yes")).heading == "Du er påmeldt"
    assert await BookingAnswer.all().count() == 0


async def test_an_open_end_of_an_age_is_said_as_such(visitor: Visitor) -> None:
    older = await make.offer(joining=Joining.WHOLE, age_from=65)
    young = await make.offer(joining=Joining.WHOLE, age_to=18)
    for offer, whom, question in ((older, "For deg som er 65 år eller eldre", "65 år eller eldre?"),
                                  (young, "For deg som er 18 år eller yngre", "18 år eller yngre?")):  # fmt: skip
        assert whom in (await visitor.open(f"/offers/{offer.slug}")).text
        assert question in (await visitor.open(f"/offers/{offer.slug}/bookings/new")).text
