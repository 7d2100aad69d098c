"""A person, the ways to reach them, and the sign-ins they have."""

from uuid import UUID

from tortoise import fields

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


class SignIn(Row):
    """A signed-in device (other systems call it a session). The cookie's secret is stored hashed."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "sign_ins", on_delete=fields.CASCADE)
    secret_hash = fields.BinaryField()
    device = fields.TextField(description="in words, e.g. Firefox, Android")
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in"


class SignInTicket(Row):
    """A one-time link and its six-digit code, both stored hashed: 15 minutes, single use."""

    channel = fields.CharEnumField(Channel, max_length=10)
    address = fields.TextField()
    link_hash = fields.BinaryField()
    code_hash = fields.BinaryField()
    guesses = fields.IntField(default=0, db_default=0)
    next_path = fields.TextField(null=True, description="local path to go to afterwards")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_ticket"
