"""`python -m marketplace doctor` on README's production settings, with a mail server and a database that speak TLS."""

import asyncio
import contextlib
import os
import shutil
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from marketplace.base.data.database import credentials
from marketplace.base.postgres import embedded
from marketplace.base.postgres.embedded import EmbeddedPostgres
from tests.offers.seats.test_two_servers import free_port
from tests.production import GOOD
from tests.program import run


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A certificate that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    names = [x509.DNSName(name)] + ([x509.IPAddress(ip_address("127.0.0.1"))] if name == "localhost" else [])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30)).add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True).sign(key, hashes.SHA256())
    )  # fmt: skip
    cert, private = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    private.chmod(0o600)
    return cert, private


class Handler:
    """Takes all; keeps who got what."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, list[str]]] = []

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append((str(envelope.mail_from), list(envelope.rcpt_tos)))
        return "250 OK"


def serve_tls(front: socket.socket, context: ssl.SSLContext, folder: Path) -> None:
    """A database that takes TLS: the wheel's is built without it, so this ends it as a pooler does."""
    while True:
        try:
            visitor, _where = front.accept()
        except OSError:
            return
        threading.Thread(target=_forward, args=(visitor, context, folder), daemon=True).start()


def _forward(visitor: socket.socket, context: ssl.SSLContext, folder: Path) -> None:
    with contextlib.suppress(OSError), visitor, socket.socket(socket.AF_UNIX) as inner:
        first = visitor.recv(8)
        inner.connect(str(folder / f".s.PGSQL.{embedded.PORT}"))
        if first != struct.pack("!ii", 8, 80877103):  # no SSLRequest
            inner.sendall(first)
            _both_ways(visitor, inner)
            return
        visitor.sendall(b"S")
        with context.wrap_socket(visitor, server_side=True) as safe:
            _both_ways(safe, inner)


def _both_ways(one: socket.socket, other: socket.socket) -> None:
    back = threading.Thread(target=_pump, args=(other, one), daemon=True)
    back.start()
    _pump(one, other)
    back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            target.sendall(part)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def let_in(*_: Any) -> AuthResult:
    return AuthResult(success=True)


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The environment of README's production, with servers of its own behind it."""
    folder = tmp_path_factory.mktemp("doctor")
    folder.chmod(0o755)
    cert, key = certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    handler, mail, mails = Handler(), free_port(), free_port()
    starttls = Controller(
        handler, hostname="127.0.0.1", port=mail, tls_context=context, require_starttls=True, authenticator=let_in
    )  # fmt: skip
    smtps = Controller(
        handler, hostname="127.0.0.1", port=mails, ssl_context=context, authenticator=let_in,
        auth_require_tls=False,
    )  # fmt: skip
    starttls.start()
    smtps.start()
    data = Path(tempfile.mkdtemp(prefix="treffpunkt-test-"))
    postgres = EmbeddedPostgres(data, {"fsync": "off"})
    postgres.start()
    front = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve_tls, args=(front, context, postgres.socket_folder), daemon=True).start()
    plain = f"postgres://treffpunkt@localhost:{front.getsockname()[1]}/treffpunkt"
    environment = GOOD | {
        "TREFFPUNKT_SMTP_URL": f"smtp://user:secret@localhost:{mail}",
        "TREFFPUNKT_DATABASE_URL": f"{plain}?sslmode=verify-full&sslrootcert={quote(str(cert))}",
        "TREFFPUNKT_KEYS_DIR": str(folder / "keys"),
        "TREFFPUNKT_DATA_DIR": str(folder / "data"),
        "TREFFPUNKT_PROVIDER_RESTORES": "yes",
        "TREFFPUNKT_OPERATOR_EMAIL": "drift@treffpunkt.example",
        "SSL_CERT_FILE": str(cert),
    }
    code, told = program("migrate", environment)
    assert code == 0, told
    yield {"environment": environment, "folder": folder, "handler": handler, "plain": plain, "smtps": mails}
    starttls.stop()
    smtps.stop()
    postgres.delete()
    front.close()
    shutil.rmtree(data)


