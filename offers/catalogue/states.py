"""The states of an offer and of a session, and what is asked of whatever has one: objects and rows of lists."""

from enum import StrEnum
from typing import Any


class OfferState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELLED = "cancelled"


class Stated:
    """What whoever has an offer's state asks of it: an Offer, and rows that hold its `state`."""

    __slots__ = ()
    state: Any  # an OfferState, or the word of one

    @property
    def draft(self) -> bool:
        return bool(self.state == OfferState.DRAFT)

    @property
    def published(self) -> bool:
        return bool(self.state == OfferState.PUBLISHED)

    @property
    def called_off(self) -> bool:
        return bool(self.state == OfferState.CANCELLED)


class SessionStatus(StrEnum):
    SCHEDULED = "scheduled"
    MOVED = "moved"
    CANCELLED = "cancelled"


class Dated:
    """What whoever has a session's status asks of it: a Session, and rows that hold its `status`."""

    __slots__ = ()
    status: Any  # a SessionStatus, or the word of one

    @property
    def called_off(self) -> bool:
        return bool(self.status == SessionStatus.CANCELLED)

    @property
    def moved(self) -> bool:
        return bool(self.status == SessionStatus.MOVED)
