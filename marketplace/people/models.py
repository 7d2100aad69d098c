"""A person, the ways to reach them, and the sign-ins they have."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel, Row


class Person(Row):
    """Somebody who takes part, books or works here. We ask for a name or nickname and no more.

    A guest's booking makes its own Person with an unverified contact point: two people may share an address.
    """

    name = fields.TextField(null=True, description="first name or nickname")
    lang = fields.CharField(max_length=5, default="nb", db_default="nb")
    shielded = fields.BooleanField(default=False, db_default=False, description="wants an alias on lists")
    created_at = fields.DatetimeField()

    class Meta:
        table = "person"


class ContactPoint(Row):
    """An e-mail address (lower case) or a phone number (E.164) of a person. Verified when they proved it theirs."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "contact_points", on_delete=fields.CASCADE)
    channel = fields.CharEnumField(Channel, max_length=10)
    value = fields.TextField()
    verified_at = fields.DatetimeField(null=True)
    refused_at = fields.DatetimeField(null=True, description="the mail server said: no such mailbox")
    created_at = fields.DatetimeField()

    class Meta:
        table = "contact_point"


class Relation(StrEnum):
    """What somebody who acts for a person is to them."""

    GUARDIAN = "guardian"
    NEXT_OF_KIN = "next_of_kin"
    GUIDE = "guide"


RELATION_LABELS = {
    Relation.GUARDIAN: lazy("Foresatt"),
    Relation.NEXT_OF_KIN: lazy("Pårørende"),
    Relation.GUIDE: lazy("Veileder"),
}


class ActsFor(Row):
    """Somebody books for a person: a guardian, next of kin or a guide. They see what they have booked themselves, and
    nothing that the person books.

    Whoever has a sign-in of their own must have accepted it before it counts; whoever has none (a child, somebody
    without e-mail and phone) is acted for at once, accepted when it was made. Either may end it. A guide's is no leave
    to book again: it notes who helped with what is booked, and at which desk: whoever rings there again may be
    answered by another of the same unit.
    """

    actor_id: UUID
    actor = fields.ForeignKeyField("marketplace.Person", "acts_for", on_delete=fields.CASCADE)
    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "acted_for_by", on_delete=fields.CASCADE)
    relation = fields.CharEnumField(Relation, max_length=20)
    created_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    desk_id: UUID | None
    desk = fields.ForeignKeyField(
        "marketplace.Organization", "helped_at", null=True, on_delete=fields.SET_NULL,
        description="the unit whose guide it was",
    )  # fmt: skip
    called = fields.TextField(
        null=True,
        description="what the actor calls them: what they call themselves is not for the actor to read",
    )

    class Meta:
        table = "acts_for"
