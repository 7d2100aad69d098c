"""Who leads what."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row
from organizations.members.models import LeadsAs


class HostAssignment(Row):
    """Binds a host to an offer: hosts see the participants of these and of nothing else."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "hosts", on_delete=fields.CASCADE)
    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "hosts", on_delete=fields.CASCADE)
    leads_as: LeadsAs | None = fields.CharEnumField(  # type: ignore[assignment]
        LeadsAs, max_length=20, null=True, description="null: nobody has said"
    )

    class Meta:
        table = "host_assignment"
        unique_together = (("person", "offer"),)


class HostEnded(Row):
    """Somebody led an offer until then: what they had tapped in a register by that time is still theirs to send."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "hosted", on_delete=fields.CASCADE)
    offer_id: UUID
    offer = fields.ForeignKeyField("marketplace.Offer", "hosted", on_delete=fields.CASCADE)
    ended_at = fields.DatetimeField()

    class Meta:
        table = "host_ended"
