"""A dump of a PostgreSQL elsewhere: over TLS, read through, and tried in a server of our own."""

import asyncio
import shutil
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from marketplace.base import clock
from marketplace.base.data import backed_up
from marketplace.base.postgres.embedded import EmbeddedPostgres, EmbeddedPostgresError
from marketplace.operations.backup import dumping, tools
from marketplace.operations.backup.copying import dump_noted
from marketplace.operations.backup.folder import STAMP
from marketplace.operations.backup.tools import Refused, ToolFailed
from marketplace.operations.backup.tunnel import tunnelled
from marketplace.settings import settings
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


def test_dumps_of_two_instances_do_not_mix_though_their_databases_have_one_name(
    place: Path, far: str
) -> None:
    """As two machines do that were set up alike and share a folder; one that goes on elsewhere is the same."""
    folder = place / "shared"
    first, *_others = asyncio.run(dumping.dump(folder, far))
    began = "CREATE TABLE instance AS SELECT 1 AS id, now() AS began_at"
    do(far, began)
    asyncio.run(dumping.dump(folder, far))
    mark = (folder / "treffpunkt-backup.json").read_text()
    asyncio.run(dumping.dump(folder, far))
    with EmbeddedPostgres(place / "second", FAST) as second:
        do(second, began)
        with pytest.raises(Refused, match="another instance"):
            asyncio.run(dumping.dump(folder, second))
    assert (folder / "treffpunkt-backup.json").read_text() == mark
    assert (folder / "dumps" / first).exists()
    do(far, "DROP TABLE instance")


def test_a_dump_that_somebody_named_themselves_stays_and_is_no_error(place: Path, far: str) -> None:
    made = asyncio.run(dumping.dump(place / "own", far))
    own = place / "own/dumps/before-the-move.dump"
    own.write_bytes((place / "own/dumps" / made.name).read_bytes())
    dumping.tidy(own.parent, clock.unmoved() + timedelta(days=400))
    assert {each.name for each in own.parent.glob("*.dump")} == {own.name, made.name}, (
        "the newest of ours, too"
    )


NO_ROOM = 'could not write to file "base/5/2619": No space left on device'


@pytest.fixture
def noted(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In a data folder of its own."""
    monkeypatch.setenv("TREFFPUNKT_DATA_DIR", str(place / "noted"))
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()
    shutil.rmtree(place / "noted", ignore_errors=True)


@pytest.mark.parametrize("at", ["its start", "the restore", "the restore, and only the server says why"])
def test_a_scratch_server_without_room_says_nothing_of_the_dump(
    place: Path, far: str, noted: None, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def no_start(server: EmbeddedPostgres) -> str:
        server.log.write_text(f"running bootstrap script\nFATAL: {NO_ROOM}\nchild process exited\n")
        raise EmbeddedPostgresError(f"initdb failed, see {server.log}")

    async def no_restore(_file: Path, url: str) -> None:
        if at == "the restore":
            raise ToolFailed("pg_restore", f"error: {NO_ROOM}")
        (scratch,) = [each for each in logs if each.exists()]
        scratch.write_text(f"PANIC: {NO_ROOM}\n")
        raise ToolFailed("pg_restore", "error: server closed the connection unexpectedly")

    logs: list[Path] = []
    start = EmbeddedPostgres.start

    def started(server: EmbeddedPostgres) -> str:
        logs.append(server.log)
        return start(server)

    monkeypatch.setattr(EmbeddedPostgres, "start", no_start if at == "its start" else started)
    monkeypatch.setattr(dumping, "put_back", no_restore)
    with pytest.raises(Refused, match=f"whole and kept, but could not be tried: .*{NO_ROOM}"):
        asyncio.run(dump_noted(place / "tried", far, trial=True))
    last = backed_up.last()
    assert (last.trouble, last.late(clock.unmoved())) == ("", False)


def test_a_dump_that_cannot_be_restored_is_noted(
    place: Path, far: str, noted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_restore(_file: Path, url: str) -> None:
        raise ToolFailed("pg_restore", 'error: extension "other" is not available')

    monkeypatch.setattr(dumping, "put_back", no_restore)
    with pytest.raises(Refused, match=r'cannot be restored: .*"other" is not available'):
        asyncio.run(dump_noted(place / "tried", far, trial=True))
    assert "cannot be restored" in backed_up.last().trouble
