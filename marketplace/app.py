"""Builds the application: routes, lifespan, and the layers around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from marketplace.access import no_route, refuse
from marketplace.base.database import connect, disconnect
from marketplace.base.http import Boundary, Language
from marketplace.base.log import configure
from marketplace.base.revision import catalogue
from marketplace.routes import ROUTES


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    configure()
    await connect()
    try:
        async with catalogue.listening():
            yield
    finally:
        await disconnect()


def build() -> ASGIApp:
    """The ASGI application. Settings come from the environment."""
    return Starlette(
        routes=ROUTES,
        lifespan=lifespan,
        middleware=[Middleware(Boundary, refuse=refuse), Middleware(Language)],
        exception_handlers={404: no_route, 405: no_route},
    )
