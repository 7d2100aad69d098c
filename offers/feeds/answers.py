"""A feed over HTTP: from headers to an answer. And the short way for feeds that are kept: past routes and doors.

A calendar that thousands of telephones ask for every hour is the same for all of them, whoever they are; to find the
view and who asks took longer than all the rest.
"""

from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from starlette.routing import Route
from starlette.types import Scope

from marketplace.base import clock
from marketplace.base.quick.kept import Ready
from marketplace.base.quick.short_way import short_way
from offers.feeds.body import Body, kept
from offers.feeds.rules import accepts_gzip, unchanged

Headers = list[tuple[bytes, bytes]]

PUBLIC: Headers = [(b"cache-control", b"no-cache")]
PRIVATE: Headers = [
    (b"cache-control", b"private, no-cache"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
]
CALENDAR: Headers = [(b"content-type", b"text/calendar; charset=utf-8"), (b"content-disposition", b"inline")]
ATOM: Headers = [(b"content-type", b"application/atom+xml; charset=utf-8")]


def answer(scope: Scope, body: Body, headers: Headers, kind: Headers = CALENDAR) -> Ready:
    """200 with the feed, or 304 when the client has it."""
    encodings, known, since = "", None, None
    for name, text in scope["headers"]:
        if name == b"accept-encoding":
            encodings = f"{encodings},{text.decode('latin-1')}" if encodings else text.decode("latin-1")
        elif name == b"if-none-match":
            known = text.decode("latin-1") if known is None else f"{known}, {text.decode('latin-1')}"
        elif name == b"if-modified-since":
            since = text.decode("latin-1")
    packed, modified_at = accepts_gzip(encodings), body.modified_at
    told = [*headers, (b"etag", body.quoted[packed]), (b"vary", b"Accept-Encoding")]
    if modified_at:
        told.append((b"last-modified", http_date(modified_at)))
    if unchanged(known, since, body.etags, modified_at):
        return Ready(304, told)
    content = body.packed if packed else body.plain
    told += [*kind, (b"content-length", b"%d" % len(content))]
    if packed:
        told.append((b"content-encoding", b"gzip"))
    return Ready(200, told, b"" if scope["method"] == "HEAD" else content)


@lru_cache(256)
def http_date(moment: datetime) -> bytes:
    return format_datetime(moment, usegmt=True).encode()


class Address(NamedTuple):
    """What the path of a public feed leads to: the route and, but for the day, the key of what is kept."""

    route: Route
    key: tuple[str, ...]
    kind: Headers


MOST = 20_000
"""Paths that a process knows."""
_addresses: dict[str, Address] = {}


def remember(scope: Scope, key: tuple[str, ...], kind: Headers) -> None:
    """The view has found what stands at this path: next time `ready` may answer."""
    if len(_addresses) >= MOST:
        _addresses.clear()
    _addresses[scope["path"]] = Address(scope["route"], key, kind)


@short_way
def ready(scope: Scope) -> Ready | None:
    """The answer to a public feed that this process has, as the view would give it; None: ask the view."""
    found = _addresses.get(scope["path"])
    if found is None or scope["method"] not in ("GET", "HEAD"):
        return None
    body = kept.ready((*found.key, clock.today(clock.now())))
    if body is None:
        return None
    scope["route"] = found.route
    return answer(scope, body, PUBLIC, found.kind)
