"""How a visitor looks from here, said to whoever knows the secret key: `doctor --through`."""

import json

from marketplace.base import signing
from marketplace.base.web.http import Request
from marketplace.base.web.limits import client_address

ASKED = "x-treffpunkt-doctor"
SAID = "x-treffpunkt-seen"
PURPOSE = "doctor asks how it is seen"


def question(word: str) -> str:
    """The header that asks."""
    return f"{word}.{signing.signed(PURPOSE, word).hex()}"


def answer(request: Request) -> dict[str, str]:
    """The header that says it, if the question is ours; nothing for anybody else."""
    word, _, signature = request.headers.get(ASKED, "").partition(".")
    if not signature or not signing.made_by(signature, PURPOSE, word):
        return {}
    heard = {
        "client": client_address(request),
        "peer": request.client.host if request.client else "",
        "host": request.headers.get("host", ""),
        "forwarded": ", ".join(request.headers.getlist("x-forwarded-for")),
    }
    return {SAID: json.dumps(heard)}
