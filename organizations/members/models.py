"""A person's role in an organisation."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.i18n import lazy
from marketplace.base.models import Channel, Row


class Role(StrEnum):
    """What a member may do (product.md, "Who uses it"). A coordinator's role stands in a municipality's unit."""

    HOST = "host"
    EDITOR = "editor"
    MANAGER = "manager"
    GUIDE = "guide"
    COORDINATOR = "coordinator"
    STAFF = "staff"


ROLE_LABELS = {
    Role.HOST: lazy("Kursholder"),
    Role.EDITOR: lazy("Redaktør"),
    Role.MANAGER: lazy("Leder"),
    Role.GUIDE: lazy("Veileder"),
    Role.COORDINATOR: lazy("Koordinator"),
    Role.STAFF: lazy("Ansatt"),
}


class Membership(Row):
    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "memberships", on_delete=fields.CASCADE)
    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "memberships", on_delete=fields.CASCADE)
    role = fields.CharEnumField(Role, max_length=20)
    created_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "membership"


class LeadsAs(StrEnum):
    """What somebody is where they lead an offer: by profession, by what they have lived through, or of their own will.
    Said of them by the organiser, shown to nobody else, and counted only together (led_together)."""

    PROFESSIONAL = "professional"
    PEER = "peer"
    VOLUNTEER = "volunteer"


LEADS_AS_LABELS = {
    LeadsAs.PROFESSIONAL: lazy("Fagperson"),
    LeadsAs.PEER: lazy("Likeperson"),
    LeadsAs.VOLUNTEER: lazy("Frivillig"),
}


class Invitation(Row):
    """An invitation to have a role in an organisation. Only whoever has proven the address can accept it."""

    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "invitations", on_delete=fields.CASCADE)
    role = fields.CharEnumField(Role, max_length=20)
    channel = fields.CharEnumField(Channel, max_length=10)
    address = fields.TextField()
    token_hash: bytes | None = fields.BinaryField(
        null=True, description="of the link, when it was mailed before November 2026 (base/old_links.py)"
    )
    lang = fields.CharField(max_length=5)
    offer_id: UUID | None
    offer = fields.ForeignKeyField(
        "marketplace.Offer", "invitations", null=True, on_delete=fields.CASCADE,
        description="the offer that a host is to lead",
    )  # fmt: skip
    leads_as: LeadsAs | None = fields.CharEnumField(  # type: ignore[assignment]
        LeadsAs, max_length=20, null=True, description="as what a host is to lead it; null: nobody has said"
    )
    invited_by_id: UUID | None
    invited_by = fields.ForeignKeyField("marketplace.Person", "invited", null=True, on_delete=fields.SET_NULL)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True, description="declined or taken back")

    class Meta:
        table = "invitation"
