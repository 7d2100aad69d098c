"""What makes something is made once: a form that is sent again, or twice at the same moment, makes nothing more.

    @member(Role.EDITOR)
    @made_once
    async def new(request): ...              # its template has {{ form_key_input() }} in the form

The form's key and what was sent with it make one key of a row, written in the transaction of the act. The same again
waits for that and gets its answer. What differs is another act, with another row.
"""

import re
from functools import wraps

from starlette.responses import RedirectResponse, Response
from uuid_utils.compat import uuid7

from marketplace.base.data.database import in_transaction, rows, value
from marketplace.base.errors import BadRequest
from marketplace.base.i18n import gettext
from marketplace.base.signing import signed_in_form
from marketplace.base.web.access import View
from marketplace.base.web.http import Request
from marketplace.base.web.limits import counted_anyway


def made_once(view: View) -> View:
    """Marks a view whose form makes something, and that answers with a redirect when it has."""

    @wraps(view)
    async def answer(request: Request) -> Response:
        key = None if request.method == "GET" else await key_of(request)
        if key is None:
            return await view(request)
        async with counted_anyway(request.now), in_transaction():
            # The same form at the same moment waits here, and then sees what the first has written.
            await rows("SELECT pg_advisory_xact_lock($1)", int.from_bytes(key[:8], signed=True))
            if before := await value("SELECT led_to FROM sent_form WHERE key = $1", key):
                return RedirectResponse(before, 303)
            response = await view(request)
            if led_to := response.headers.get("location"):
                await rows(
                    "INSERT INTO sent_form (id, key, led_to, created_at) VALUES ($1, $2, $3, $4)",
                    uuid7(), key, led_to, request.now,
                )  # fmt: skip
            return response

    answer.made_once = True  # type: ignore[attr-defined]
    return answer


async def form_key(request: Request) -> str | None:
    """The key of this form, as form_key_input() gave it. None without one: not our page's form. Raises BadRequest."""
    key = (await request.fields()).get("form_key", [""])[-1]
    if key and not re.fullmatch(r"[0-9a-f]{32}", key):
        raise BadRequest(gettext("Skjemaet er for gammelt. Last siden på nytt."))
    return key or None


async def key_of(request: Request) -> bytes | None:
    """The form's key with what was sent in it, by whoever sent it."""
    if await form_key(request) is None:
        return None
    fields = await request.fields()
    sent = sorted((name, text) for name, texts in fields.items() for text in texts if name != "form_token")
    who = str(request.person.id) if request.person else ""
    return signed_in_form("sent form", request.scope["path"], who, *(part for pair in sent for part in pair))
