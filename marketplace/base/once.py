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

from marketplace.base.access import View
from marketplace.base.database import in_transaction, rows, value
from marketplace.base.http import Request, signature


class NotMade(Exception):
    """The form was not right: what its view wrote is undone, and its answer shown."""

    def __init__(self, response: Response) -> None:
        self.response = response


def made_once(view: View) -> View:
    """Marks a view whose form makes something, and that answers with a redirect when it has."""

    @wraps(view)
    async def answer(request: Request) -> Response:
        key = None if request.method == "GET" else await key_of(request)
        if key is None:
            return await view(request)
        try:
            async with in_transaction():
                made = await rows(
                    """INSERT INTO sent_form (id, key, created_at) VALUES ($1, $2, $3)
                    ON CONFLICT DO NOTHING RETURNING id""",
                    uuid7(), key, request.now,
                )  # fmt: skip
                if not made:
                    led_to = await value("SELECT led_to FROM sent_form WHERE key = $1", key)
                    return RedirectResponse(led_to or "/", 303)
                response = await view(request)
                if "location" not in response.headers:
                    raise NotMade(response)
                await rows(
                    "UPDATE sent_form SET led_to = $2 WHERE key = $1", key, response.headers["location"]
                )
                return response
        except NotMade as not_made:
            return not_made.response

    answer.made_once = True  # type: ignore[attr-defined]
    return answer


async def key_of(request: Request) -> bytes | None:
    """The key of this form with what was sent in it, by whoever sent it. None without one: not our page's form."""
    fields = await request.fields()
    if not re.fullmatch(r"[0-9a-f]{32}", fields.get("form_key", [""])[-1]):
        return None
    sent = sorted((name, text) for name, texts in fields.items() for text in texts if name != "form_token")
    who = str(request.person.id) if request.person else ""
    return bytes.fromhex(
        signature("sent form", request.scope["path"], who, *(part for pair in sent for part in pair))
    )
