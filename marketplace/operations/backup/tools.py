"""PostgreSQL's own programs for backups, from the wheel, as us: a backup belongs to whoever makes it."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg

from marketplace.base.data.address import credentials
from marketplace.base.postgres.programs import ENVIRONMENT, LIBC, binary


class Refused(Exception):
    """It cannot be done, and nothing was changed; the message says why and what to do."""


class Busy(Refused):
    """Somebody else is at it: no fault."""


class ToolFailed(Refused):
    """One of PostgreSQL's programs did not do its work."""

    def __init__(self, program: str, said: str) -> None:
        lines = [line for line in said.splitlines() if line.strip()]
        super().__init__(f"{program}: {' / '.join(lines[-3:]) or 'it ended without a word'}")
        self.said = said


def why(problem: BaseException) -> str:
    """What went wrong, for a person: our own sentence, or a file and what the system says of it."""
    if isinstance(problem, OSError) and problem.strerror:
        return f"{problem.filename}: {problem.strerror}" if problem.filename else problem.strerror
    return str(problem) or type(problem).__name__


def conninfo(url: str) -> list[str]:
    """The arguments by which PostgreSQL's clients find the server; a password goes by `surroundings`."""
    given = credentials(url)
    return [
        f"--host={given['host']}",
        f"--port={given['port']}",
        f"--username={given['user']}",
        "--no-password",
    ]


def surroundings(url: str) -> dict[str, str]:
    """The environment for them: a password would show in the list of processes."""
    password = credentials(url)["password"]
    return ENVIRONMENT | ({"PGPASSWORD": password} if password else {})


async def start(program: str, *arguments: str | Path, url: str = "") -> asyncio.subprocess.Process:
    """Start one of the programs; it ends with us, also by kill -9 (Linux only)."""
    parent = os.getpid()

    def end_with_parent() -> None:
        LIBC.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)

    return await asyncio.create_subprocess_exec(
        str(binary(program)),
        *map(str, arguments),
        env=surroundings(url) if url else ENVIRONMENT,
        cwd="/",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
        umask=0o077,
        preexec_fn=end_with_parent if sys.platform == "linux" else None,
    )


async def run(program: str, *arguments: str | Path, url: str = "") -> str:
    """What a program said when it did its work. Raises ToolFailed. It ends when we are cancelled."""
    child = await start(program, *arguments, url=url)
    try:
        said = (await child.communicate())[0].decode(errors="replace")
    finally:
        if child.returncode is None:
            child.terminate()
            await child.wait()
    if child.returncode:
        raise ToolFailed(program, said)
    return said


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(**credentials(url), timeout=10)
    try:
        yield connection
    finally:
        await connection.close()
