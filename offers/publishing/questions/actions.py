"""Writes of an offer's questions. One transaction each; nobody books meanwhile (upkeep.py:changing)."""

from datetime import datetime
from typing import Unpack
from uuid import UUID

from marketplace.base.data import ledger
from marketplace.base.data.database import column, rows
from marketplace.base.data.ledger import Lost
from marketplace.base.errors import NotFound, Refused
from marketplace.base.i18n import gettext as _
from offers.catalogue.models import Offer
from offers.publishing.actions import editing
from offers.publishing.questions.models import OfferQuestion, QuestionFacts
from offers.publishing.questions.queries import questions_of

MOST_QUESTIONS = 5
"""Whoever only wants to come along should not have to fill in a questionnaire."""


async def add(offer: Offer, *, by: UUID, now: datetime, **facts: Unpack[QuestionFacts]) -> None:
    """One more question, after the others. Raises Refused when there are enough."""
    async with editing(offer, by, now, "question.added"):
        there = await questions_of(offer.id)
        if len(there) >= MOST_QUESTIONS:
            raise Refused(
                _("Et tilbud kan ha høyst %(most)s spørsmål. Fjern ett først.", most=MOST_QUESTIONS)
            )
        await OfferQuestion.create(offer=offer, position=len(there), **facts)
        await _number(offer)


async def change(
    offer: Offer, question: UUID, *, by: UUID, now: datetime, **facts: Unpack[QuestionFacts]
) -> None:
    """Raises Refused when somebody has answered: they were told another reason, and another date of deletion."""
    async with editing(offer, by, now, "question.changed"):
        there = {one.id: one for one in await questions_of(offer.id)}
        if question not in there:
            raise NotFound
        if there[question].answers:
            raise Refused(_("Noen har svart på dette, så det kan ikke endres. Fjern det, og lag et nytt."))
        await OfferQuestion.filter(id=question).update(**facts)


async def remove(offer: Offer, question: UUID, *, by: UUID, now: datetime) -> None:
    """The question and all its answers."""
    async with editing(offer, by, now, "question.removed"):
        gone = await column(
            "DELETE FROM offer_question WHERE id = $1 AND offer_id = $2 RETURNING id", question, offer.id
        )
        ledger.note(Lost.QUESTION, *gone)
        await _number(offer)


async def move_up(offer: Offer, question: UUID, *, by: UUID, now: datetime) -> None:
    """The question changes places with the one before it, if there is one."""
    async with editing(offer, by, now, "question.moved"):
        await _number(offer)
        await rows(
            """UPDATE offer_question q SET position = me.position + (me.position - 1) - q.position
            FROM offer_question me WHERE me.id = $1 AND me.offer_id = $2 AND me.position > 0 AND q.offer_id = $2
                AND q.position IN (me.position, me.position - 1)""",
            question, offer.id,
        )  # fmt: skip


async def _number(offer: Offer) -> None:
    """Positions 0, 1, 2 …, as they stand."""
    await rows(
        """UPDATE offer_question q SET position = n.number - 1
        FROM (SELECT id, row_number() OVER (ORDER BY position, id) AS number FROM offer_question WHERE offer_id = $1) n
        WHERE q.id = n.id AND q.position <> n.number - 1""",
        offer.id,
    )
