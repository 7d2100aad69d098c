"""Secret calendar addresses, and searches that have a short address."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class CalendarAddress(Row):
    """A secret address of a calendar: shown once, stored hashed, revoked or renewed by its owner.

    A person's own bookings; with `hosting` what they lead; with an organisation what it arranges. The latter two count
    participants and name none, and are there for as long as the person has the role.
    """

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "calendar_addresses", on_delete=fields.CASCADE)
    hosting = fields.BooleanField(default=False, db_default=False)
    organization_id: UUID | None
    organization = fields.ForeignKeyField(
        "marketplace.Organization", "calendar_addresses", null=True, on_delete=fields.CASCADE
    )
    secret_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "calendar_address"


class SavedSearch(Row):
    """A search of offers under a short slug: calendar clients fail on long addresses. One slug a search, and one for
    each who saved it signed in: what somebody looked for is theirs, and goes with them."""

    slug = fields.CharField(max_length=12, unique=True)
    query = fields.CharField(max_length=500, description="canonical query of /offers")
    owner_id: UUID | None
    owner = fields.ForeignKeyField(
        "marketplace.Person", "saved_searches", null=True, on_delete=fields.CASCADE,
        description="who saved it signed in; null: visitors, nobody knows who",
    )  # fmt: skip
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(description="when somebody last read it, to the day")

    class Meta:
        table = "saved_search"
