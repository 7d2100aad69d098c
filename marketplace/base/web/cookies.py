"""Cookies of ours, with the prefix and flags of design/security.md."""

from collections.abc import Mapping
from http.cookies import SimpleCookie

from starlette.responses import Response

from marketplace.settings import settings

QUOTING = SimpleCookie()


def form_cookie() -> str:
    return "__Host-form" if settings().secure else "form"


def set_cookie(response: Response, name: str, content: str, max_age: int | None = None) -> None:
    """A cookie with the prefix and flags of design/security.md."""
    secure = settings().secure
    response.raw_headers.append(
        (b"set-cookie", cookie_header(f"__Host-{name}" if secure else name, content, max_age, secure))
    )


def cookie_header(name: str, content: str, max_age: int | None, secure: bool) -> bytes:
    """What Starlette's set_cookie writes for us, which takes ten times as long: it builds a cookie of all there may
    be."""
    age = f" Max-Age={max_age};" if max_age is not None else ""
    safe = "; Secure" if secure else ""
    quoted = QUOTING.value_encode(content)[1]
    return f"{name}={quoted}; HttpOnly;{age} Path=/; SameSite=lax{safe}".encode("latin-1")


def cookie(cookies: Mapping[str, str], name: str) -> str | None:
    return cookies.get(f"__Host-{name}" if settings().secure else name)


OWN = "own-"
"""Begins the names of cookies that go with a sign-in: nothing of them is left when it ends."""


def cookie_names(cookies: Mapping[str, str], start: str) -> list[str]:
    """Names of our cookies that begin so, without the prefix that `cookie` and `set_cookie` add."""
    prefix = "__Host-" if settings().secure else ""
    return [name.removeprefix(prefix) for name in cookies if name.startswith(prefix + start)]
