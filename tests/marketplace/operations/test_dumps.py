"""A dump of a PostgreSQL elsewhere: over TLS, read through, and tried in a server of our own."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from marketplace.base import clock
from marketplace.base.postgres.embedded import EmbeddedPostgres
from marketplace.operations.backup import dumping, tools
from marketplace.operations.backup.folder import STAMP
from marketplace.operations.backup.tools import Refused
from marketplace.operations.backup.tunnel import tunnelled
from tests.marketplace.operations.clusters import FAST, a_place, do
from tests.marketplace.test_doctor import certificate, serve_tls


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with a_place() as folder:
        yield folder


@pytest.fixture(scope="module")
def far(place: Path) -> Iterator[str]:
    """The address of a server that speaks TLS, which the wheel's programs do not."""
    postgres = EmbeddedPostgres(place / "far", FAST)
    with postgres as url, socket.create_server(("127.0.0.1", 0)) as front:
        do(
            url,
            "CREATE TABLE booking AS SELECT n AS id, repeat('x', 100) AS filler FROM generate_series(1, 3000) n",
        )
        cert, key = certificate(place)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        threading.Thread(target=serve_tls, args=(front, context, postgres.socket_folder), daemon=True).start()
        port = front.getsockname()[1]
        yield f"postgres://treffpunkt@localhost:{port}/treffpunkt?sslmode=verify-full&sslrootcert={quote(str(cert))}"


def test_a_dump_over_tls_is_read_through_and_tried(place: Path, far: str) -> None:
    made = asyncio.run(dumping.dump(place / "kept", far))
    file = place / "kept/dumps" / made.name
    assert (made.tables, file.stat().st_mode & 0o777) == (1, 0o600)
    assert asyncio.run(dumping.tried(file)) == {"booking": 3000}


def test_a_damaged_dump_is_found(place: Path, far: str) -> None:
    made = asyncio.run(dumping.dump(place / "kept", far))
    file = place / "kept/dumps" / made.name
    whole = file.read_bytes()
    for broken in (whole[: len(whole) // 2], whole[:-200] + b"\0" * 200, b""):
        file.write_bytes(broken)
        with pytest.raises(Refused, match="damaged"):
            asyncio.run(dumping.read_through(file))


def test_a_server_whose_certificate_is_not_trusted_gets_nothing(place: Path, far: str) -> None:
    other, _ = certificate(place, "elsewhere")
    wrong = far.partition("&sslrootcert=")[0] + f"&sslrootcert={quote(str(other))}"
    with pytest.raises((Refused, OSError), match="CERTIFICATE_VERIFY_FAILED"):
        asyncio.run(dumping.dump(place / "kept", wrong))

    async def by_a_program() -> None:
        async with tunnelled(wrong) as near:
            await tools.run("psql", *tools.conninfo(near), "--command=SELECT 1", "treffpunkt", url=near)

    with pytest.raises(Refused, match="CERTIFICATE_VERIFY_FAILED"):
        asyncio.run(by_a_program())


def test_old_dumps_go_and_the_newest_stays(place: Path, far: str) -> None:
    made = asyncio.run(dumping.dump(place / "aged", far))
    dumps = place / "aged/dumps"
    long_ago = dumps / f"{made.ended_at - timedelta(days=36):{STAMP}}.dump"
    long_ago.write_bytes(b"old")
    dumping.tidy(dumps, clock.unmoved())
    assert [each.name for each in dumps.glob("*.dump")] == [made.name]
    dumping.tidy(dumps, clock.unmoved() + timedelta(days=400))
    assert [each.name for each in dumps.glob("*.dump")] == [made.name]
