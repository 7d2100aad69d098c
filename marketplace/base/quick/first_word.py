"""Finding a route by the first word of the path."""

from collections.abc import Sequence

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from marketplace.base.quick.tricks import Trick

FIRST_WORD = Trick("first_word", "only the routes that begin with the path's first word are tried")


class FirstWord:
    """Chooses the routes that begin with the path's first word: a router tries its routes one by one, and a hundred
    of them took as long as a cached page."""

    def __init__(self, routes: Sequence[Route]) -> None:
        words: dict[str, list[Route]] = {}
        for route in routes:
            words.setdefault(route.path.split("/")[1], []).append(route)
        self.routers = {word: plain(found) for word, found in words.items()}
        self.nowhere = plain([])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        word = scope["path"].split("/", 2)[1:2]
        await self.routers.get(word[0] if word else "", self.nowhere)(scope, receive, send)


def plain(routes: Sequence[Route]) -> Router:
    """Starlette would redirect to an address made from the Host header; access.no_route does it better."""
    return Router(routes, redirect_slashes=False)


def router(routes: Sequence[Route]) -> ASGIApp:
    return FirstWord(routes) if FIRST_WORD.on else plain(routes)
