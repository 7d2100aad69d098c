"""What an operator meets at the start: the line that says what runs, two of a kind, signals by habit, systemd, a unix
socket; and a sentence, never a traceback, for what cannot be."""

import re
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest

from marketplace.settings import settings
from tests import cluster
from tests.install.conftest import ROOT, at_once, program, started, until
from tests.offers.seats.test_two_servers import free_port

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.fixture
def alone(environment: dict[str, str]) -> dict[str, str]:
    """Of an instance whose database is away: it begins all the same."""
    return environment | {"TREFFPUNKT_DATABASE_URL": "postgres://127.0.0.1:1/none"}


def answers(file: Path) -> bool:
    """Does somebody answer by this unix socket?"""
    with socket.socket(socket.AF_UNIX) as out:
        try:
            out.connect(str(file))
            out.sendall(b"GET /health/live HTTP/1.1\r\nhost: treffpunkt.example\r\nconnection: close\r\n\r\n")
            return out.recv(100).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def at(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/health/live", timeout=10).status_code == 200
    except httpx.TransportError:
        return False


def test_the_version_is_said_once(environment: dict[str, str]) -> None:
    assert program(environment, "--version") == (0, f"Treffpunkt {VERSION}\n")


def test_a_run_says_what_it_is_and_a_second_one_in_its_folder_is_refused(
    environment: dict[str, str], folder: Path
) -> None:
    """The first goes on as if nothing had been: its database is not touched, and no second worker sends its mail."""
    port, said = free_port(), folder / "said"
    cluster.begin(folder / "data")
    with started(environment, "run", "--port", str(port), said=said) as first:
        assert until(lambda: at(port)), said.read_text()
        (line,) = [each for each in said.read_text().splitlines() if each.startswith("Treffpunkt")]
        assert line == (
            f"Treffpunkt {VERSION}: https://treffpunkt.example, listens on 127.0.0.1:{port}, 1 web process, a worker, "
            "database on this machine, mail by 127.0.0.1"
        )
        before = {child.pid for child in psutil.Process(first.pid).children()}
        (folder / "link").symlink_to(folder / "data")
        for data in (folder / "data", folder / "data/../data", folder / "link"):  # one folder by three names
            code, told = at_once(environment, "run", "--port", str(free_port()), "--data", str(data))
            assert (code, told) == (
                1,
                f"Error: Process {first.pid} runs {data} already: stop it first, or choose another folder with "
                "--data.\n",
            )
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):  # what others reload by
            first.send_signal(number)
            for child in psutil.Process(first.pid).children():
                if child.name().startswith("python"):
                    child.send_signal(signal.SIGHUP)
        assert at_once(environment, "check-data", "--data", str(folder / "data")) == (0, "0 violations\n")
        assert {child.pid for child in psutil.Process(first.pid).children()} == before
        assert at(port)
    assert "Traceback" not in said.read_text()


def test_a_run_that_was_killed_leaves_no_lock(
    environment: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from marketplace.starting import alone_in

    monkeypatch.setattr(
        "marketplace.starting.settings", lambda: settings().model_copy(update={"database_url": None})
    )
    (folder / "run.lock").write_text("1\n")  # of a process that lives, and is none of ours
    with alone_in(folder):
        assert (folder / "run.lock").read_text() != "1\n"


def test_it_is_served_by_a_unix_socket_which_a_killed_server_may_have_left(
    alone: dict[str, str], folder: Path
) -> None:
    """Who comes by it is the proxy: X-Forwarded-For counts, as from 127.0.0.1."""
    file, said = folder / "web.sock", folder / "said"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(file))
    left.listen()
    code, told = at_once(alone, "serve", "--unix-socket", str(file))
    assert (code, told) == (1, f"Error: Another program listens on {file}: stop it, or choose another path\n")
    left.close()  # and its file stays, as after kill -9
    with started(alone, "serve", "--unix-socket", str(file), "--socket-mode", "600", said=said):
        assert until(lambda: answers(file)), said.read_text()
        assert file.stat().st_mode & 0o777 == 0o600
        assert f"listens on unix:{file}" in said.read_text()
        code, told = at_once(alone, "serve", "--unix-socket", str(file))
        assert code == 1
        assert file.exists(), "the second took the first one's socket away"
    assert not file.exists()


