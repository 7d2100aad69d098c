"""A person's role in an organisation."""

from enum import StrEnum
from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Role(StrEnum):
    """What a member may do (product.md, "Who uses it"). A coordinator's role stands in a municipality's unit."""

    HOST = "host"
    EDITOR = "editor"
    MANAGER = "manager"
    GUIDE = "guide"
    COORDINATOR = "coordinator"
    STAFF = "staff"


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
