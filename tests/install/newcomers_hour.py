"""A newcomer's hour: README's "In production" word for word, from a machine with Python, nginx and PostgreSQL to an
instance that answers by https and has mailed its first coordinator a link.

    python tests/install/newcomers_hour.py [--without-network]

Needs root on Linux. All of it happens behind overlays of the machine's folders and in a network of its own, so that
nothing stays, and ports 25, 80 and 443 are free. What a block needs and is not here, as its comment in README says, is
listed as not run, with what stood in for it.
"""

# ruff: noqa: T201 (it tells what it does)

import ctypes
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
HIDDEN = ("/etc", "/opt", "/var", "/run", "/root", "/usr/local")
"""Folders of the machine in which blocks write: they see copies."""
NEW_NETWORK = 0x40000000
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
OPT = Path("/opt/treffpunkt")


class Block(NamedTuple):
    """What README says to run. `needs`: what not every machine has."""

    text: str
    needs: str | None


def blocks(readme: str) -> list[Block]:
    """Those of "In production", in their order."""
    part = readme.split("\n## In production\n")[1].split("\n## ")[0]
    found = re.findall(r"(?:<!-- needs: (.+?) -->\n)?```sh\n(.*?)```", part, re.DOTALL)
    return [Block(text, needs or None) for needs, text in found]


def missing() -> list[str]:
    """What this machine lacks to play a newcomer's."""
    programs = ("unshare", "mount", "nginx", "pg_ctlcluster", "openssl", "git", "runuser", "setpriv", "ip")
    found = [name for name in programs if not shutil.which(name, path=PATH)]
    if os.geteuid() != 0:
        found.append("root")
    elif (
        not found
        and subprocess.run(["unshare", "-m", "-n", "-p", "-f", "true"], capture_output=True).returncode
    ):
        found.append("namespaces")
    return found


def main(arguments: list[str]) -> int:
    if lacking := missing():
        print(f"Not run: this machine lacks {', '.join(lacking)}.")
        return 77
    if "--inside" not in arguments:
        inside = [
            "unshare",
            "-m",
            "-p",
            "-f",
            "--kill-child",
            "--mount-proc",
            sys.executable,
            __file__,
            "--inside",
        ]
        return subprocess.run([*inside, *arguments]).returncode
    with tempfile.TemporaryDirectory(prefix="newcomer-") as folder:
        hide(Path(folder))
        try:
            return hour("--without-network" not in arguments)
        finally:
            for each in reversed(HIDDEN):
                subprocess.run(["umount", "-l", each], capture_output=True)


def hide(folder: Path) -> None:
    """From here on what is written in the machine's folders lies in ours."""
    for number, each in enumerate(HIDDEN):
        upper, work = folder / f"{number}u", folder / f"{number}w"
        upper.mkdir()
        work.mkdir()
        layers = f"lowerdir={each},upperdir={upper},workdir={work}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", layers, each], check=True)


def run(text: str) -> None:
    """A block, as a shell runs it that stops at what fails. A doctor at its end may find something away."""
    names = {
        "PATH": PATH,
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "SSL_CERT_FILE": os.environ.get("SSL_CERT_FILE", ""),
    }
    names |= {name: text for name, text in os.environ.items() if name.startswith(("PIP_", "REQUESTS_"))}
    names = {name: said for name, said in names.items() if said}
    *lines, last = text.splitlines(keepends=True)
    parts = [("".join(lines), {0}), (last, {0, 1})] if last.startswith("treffpunkt doctor") else [(text, {0})]
    for part, codes in parts:
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", part], cwd=ROOT, env=names)
        if done.returncode not in codes:
            raise SystemExit(f"This ended with {done.returncode}:\n{part}")


def hour(network: bool) -> int:
    os.umask(0o022)
    undone: list[str] = []
    shut: Callable[[], None] | None = lambda: ctypes.CDLL(None).unshare(NEW_NETWORK)  # noqa: E731
    subprocess.run(["git", "config", "--global", "--add", "safe.directory", "*"], check=True)
    for block in blocks((ROOT / "README.md").read_text()):
        stand_in = STAND_INS.get(block.needs or "")
        if block.needs == "the network" and network:
            stand_in = None
        elif block.needs:
            undone.append(
                f"{block.needs}: {block.text.splitlines()[0]} … ({stand_in[0] if stand_in else 'nothing'})"
            )
        if block.needs and stand_in:
            stand_in[1]()
        elif not block.needs or block.needs == "the network":
            run(block.text)
        if block.needs == "the network" and shut:
            shut()  # the rest has a network of its own, where 25, 80 and 443 are free
            shut = None
            begin()
    code = well()
    for each in undone:
        print(f"Not run: {each}")
    return code


