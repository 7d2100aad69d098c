"""Pages that many coordinators of a place read alike: made once, and shown again while what they are made of stands.

Of figures that never change a page of a hundred kilobytes is drawn; to draw it anew for everybody who opens it would
take all of a machine. Each request asks the database in one statement what its page is made of: which municipalities
the person coordinates now, their closings, and whatever else stands on it. A page is only shown to whoever gets the
same answer, so it is never older than what has been saved, and nobody sees a place that is not theirs. Who asks and
whether they may is found out before, as always; tokens of forms are made for each answer. Who leads something has
pages of their own: the key of their phone stands on each (base/web/sealing.py).
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from operator import methodcaller
from typing import Any, Protocol, cast
from weakref import WeakValueDictionary

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.quick.kept import Asked, Ready, View, address_of, packed
from marketplace.base.quick.tricks import Trick
from marketplace.settings import settings

STANDING = Trick("standing", "a coordinator's page of figures is drawn once while what it is made of stands")

MOST = 100
"""Pages that a process keeps, at some 50 kB each."""
LONGEST = 60.0
"""Seconds that a page stands at the longest."""

MadeOf = Callable[[Any], Awaitable[Hashable | None]]
"""What the page of a request is made from beside its address, language, roles and day. None: this one is not kept."""


class BySomebody(Asked, Protocol):
    """A request whose door has found out who asks."""

    person: Any
    roles: frozenset[str]
    sealed_for: Any
    """What the page says to this person alone."""

    @property
    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Page:
    """An answer in parts: what all see, with the tokens of each answer between."""

    headers: tuple[tuple[bytes, bytes], ...]
    parts: tuple[bytes | Callable[[Asked], str], ...]
    until: float
    packed: Response | None
    """The same compressed, where it is the same for all."""

    def answer(self, request: Asked) -> Response:
        """The page with tokens, and headers, of its own."""
        if self.packed and "gzip" in request.headers.get("accept-encoding", ""):
            return Ready(200, list(self.packed.raw_headers), self.packed.body)
        filled = (part if isinstance(part, bytes) else part(request).encode() for part in self.parts)
        return Ready(200, list(self.headers), b"".join(filled))


pages: OrderedDict[Any, Page] = OrderedDict()
"""The pages of this process, those used last at the end."""
making: WeakValueDictionary[Any, asyncio.Lock] = WeakValueDictionary()
"""Pages that somebody makes: whoever asks for the same meanwhile waits for it."""


def kept_while(made_of: MadeOf, seconds: float = LONGEST) -> Callable[[View], View]:
    """Marks a view for signed-in people whose page is the same for all for whom `made_of` gives the same; at the
    longest for so many seconds. No page is kept where the setting page_seconds is 0."""

    def marked(view: View) -> View:
        @wraps(view)
        async def answer(request: BySomebody) -> Response:
            unkept = not settings().page_seconds or not STANDING.on
            if unkept or request.method != "GET" or request.person is None:
                return await view(request)
            of = await made_of(request)
            if of is None:
                return await view(request)
            key = (*address_of(request), request.roles, request.sealed_for, today(request.now), of)
            if page := _standing(key):
                return page.answer(request)
            lock = making.setdefault(key, asyncio.Lock())
            async with lock:
                if page := _standing(key):
                    return page.answer(request)
                response = await view(request)
                # What changed while it was made is on it or not: only the next one knows.
                if keepable(response) and await made_of(request) == of:
                    pages[key] = page_of(response, request, time.monotonic() + seconds)
                    if len(pages) > MOST:
                        pages.popitem(last=False)
                return response

        return STANDING.used_by(cast(View, answer))

    return marked


def _standing(key: Any) -> Page | None:
    page = pages.get(key)
    if page is None or page.until <= time.monotonic():
        return None
    pages.move_to_end(key)
    return page


def keepable(response: Response) -> bool:
    """Is it a page in full, with nothing for this browser alone?"""
    return response.status_code == 200 and "set-cookie" not in response.headers


def page_of(response: Response, request: Asked, until: float) -> Page:
    """An answer as it is kept; the edge adds to the headers of the one that is sent."""
    parts = in_parts(bytes(response.body), request)
    small = None
    if len(parts) == 1:
        small = packed(Ready(200, list(response.raw_headers), response.body))
        small.headers.add_vary_header("Accept-Encoding")
    return Page(tuple(response.raw_headers), parts, until, small)


def in_parts(text: bytes, request: Asked) -> tuple[bytes | Callable[[Asked], str], ...]:
    """The page's text without the tokens that were made for this request."""
    makers = dict.fromkeys(request.form_tokens, methodcaller("form_token"))
    makers |= dict.fromkeys(request.form_keys, methodcaller("form_key"))
    if not makers:
        return (text,)
    return tuple(
        makers[part.decode()] if number % 2 else part
        for number, part in enumerate(re.split(f"({'|'.join(makers)})".encode(), text))
    )
