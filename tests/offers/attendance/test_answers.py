"""What the organiser asked stands where a host needs it, and with nobody else."""

from offers.attendance.substitute.rules import path
from offers.publishing.questions.models import BookingAnswer, OfferQuestion, QuestionKind
from offers.seats.models import Booking
from tests.offers.attendance.registers import evening
from tests.offers.attendance.substitute.test_substitute import asked, opened
from tests.visitor import Visitor


async def answered(name: str) -> None:
    booking = await Booking.get(participant__name=name)
    question = await OfferQuestion.create(
        offer_id=booking.offer_id, position=1, kind=QuestionKind.TEXT, text="Trenger du tolk?",
        purpose="Så vi bestiller", choices=[],
    )  # fmt: skip
    await BookingAnswer.create(booking=booking, question=question, text="Ja, tegnspråk")


async def test_a_host_reads_the_answers_behind_the_control_of_the_row(visitor: Visitor) -> None:
    _, session, host = await evening("Amina")
    await answered("Amina")
    await visitor.sign_in(host)
    page = await visitor.open(f"/manage/sessions/{session.id}/register")
    assert "Ja, tegnspråk" in "".join(each.get_text() for each in page.soup.select(".tp-mark details"))
    assert "tegnspråk" not in (await visitor.open(f"/manage/sessions/{session.id}/list")).text


async def test_a_substitute_reads_none(visitor: Visitor) -> None:
    _, link = await asked(visitor, "Amina")
    await answered("Amina")
    assert path(link.id)
    page = await visitor.open(await opened(visitor, link))
    assert "Amina" in page.text
    assert "tegnspråk" not in page.text