def test_by_a_unix_socket_alone_visitors_need_a_proxy_that_is_named(alone: dict[str, str]) -> None:
    """Else all of them are 127.0.0.1, and share its limits."""
    for said in ("none", "10.0.0.1"):
        code, told = at_once(
            alone | {"TREFFPUNKT_TRUSTED_PROXIES": said},
            "doctor",
            "--unix-socket",
            "/run/treffpunkt/web.sock",
        )
        assert (code, "wrong  proxies: set TREFFPUNKT_TRUSTED_PROXIES to 127.0.0.1" in told) == (2, True), (
            told
        )


def test_systemd_hears_when_it_is_ready_alive_and_stops_and_may_open_the_port(
    alone: dict[str, str], folder: Path
) -> None:
    """A socket that systemd opened stays open while the program is started anew: whoever comes meanwhile waits."""
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager,
        socket.create_server(("127.0.0.1", 0)) as port,
    ):
        manage(manager, port, alone, folder)


def manage(manager: socket.socket, port: socket.socket, alone: dict[str, str], folder: Path) -> None:
    """Be systemd: hand over the port twice, and hear what is told."""
    manager.bind(str(folder / "notify"))
    manager.settimeout(40)
    asked = alone | {
        "NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "600000", "LISTEN_FDS": "1",
    }  # fmt: skip
    as_systemd = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3); os.environ['LISTEN_PID'] = str(os.getpid()); "
        "os.execv(sys.executable, [sys.executable, '-m', 'marketplace', 'serve'])"
    )
    for _again in range(2):
        with (folder / "said").open("wb") as out:
            serving = subprocess.Popen(
                [sys.executable, "-c", as_systemd, str(port.fileno())],
                env=asked, cwd=ROOT, pass_fds=[port.fileno()], stdout=out, stderr=out,
            )  # fmt: skip
        try:
            heard = []
            while heard.count(b"WATCHDOG=1") < 2 or b"READY=1" not in heard:
                heard.append(manager.recv(100))
            assert until(lambda: at(port.getsockname()[1])), (folder / "said").read_text()
            serving.send_signal(signal.SIGTERM)
            while heard[-1] != b"STOPPING=1":
                heard.append(manager.recv(100))
            assert serving.wait(60) == 0
        finally:
            serving.kill()
    assert " of systemd" in (folder / "said").read_text()


