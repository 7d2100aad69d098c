"""Which roles an organisation gives, and what an invitation is. No database here."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from marketplace.base.i18n import WORD_JOINER, lazy
from marketplace.base.models import Channel
from marketplace.base.signing import Token
from organizations.directory.models import OrganizationKind
from organizations.members.models import Role

INVITATION_LASTS = timedelta(days=14)
MOST_OPEN = 50
"""Invitations of one organisation that nobody has answered."""

ROLE_HINTS = {
    Role.HOST: lazy("Ser hvem som er påmeldt på sine egne tilbud, og fører oppmøte. Ikke noe annet."),
    Role.EDITOR: lazy("Lager og endrer tilbud, og ser hvem som er påmeldt."),
    Role.MANAGER: lazy(
        "Som redaktør, og styrer medlemmer og profil. Trenger en ekstra kode for å logge inn."
    ),
    Role.GUIDE: lazy("Finner tilbud sammen med folk, og melder dem på."),
}


def roles_given(kind: OrganizationKind) -> list[Role]:
    """The roles that an organisation gives itself. Coordinators are named by the municipality."""
    guides = [Role.GUIDE] if kind == OrganizationKind.MUNICIPAL else []
    return [Role.HOST, Role.EDITOR, Role.MANAGER, *guides]


LINK: Token[UUID, datetime] = Token("invitation", UUID, datetime)
"""The invitation, and when it expires."""


def invitation_path(id: UUID, expires_at: datetime) -> str:  # noqa: A002 - an id is called id here
    """The path where an invitation is answered. It is made of our key, so that it can be written in the message without
    lying in the outbox; sending it anew moves the expiry, and the link before it is worth nothing."""
    return f"/invitations/{LINK.made(id, expires_at)}"


class Standing(StrEnum):
    """What has become of an invitation."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ENDED = "ended"
    EXPIRED = "expired"


class Sent(Protocol):
    """What the standing of an invitation is made from."""

    @property
    def accepted_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def expires_at(self) -> datetime: ...


def standing(invitation: Sent, now: datetime) -> Standing:
    """What has become of it."""
    if invitation.accepted_at:
        return Standing.ACCEPTED
    if invitation.ended_at:
        return Standing.ENDED
    return Standing.OPEN if invitation.expires_at > now else Standing.EXPIRED


def masked(channel: Channel, address: str) -> str:
    """As much of an address as tells its owner which it is, and nobody else: k…@example.no, … 42."""
    if channel == Channel.SMS:
        return f"… {address[-2:]}"
    local, _at, domain = address.rpartition("@")
    return f"{local[0]}…{WORD_JOINER}@{domain}"
