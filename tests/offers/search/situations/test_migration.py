"""An instance that began before more was said gets it, and what a coordinator has read stays as it was read."""

from importlib import import_module

from marketplace.base.data.database import rows
from offers.search.situations.models import Situation
from offers.search.situations.sentences import sentences
from tests.conftest import NOW

more = import_module("marketplace.migrations.0058_more_situations")


async def upgrade() -> None:
    (operation,) = more.Migration.operations
    for statement in operation.sql:
        await rows(statement)


async def begun() -> None:
    for one in sentences():
        also = [way for way in one.also if way not in more.MORE.get(one.text, ())]
        if one.text not in more.NEW:
            await Situation.create(
                text=one.text, text_nn=one.nynorsk, text_en=one.english, also="\n".join(also), words=one.words,
                kinds=one.kinds, audiences=one.audiences, evening=one.evening, drop_in=one.drop_in,
            )  # fmt: skip


async def test_an_older_instance_says_what_a_new_one_does_and_twice_changes_nothing(db: None) -> None:
    await begun()
    await upgrade()
    await upgrade()
    assert {one.text: {*one.also.split("\n")} for one in await Situation.all()} == {
        one.text: {*one.also} for one in sentences()
    }
    assert await Situation.all().count() == len(sentences())


async def test_what_a_coordinator_has_read_is_not_changed(db: None) -> None:
    await begun()
    await Situation.filter(text="Jeg har mistet noen").update(also="borte", reviewed_at=NOW)
    await upgrade()
    assert (await Situation.get(text="Jeg har mistet noen")).also == "borte"
