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
    to book again: it notes who helped with what is booked.
    """

    actor_id: UUID
    actor = fields.ForeignKeyField("marketplace.Person", "acts_for", on_delete=fields.CASCADE)
    person_id: UUID
    person = fields.ForeignKeyField("marketplace.Person", "acted_for_by", on_delete=fields.CASCADE)
    relation = fields.CharEnumField(Relation, max_length=20)
    created_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "acts_for"