def program(command: str, environment: dict[str, str | None]) -> tuple[int, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    said = {name: text for name, text in environment.items() if text is not None}
    done = run(*command.split(), environment=kept | said)
    return done.code, done.said


def test_it_is_green_where_all_is_well_and_sends_nothing(servers: dict[str, Any]) -> None:
    code, told = program("doctor", servers["environment"])
    assert code == 0, told
    assert {line.split()[0] for line in told.splitlines()} == {"well"}
    assert "by TLSv1.3" in told
    assert "localhost takes mail, by TLS" in told
    assert "secret" not in told
    assert servers["handler"].taken == []


def test_it_sends_for_real_when_it_is_asked_to_also_by_smtps(servers: dict[str, Any]) -> None:
    smtps = {"TREFFPUNKT_SMTP_URL": f"smtps://user:secret@localhost:{servers['smtps']}"}
    code, told = program("doctor --send-to kari@treffpunkt.example", servers["environment"] | smtps)
    assert code == 0, told
    assert servers["handler"].taken.pop() == ("post@treffpunkt.example", ["kari@treffpunkt.example"])


def red(servers: dict[str, Any], **changed: str | None) -> tuple[int, str]:
    names = {f"TREFFPUNKT_{name.upper()}": text for name, text in changed.items()}
    return program("doctor", servers["environment"] | names)


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ({"trusted_proxies": None}, 2, "set TREFFPUNKT_TRUSTED_PROXIES"),
        ({"trusted_proxies": "10.0.0.7"}, 2, "TREFFPUNKT_TRUSTED_PROXIES to 127.0.0.1 too"),
        ({"smtp_url": None}, 2, "set TREFFPUNKT_SMTP_URL"),
        ({"smtp_ulr": "smtp://mail"}, 2, "did you mean TREFFPUNKT_SMTP_URL?"),
        ({"smtp_url": "smtp://127.0.0.1:1"}, 1, "away   mail: 127.0.0.1 takes no mail"),
        ({"sms_url": "https://127.0.0.1:1/send"}, 1, "away   sms: 127.0.0.1 does not answer"),
        ({"operator_email": "drift"}, 2, "set TREFFPUNKT_OPERATOR_EMAIL to one address"),
        ({"operator_email": None}, 1, "away   operator: set TREFFPUNKT_OPERATOR_EMAIL"),
        ({"public_url": "https://treffpunkt.example/"}, 2, "set TREFFPUNKT_PUBLIC_URL"),
        ({"keys_dir": "/proc/keys"}, 2, "TREFFPUNKT_KEYS_DIR to a folder that can be written"),
        ({"helpline_phone": None}, 2, "set TREFFPUNKT_HELPLINE_PHONE"),
        ({"provider_restores": None}, 1, "away   backups: ask whoever runs the database for point-in-time restore"),
    ],
)  # fmt: skip
def test_it_is_red_where_people_would_be_hurt(
    servers: dict[str, Any], changed: dict[str, str | None], code: int, said: str
) -> None:
    found, told = red(servers, **changed)
    assert (found, said in told) == (code, True), told


def test_verify_full_does_not_talk_to_whoever_cannot_show_who_they_are(servers: dict[str, Any]) -> None:
    """By another name than the certificate's, with roots that do not know it, and in plain text."""
    other, _key = certificate(servers["folder"], "stranger.example")
    plain = servers["plain"]
    for address in (
        f"{plain}?sslmode=verify-full&sslrootcert={quote(str(other))}",
        f"{plain}?sslmode=verify-ca&sslrootcert={quote(str(other))}",
    ):
        code, told = red(servers, database_url=address)
        assert (code, "away   database: it cannot be reached" in told) == (1, True), told
    code, told = red(servers, database_url=f"{plain}?sslmode=disable")
    assert "in plain text" in told


def test_a_database_that_the_demo_filled_is_refused_by_doctor_and_by_what_serves(
    servers: dict[str, Any],
) -> None:
    asyncio.run(marked(servers["environment"]["TREFFPUNKT_DATABASE_URL"], True))
    try:
        for command in ("doctor", "serve --port 8197", "worker", "check-data"):
            code, told = program(command, servers["environment"])
            assert (code, "This database was filled by the demo" in told) == (1, True), command
    finally:
        asyncio.run(marked(servers["environment"]["TREFFPUNKT_DATABASE_URL"], None))


async def marked(url: str, demo: bool | None) -> None:
    connection = await asyncpg.connect(**credentials(url))
    await connection.execute("DELETE FROM instance")
    if demo is not None:
        await connection.execute(
            "INSERT INTO instance (id, demo, began_at) VALUES (1, $1, clock_timestamp())", demo
        )
    await connection.close()
