"""A call: what a guide has searched, booked and sent for whoever is on the phone.

It lies nowhere but in the guide's own browser, in a cookie that only we can read and only with the sign-in that it was
made with. It ends when the guide says so, when they sign out, and when nothing has happened for half an hour.
"""

import json
import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.base.i18n import at_clock
from marketplace.base.i18n import gettext as _
from marketplace.base.signing import seal, unseal
from offers.search.forms import ALL, SearchForm
from offers.search.nothing.missed import LONGEST as LONGEST_NEED

LASTS = timedelta(minutes=30)
"""So long after the last that was done in it."""
MOST = 3
"""Calls of one browser. A cookie is small, and who has more tabs has forgotten the first."""
MOST_NOTED = 8
"""Bookings, and messages, that a call shows: the last ones."""
LONGEST = 900
"""Characters of a search. Longer ones are not kept: a browser throws away a cookie that is too large."""
ID = re.compile(r"[0-9a-f]{16}")


def new_id() -> str:
    """What a call is called in its addresses."""
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Call:
    """`search`: what was searched last, as a query, `words` what the caller says. `booked`: ids of bookings,
    `sent`: keys of messages, `need`: what was noted last as missed."""

    id: str
    at: datetime
    search: str = ""
    words: str = ""
    booked: tuple[UUID, ...] = ()
    sent: tuple[str, ...] = ()
    need: UUID | None = None

    @property
    def path(self) -> str:
        """The page of the call. What was searched never stands in it: the words of whoever rings are in no address, so
        in no history, no log, and not where somebody signs in again first."""
        return f"/desk/{self.id}"

    def saying(self, word: str) -> str:
        """Where the page is that says what was just done."""
        return f"{self.path}?saved={word}"

    def searched(self, search: str, words: str) -> "Call":
        return replace(self, search=search if len(search) <= LONGEST else "", words=words)

    def with_booking(self, booking: UUID) -> "Call":
        rest = tuple(one for one in self.booked if one != booking)
        return replace(self, booked=(*rest, booking)[-MOST_NOTED:])

    def with_message(self, key: str) -> "Call":
        return replace(self, sent=(*self.sent, key)[-MOST_NOTED:])


def as_cookie(call: Call, sign_in: UUID) -> str:
    """The call as its cookie."""
    said = {
        "by": sign_in.hex, "at": int(call.at.timestamp()), "search": call.search, "words": call.words,
        "booked": [one.hex for one in call.booked], "sent": call.sent, "need": call.need and call.need.hex,
    }  # fmt: skip
    return seal(f"call {call.id}", json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode())


def in_cookie(text: str | None, id: str, sign_in: UUID | None, now: datetime) -> Call | None:  # noqa: A002
    """The call of a cookie. None: there is none, it is over, or somebody else's who sat here."""
    content = unseal(f"call {id}", text) if text else None
    if content is None or sign_in is None:
        return None
    said = json.loads(content)
    at = datetime.fromtimestamp(said["at"], UTC)
    if said["by"] != sign_in.hex or not now - LASTS < at <= now + timedelta(minutes=1):
        return None
    return Call(
        id, at, said["search"], said["words"], tuple(UUID(one) for one in said["booked"]), tuple(said["sent"]),
        UUID(said["need"]) if said["need"] else None,
    )  # fmt: skip


def as_link(call: str, query: str, sign_in: UUID, now: datetime) -> str:
    """A search, for a link of the page of its call: another page of the list, or one filter less."""
    said = {"by": sign_in.hex, "at": int(now.timestamp()), "query": query}
    return seal(
        f"search in call {call}", json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    )


def in_link(text: str, call: str, sign_in: UUID | None, now: datetime) -> str | None:
    """The search of such a link. None: it is of another call or somebody else, or older than a call lasts."""
    content = unseal(f"search in call {call}", text)
    if content is None or sign_in is None:
        return None
    said = json.loads(content)
    at = datetime.fromtimestamp(said["at"], UTC)
    return (
        str(said["query"])
        if said["by"] == sign_in.hex and now - LASTS < at <= now + timedelta(minutes=1)
        else None
    )


def told(sent_at: datetime | None, failed_at: datetime | None) -> str:
    """What became of a message, and nothing that nobody knows yet."""
    if sent_at:
        return _("sendt %(time)s", time=at_clock(sent_at))
    return _("kom ikke fram") if failed_at else _("på vei")


def need_of(asked: SearchForm, municipality: str) -> dict[str, str] | None:
    """What was searched for, as what somebody misses: their words, where, and for whom. None where no word was said, or
    more than one may say: then they choose the words themselves."""
    words = " ".join(asked.q.split())
    chosen = [one for one in asked.municipality if one != ALL]
    where = chosen[0] if len(chosen) == 1 else municipality
    if not words or len(words) > LONGEST_NEED or not where:
        return None
    audience = asked.audience[0].value if len(set(asked.audience)) == 1 else ""
    return {"text": words, "where": where, "audience": audience}


def joined(calls: list[Call], now: datetime) -> Call:
    """The call that what begins outside of the desk belongs to: the only one there is. Of several nobody can know
    which, and one caller's booking must not stand in another's call: then it is a new one."""
    return calls[0] if len(calls) == 1 else Call(new_id(), now)
