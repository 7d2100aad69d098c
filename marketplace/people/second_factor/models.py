"""What somebody shows beside a link or a code: an app, a passkey, or a code for when both are gone."""

from uuid import UUID

from tortoise import fields

from marketplace.base.models import Row


class Totp(Row):
    """An app that shows a new code every 30 seconds (RFC 6238). Stored when its first code was given."""

    person_id: UUID
    person = fields.OneToOneField("marketplace.Person", "totp", on_delete=fields.CASCADE)
    secret = fields.BinaryField(
        description="sealed with a key of the settings: it must be read to check a code"
    )
    last_step = fields.BigIntField(
        default=0, db_default=0, description="step of the last code: each is used once"
    )
    created_at = fields.DatetimeField()

    class Meta:
        table = "totp"


class Passkey(Row):
    """A passkey (WebAuthn): the key itself stays on the person's device."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "passkeys", on_delete=fields.CASCADE)
    credential = fields.BinaryField()
    public_key = fields.BinaryField()
    sign_count = fields.BigIntField(default=0, db_default=0)
    device = fields.TextField(description="in words, e.g. Safari, iPhone")
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "passkey"


class PasskeyChallenge(Row):
    """A challenge that a passkey has signed. Kept until it is too old, so that no answer counts twice."""

    challenge = fields.BinaryField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "passkey_challenge"


class RecoveryCode(Row):
    """For whoever has lost the app or the device with the passkey. Each is used once; stored hashed."""

    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "recovery_codes", on_delete=fields.CASCADE)
    code_hash = fields.BinaryField()
    created_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_code"
