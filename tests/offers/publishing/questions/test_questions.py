"""What an organiser asks those who book: its editors write it, with the reason and the date of deletion."""

from marketplace.base.data.database import rows
from offers.catalogue.models import Joining, Offer, OfferOrganizer, SeatPool
from offers.publishing.drafts import actions as drafts_actions
from offers.publishing.questions import actions
from offers.publishing.questions.models import BookingAnswer, OfferQuestion, QuestionKind
from organizations.members.models import Role
from tests import make
from tests.conftest import NOW
from tests.visitor import Visitor


async def led(visitor: Visitor) -> Offer:
    """An offer, with one of its owner's editors signed in."""
    owner = await make.organization()
    await visitor.sign_in(await make.member(owner, email="kari@example.no"))
    return await make.offer(owner=owner, joining=Joining.WHOLE)


async def asked(offer: Offer, text: str = "Hva vil du spise?", **other: object) -> OfferQuestion:
    given = {"position": 0, "kind": QuestionKind.TEXT, "purpose": "Vi handler.", "choices": []} | other
    return await OfferQuestion.create(offer=offer, text=text, **given)


async def test_an_editor_adds_changes_moves_and_removes_questions(visitor: Visitor) -> None:
    offer = await led(visitor)
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/new")
    assert "Ikke spør om helse eller fødselsdato" in page.text
    page = await visitor.submit(page, text="Hva vil du spise?", purpose="Så vi kan handle.", kind="choice",
                                choices="Fisk\n\nSuppe\nFisk", required="1", keep_days=3)  # fmt: skip
    page = await visitor.follow(page)
    assert "Spørsmålet er lagt til." in page.text
    assert "Må fylles ut · Slettes 3 dager etter" in page.text
    question = await OfferQuestion.get()
    assert (question.choices, question.required, question.keep_days) == (["Fisk", "Suppe"], True, 3)
    await actions.add(
        offer, by=(await make.person()).id, now=NOW, kind=QuestionKind.YES_NO, text="Trenger du skyss?",
        purpose="Vi kjører.", choices=[], required=False, keep_days=14,
    )  # fmt: skip
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions")
    second = await OfferQuestion.get(text="Trenger du skyss?")
    page = await visitor.follow(await visitor.submit(page, f"{second.id}/up"))
    assert [heading.text for heading in page.soup.find_all("h2", class_="ds-heading")][:2] == [
        "Trenger du skyss?", "Hva vil du spise?"]  # fmt: skip
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/{question.id}/change")
    assert page.fields()["choices"] == ["Fisk\nSuppe"]
    await visitor.submit(page, kind="text")
    await question.refresh_from_db()
    assert (question.kind, question.choices) == (QuestionKind.TEXT, [])
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/{question.id}/remove")
    await visitor.submit(page)
    assert [one.text for one in await OfferQuestion.all()] == ["Trenger du skyss?"]
    acts = [
        one["action"] for one in await rows("SELECT action FROM audit_entry WHERE action LIKE 'question.%'")
    ]
    assert sorted(acts) == ["question.added", "question.added", "question.changed", "question.moved",
                            "question.removed"]  # fmt: skip


async def test_a_choice_needs_two_answers_and_a_question_its_purpose(visitor: Visitor) -> None:
    offer = await led(visitor)
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/new")
    page = await visitor.submit(page, text="Hva?", kind="choice", choices="Fisk", keep_days=400)
    assert page.status == 422
    for words in (
        "Skriv hvorfor dere spør.",
        "Skriv minst to og høyst 10 svar",
        "Skriv et helt tall fra 0 til 365.",
    ):
        assert words in page.text
    assert await OfferQuestion.all().count() == 0


async def test_a_sixth_question_is_refused(visitor: Visitor) -> None:
    offer = await led(visitor)
    for number in range(5):
        await asked(offer, f"Spørsmål {number}", position=number)
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/new")
    page = await visitor.submit(page, text="Ett til?", purpose="Fordi.")
    assert (page.status, "Et tilbud kan ha høyst 5 spørsmål." in page.text) == (422, True)


async def test_what_somebody_has_answered_cannot_be_changed_but_removed_with_the_answers(
    visitor: Visitor,
) -> None:
    offer = await led(visitor)
    question = await asked(offer)
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/{question.id}/change")
    booking = await make.booking(await SeatPool.get(offer=offer))
    await BookingAnswer.create(booking=booking, question=question, text="Fisk")
    page = await visitor.submit(page, purpose="Noe helt annet", keep_days=365)
    assert (page.status, "Noen har svart på dette, så det kan ikke endres." in page.text) == (422, True)
    page = await visitor.open(f"/manage/offers/{offer.slug}/questions/{question.id}/remove")
    assert "1 svar blir slettet med en gang." in page.text
    await visitor.submit(page)
    assert await BookingAnswer.all().count() == 0


async def test_hosts_co_organisers_and_others_do_not_ask(visitor: Visitor) -> None:
    offer = await led(visitor)
    question = await asked(offer)
    elsewhere = await asked(await make.offer("Et annet"))
    base = f"/manage/offers/{offer.slug}/questions"
    assert (await visitor.open(f"{base}/{elsewhere.id}/change")).status == 404
    partner = await make.organization("Turlaget")
    await OfferOrganizer.create(offer=offer, organization=partner, may_edit=True)
    await visitor.sign_in(await make.member(partner, Role.MANAGER, email="per@example.no"))
    assert (await visitor.open(f"/manage/offers/{offer.slug}/joining")).status == 200
    for path in (base, f"{base}/new", f"{base}/{question.id}/change", f"{base}/{question.id}/remove"):
        assert (await visitor.open(path)).status == 404


async def test_a_copy_asks_the_same(db: None) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    await asked(offer, required=True, keep_days=5)
    new = await drafts_actions.copy(offer, by=(await make.person()).id, now=NOW)
    copied = await OfferQuestion.get(offer=new)
    assert (copied.text, copied.purpose, copied.required, copied.keep_days) == (
        "Hva vil du spise?", "Vi handler.", True, 5)  # fmt: skip
