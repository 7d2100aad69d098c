"""What the benchmarks measure with: wrk and pgbench, processes of ours and what they use, and figures that are kept."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psutil

from marketplace.base.data.database import credentials
from marketplace.base.postgres.embedded import EmbeddedPostgres, binary
from marketplace.settings import settings

HERE = Path(__file__).parent
SECONDS = int(os.environ.get("BENCH_SECONDS", "6"))
CONNECTIONS = (8, 32)
AS_BROWSERS = ["-H", "Accept-Encoding: gzip"]


@dataclass
class Run:
    """One run of wrk."""

    rate: float
    p50: float
    p99: float
    errors: int


def wrk(url: str, connections: int, *arguments: str, environment: dict[str, str] | None = None) -> Run:
    """Requests a second, and latencies in ms. Anything but 2xx and 3xx counts as an error, and what a script says was
    not kept."""
    done = subprocess.run(
        ["wrk", "-t2", f"-c{connections}", f"-d{SECONDS}s", "--latency", *arguments, url],
        capture_output=True, text=True, check=True, env=os.environ | (environment or {}),
    )  # fmt: skip
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])  # type: ignore[index]
    bad = re.findall(r"(?:Non-2xx or 3xx responses|Not kept): (\d+)", done.stdout)
    return Run(rate, _ms(done.stdout, "50%"), _ms(done.stdout, "99%"), sum(map(int, bad)))


def _ms(text: str, quantile: str) -> float:
    found = re.search(rf"{quantile}\s+([\d.]+)(us|ms|s)", text)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def whole_booking(url: str, host: str, forms: Path) -> Run:
    """Bookings a second from the page with the form to the receipt, by distinct visitors, one on each of the most
    connections; the latencies are those of a whole booking."""
    most = CONNECTIONS[-1]
    done = subprocess.run(
        ["wrk", f"-t{most}", f"-c{most}", f"-d{SECONDS}s", "-s", str(HERE / "whole.lua"), url],
        capture_output=True, text=True, check=True,
        env=os.environ | {"BENCH_FORMS": str(forms), "BENCH_HOST": host, "BENCH_RUN": str(time.time_ns())},
    )  # fmt: skip
    found = re.search(r"Whole bookings: (\d+) p50: ([\d.]+) p99: ([\d.]+)", done.stdout)
    assert found, done.stdout
    wrong = len(done.stderr.splitlines())
    return Run(int(found[1]) / SECONDS, float(found[2]), float(found[3]), wrong)


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@contextmanager
def process(arguments: list[str], environment: dict[str, str], url: str) -> Iterator[psutil.Process]:
    """A process of ours, from its first answer to its end."""
    with open("var/bench.log", "a") as log:
        started = subprocess.Popen(
            [sys.executable, *arguments], env=os.environ | environment, stderr=log, stdout=log
        )
    try:
        for _ in range(600):
            try:
                if httpx.get(url).status_code == 200:
                    break
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        else:
            raise RuntimeError(f"{arguments} did not start, see var/bench.log")
        yield psutil.Process(started.pid)
    finally:
        started.send_signal(signal.SIGTERM)
        started.wait(20)


@contextmanager
def own_database() -> Iterator[tuple[Path, str]]:
    """An embedded database that this process's settings name, and that is gone afterwards: its folder and address."""
    with tempfile.TemporaryDirectory(dir="var") as folder:
        data = Path(folder).resolve()
        os.environ["TREFFPUNKT_DATA_DIR"] = str(data)
        with EmbeddedPostgres(data) as dsn:
            os.environ["TREFFPUNKT_DATABASE_URL"] = dsn
            settings.cache_clear()
            yield data, dsn


@contextmanager
def served(data: Path, dsn: str, processes: int) -> Iterator[tuple[str, psutil.Process]]:
    """So many web processes on such a database: their address, and the process above them."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        "TREFFPUNKT_DEMO": "1", "TREFFPUNKT_PUBLIC_URL": address, "TREFFPUNKT_WEB_PROCESSES": str(processes),
        "TREFFPUNKT_DATA_DIR": str(data), "TREFFPUNKT_DATABASE_URL": dsn,
    }  # fmt: skip
    serve = ["-m", "marketplace", "serve", "--port", str(port)]
    with process(serve, environment, f"{address}/health/ready") as ours:
        yield address, ours


def memory(root: psutil.Process) -> float:
    """MB that the processes below (and this one) really take: PSS counts a shared page once."""
    return sum(each.memory_full_info().pss for each in [root, *root.children(recursive=True)]) / 1e6


def cpu(root: psutil.Process) -> dict[str, float]:
    """Seconds of CPU so far: of the web processes, of the database, and of the worker (it alone is nice)."""
    used = {"web": 0.0, "database": 0.0, "worker": 0.0}
    for each in root.children(recursive=True):
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:  # a backend or a helper that has just ended
            continue
        name = "database" if each.name() == "postgres" else "worker" if each.nice() else "web"
        used[name] += times.user + times.system
        if name == "database":  # backends that have ended are counted with their parent
            used[name] += times.children_user + times.children_system
    return used


def per_request(before: dict[str, float], after: dict[str, float], run: Run) -> dict[str, float]:
    """Milliseconds of CPU a request, of each."""
    return {kind: (after[kind] - before[kind]) * 1000 / (run.rate * SECONDS) for kind in after}


def pgbench(dsn: str) -> float:
    """Transactions a second of one UPDATE and one INSERT on 100 rows, 8 clients."""
    where = credentials(dsn)
    script = Path("var/bench.sql")
    script.write_text(
        "\\set id random(1, 100)\nBEGIN;\nUPDATE bench_pool SET taken = taken + 1 WHERE id = :id;\n"
        "INSERT INTO bench_booking (pool) VALUES (:id);\nCOMMIT;\n"
    )
    common = ["-h", where["host"], "-p", str(where["port"]), "-U", where["user"], where["database"]]
    make = (
        "DROP TABLE IF EXISTS bench_pool, bench_booking; CREATE TABLE bench_pool (id int PRIMARY KEY, taken int);"
        "INSERT INTO bench_pool SELECT n, 0 FROM generate_series(1, 100) n;"
        "CREATE TABLE bench_booking (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pool int);"
    )
    subprocess.run([str(binary("psql")), "-Xq", *common, "-c", make], check=True, stderr=subprocess.DEVNULL)
    done = subprocess.run(
        [str(binary("pgbench")), "-n", "-c8", "-j2", f"-T{SECONDS}", "-M", "prepared", "-f", str(script), *common],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    subprocess.run(
        [str(binary("psql")), "-Xq", *common, "-c", "DROP TABLE bench_pool, bench_booking"], check=True
    )
    return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])  # type: ignore[index]


def note(
    results: dict[str, Any], name: str, value: float, unit: str, limit: str | None = None, limit_value: float = 0,
    run: Run | None = None, per: dict[str, float] | None = None,
) -> None:  # fmt: skip
    """Keep a figure and print it."""
    entry: dict[str, Any] = {"value": round(value, 1), "unit": unit}
    if limit:
        entry |= {"limit": limit, "ratio": round(value / limit_value, 3)}
    if run:
        entry |= {"p50_ms": run.p50, "p99_ms": run.p99, "errors": run.errors}
    if per:
        entry |= {f"cpu_{kind}_ms": round(used, 2) for kind, used in per.items()}
    results[name] = entry
    print(f"{name:24} " + "  ".join(f"{key} {figure}" for key, figure in entry.items()), flush=True)
