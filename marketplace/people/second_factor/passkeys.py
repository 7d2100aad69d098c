"""Passkeys (WebAuthn): a key on the person's device, unlocked by finger, face or PIN. It is two factors in one.

The library checks what the browser sends; here stand our address, the challenges and the rows.
"""

import json
import secrets
import struct
from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

from uuid_utils.compat import uuid7
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from marketplace.base.data import audit
from marketplace.base.data.database import column, in_transaction, row, rows, value
from marketplace.base.signing import seal, unseal
from marketplace.people.acts import Act
from marketplace.people.sign_in.site import Site
from marketplace.settings import settings

LASTS = timedelta(minutes=5)
"""How long a challenge waits for its answer."""
PURPOSE = "passkey challenge"
NOT_RIGHT = (WebAuthnException, ValueError, TypeError, LookupError, RecursionError, struct.error)
"""What the library and what it reads with say to an answer that no browser made: RecursionError when it is deep."""
VERIFIED = UserVerificationRequirement.REQUIRED


class Asked(TypedDict):
    """What the browser gets: `options` for it, and the `challenge` sealed, for the form that brings its answer."""

    options: Any  # the library's JSON
    challenge: str


def _asked(options: Any, challenge: bytes) -> Asked:
    return {"options": json.loads(options_to_json(options)), "challenge": seal(PURPOSE, challenge)}


async def to_add(person: UUID, name: str, ours: Site) -> Asked:
    """A challenge for a passkey that is not there yet."""
    challenge = secrets.token_bytes(32)
    options = generate_registration_options(
        rp_id=ours.id, rp_name=settings().site_name, user_id=person.bytes, user_name=name, challenge=challenge,
        exclude_credentials=await _known(person),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED),
    )  # fmt: skip
    return _asked(options, challenge)


async def to_enter(person: UUID | None, ours: Site) -> Asked:
    """A challenge for signing in: whoever has a passkey for us, or this person."""
    challenge = secrets.token_bytes(32)
    options = generate_authentication_options(
        rp_id=ours.id, challenge=challenge, user_verification=VERIFIED,
        allow_credentials=await _known(person) if person else None,
    )  # fmt: skip
    return _asked(options, challenge)


async def _known(person: UUID) -> list[PublicKeyCredentialDescriptor]:
    found = await column("SELECT credential FROM passkey WHERE person_id = $1 ORDER BY id LIMIT 20", person)
    return [PublicKeyCredentialDescriptor(id=each) for each in found]


def _challenge(sealed: str) -> bytes:
    """The challenge of a form. Raises ValueError when it is not ours or too old."""
    challenge = unseal(PURPOSE, sealed, int(LASTS.total_seconds()))
    if challenge is None:
        raise ValueError("no challenge of ours")
    return challenge


async def _first(challenge: bytes, now: datetime) -> bool:
    """Is it answered for the first time?"""
    first = await row(
        """INSERT INTO passkey_challenge (id, challenge, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (challenge) DO NOTHING RETURNING id""",
        uuid7(), challenge, now + LASTS,
    )  # fmt: skip
    return first is not None


async def add(person: UUID, answer: str, sealed: str, ours: Site, device: str, *, now: datetime) -> bool:
    """Keep a new passkey of the person, when the browser's answer is right."""
    try:
        challenge = _challenge(sealed)
        made = verify_registration_response(
            credential=answer, expected_challenge=challenge, expected_rp_id=ours.id, expected_origin=ours.origin,
            require_user_verification=True,
        )  # fmt: skip
    except NOT_RIGHT:
        return False
    async with in_transaction():
        if not await _first(challenge, now):
            return False
        kept = await value(
            """INSERT INTO passkey (id, person_id, credential, public_key, sign_count, device, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (credential) DO NOTHING RETURNING id""",
            uuid7(), person, made.credential_id, made.credential_public_key, made.sign_count, device, now,
        )  # fmt: skip
        if kept:
            await audit.record(
                Act.SECOND_FACTOR_ADDED, actor=person, person=person, object_id=kept,
                details={"kind": "passkey"}, now=now,
            )  # fmt: skip
    return kept is not None


class _Passkey(NamedTuple):
    id: UUID
    person_id: UUID
    public_key: bytes
    sign_count: int


async def enter(answer: str, sealed: str, ours: Site, *, now: datetime) -> UUID | None:
    """Whose passkey has signed; None when it is not right, not ours, too old, or was used before."""
    async with in_transaction():
        try:
            challenge, given = _challenge(sealed), parse_authentication_credential_json(answer)
            passkey = await row(
                _Passkey,
                "SELECT id, person_id, public_key, sign_count FROM passkey WHERE credential = $1 FOR NO KEY UPDATE",
                given.raw_id,
            )
            if passkey is None:
                return None
            right = verify_authentication_response(
                credential=given, expected_challenge=challenge, expected_rp_id=ours.id, expected_origin=ours.origin,
                credential_public_key=passkey.public_key, require_user_verification=True,
                credential_current_sign_count=passkey.sign_count,
            )  # fmt: skip
        except NOT_RIGHT:
            return None
        if not await _first(challenge, now):
            return None
        await rows(
            "UPDATE passkey SET sign_count = $2, used_at = $3 WHERE id = $1",
            passkey.id, right.new_sign_count, now,
        )  # fmt: skip
    return passkey.person_id
