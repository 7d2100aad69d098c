"""Municipalities, and the organisations and units in them."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from tortoise import fields

from marketplace.base.i18n import lazy
from marketplace.base.models import Row


class Municipality(Row):
    """A municipality that this instance serves. A filter or a default by host name, never part of the path."""

    number = fields.CharField(max_length=4, unique=True, description="kommunenummer, e.g. 1108")
    slug = fields.CharField(max_length=80, unique=True)
    name = fields.TextField()
    host = fields.TextField(null=True, description="host name that makes it the default")
    site_name = fields.CharField(max_length=60, null=True, description="what the service is called here")
    helpline_name = fields.CharField(max_length=60, null=True)
    helpline_phone = fields.CharField(max_length=40, null=True, description="null: the instance's help line")
    helpline_hours = fields.CharField(max_length=11, null=True, description="09:00-15:00, on working days")
    helpline_email = fields.CharField(max_length=254, null=True)

    class Meta:
        table = "municipality"


class MunicipalityText(Row):
    """The first sentence of a municipality's front page in one language."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "texts", on_delete=fields.CASCADE)
    lang = fields.CharField(max_length=5)
    welcome = fields.CharField(max_length=200)

    class Meta:
        table = "municipality_text"
        unique_together = (("municipality", "lang"),)


class District(Row):
    """A part of a municipality, as its coordinators draw it: a list of postcodes and towns. Figures are stored by it,
    so it is renamed or emptied, and not deleted once something has been counted in it."""

    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "districts", on_delete=fields.RESTRICT)
    slug = fields.CharField(max_length=80)
    name = fields.TextField()

    class Meta:
        table = "district"
        unique_together = (("municipality", "slug"),)


class DistrictPlace(Row):
    """A postcode or a town of a district. Each is in one district of a municipality at the most."""

    district_id: UUID
    district = fields.ForeignKeyField("marketplace.District", "places", on_delete=fields.CASCADE)
    municipality_id: UUID
    municipality = fields.ForeignKeyField(
        "marketplace.Municipality", "district_places", on_delete=fields.CASCADE
    )
    postcode = fields.CharField(max_length=4, null=True)
    city = fields.TextField(null=True, description="compared without regard to capitals")

    class Meta:
        table = "district_place"


class OrganizationKind(StrEnum):
    VOLUNTARY = "voluntary"
    RECOVERY_COLLEGE = "recovery_college"
    MUNICIPAL = "municipal"
    PUBLIC = "public"


KIND_LABELS = {
    OrganizationKind.VOLUNTARY: lazy("Frivillig organisasjon"),
    OrganizationKind.RECOVERY_COLLEGE: lazy("Recovery College"),
    OrganizationKind.MUNICIPAL: lazy("Kommunal enhet"),
    OrganizationKind.PUBLIC: lazy("Offentlig virksomhet"),
}


class OrganizationState(StrEnum):
    APPLIED = "applied"
    APPROVED = "approved"
    DECLINED = "declined"
    SUSPENDED = "suspended"


STATE_LABELS = {
    OrganizationState.APPLIED: lazy("Venter på svar"),
    OrganizationState.APPROVED: lazy("Godkjent"),
    OrganizationState.DECLINED: lazy("Avslått"),
    OrganizationState.SUSPENDED: lazy("Stengt"),
}


class Stands:
    """What whoever has an organisation's state asks of it: an Organization, and rows that hold a `state`."""

    __slots__ = ()
    state: Any  # an OrganizationState, or the word of one

    @property
    def applied(self) -> bool:
        return bool(self.state == OrganizationState.APPLIED)

    @property
    def approved(self) -> bool:
        return bool(self.state == OrganizationState.APPROVED)

    @property
    def suspended(self) -> bool:
        return bool(self.state == OrganizationState.SUSPENDED)

    @property
    def let_in(self) -> bool:
        """Were they ever? An application that waits or was declined is all there is of the others."""
        return self.approved or self.suspended


class RegisterState(StrEnum):
    """What Enhetsregisteret said of the organisation's number."""

    FOUND = "found"
    CLOSED = "closed"
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"


class Organization(Stands, Row):
    """An NGO, a Recovery College, a municipal unit or another public body. Units form a tree."""

    slug = fields.CharField(max_length=80, unique=True)
    name = fields.TextField()
    kind = fields.CharEnumField(OrganizationKind, max_length=20)
    state = fields.CharEnumField(OrganizationState, max_length=20)
    municipality_id: UUID
    municipality = fields.ForeignKeyField(
        "marketplace.Municipality", "organizations", on_delete=fields.RESTRICT
    )
    parent_id: UUID | None
    parent = fields.ForeignKeyField("marketplace.Organization", "units", null=True, on_delete=fields.RESTRICT)
    number = fields.CharField(max_length=9, null=True, unique=True, description="organisasjonsnummer")
    contact_name = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    email = fields.TextField(null=True)
    website = fields.TextField(null=True)
    logo_id: UUID | None
    logo = fields.ForeignKeyField("marketplace.Picture", "logo_of", null=True, on_delete=fields.SET_NULL)
    source_lang = fields.CharField(max_length=5, default="nb")
    created_at = fields.DatetimeField()  # of an application: when it was last sent
    register_state = fields.CharEnumField(
        RegisterState, max_length=20, null=True, description="null: never asked"
    )
    register_name = fields.TextField(null=True, description="its name in Enhetsregisteret")
    voluntary_register = fields.BooleanField(null=True, description="stands in Frivillighetsregisteret")
    register_at = fields.DatetimeField(null=True, description="when the registers were asked")

    class Meta:
        table = "organization"


class OrganizationOwner(Row):
    """A municipality that owns an organisation together with others, as a Recovery College: it is found there too."""

    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "owners", on_delete=fields.CASCADE)
    municipality_id: UUID
    municipality = fields.ForeignKeyField("marketplace.Municipality", "owned", on_delete=fields.CASCADE)

    class Meta:
        table = "organization_owner"
        unique_together = (("organization", "municipality"),)


class OrganizationText(Row):
    """What an organisation says about itself in one language. The column `search` is made by the database."""

    organization_id: UUID
    organization = fields.ForeignKeyField("marketplace.Organization", "texts", on_delete=fields.CASCADE)
    lang = fields.CharField(max_length=5)
    summary = fields.TextField()
    body = fields.TextField(default="")

    class Meta:
        table = "organization_text"
        unique_together = (("organization", "lang"),)


class Picture(Row):
    """A picture, re-encoded by Pillow without metadata, at most 300 kB, addressed by its SHA-256."""

    sha256 = fields.BinaryField()
    media_type = fields.CharField(max_length=40)
    width = fields.IntField()
    height = fields.IntField()
    content = fields.BinaryField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "picture"
