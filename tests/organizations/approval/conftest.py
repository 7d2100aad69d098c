"""A register of organisations on this machine, that answers as the documented interface at data.brreg.no does."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.conftest import REGISTER


class Register:
    """`answers`: path to (status, body); bytes are sent as they are. What is not there is a 404. `asked`: the paths."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, Any]] = {}
        self.asked: list[str] = []
        self.slow = 0.0

    def knows(self, number: str, name: str = "LURA STRIKKELAG", kind: str = "enheter", **other: Any) -> None:
        """An organisation that stands in Enhetsregisteret."""
        entry = {
            "organisasjonsnummer": number, "navn": name, "konkurs": False, "underAvvikling": False,
            "underTvangsavviklingEllerTvangsopplosning": False, "registrertIFrivillighetsregisteret": False,
        } | other  # fmt: skip
        self.answers[f"/enhetsregisteret/api/{kind}/{number}"] = (200, entry)


@pytest.fixture
def register() -> Iterator[Register]:
    found = Register()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(self.path)
            status, body = found.answers.get(self.path, (404, {"status": 404, "error": "Not Found"}))
            sent = body if isinstance(body, bytes) else json.dumps(body).encode()
            time.sleep(found.slow)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            with suppress(OSError):  # whoever asked has gone
                self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(REGISTER, Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()
