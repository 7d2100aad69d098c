"""Who has looked at a person's data, for the person."""

from uuid import UUID

from starlette.responses import Response

from marketplace.base.web.access import signed_in
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.privacy.looked import queries


@signed_in
async def looked(request: Request) -> Response:
    """GET /my-page/looked?before=…: who has read lists that I stand on."""
    try:
        before = UUID(request.query.get("before", [""])[-1])
    except ValueError:
        before = None
    found, further = await queries.looked(request.person.id, request.lang, before)
    return render(
        request, "marketplace/privacy/looked/looked.html", looked=found, further=further, first=before is None,
        section="my-page",
    )  # fmt: skip