def begin() -> None:
    """What a newcomer's machine has: names, a mail server, PostgreSQL and nginx that run, and a user for nginx."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    with open("/etc/hosts", "a") as hosts:
        hosts.write("127.0.0.1 treffpunkt.example\n")
    Path("/root").chmod(0o711)  # Python may lie in a home, and the instance's user must pass
    subprocess.Popen([sys.executable, "-c", MAIL_SERVER])
    version, name = subprocess.run(["pg_lsclusters", "-h"], capture_output=True, text=True).stdout.split()[:2]
    Path("/run/postgresql").mkdir(exist_ok=True)
    shutil.chown("/run/postgresql", "postgres", "postgres")
    subprocess.run(["pg_ctlcluster", version, name, "start"], check=True)
    subprocess.run(["nginx"], check=True)


def borrowed() -> None:
    """The checkout's packages, where the network is not to be used."""
    (OPT / ".venv").mkdir()
    subprocess.run(["mount", "--bind", str((ROOT / ".venv").resolve()), str(OPT / ".venv")], check=True)


def self_signed() -> None:
    """A certificate that vouches for itself, and that this machine trusts."""
    folder = Path("/etc/ssl/treffpunkt")
    folder.mkdir(mode=0o700)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "30", "-subj", "/CN=treffpunkt.example", "-addext", "subjectAltName=DNS:treffpunkt.example",
         "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"], check=True, capture_output=True,
    )  # fmt: skip
    shutil.copy(folder / "fullchain.pem", "/etc/trusted.pem")
    os.environ["SSL_CERT_FILE"] = "/etc/trusted.pem"


def by_hand() -> None:
    """What the units' ExecStart says, and where treffpunkt.socket listens."""
    Path("/run/treffpunkt").mkdir(exist_ok=True)
    shutil.chown("/run/treffpunkt", "treffpunkt", "www-data")
    Path("/run/treffpunkt").chmod(0o2750)  # what is made in it is nginx's to use
    for command in ("serve --unix-socket /run/treffpunkt/web.sock", "worker"):
        with open(f"/var/log/treffpunkt-{command.split()[0]}.log", "wb") as log:
            subprocess.Popen(["treffpunkt", *command.split()], stdout=log, stderr=log, env={"PATH": PATH})
    until(lambda: Path("/run/treffpunkt/web.sock").exists(), "the socket")


STAND_INS: dict[str, tuple[str, Callable[[], None]]] = {
    "the network": ("the packages of this checkout's .venv", borrowed),
    "systemd": ("the commands of the units, started by hand", by_hand),
    "a certificate": ("one that vouches for itself", self_signed),
}
MAILS = "/var/mail-of-the-newcomer"
MAIL_SERVER = f"""
import asyncio
async def talk(reader, writer):
    def say(line): writer.write(line.encode() + b"\\r\\n")
    say("220 here")
    while line := await reader.readline():
        word = line[:4].upper()
        if word == b"DATA":
            say("354 go on")
            with open({MAILS!r}, "ab") as kept:
                while (part := await reader.readline()) != b".\\r\\n":
                    kept.write(part)
        say("221 bye" if word == b"QUIT" else "250 OK")
        await writer.drain()
        if word == b"QUIT":
            break
    writer.close()
async def main():
    async with await asyncio.start_server(talk, "127.0.0.1", 25) as server:
        await server.serve_forever()
asyncio.run(main())
"""


def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"{what} did not come")
        time.sleep(0.2)


def got(path: str) -> str:
    """The answer's status and body, by https and through nginx."""
    asked = ["curl", "-s", "--max-time", "10", "-w", "%{http_code}", "--cacert", "/etc/trusted.pem"]
    return subprocess.run(
        [*asked, f"https://treffpunkt.example{path}"], capture_output=True, text=True
    ).stdout


def mailed() -> bool:
    return Path(MAILS).exists() and b"https://treffpunkt.example/" in Path(MAILS).read_bytes()


def well() -> int:
    """Does it answer as an instance should, and has the coordinator been written to?"""
    until(lambda: got("/health/ready").endswith("200"), "a process that can book")
    until(mailed, "the coordinator's mail")
    assert got("/").endswith("200"), got("/")
    print("An instance answers at https://treffpunkt.example, and its first coordinator has a link.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
