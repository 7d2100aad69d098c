"""A cookie comes back as it was set. (That it is of this site alone, tests/house/test_headers.py tells.)"""

import pytest
from starlette.requests import Request
from starlette.responses import Response

from marketplace.base.web.http import cookie, set_cookie


@pytest.mark.parametrize("content", ["", "b7.3f-a_2~", "bWFuZ2U=.bGFuZ3Q==", 'a "word"; and, more'])
def test_a_cookie_comes_back_as_it_was_set(content: str) -> None:
    response = Response()
    set_cookie(response, "sent", content, max_age=60)
    told = response.headers["set-cookie"]
    back = Request({"type": "http", "headers": [(b"cookie", told.split("; HttpOnly")[0].encode())]})
    assert cookie(back.cookies, "sent") == content
    assert {"HttpOnly", "Max-Age=60", "Path=/", "SameSite=lax"} <= set(told.split("; "))
