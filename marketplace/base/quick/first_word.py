"""Finding a route by the first words of the path."""

from collections.abc import Sequence

from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from marketplace.base.quick.tricks import Trick

FIRST_WORD = Trick("first_word", "only the routes that begin with the path's first two words are tried")


class FirstWord:
    """Chooses the routes that begin with the path's first word, and of those the ones whose second is the path's or
    may be anything: a router tries its routes one by one, and a hundred of them took as long as a cached page."""

    def __init__(self, routes: Sequence[Route]) -> None:
        words = [(route, *_two(route.path)) for route in routes]
        self.routers = {
            (first, second): plain([
                route for route, mine, then in words if mine == first and (then == second or "{" in then)
            ])
            for _route, first, named in words for second in {named, ANY}
        }  # fmt: skip
        self.nowhere = plain([])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        first, second = _two(scope["path"])
        router = self.routers.get((first, second)) or self.routers.get((first, ANY), self.nowhere)
        await router(scope, receive, send)


ANY = "{"
"""Stands for a second word that no route names: none in a path of ours is that."""


def _two(path: str) -> tuple[str, str]:
    """The first two words of a path."""
    _before, first, second = [*path.split("/", 3), "", ""][:3]
    return first, second


def plain(routes: Sequence[Route]) -> Router:
    """Starlette would redirect to an address made from the Host header; access.no_route does it better."""
    return Router(routes, redirect_slashes=False)


def router(routes: Sequence[Route]) -> ASGIApp:
    return FirstWord(routes) if FIRST_WORD.on else plain(routes)
