"""A way for the wheel's programs to a PostgreSQL that wants TLS: they are built without it, so we speak it for them."""

import asyncio
import ssl
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from marketplace.base.data.address import credentials
from marketplace.operations.backup.tools import Refused

SSL_REQUEST = struct.pack("!ii", 8, 80877103)
"""What a client of PostgreSQL says first when it wants TLS."""
WITHIN = 10.0
"""Seconds that the server gets to answer."""


@asynccontextmanager
async def tunnelled(url: str) -> AsyncIterator[str]:
    """The same database at an address without TLS: a socket in a folder of ours, behind which TLS is spoken as the
    address asks. An address that asks for none is given back as it is."""
    given = credentials(url)
    context = given.get("ssl")
    if not isinstance(context, ssl.SSLContext):
        yield url
        return
    with tempfile.TemporaryDirectory(prefix="treffpunkt-tls-") as folder:  # 0700
        problems: list[str] = []

        async def carry(near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
            try:
                async with asyncio.timeout(WITHIN):
                    far_in, far_out = await _opened(given["host"], given["port"], context)
            except (OSError, Refused, asyncio.IncompleteReadError) as problem:
                problems.append(str(problem) or type(problem).__name__)
                near_out.close()
                return
            await asyncio.gather(_pipe(near_in, far_out), _pipe(far_in, near_out))

        server = await asyncio.start_unix_server(carry, Path(folder) / ".s.PGSQL.5432")
        secret = f":{quote(given['password'], safe='')}" if given["password"] else ""
        name = f"{quote(given['user'], safe='')}{secret}@/{quote(given['database'], safe='')}"
        try:
            yield f"postgres://{name}?host={quote(folder, safe='')}&port=5432"
        except Refused as problem:
            if problems:
                raise Refused(f"{problem} ({problems[0]})") from problem
            raise
        finally:
            server.close()


async def _opened(
    host: str, port: int, context: ssl.SSLContext
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(SSL_REQUEST)
    if await reader.readexactly(1) != b"S":
        writer.close()
        raise Refused("the server speaks no TLS")
    await writer.start_tls(context, server_hostname=host)
    return reader, writer


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
