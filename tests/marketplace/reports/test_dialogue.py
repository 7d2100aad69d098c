"""What the report says of the dialogue's meetings is what the dialogue's own page says."""

from datetime import UTC, datetime

from marketplace.base.data.database import rows
from marketplace.dialogue.actions import say_who_was_there
from marketplace.dialogue.models import Dialogue, DialogueMeeting
from organizations.directory.models import OrganizationKind
from tests import make
from tests.marketplace.attended import came
from tests.marketplace.reports.given import FEBRUARY, coordinators, root
from tests.marketplace.reports.test_views import made, numbers
from tests.visitor import Visitor


async def met(dialogue: Dialogue, month: int) -> DialogueMeeting:
    """A meeting on the tenth of this month."""
    offer = await make.offer(joining="whole", starts=[datetime(2026, month, 10, 11, tzinfo=UTC)])
    return await DialogueMeeting.create(dialogue=dialogue, offer=offer, agenda="Helgene")


async def test_who_was_there_is_as_the_register_has_it_until_somebody_says_otherwise(db: None) -> None:
    here = await make.municipality()
    unit = await make.organization("Mestringsenheten", kind=OrganizationKind.MUNICIPAL)
    dialogue = await Dialogue.create(
        municipality=here, coordinated_by=unit, slug="dialogen", title={"nb": "Dialogen"}, summary={},
        created_at=FEBRUARY,
    )  # fmt: skip
    crux, kors = await make.organization("Crux Ung"), await make.organization("Blå Kors")
    both = {"Aud": crux, "Berit": kors, "Cato": kors}
    recorded, said, nobody, _unsaid = [await met(dialogue, month) for month in (2, 3, 4, 5)]
    for meeting in (recorded, said, nobody):
        await came(meeting.offer, *both, comes_for=both)
    (nora,) = await coordinators(await root(here), "Nora")
    await say_who_was_there(said, [crux.id], by=nora.id, now=FEBRUARY)
    await say_who_was_there(nobody, [], by=nora.id, now=FEBRUARY)
    async with Visitor.at(FEBRUARY) as visitor:
        await visitor.sign_in(nora)
        page = await made(visitor)
        found = [row for row in numbers(page) if row[0].startswith("10.")]
        assert [row[1] for row in found] == ["2", "1", "0", "–"]
        await rows("UPDATE session SET status = 'cancelled'")
        assert "Det er ikke holdt noe møte i 2026." in (await visitor.open(page.url)).text
