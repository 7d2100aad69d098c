"""What somebody said when they booked goes with them: who came along, what they answered, what they waited for."""

from pathlib import Path

from marketplace.privacy.erasure.actions import erase
from offers.bookings.companions.models import Companion
from offers.bookings.openings.models import OpeningNotice
from offers.catalogue.models import Joining, SeatPool
from offers.publishing.questions.models import BookingAnswer, OfferQuestion, QuestionKind
from tests import make
from tests.conftest import NOW
from tests.house.test_personal_data import places


async def test_nothing_that_was_said_when_booking_is_left_and_others_keep_theirs(
    db: None, data_dir: Path
) -> None:
    offer = await make.offer(joining=Joining.WHOLE)
    pool = await SeatPool.get(offer=offer)
    question = await OfferQuestion.create(
        offer=offer, position=0, kind=QuestionKind.TEXT, text="Hva?", purpose="Derfor", choices=[]
    )
    ola, per = await make.person("Ola", "ola@example.no"), await make.person("Per", "per@example.no")
    for person, mark in ((ola, "kanari"), (per, "spurv")):
        booking = await make.booking(pool, person, seats=2, reply=f"Kjære {mark}, ring oss")
        await Companion.create(booking=booking, name=f"Venn {mark}")
        await BookingAnswer.create(booking=booking, question=question, text=f"Fra {mark}")
    for address in ("ola@example.no", "per@example.no"):
        await OpeningNotice.create(pool=pool, channel="email", address=address, lang="nb", created_at=NOW)
    await erase(ola.id, now=NOW)
    assert await places("kanari", data_dir) == set()
    assert await places("ola@example.no", data_dir) == set()
    assert await places("spurv", data_dir) == {"companion", "booking_answer", "booking"}
    assert await OpeningNotice.all().count() == 1
