"""How the service is run, for everybody: what is saved, and when it was last tried whether it comes back."""

from starlette.responses import Response

from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.operations.drill.figures import read
from marketplace.operations.drill.rules import duration
from marketplace.privacy.kept.rules import BACKUPS
from marketplace.privacy.retention.rules import span
from marketplace.settings import settings


@public
async def operation(request: Request) -> Response:
    """GET /about/operation."""
    drill = read(settings().data_dir)
    return render(
        request, "marketplace/operations/drill/operation.html", drill=drill, whole=drill and drill.good,
        back=duration(drill.back_seconds) if drill else "", lost=duration(drill.lost_seconds) if drill else "",
        kept=span(BACKUPS),
    )  # fmt: skip
