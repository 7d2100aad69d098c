"""The sign-ins that people have, and the tickets that lead to one."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Channel, Row


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
    second_factor_at = fields.DatetimeField(
        null=True, description="when passkey or code of an app was last given"
    )

    class Meta:
        table = "sign_in"


class SignInTicket(Row):
    """A one-time link and its six-digit code, both stored hashed: 15 minutes, single use.

    With a person, it does not sign in: it proves that the address is theirs too.
    """

    person_id: UUID | None
    person = fields.ForeignKeyField("marketplace.Person", "tickets", null=True, on_delete=fields.CASCADE)
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