CANNOT = [
    (("serve", "--port", "0"), 2, "0 is not in the range"),
    (("serve", "--port", "70000"), 2, "70000 is not in the range"),
    (("serve", "--port", "TAKEN"), 1, "Nothing can listen on 127.0.0.1:TAKEN: another program listens there"),
    (
        ("serve", "--host", "::1", "--port", "TAKEN6"),
        1,
        "Nothing can listen on [::1]:TAKEN6: ",
    ),
    (
        ("serve", "--host", "[::1]", "--port", "TAKEN6"),
        1,
        "Nothing can listen on [::1]:TAKEN6: ",
    ),
    (("serve", "--host", "203.0.113.7"), 1, "this machine has no such address"),
    (("serve", "--host", "http://127.0.0.1"), 1, "this is no address of this machine"),
    (("serve", "--host", "a..b"), 1, "this is no address of this machine"),
    (("serve", "--host", "x" * 300), 1, "this is no address of this machine"),
    (("serve", "--host", ""), 1, "--host names no address"),
    (("serve", "--unix-socket", "FILE"), 1, "is there and is no socket"),
    (("serve", "--unix-socket", "FOLDER"), 2, "is a directory"),
    (("serve", "--unix-socket", "FOLDER/none/web.sock"), 1, "No such file or directory"),
    (("serve", "--unix-socket", "FOLDER/" + "y" * 120), 1, "too long"),
    (("serve", "--unix-socket", ""), 2, "names nothing"),
    (("serve", "--unix-socket", "FOLDER/s", "--socket-mode", "rw"), 2, "write three digits"),
    (("run", "--data", "FILE"), 1, "FILE: File exists"),
    (("run", "--data", "FILE/below"), 1, "FILE/below: Not a directory"),
    (("run", "--data", "/proc/none"), 1, "/proc/none: No such file or directory"),
    (("run", "--data", ""), 2, "names nothing"),
    (("check-data", "--data", "FILE"), 1, "FILE holds no instance"),
    (("check-data", "--data", "FOLDER/none"), 1, "FOLDER/none holds no instance"),
    (("outbox", "list", "--data", "FOLDER/none"), 1, "FOLDER/none holds no instance"),
    (("jobs", "run", "remind", "--data", "FOLDER/none"), 1, "FOLDER/none holds no instance"),
    (
        ("restored", "--since", "2026-01-01T12:00", "--data", "FOLDER/none"),
        1,
        "FOLDER/none holds no instance",
    ),
    (("backup", "FOLDER/kept", "--data", "FOLDER/none"), 1, "FOLDER/none holds no instance"),
    (("backup", ""), 2, "names nothing"),
    (("restore", ""), 2, "names nothing"),
    (("restore", "FOLDER", "--until", "noon"), 2, "is no time"),
    (("bogus",), 2, "No such command"),
    (("serve", "everything"), 2, "unexpected extra argument"),
]


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Puts into a text where something stands in the way."""
    folder = tmp_path_factory.mktemp("taken")
    (folder / "file").touch()
    with socket.create_server(("127.0.0.1", 0)) as one, socket.socket(socket.AF_INET6) as six:
        with suppress(OSError):  # a machine without IPv6 says so instead
            six.bind(("::1", 0))
        words = {
            "TAKEN6": str(six.getsockname()[1]), "TAKEN": str(one.getsockname()[1]), "FILE": str(folder / "file"),
            "FOLDER": str(folder),
        }  # fmt: skip
        yield lambda text: re.sub("|".join(words), lambda found: words[found[0]], text)


@pytest.mark.parametrize(("arguments", "code", "words"), CANNOT)
def test_what_cannot_be_is_said_in_a_sentence(
    environment: dict[str, str],
    taken: Callable[[str], str],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    got, told = at_once(environment, *map(taken, arguments))
    assert (got, "Traceback" in told) == (code, False), told
    assert taken(words) in told
    assert "database" not in told
    assert len(told.strip().splitlines()) in {1, 4}  # ours, or click's with its usage
    assert not Path(taken("FOLDER/none")).exists(), "whoever looks makes nothing"


AWAY = [
    ("postgres://u:hemmelig@127.0.0.1:1/x", "cannot be reached"),
    ("postgres://u:hemmelig@nowhere.invalid/x?sslmode=disable", "cannot be reached"),
    ("postgres://u:hemmelig@/x?host=/nowhere", "cannot be reached"),
    ("postgres://u:hemmelig@127.0.0.1:99999/x", "is no address"),
    ("mysql://u:hemmelig@127.0.0.1/x", "must begin with postgres://"),
]


@pytest.mark.parametrize("command", ["migrate", "check-data", "reset-second-factor a@b.no"])
@pytest.mark.parametrize(("url", "words"), AWAY)
def test_a_database_that_is_away_is_said_in_a_sentence(
    environment: dict[str, str], command: str, url: str, words: str
) -> None:
    code, told = at_once(environment | {"TREFFPUNKT_DATABASE_URL": url}, *command.split())
    assert (code in {1, 2}, words in told, "Traceback" in told, "hemmelig" in told) == (
        True,
        True,
        False,
        False,
    ), told


def test_a_demo_does_not_listen_where_others_could_come_in(environment: dict[str, str]) -> None:
    """Its mailbox and its codes are open to whoever asks."""
    demo = {name: text for name, text in environment.items() if name not in {"TREFFPUNKT_DEMO"}}
    demo = {name: text for name, text in demo.items() if not name.startswith("TREFFPUNKT_") or "_DIR" in name}
    everywhere = "0.0.0.0"  # noqa: S104
    code, told = at_once(
        demo | {"TREFFPUNKT_DEMO": "1"}, "serve", "--host", everywhere, "--port", str(free_port())
    )
    assert (code, "demo mode listens on this machine alone" in told) == (2, True), told
