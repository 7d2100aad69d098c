"""Nobody decides for the municipality about what is their own: the one place that says what is, and refuses."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from marketplace.base.data.audit import record
from marketplace.base.data.database import column
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from organizations.members.acts import Act

CLOSE = """(SELECT $1::uuid AS id
    UNION SELECT person_id FROM acts_for WHERE actor_id = $1 AND relation <> 'guide'
    UNION SELECT actor_id FROM acts_for WHERE person_id = $1 AND relation <> 'guide')"""
"""The person $1, whom they act or acted for, and who acts or acted for them. A guide helps whoever rings."""


class OwnOrganization(Refused):
    """The organisation is the decider's own."""

    def __init__(self) -> None:
        super().__init__(
            _("Du eller noen du hjelper er eller har vært med her, så dette kan ikke du avgjøre. Be en annen "
              "koordinator svare. Er dere ingen andre, kan de som drifter nettstedet, svare for kommunen.")
        )  # fmt: skip


async def own_among(person: UUID, organizations: Iterable[UUID]) -> set[UUID]:
    """Those of the organisations in which the person, or somebody close to them, has or had a role."""
    found = await column(
        f"""SELECT DISTINCT organization_id AS id FROM membership
        WHERE organization_id = ANY($2) AND person_id IN (SELECT id FROM {CLOSE} c)""",
        person, list(organizations),
    )  # fmt: skip
    return {*found}


async def only_impartial(
    person: UUID | None, organizations: Iterable[UUID], act: str, *, now: datetime
) -> None:
    """Before a decision for the municipality, and outside its transaction: that somebody tried is written down and
    stays. Nobody (`person` None) is the operator. Raises OwnOrganization."""
    if person is None:
        return
    own = await own_among(person, organizations)
    for organization in own:
        await record(Act.DECISION_REFUSED, now=now, actor=person, object_id=organization, organization=organization,
                     details={"act": act})  # fmt: skip
    if own:
        raise OwnOrganization
