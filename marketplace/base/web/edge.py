"""The edge: what every request and every answer goes through."""

import gzip
import secrets
import time
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.base.errors import BadRequest, BodyTooLarge, Problem
from marketplace.base.i18n import LANGUAGES, SOURCE, gettext, set_language
from marketplace.base.insight.board import mine
from marketplace.base.log import request_line
from marketplace.base.quick import short_way
from marketplace.base.text import SIGNS, clean
from marketplace.base.web.cookies import set_cookie
from marketplace.base.web.http import host_name
from marketplace.base.web.uploads import UPLOAD_LIMIT, is_upload
from marketplace.settings import settings

BODY_LIMIT = 64 * 1024
"""Bytes of a request's body; more gives 413 (design/security.md)."""
GZIP_FROM = 1024
PROBED = {"/health/live", "/health/ready"}
PRINTED = "%/:?#[]@!$&'()*+,;=~-._"
"""What stands in an address as it is."""
FEEDS = "/calendar/"
"""Calendar programs are answered under a host name of before: not all of them follow to another."""
ONE_CLICK = ("/unsubscribe/", "/notices/")
"""Mail programs send a POST here, and follow to nowhere (RFC 8058)."""

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = [
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(self), microphone=(), payment=(), usb=()"),
    ("x-frame-options", "DENY"),
]


