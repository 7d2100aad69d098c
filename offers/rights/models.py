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
