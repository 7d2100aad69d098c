"""Asks Enhetsregisteret, and through it Frivillighetsregisteret, about an organisation number.

GET {register_url}/enhetsregisteret/api/enheter/{number}, and where that has none /underenheter/{number}: many municipal
units are there. Used of the answer (https://data.brreg.no/enhetsregisteret/api/dokumentasjon/no/index.html): `navn`;
`slettedato`, `nedleggelsesdato`, `konkurs`, `underAvvikling` and `underTvangsavviklingEllerTvangsopplosning`; and
`registrertIFrivillighetsregisteret`. 404 is a number that nobody has, 410 one that is removed. Where the last field is
missing, Frivillighetsregisteret is asked: /frivillighetsregisteret/api/frivillige-organisasjoner/{number}, 404 for who
is not in it.
"""

import asyncio
import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from marketplace import AGENT
from marketplace.settings import settings
from organizations.directory.models import RegisterState

WITHIN = 3.0
"""Seconds for all questions together."""
_apart = ThreadPoolExecutor(4, "register")
"""A name service that is silent holds a thread for longer than WITHIN, and nothing can stop it. Everybody's threads are
few, and what is committed waits for one of them (base/data/database.py): so it is none of these."""
MOST = 200_000
"""Bytes of an answer; what is real is some 5 kB."""
CLOSING = (
    "slettedato",
    "nedleggelsesdato",
    "konkurs",
    "underAvvikling",
    "underTvangsavviklingEllerTvangsopplosning",
)
"""Any of these: it is closed, or about to be."""


@dataclass(frozen=True)
class Answer:
    """What the registers say. `voluntary`: is it in Frivillighetsregisteret? None: not known."""

    state: RegisterState
    name: str | None = None
    voluntary: bool | None = None


class _Nonsense(Exception):
    """No answer that the registers are documented to give."""


async def look_up(number: str) -> Answer:
    """Ask about a number of nine digits. Never raises: what goes wrong is UNREACHABLE. Not for inside a transaction."""
    try:
        async with asyncio.timeout(WITHIN):
            asking = asyncio.get_running_loop()
            return await asking.run_in_executor(_apart, _look_up, number, time.monotonic() + WITHIN)
    except (OSError, http.client.HTTPException, _Nonsense):  # a TimeoutError is an OSError
        return Answer(RegisterState.UNREACHABLE)


Answered = dict[str, Any]
"""What the register says of one organisation: JSON."""


def _look_up(number: str, until: float) -> Answer:
    found: Answered = {}
    for kind in ("enheter", "underenheter"):
        status, found = _get(f"/enhetsregisteret/api/{kind}/{number}", until)
        if status == HTTPStatus.GONE:
            return Answer(RegisterState.CLOSED)
        if status == HTTPStatus.OK:
            break
    else:
        return Answer(RegisterState.NOT_FOUND)
    name, voluntary = found.get("navn"), found.get("registrertIFrivillighetsregisteret")
    if found.get("organisasjonsnummer") != number or not isinstance(name, str):
        raise _Nonsense
    if any(found.get(sign) for sign in CLOSING):
        return Answer(RegisterState.CLOSED, name[:200])
    if not isinstance(voluntary, bool):
        status, _ = _get(f"/frivillighetsregisteret/api/frivillige-organisasjoner/{number}", until)
        voluntary = status == HTTPStatus.OK
    return Answer(RegisterState.FOUND, name[:200], voluntary)


def _get(path: str, until: float) -> tuple[int, Answered]:
    """Status and JSON of one GET, without following redirects. Raises OSError, HTTPException and _Nonsense."""
    url = urlsplit(settings().register)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=max(0.01, until - time.monotonic()))
    try:
        headers = {"Accept": "application/json", "User-Agent": AGENT}
        connection.request("GET", url.path.rstrip("/") + path, headers=headers)
        response = connection.getresponse()
        if response.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
            return response.status, {}
        if response.status != HTTPStatus.OK:
            raise _Nonsense
        body = b""
        while part := response.read1(MOST):
            body += part
            if len(body) > MOST or time.monotonic() > until:
                raise _Nonsense
        found = json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise _Nonsense from problem
    finally:
        connection.close()
    if not isinstance(found, dict):
        raise _Nonsense
    return response.status, found