class Language:
    """Takes the language prefix off the path: /en/offers is /offers in English. What a copied address brought along
    that nobody sees goes too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if not scope["path"].isascii():
                scope["path"] = clean(scope["path"]).rstrip(" ")
            first, _, rest = scope["path"][1:].partition("/")
            lang = first if first in LANGUAGES and first != SOURCE else SOURCE
            if lang != SOURCE:
                scope["path"] = f"/{rest}"
            scope["language"] = lang
            set_language(lang)
        await self.app(scope, receive, send)


def support_number() -> str:
    """What stands on the page of an error and in the log, short enough to be read aloud: K7M4-QP2X."""
    signs = [SIGNS[byte % len(SIGNS)] for byte in secrets.token_bytes(8)]
    return f"{''.join(signs[:4])}-{''.join(signs[4:])}"


class Boundary:
    """The outermost layer: request id, host check, strict paths, body limit, headers, form cookie, gzip, log."""

    def __init__(self, app: ASGIApp, refuse: Any) -> None:
        """`refuse(scope, problem) -> Response` draws the page of a problem found here."""
        self.app = app
        self.refuse = refuse
        self.ready = short_way.chosen()
        extra = [("strict-transport-security", "max-age=31536000")] if settings().secure else []
        self.headers = [(name.encode(), text.encode()) for name, text in [*SECURITY_HEADERS, *extra]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = scope["request_id"] = support_number()
        response = self.ready(scope)
        if response is not None and self.objection(scope, BODY_LIMIT) is None:
            headers = [*response.raw_headers, *self.headers, (b"x-request-id", request_id.encode())]
            await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
            await send({"type": "http.response.body", "body": response.body})
            milliseconds = (time.perf_counter() - started) * 1000
            path = scope["route"].path
            mine.request(path, scope["method"], response.status_code, milliseconds)
            request_line(request_id, scope["method"], path, response.status_code, milliseconds)
            return
        accepts_gzip = False
        received = status = 0
        for name, text in scope["headers"]:
            if name == b"accept-encoding":
                accepts_gzip = b"gzip" in text
        head: Message | None = None
        limit = UPLOAD_LIMIT if is_upload(scope) else BODY_LIMIT

        async def bounded() -> Message:
            nonlocal received
            message = await receive()
            if message["type"] == "http.request":
                received += len(message.get("body", b""))
                if received > limit:
                    raise too_large(limit)
            return message

        async def finished(message: Message) -> None:
            nonlocal head, status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                present = {name for name, _ in headers}
                headers.extend(pair for pair in self.headers if pair[0] not in present)
                headers.append((b"x-request-id", request_id.encode()))
                if "new_form_cookie" in scope:
                    response = Response()
                    set_cookie(response, "form", scope["new_form_cookie"])
                    headers.append((b"set-cookie", response.headers["set-cookie"].encode()))
                head = message
                return
            if head is not None:
                if accepts_gzip and not message.get("more_body"):
                    message = packed(head, message)
                await send(head)
                head = None
            await send(message)

        try:
            problem = self.objection(scope, limit)
            if moved := moved_to(scope):
                to = {"location": moved, "cache-control": "no-store"}
                await Response(status_code=308, headers=to)(scope, receive, finished)
            elif problem:
                await self.refuse(scope, problem)(scope, receive, finished)
            else:
                await self.app(scope, bounded, finished)
        except BodyTooLarge as large:
            await self.refuse(scope, large)(scope, receive, finished)
        finally:
            route = scope.get("route")
            milliseconds = (time.perf_counter() - started) * 1000
            path = getattr(route, "path", "none")
            mine.request(path, scope["method"], status, milliseconds)
            request_line(request_id, scope["method"], path, status, milliseconds)

    def objection(self, scope: Scope, limit: int) -> Problem | None:
        """What is wrong with the address, the host or the length, before anything is parsed."""
        host = length = b""
        for name, text in scope["headers"]:
            if name == b"host":
                host = b"," if host else text  # of two, each reader would choose its own
            elif name == b"content-length":
                length = text
        # A probe asks by address, and is told nothing but how we are.
        name = host_name(host.decode("latin-1"))
        if (
            scope["path"] not in PROBED
            and name not in settings().hosts
            and not (name in settings().former and answered_there(scope))
        ):
            return BadRequest(gettext("Denne adressen hører ikke til her."))
        if length and (not length.isdigit() or int(length) > limit):
            return too_large(limit)
        raw = scope.get("raw_path") or b""
        try:
            if b"%" in raw or not raw.isascii():
                unquote_to_bytes(raw).decode("utf-8")
            if b"%" in scope["query_string"]:
                unquote_to_bytes(scope["query_string"]).decode("utf-8")
        except UnicodeDecodeError:
            return BadRequest(gettext("Adressen har tegn vi ikke kan lese."))
        if "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]:
            return BadRequest(gettext("Adressen har tegn vi ikke kan lese."))
        return None


def answered_there(scope: Scope) -> bool:
    """Is this answered under a host name of before, too?"""
    path: str = scope["path"]
    return path.startswith(FEEDS) or (scope["method"] == "POST" and path.startswith(ONE_CLICK))


def moved_to(scope: Scope) -> str | None:
    """Where a request for a host name of before is led: the same page of the public address."""
    former = settings().former
    if not former or scope["path"] in PROBED:
        return None
    host = next((text for name, text in scope["headers"] if name == b"host"), b"")
    if host_name(host.decode("latin-1")) not in former or answered_there(scope):
        return None
    asked = (scope.get("raw_path") or b"/").decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{settings().public_url}{quote(asked, safe=PRINTED)}" + (
        f"?{quote(query, safe=PRINTED)}" if query else ""
    )


def too_large(limit: int) -> BodyTooLarge:
    """More was sent than `limit` bytes."""
    return BodyTooLarge(
        gettext("Bildet er for stort. Velg ett på høyst 2 MB.") if limit == UPLOAD_LIMIT else ""
    )


def packed(head: Message, message: Message) -> Message:
    """Compress a text answer that is sent in one piece and not compressed yet."""
    body = message.get("body", b"")
    headers = MutableHeaders(raw=head["headers"])
    if len(body) < GZIP_FROM or "content-encoding" in headers:
        return message
    if not headers.get("content-type", "").startswith(("text/html", "application/json")):
        return message
    body = gzip.compress(body, 1, mtime=0)
    headers["content-encoding"] = "gzip"
    headers["content-length"] = str(len(body))
    headers.add_vary_header("Accept-Encoding")
    return {**message, "body": body}
