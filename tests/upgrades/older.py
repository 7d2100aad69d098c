"""Programs of before, taken from the history, and what one does with them."""

import os
import signal
import subprocess
import sys
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx

from marketplace.base.data import marks
from tests.offers.seats.test_two_servers import free_port
from tests.program import Running, run, start

ROOT = Path(__file__).parents[2]
RELEASES = ROOT / "docs" / "releases.toml"


@dataclass(frozen=True)
class Release:
    version: str
    commit: str
    schema: str

    @property
    def there(self) -> bool:
        """Does this copy of the repository reach back to it? A shallow clone does not."""
        asked = ["git", "-C", str(ROOT), "cat-file", "-e", f"{self.commit}^{{commit}}"]
        return subprocess.run(asked, stderr=subprocess.DEVNULL).returncode == 0

    def file(self, name: str) -> str:
        """All of its files of that name, one after the other."""
        git = ["git", "-C", str(ROOT)]
        listed = subprocess.run(
            [*git, "ls-tree", "-r", "--name-only", self.commit], stdout=subprocess.PIPE, text=True
        )
        paths = [path for path in listed.stdout.splitlines() if Path(path).name == name]
        shown = [*git, "show", *(f"{self.commit}:{path}" for path in paths)]
        return subprocess.run(shown, stdout=subprocess.PIPE, text=True, check=True).stdout

    @property
    def rolls(self) -> bool:
        """Does its program get on with every migration that came after it?"""
        return all(marks.compatible(name) for name in marks.names() if name > self.schema)

    def program(self, folder: Path) -> Path:
        """Its code, laid out in a folder."""
        place = folder / self.version
        place.mkdir()
        packed = subprocess.run(
            ["git", "-C", str(ROOT), "archive", self.commit], stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x", "-C", str(place)], input=packed.stdout, check=True)
        return place


def releases() -> list[Release]:
    """All of docs/releases.toml, the oldest first."""
    found = tomllib.loads(RELEASES.read_text())["release"]
    return [Release(each["version"], each["commit"], each["schema"]) for each in found]


class Instance:
    """One database, and the programs that are run on it. They know only settings that all of them have."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        kept = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
        self.environment = kept | {
            "TREFFPUNKT_DEMO": "1",
            "TREFFPUNKT_DATABASE_URL": url,
            "TREFFPUNKT_DATA_DIR": str(folder),
            "TREFFPUNKT_LOOPBACK_LIMIT_FACTOR": "100000",
        }

    def command(self, program: Path, *words: str, seconds: float = 600) -> str:
        """Runs a command of a program to its end. Raises AssertionError with what it said when it fails."""
        if program == ROOT:
            ran = run(*words, environment=self.environment)
            assert ran.code == 0, ran.out[-2000:] + ran.err[-2000:]
            return ran.out
        done = subprocess.run(
            [sys.executable, "-m", "marketplace", *words], cwd=program, env=self.environment,
            capture_output=True, text=True, timeout=seconds,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    def worker(self, program: Path) -> "Serving":
        """One worker of a program."""
        return self.started(program, ["worker"], {}, 0)

    def serve(self, program: Path, processes: int = 1, drain: int = 0) -> "Serving":
        """A program that serves, on a port of its own."""
        port = free_port()
        own = {
            "TREFFPUNKT_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "TREFFPUNKT_WEB_PROCESSES": str(processes),
        }
        if drain:
            own["TREFFPUNKT_DRAIN_SECONDS"] = str(drain)
        return self.started(program, ["serve", "--port", str(port)], own, port)

    def started(self, program: Path, words: list[str], own: dict[str, str], port: int) -> "Serving":
        """What it says is kept in a file, and read when it does not do as it should."""
        log = Path(self.environment["TREFFPUNKT_DATA_DIR"]).parent / f"{words[0]}-{program.name}.log"
        with log.open("ab") as said:
            if program == ROOT:
                return Serving(start(*words, environment=self.environment | own, said=said), port, log)
            process = subprocess.Popen(
                [sys.executable, "-m", "marketplace", *words], cwd=program, env=self.environment | own,
                stderr=said, stdout=said,
            )  # fmt: skip
        return Serving(process, port, log)


@dataclass
class Serving:
    process: subprocess.Popen[bytes] | Running
    port: int
    log: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, path: str = "/health/live", seconds: float = 300) -> None:
        """Wait until it does. A start takes three seconds of the processor; how long those are, the machine decides."""
        until = time.monotonic() + seconds
        last = "nobody listens"
        while time.monotonic() < until:
            assert self.process.poll() is None, f"it ended: {self.says()}"
            try:
                answer = httpx.get(self.address + path, timeout=10)
                if answer.status_code == 200:
                    return
                last = f"{answer.status_code} {answer.text}"
            except httpx.TransportError as error:
                last = repr(error)
            time.sleep(0.1)
        load = os.getloadavg()[0]
        raise AssertionError(
            f"not 200 at {path} within {seconds} s, at load {load:.0f}: {last}\n{self.says()}"
        )

    def says(self) -> str:
        """The last of its log."""
        return self.log.read_text()[-2000:]

    def end(self) -> None:
        """SIGTERM, and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(40)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
