"""Web processes and the worker, forked from one parent that has imported everything: quick to start, little memory.

The parent opens the port, the children share it. A child that dies is started again; all end with the parent.
"""

import asyncio
import ctypes
import gc
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from types import FrameType

import structlog
import uvicorn

from marketplace.base.backoff import Backoff
from marketplace.base.log import configure
from marketplace.base.web import supervisor
from marketplace.base.web.pulse import Pulse, take
from marketplace.settings import settings

log = structlog.get_logger("processes")

STEADY = 5.0
"""Seconds after which a child that ends has not died at once."""
AGAIN = (1.0, 30.0)
"""Seconds before a child that died at once is started again, the first time and at most."""
PATIENCE = 15.0
"""Seconds that the children get to finish what they do, besides those for which they still take what comes."""
CYCLES = (20_000, 20, 20)
"""How many objects more than before there are when the collector looks for cycles, and how often it looks further. At
Python's 700 it took 3 per cent of a booking's time; what it finds this late is a few megabytes."""


def serve_web(opened: socket.socket) -> None:
    """One web process; returns when it is told to stop."""
    from marketplace.app import build
    from marketplace.base.web.bounded_http import BoundedHttp
    from marketplace.base.web.server import GRACE, KEEP_ALIVE, Server

    Server(
        uvicorn.Config(
            build(),
            lifespan="on",
            loop="uvloop",
            http=BoundedHttp,
            access_log=False,
            server_header=False,
            log_config=None,  # our own: uvicorn's repeats what an exception says
            log_level="warning",
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=int(GRACE),
        ),
        drain=settings().drain,
    ).run(sockets=[opened])


def serve_work() -> None:
    """One worker. It gives way to the web processes beside it: messages may wait a moment, people should not."""
    from marketplace.schedule import work

    os.nice(10)
    asyncio.run(work())


def follow_log() -> None:
    """Streams the embedded database's log into the folder of backups, while the others end, too."""
    from marketplace.operations.backup.following import follow, until_told

    folder, url = settings().backup_dir, settings().database_url
    if folder and url:
        asyncio.run(until_told(follow(folder, url), settings().drain + 2))


def supervise(
    tasks: list[Callable[[], None]],
    opened: socket.socket | None = None,
    revive: Callable[[], object] = lambda: None,
) -> None:
    """Run each task in a child of its own until SIGTERM or Ctrl-C.

    `opened` is what the children listen on: the parent lets go of it when they are to end, so that it closes with the
    last of them. `revive` is called when a child that is none of the tasks has ended: the embedded database.

    A child that is there and gets to nothing any more (base/web/pulse.py) is killed, and so started again.
    """
    gc.freeze()  # what the children share stays shared: the collector does not touch its pages
    gc.set_threshold(*CYCLES)
    children: dict[int, tuple[int, float]] = {}
    """Which task each runs, and since when."""
    pulses = [Pulse() for _ in tasks]
    backoffs = [Backoff(*AGAIN) for _ in tasks]
    waiting: dict[int, float] = {}
    """Tasks whose child has ended, and when each is started again."""
    reviving, revived, revive_at = Backoff(*AGAIN), -math.inf, math.inf
    stopping = False

    def stop(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if opened:
            opened.close()
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    def start(number: int) -> None:
        pulses[number].begin()
        pid = _fork(tasks[number], pulses[number])
        children[pid] = (number, time.monotonic())
        if stopping:  # told so in between: this one has not heard it
            os.kill(pid, signal.SIGTERM)

    for told in (signal.SIGTERM, signal.SIGINT):
        signal.signal(told, stop)
    for number in range(len(tasks)):
        start(number)
    watchdog = supervisor.Watchdog()
    deadline: float | None = None
    looked = time.monotonic()
    while children or (waiting and not stopping):
        watchdog.alive()
        pid, now = _ended(), time.monotonic()
        ended = children.pop(pid, None)
        if not stopping:  # who ends may take its time
            for child, (number, _) in children.items():
                if pulses[number].hangs(now - looked):
                    log.error("a process hangs and is started again", pid=child)
                    pulses[number].begin()
                    os.kill(child, signal.SIGKILL)
        looked = now
        if ended and not stopping:
            number, started = ended
            if now - started > STEADY:
                backoffs[number].well()
                waiting[number] = now
            else:  # a child that dies at once is not hammered, and the others go on meanwhile
                waiting[number] = now + backoffs[number].wait()
        elif pid and not stopping and revive_at == math.inf:
            if now - revived > STEADY:
                reviving.well()
                revive_at = now
            else:  # a database that dies at once is not hammered either
                revive_at = now + reviving.wait()
        for number in [one for one, at in waiting.items() if at <= now and not stopping]:
            del waiting[number]
            start(number)
        if now >= revive_at and not stopping:
            try:
                revive()
                revived, revive_at = now, math.inf
            except Exception as problem:
                revive_at = now + reviving.wait()
                log.error("database not started", problem=str(problem))
        if stopping:
            if deadline is None:
                supervisor.notify("STOPPING=1")
            deadline = deadline or time.monotonic() + settings().drain + PATIENCE
            if time.monotonic() > deadline:
                for late in children:
                    os.kill(late, signal.SIGKILL)
        if not pid:
            time.sleep(0.02 if stopping else 0.2)


def _ended() -> int:
    """The process that has ended, if one has."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0]
    except ChildProcessError:  # all have ended, and are yet to be started again
        return 0


def take_no_harm() -> None:
    """SIGHUP, SIGUSR1 and SIGUSR2 reload other servers or open their logs anew, and are sent by habit: here they do
    nothing, since settings are read at the start alone. Only when the terminal that we run in has gone, we go too."""

    def hung_up(number: int, frame: FrameType | None) -> None:
        if terminal and not has_terminal():
            os.kill(os.getpid(), signal.SIGTERM)

    terminal = has_terminal()
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, hung_up)


def has_terminal() -> bool:
    """Is there a terminal that controls this process?"""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def _fork(task: Callable[[], None], pulse: Pulse) -> int:
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the parent hears it, see take_no_harm
        _end_with(parent)
        configure()
        take(pulse)
        task()
        code = 0
    except KeyboardInterrupt:
        code = 0
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _end_with(parent: int) -> None:
    """Let Linux stop this process when the parent is gone, also by kill -9."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
