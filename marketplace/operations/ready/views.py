"""/health/live and /health/ready, for proxies and for whoever looks after the instance, by any host name."""

import logging

from starlette.responses import JSONResponse, PlainTextResponse, Response

from marketplace.base.data.database import unavailable
from marketplace.base.web.access import public_probe
from marketplace.base.web.http import Request
from marketplace.operations.ready import every, seen
from marketplace.operations.ready.facts import FACTS, OK, UNKNOWN, Said
from marketplace.operations.ready.refusals import word

__all__ = ["every", "live", "ready"]
log = logging.getLogger(__name__)


@public_probe
async def live(request: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok", headers={"Cache-Control": "no-store"} | seen.answer(request))


@public_probe
async def ready(request: Request) -> Response:
    """200 when this process can take a booking, else 503; the body says why, and how the rest is."""
    said: dict[str, Said] = {fact.name: UNKNOWN for fact in FACTS}
    good = asking = True
    for fact in FACTS:
        if not asking:
            break
        try:
            said[fact.name] = await fact.look(request.now)
        except Exception as error:
            if unavailable(error):
                said[fact.name] = word(error)
                asking = not fact.needed  # who is away is not asked again and again
            elif fact.needed:
                raise
            else:
                log.exception("the fact %s could not be found", fact.name)
        if fact.needed and said[fact.name] != OK:
            good = False
    return JSONResponse(said, 200 if good else 503, {"Cache-Control": "no-store"})
