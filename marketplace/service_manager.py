"""What systemd is told, a datagram each (sd_notify(3)): that we are ready, that we stop, that we are alive."""

import os
import socket
import time
from contextlib import suppress

READY = "READY=1"
STOPPING = "STOPPING=1"


def tell(words: str) -> None:
    """Say it, if anybody asked to be told."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(words.encode(), address.replace("@", "\0", 1) if address[0] == "@" else address)


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
            tell("WATCHDOG=1")
