"""Where the web processes listen: an address and port, a unix socket, or what systemd has opened for us."""

import errno
import os
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from marketplace.base.web import supervisor
from marketplace.settings.addresses import LOCAL

BACKLOG = 2048
"""Connections that wait in the kernel while every process is busy."""


class CannotListen(Exception):
    """Says in a sentence why not."""


@dataclass
class Place:
    """A listening socket, and what it is called in the log."""

    opened: socket.socket
    name: str
    host: str
    """The address, or LOCAL for a unix socket: whoever comes by it is on this machine."""
    file: Path | None = None
    """The unix socket's, which is deleted at the end."""
    made: int = field(default=0, repr=False)

    def close(self) -> None:
        """Listen no more. The file goes too, if it is still ours: another may have put its own there."""
        self.opened.close()
        with suppress(OSError):
            if self.file and self.file.stat().st_ino == self.made:
                self.file.unlink()


def at_port(port: int, host: str = "127.0.0.1") -> Place:
    """Listen on an address. IPv6 is written with or without brackets; the brackets belong to addresses of the web."""
    host = host.strip().removeprefix("[").removesuffix("]")
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if not host:
            raise CannotListen("--host names no address")
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(BACKLOG)
    except (OSError, UnicodeError) as problem:
        opened.close()
        raise CannotListen(f"Nothing can listen on {shown}: {said(problem)}") from problem
    except CannotListen:
        opened.close()
        raise
    return Place(opened, shown, host)


def said(problem: OSError | UnicodeError) -> str:
    """In words; what operators meet most says what to do."""
    if isinstance(problem, socket.gaierror | UnicodeError):
        return "this is no address of this machine, nor a name of one"
    hints = {
        errno.EADDRINUSE: "another program listens there; stop it, or choose another with --port",
        errno.EADDRNOTAVAIL: "this machine has no such address",
        errno.EACCES: "that is not allowed to this user; below 1024 only root may, so let the proxy take that port",
    }
    return hints.get(problem.errno or 0) or problem.strerror or str(problem)


def at_file(file: Path, mode: int) -> Place:
    """Listen on a unix socket with these permissions. A file that a killed server left is taken away; a living
    server's, and whatever is no socket, is refused."""
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        clear(file)
        before = os.umask(0o777 & ~mode)  # from its first moment nobody else may connect
        try:
            opened.bind(os.fspath(file))
        finally:
            os.umask(before)
        opened.listen(BACKLOG)
        return Place(opened, f"unix:{file}", LOCAL, file, file.stat().st_ino)
    except OSError as problem:
        opened.close()
        why = problem.strerror or str(problem)
        raise CannotListen(f"No socket can be made at {file}: {why}") from problem
    except CannotListen:
        opened.close()
        raise


def clear(file: Path) -> None:
    """Take a socket away at which nobody listens any more."""
    try:
        found = file.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found.st_mode):
        raise CannotListen(f"{file} is there and is no socket: choose another path, or take it away")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as trial:
        trial.settimeout(2)
        try:
            trial.connect(os.fspath(file))
        except ConnectionRefusedError:
            file.unlink()
            return
        except BlockingIOError:  # its queue is full: it is alive
            pass
    raise CannotListen(f"Another program listens on {file}: stop it, or choose another path")


def by_systemd() -> Place | None:
    """Where systemd listens for us, if it does."""
    try:
        opened = supervisor.handed_over()
    except ValueError as problem:
        raise CannotListen(str(problem)) from problem
    if opened is None:
        return None
    name = opened.getsockname()
    if opened.family == socket.AF_UNIX:
        return Place(opened, f"unix:{name} of systemd", LOCAL)
    return Place(opened, f"{name[0]}:{name[1]} of systemd", name[0])
