"""HTTP as our views see it: the request, form tokens, redirects."""

import re
import secrets
from collections.abc import Callable
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, unquote_plus
from uuid import UUID

from markupsafe import Markup
from starlette import requests
from starlette.responses import RedirectResponse, Response

from marketplace.base import clock
from marketplace.base.errors import BadRequest, NotFound
from marketplace.base.i18n import LANGUAGES, SOURCE, gettext, language_of
from marketplace.base.signing import made_by, read_form_of, signature
from marketplace.base.text import clean, holds_position
from marketplace.base.web import openers, sealing
from marketplace.base.web.cookies import form_cookie
from marketplace.base.web.stale import stale
from marketplace.base.web.uploads import is_upload, parts_of
from marketplace.settings import settings

FIELD_LIMIT = 400
"""Fields of one form."""


class Request(requests.Request):
    """A request that knows who asks, in which language, and when.

    `person` is the signed-in person or None; `roles` what they may do, as found by marketplace/access.py."""

    person: Any = None
    half: Any = None
    """Whoever has signed in but for their second factor: nobody yet."""
    roles: frozenset[str] = frozenset()
    sign_in_id: UUID | None = None
    private: bool = False
    """Set when the answer is for this visitor alone: it is then never stored by a cache."""
    form_page: Callable[[], str] = staticmethod(lambda: "")
    """The path of the page that the form of a POST stands on, when it is not the request's own."""

    @property
    def method(self) -> str:
        """GET also for HEAD, which answers as GET does: a view must not take it for the sending of a form."""
        sent = str(self.scope["method"])
        return "GET" if sent == "HEAD" else sent

    @property
    def lang(self) -> str:
        return str(self.scope.get("language", SOURCE))

    sealed_for = cached_property(sealing.sealed_for)

    @cached_property
    def form_tokens(self) -> list[str]:
        """Those that the page of this answer holds."""
        return []

    _now: datetime | None = None

    @property
    def now(self) -> datetime:
        """One moment for the whole request."""
        if self._now is None:
            self._now = clock.now()
        return self._now

    @property
    def request_id(self) -> str:
        return str(self.scope.get("request_id", ""))

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """Query parameters, decoded strictly and cleaned (base/text.py). Raises BadRequest."""
        return collected(pairs_of(self.scope["query_string"], gettext("Adressen har for mange felter.")))

    @property
    def is_json(self) -> bool:
        """Is JSON sent, as no form does?"""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"

    @property
    def languages(self) -> list[tuple[str, str, str]]:
        """(code, own name, address of this page in that language), for the language links."""
        query = without_positions(self.scope["query_string"].decode("latin-1"))
        own = local_path(self.scope["path"]) or "/"  # "//elsewhere" would be a link to there
        get = self.method == "GET"
        path = own + (f"?{query}" if query else "") if get else self.form_page() or own
        return [(code, name, self.in_language(code, path)) for code, name in LANGUAGES.items()]

    def in_language(self, code: str, path: str) -> str:
        """The address of a path in a language."""
        return path if code == SOURCE else f"/{code}{path}" if path != "/" else f"/{code}"

    async def fields(self) -> dict[str, list[str]]:
        """The fields of a form, decoded strictly and cleaned (base/text.py); where a file may be sent, also those of a
        multipart one. Raises BadRequest, BodyTooLarge."""
        cached: dict[str, list[str]] | None = self.scope.get("form_fields")
        if cached is None:
            cached = self.scope["form_fields"] = collected(await self._pairs())
        return cached

    async def _pairs(self) -> list[tuple[str, str]]:
        if is_upload(self.scope):
            pairs, self.scope["form_files"] = await parts_of(self.headers, await self.body())
            return pairs
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/x-www-form-urlencoded", ""):
            raise BadRequest(gettext("Skjemaet kom i en form vi ikke kan lese."))
        return pairs_of(await self.body(), gettext("Skjemaet har for mange felter."))

    @property
    def host(self) -> str:
        """The name of the host that was asked, without the port; empty when it is no host."""
        return host_name(self.headers.get("host", ""))

    async def file(self, name: str) -> bytes:
        """The file that was chosen in this field of the form; empty when none was."""
        await self.fields()
        found: bytes = self.scope.get("form_files", {}).get(name, b"")
        return found

    # --- form tokens -----------------------------------------------------------------------------------------
    @cached_property
    def form_binding(self) -> str:
        """What a form token is bound to: the sign-in, or for visitors a cookie of their own."""
        if self.sign_in_id:
            return f"sign-in {self.sign_in_id}"
        self.private = True
        found = self.cookies.get(form_cookie())
        if found is None or not re.fullmatch(r"[0-9a-f]{32}", found):
            found = secrets.token_hex(16)
            self.scope["new_form_cookie"] = found
        return f"visitor {found}"

    def rebind(self, sign_in: UUID) -> None:
        """The page of this answer belongs to another sign-in, made meanwhile: so do the forms on it."""
        self.sign_in_id = sign_in
        self.__dict__.pop("form_binding", None)

    def form_token(self) -> str:
        """A new token for a form; of one whose words stand on the page to be sent anew, it says the same opener."""
        self.private = True
        salt = self.scope.get("opener") or openers.begun(self.person or self.half)
        token = salt + signature("form", salt, self.form_binding)[:32]
        self.form_tokens.append(token)
        return token

    def form_token_input(self) -> Markup:
        return Markup('<input type="hidden" name="form_token" value="%s">') % self.form_token()

    shown_only = False
    """Is a form sent only to be shown in another language, as it is filled in? Then nothing is done with it, and what a
    view should write all the same is undone (marketplace/access.py)."""

    @cached_property
    def form_keys(self) -> list[str]:
        """Those of the forms on the page of this answer that make something."""
        return []

    @property
    def has_form_keys(self) -> bool:
        return bool(self.form_keys)

    def form_key(self) -> str:
        """128 random bits for a form that makes something: see base/web/once.py."""
        self.private = True
        self.form_keys.append(key := secrets.token_hex(16))
        return key

    def form_key_input(self) -> Markup:
        return Markup('<input type="hidden" name="form_key" value="%s">') % self.form_key()

    async def only_of_our_page(self) -> None:
        """Raises StaleForm, AnothersForm or SignedOut where what is sent has not the token of a page that we gave this
        browser. What a page's own code sends as JSON says it in a header, which no other site can set."""
        by_code = self.headers.get("x-form-token") if self.is_json else None
        token = by_code or (await self.fields()).get("form_token", [""])[-1]
        salt, mac = token[: openers.LENGTH], token[openers.LENGTH :]
        secret = made_by(mac, "form", salt, self.form_binding, length=32) if self.same_origin else None
        if secret is None:
            raise stale(token, self)
        read_form_of(secret)

    @property
    def same_origin(self) -> bool:
        """Does the browser say that this came from our own page? True when it says nothing: the token decides."""
        site = self.headers.get("sec-fetch-site")
        if site is not None:
            return site in ("same-origin", "none")
        origin = self.headers.get("origin")
        return origin is None or origin in own_origins(self.headers.get("host", ""))


