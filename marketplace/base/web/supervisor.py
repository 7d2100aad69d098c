"""What systemd, or whoever speaks as it does, gives a service and wants to hear: a socket that outlives the program
(sd_listen_fds), when it is ready, and that it is alive (sd_notify)."""

import os
import socket
import time

FIRST = 3
"""Number of the first descriptor that is handed over."""


def handed_over() -> socket.socket | None:
    """The listening socket that was opened for us, if one was. It stays open between a program and the next, so that
    whoever connects meanwhile waits, and is not refused. Raises ValueError when there are several."""
    ours = os.environ.get("LISTEN_PID") == str(os.getpid())
    number = int(os.environ.get("LISTEN_FDS", "0")) if ours else 0
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        os.environ.pop(name, None)  # they are not for our children
    if number == 0:
        return None
    if number > 1:
        raise ValueError(f"{number} sockets were handed over: one is served")
    opened = socket.socket(fileno=FIRST)
    opened.set_inheritable(False)
    return opened


def notify(state: str) -> None:
    """Tell whoever started us, if they want to hear: READY=1."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        try:
            told.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            return  # nobody listens any more


class Watchdog:
    """Says that we are alive, three times in the while that systemd waits (WatchdogSec=)."""

    def __init__(self) -> None:
        wanted = os.environ.get("WATCHDOG_USEC", "")
        self.every = int(wanted) / 3_000_000 if wanted.isdigit() else None
        self.last = 0.0

    def alive(self) -> None:
        """Call it often: it speaks only when it is time."""
        if self.every is not None and time.monotonic() - self.last >= self.every:
            self.last = time.monotonic()
            notify("WATCHDOG=1")
