"""What names the messages about a meeting. No database, no clock."""

from uuid import UUID

from marketplace.base.signing import signature


def calling(meeting: UUID) -> str:
    """The act of calling it."""
    return f"{meeting}:called"


def changing(session: UUID, sequence: int) -> str:
    """The act of moving or cancelling it, of which the session has a number."""
    return f"{session}:{sequence}"


def key_of(act: str, address: str) -> str:
    """What names the message of this act to a member organisation's address: it is sent once."""
    return f"meeting:{act}:{signature('meeting', address)[:16]}"