async def one_click(request: Request) -> bool:
    """Is this what a mail program sends? RFC 8058 lets it choose between two ways to write it."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        body = await request.body()
        return b'name="List-Unsubscribe"' in body and b"One-Click" in body
    return (await request.fields()).get("List-Unsubscribe") == ["One-Click"]


HOST = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^:@/\s\[\]]+))(?::[0-9]{1,5})?")


@lru_cache(256)
def host_name(host: str) -> str:
    """The name in a Host header, without the port; empty when it is no host."""
    found = HOST.fullmatch(host)
    return (found[1] or found[2]).lower() if found else ""


def own_origins(host: str) -> set[str]:
    """Our own address, and that of the host name that was asked, where it is one that we answer: a municipality may
    have its own. In demo mode whichever loopback name was used."""
    origins = {settings().public_url.rstrip("/")}
    if settings().demo:
        origins.add(f"http://{host}")
    elif host_name(host) in settings().hosts:
        origins.add(f"{settings().public_url.partition('://')[0]}://{host.lower()}")
    return origins


def pairs_of(raw: bytes, too_many: str) -> list[tuple[str, str]]:
    """Urlencoded names and values. Raises BadRequest where they are not UTF-8, which Starlette would quietly replace,
    or with these words where they are more than FIELD_LIMIT."""
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=FIELD_LIMIT)
    except UnicodeDecodeError as problem:
        raise BadRequest(gettext("Adressen eller skjemaet har tegn vi ikke kan lese.")) from problem
    except ValueError as problem:
        raise BadRequest(too_many) from problem


def collected(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """What was sent under each name, cleaned (base/text.py)."""
    found: dict[str, list[str]] = {}
    for name, text in pairs:
        found.setdefault(name, []).append(clean(text))
    return found


def without_positions(query: str) -> str:
    """A query as it was sent, but for what says where somebody is: no link of ours repeats that."""
    kept = [pair for pair in query.split("&") if not holds_position(unquote_plus(pair.partition("=")[2]))]
    return "&".join(kept)


def see_other(path: str, request: Request | None = None) -> Response:
    """303 to a local path, in the request's language when the path has none. Where the page is private, so is the way
    to it."""
    if request and request.lang != SOURCE and language_of(path) == SOURCE:
        path = request.in_language(request.lang, path)
    return RedirectResponse(path, 303, {"Cache-Control": "no-store"} if request and request.private else None)


def local_path(text: str | None) -> str | None:
    """`next` as a path of this site, or None: never another site, never javascript:."""
    if text and re.fullmatch(r"/(?![/\\])[^\\\s\x00-\x1f]{0,500}", text):
        return text
    return None


def asked_next(request: Request) -> str:
    """The page to go to afterwards, as the address says it; empty when it says none of ours."""
    return local_path(request.query.get("next", [""])[-1]) or ""


CHOSEN = frozenset({
    "after", "before", "area", "as", "table", "call", "done", "for", "municipality", "organization", "part", "pool",
    "served", "session", "show", "weekly", "with", "year",
})  # fmt: skip
"""What may stand in the address of a page that somebody signs in for: ids, years and choices of ours. What is not named
here is left behind, so that a field for words, names or places need not be thought of."""


def with_next(path: str, wanted: str) -> str:
    """The path of a page that comes first, and leads to the wanted one: with what was chosen there, and never with what
    somebody has typed. It stands in addresses, and with a link to sign in by for a day in the database."""
    there, _mark, query = wanted.partition("?")
    chosen = "&".join(pair for pair in query.split("&") if pair.partition("=")[0] in CHOSEN)
    wanted = there + (f"?{chosen}" if chosen else "")
    return f"{path}?next={quote(wanted, safe='/')}"


def parse_id(text: str | UUID) -> UUID:
    """An id from an address or a form. Raises NotFound: what is no id is nowhere."""
    try:
        return text if isinstance(text, UUID) else UUID(text)
    except ValueError:
        raise NotFound from None


def typed_id(text: str | None) -> UUID | None:
    """The same where none may be given."""
    return parse_id(text) if text else None
