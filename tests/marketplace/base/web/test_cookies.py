"""A cookie comes back as it was set. (That it is of this site alone, tests/house/test_headers.py tells.)"""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from marketplace.base.web.cookies import cookie, cookie_header, set_cookie


@pytest.mark.parametrize("content", ["", "b7.3f-a_2~", "bWFuZ2U=.bGFuZ3Q==", 'a "word"; and, more'])
def test_a_cookie_comes_back_as_it_was_set(content: str) -> None:
    response = Response()
    set_cookie(response, "sent", content, max_age=60)
    told = response.headers["set-cookie"]
    back = Request({"type": "http", "headers": [(b"cookie", told.split("; HttpOnly")[0].encode())]})
    assert cookie(back.cookies, "sent") == content
    assert {"HttpOnly", "Max-Age=60", "Path=/", "SameSite=lax"} <= set(told.split("; "))


@pytest.mark.parametrize("content", ["", "b7.3f-a_2~", "bWFuZ2U=.bGFuZ3Q==", 'a "word"; and, more', "æ"])
@pytest.mark.parametrize("max_age", [None, 0, 1800])
@pytest.mark.parametrize("secure", [False, True])
def test_a_cookie_is_written_as_starlette_writes_it(content: str, max_age: int | None, secure: bool) -> None:
    response = Response()
    response.set_cookie("sent", content, max_age, httponly=True, secure=secure)
    assert cookie_header("sent", content, max_age, secure) == response.raw_headers[-1][1]
