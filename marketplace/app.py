"""Builds the application: routes, lifespan, and the layers around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from marketplace.access import no_route, refuse
from marketplace.base.data.database import connect, disconnect
from marketplace.base.data.revision import catalogue
from marketplace.base.log import configure
from marketplace.base.web.edge import Boundary, Language
from marketplace.routes import ROUTES
from offers.feeds.answers import ready


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    configure()
    await connect()
    try:
        async with catalogue.listening():
            yield
    finally:
        await disconnect()


class FirstWord:
    """Chooses the routes that begin with the path's first word: a router tries its routes one by one, and a hundred
    of them took as long as a cached page."""

    def __init__(self, routes: list[Route]) -> None:
        words: dict[str, list[Route]] = {}
        for route in routes:
            words.setdefault(route.path.split("/")[1], []).append(route)
        # Starlette would redirect to an address made from the Host header; access.no_route does it better.
        self.routers = {word: Router(found, redirect_slashes=False) for word, found in words.items()}
        self.nowhere = Router()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        word = scope["path"].split("/", 2)[1:2]
        await self.routers.get(word[0] if word else "", self.nowhere)(scope, receive, send)


def build() -> ASGIApp:
    """The ASGI application. Settings come from the environment."""
    app = Starlette(
        lifespan=lifespan,
        middleware=[Middleware(Boundary, refuse=refuse, ready=ready), Middleware(Language)],
        exception_handlers={404: no_route, 405: no_route},
    )
    app.router.default = FirstWord(ROUTES)
    return app
