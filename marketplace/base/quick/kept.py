"""Pages that many ask for are made once a second: the course that was in the newspaper, the front page at noon.

Only for visitors without any cookie. Whoever has a sign-in, or has opened a form, reads the database each time: so
nobody who has just booked sees the seat they took as free. What is sold is decided under a lock, never by a page.
"""

import gzip
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from starlette.responses import Response

from marketplace.base.quick.tricks import Trick
from marketplace.settings import settings

PAGES = Trick("pages", "a public page is made once in so many seconds as TREFFPUNKT_PAGE_SECONDS says")

MOST = 200
"""Pages that a process keeps, at some 40 kB each."""

HOLE = secrets.token_hex(24).encode()
"""As long as a form token, and none. Nobody knows it: what somebody writes on a page is not filled with a token."""


class Asked(Protocol):
    """What is asked of a request (base/web/http.py), which is above here."""

    method: str
    lang: str
    private: bool
    form_tokens: list[str]
    form_keys: list[str]

    @property
    def scope(self) -> Any: ...
    @property
    def headers(self) -> Any: ...
    @property
    def cookies(self) -> dict[str, str]: ...
    def form_token(self) -> str: ...
    def form_key(self) -> str: ...


View = TypeVar("View", bound=Callable[[Any], Awaitable[Response]])
"""A view, which takes a request."""


@dataclass
class Page:
    """An answer, and the same packed once somebody has asked for that."""

    response: Response
    until: float
    packed: Response | None = None
    form: bool = False
    """Has it forms? Then HOLE stands where each visitor gets a token of their own."""

    def answer(self, request: Asked) -> Response:
        """The page with headers of its own, for the edge adds to them."""
        found = self.response
        if self.form:  # the edge packs it
            body = bytes(found.body).replace(HOLE, request.form_token().encode())
            return Ready(found.status_code, list(found.raw_headers), body)
        if "gzip" in request.headers.get("accept-encoding", ""):
            found = self.packed = self.packed or packed(self.response)
        return Ready(found.status_code, list(found.raw_headers), found.body)


class Ready(Response):
    """An answer whose headers are bytes already: to encode them takes longer than all else about a kept page."""

    def __init__(
        self, status: int, headers: list[tuple[bytes, bytes]], body: bytes | memoryview = b""
    ) -> None:
        self.status_code, self.raw_headers, self.body, self.background = status, headers, bytes(body), None


def packed(response: Response) -> Response:
    """The same answer, compressed."""
    body = gzip.compress(response.body, 1, mtime=0)
    headers = [pair for pair in response.raw_headers if pair[0] != b"content-length"]
    headers += [(b"content-encoding", b"gzip"), (b"content-length", str(len(body)).encode())]
    return Ready(response.status_code, headers, body)


pages: OrderedDict[Any, Page] = OrderedDict()
"""The pages of this process, those used last at the end."""


def kept(view: View) -> View:
    """Marks a view whose page is the same for every visitor, but for the tokens of its forms."""

    @wraps(view)
    async def answer(request: Asked) -> Response:
        said = settings()
        seconds = said.page_seconds
        if not seconds or request.cookies or request.method != "GET" or PAGES.name in said.tricks_off:
            return await view(request)
        key = address_of(request)
        page, now = pages.get(key), time.monotonic()
        if page is None or page.until <= now:
            response = await view(request)
            form = bool(request.form_tokens)
            if response.status_code != 200 or (request.private and not form) or request.form_keys:
                return response
            for token in request.form_tokens:
                response.body = bytes(response.body).replace(token.encode(), HOLE)
            if not form:
                response.headers.add_vary_header("Accept-Encoding")
            page = pages[key] = Page(response, now + seconds, form=form)
            if len(pages) > MOST:
                pages.popitem(last=False)
        pages.move_to_end(key)
        return page.answer(request)

    return PAGES.used_by(cast(View, answer))


def address_of(request: Asked) -> tuple[Any, ...]:
    """What was asked for: where, in which language, and as a page or a part of one."""
    sent, scope = request.headers, request.scope
    return (scope["path"], scope["query_string"], request.lang, sent.get("host"), sent.get("hx-request"),
            sent.get("hx-history-restore-request"))  # fmt: skip
