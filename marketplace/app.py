"""Builds the application: routes, lifespan, and the layers around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from marketplace.access import no_route, refuse
from marketplace.base.data.database import connect, disconnect
from marketplace.base.data.revision import catalogue
from marketplace.base.insight.tracing import Traced, tracing
from marketplace.base.log import configure
from marketplace.base.quick.first_word import router
from marketplace.base.web.edge import Boundary, Language
from marketplace.operations.alarm.gone import looked_after
from marketplace.operations.insight.sampling import sampled
from marketplace.routes import ROUTES
from marketplace.settings import settings
from offers.search.index.keeping import index


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    configure()
    async with tracing():
        await connect()
        try:
            async with catalogue.listening(), index.kept(), sampled(), looked_after():
                yield
        finally:
            await disconnect()


def build() -> ASGIApp:
    """The ASGI application. Settings come from the environment."""
    app = Starlette(
        lifespan=lifespan,
        middleware=[Middleware(Boundary, refuse=refuse), Middleware(Language)],
        exception_handlers={404: no_route, 405: no_route},
    )
    app.router.default = router(ROUTES)
    app.state.routes = ROUTES  # what robots.txt goes by
    return Traced(app) if settings().otlp_url else app
