"""Taps as a phone sends them: each is read alone, and what cannot be read is answered, not dropped."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from marketplace.base.errors import BadRequest
from marketplace.base.i18n import gettext as _
from offers.attendance.taps.models import Field
from offers.attendance.taps.rules import MOST, Tap, Why, corrected

LONGEST = 40
"""Signs of an id that we repeat to whoever sent it."""
LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Unread:
    """What cannot be read, and its id as it was sent."""

    id: str
    why: Why = Why.UNREADABLE


class Sent(NamedTuple):
    """The taps of a request, and which state of the register the page shows (`since`): what it was told last."""

    taps: list[Tap | Unread]
    since: str | None


def read(body: bytes, now: datetime) -> Sent:
    """What a phone sends, taps at their time by our clock. Raises BadRequest where it is no list of them, or too long a
    one: then nothing is written."""
    try:
        sent = json.loads(body)
        if b"\\u" in body:  # half a pair of signs can be written so, and neither be stored nor answered
            json.dumps(sent, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as problem:
        raise BadRequest(_("Merkene kom i en form vi ikke kan lese.")) from problem
    taps = sent.get("taps") if isinstance(sent, dict) else None
    if not isinstance(taps, list):
        raise BadRequest(_("Merkene kom i en form vi ikke kan lese."))
    if len(taps) > MOST:
        raise BadRequest(_("Send høyst %(most)s merker om gangen.", most=MOST))
    since = sent.get("since")
    return Sent([*_each(taps, _moment(sent.get("sent")), now)], since if isinstance(since, str) else None)


def _each(taps: list[object], sent: datetime | None, now: datetime) -> Iterator[Tap | Unread]:
    for tap in taps:
        given = tap if isinstance(tap, dict) else {}
        try:
            yield _tap(given, sent, now)
        except (ValueError, OverflowError):
            yield Unread(str(given.get("id"))[:LONGEST])


def _tap(given: Mapping[str, object], sent: datetime | None, now: datetime) -> Tap:
    """Raises ValueError, OverflowError."""
    at, made, field, value = (
        _moment(given.get("at")),
        _id(given.get("id")),
        given.get("field"),
        given.get("value"),
    )
    if at is None or made is None or not isinstance(field, str):
        raise ValueError
    if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
        raise ValueError
    return Tap(
        made, corrected(at, sent, now).astimezone(UTC), _id(given.get("booking") or None), Field(field),
        None if value is None else str(value), _version(given.get("saw")), _id(given.get("after")),
    )  # fmt: skip


def _version(given: object) -> int:
    """Raises ValueError."""
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= LARGEST:
        raise ValueError
    return given


def _id(given: object) -> UUID | None:
    """Raises ValueError."""
    if given is None:
        return None
    if not isinstance(given, str) or len(given) != 36:
        raise ValueError
    return UUID(given)


def _moment(given: object) -> datetime | None:
    """None where there is no moment in it, or one that is of no zone."""
    if not isinstance(given, str) or len(given) > LONGEST:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        return None
    return at if at.tzinfo else None
