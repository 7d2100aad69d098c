"""deploy/ as it is read: systemd units, the container file and compose. Neither systemd nor a container engine is
started here, so what only they can see is not tested; README says so."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # it has no types of its own

from marketplace import processes
from marketplace.settings import Settings
from tests.install.conftest import ROOT

UNITS = sorted((ROOT / "deploy/systemd").iterdir())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def options(unit: Path) -> dict[str, str]:
    """The last word of each setting."""
    return dict(re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE))


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="no systemd-analyze here: units were not verified"
)
def test_systemd_reads_the_units_and_finds_little_to_expose(tmp_path: Path) -> None:
    """`verify` wants the programs that they start; these stand in."""
    for unit in UNITS:
        text = unit.read_text().replace("/opt/treffpunkt/.venv/bin/python", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True, text=True, env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert [line for line in verified.stderr.splitlines() if "treffpunkt" in line] == []
    for unit in SERVICES:
        seen = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--threshold=18", unit],
            capture_output=True,
            text=True,
        )
        assert seen.returncode == 0, seen.stdout[-200:]  # 1.8 of 10


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_there_is_and_gives_it_time_to_end(unit: Path) -> None:
    found = options(unit)
    command = found["ExecStart"].split("-m marketplace ")[1].split()
    from marketplace.cli import commands

    assert command[0] in commands.commands
    assert found["User"] == "treffpunkt"
    if found["Type"] == "notify":
        longest = Settings.model_fields["drain_seconds"].default + processes.PATIENCE
        assert int(found["TimeoutStopSec"]) > longest
        assert found["KillMode"] == "mixed"


def test_the_worker_can_end_the_copies_of_a_closed_years_key() -> None:
    """README's folder; all else but its own is read-only there."""
    copied_to = re.search(r"TREFFPUNKT_KEYS_BACKUP_DIR=(\S+)", (ROOT / "README.md").read_text())[1]  # type: ignore[index]
    units = {unit.name: options(unit).get("ReadWritePaths", "").split() for unit in SERVICES}
    assert units["treffpunkt-worker.service"] == [f"-{copied_to}"]
    assert copied_to in units["treffpunkt-backup.service"]


def test_the_socket_is_the_one_that_nginx_asks() -> None:
    file = options(ROOT / "deploy/systemd/treffpunkt.socket")["ListenStream"]
    assert f"server unix:{file} " in (ROOT / "deploy/nginx.conf").read_text()


def test_the_image_holds_the_product_and_nothing_else() -> None:
    """Every package of the program is copied, and no folder beside them."""
    text = (ROOT / "deploy/Containerfile").read_text()
    copied = {part for line in re.findall(r"^COPY (.*) \S+$", text, re.MULTILINE) for part in line.split()}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert copied == packages | {"templates", "static", "pyproject.toml", "LICENSE", "requirements/run.txt"}
    assert all((ROOT / part).exists() for part in copied)
    assert "USER treffpunkt" in text


@pytest.fixture
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "deploy/compose.yml").read_text()))


def test_compose_names_commands_there_are_and_nothing_that_is_missing(compose: dict[str, Any]) -> None:
    from marketplace.cli import commands

    text = (ROOT / "deploy/compose.yml").read_text()
    services = compose["services"]
    assert {*services} == {"database", "migrate", "web", "worker", "backup"}
    said = [services[name]["command"][0] for name in ("migrate", "worker")]
    assert said == ["migrate", "worker"]
    assert {*said, *re.findall(r"-m marketplace ([a-z-]+)", text)} <= {*commands.commands}
    for each in services.values():
        if "build" in each:
            assert (ROOT / "deploy" / each["build"]["context"] / each["build"]["dockerfile"]).exists()
    (network,) = compose["networks"]["inside"]["ipam"]["config"]
    assert f"TREFFPUNKT_TRUSTED_PROXIES={network['gateway']}" in text


def test_compose_keeps_copies_where_the_image_lets_the_program_write(compose: dict[str, Any]) -> None:
    """A new volume has the owner of the image's folder; one that the image does not have is root's."""
    image = (ROOT / "deploy/Containerfile").read_text()
    made = (re.search(r"install -d (.*)$", image, re.MULTILINE) or [""])[1].split()
    mounts = {
        name: dict(volume.split(":")[::-1] for volume in service.get("volumes", []))
        for name, service in compose["services"].items()
    }
    for name in ("migrate", "web", "worker", "backup"):
        assert {*mounts[name]} <= {*made}
        for folder in compose["services"][name].get("environment", {}).values():
            assert folder in mounts[name]
    for name in ("worker", "backup"):
        assert {*compose["services"][name]["environment"]} == {
            "TREFFPUNKT_BACKUP_DIR", "TREFFPUNKT_KEYS_BACKUP_DIR",
        }  # fmt: skip
    assert {*mounts["web"].values()} == {"data", "keys"}, "who breaks in there reaches no copy"
    assert {each for of in mounts.values() for each in of.values()} == {*compose["volumes"]}


def test_composes_backup_is_made_at_once_tried_again_and_made_every_night(
    compose: dict[str, Any], tmp_path: Path
) -> None:
    """Its words are run by a shell, with stand-ins that note what is asked of them: the first attempt fails, and the
    third wait ends it all."""
    service = compose["services"]["backup"]
    assert service["init"], "a shell that is the first process would not hear that it is to end"
    stand_ins = {
        "python": 'echo "$*" >> said; mkdir tried 2>/dev/null && exit 1; exit 0',
        "sleep": 'echo "sleep $1" >> said; test "$(grep -c sleep said)" -lt 3 || kill "$PPID"',
        "date": 'case "$*" in *02:30*) echo 1764469800;; *) echo 1764464400;; esac',
    }
    for name, does in stand_ins.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    words = [*service["entrypoint"], *service["command"]]
    subprocess.run(
        [each.replace("$$", "$") for each in words],
        cwd=tmp_path, env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, timeout=60, check=False,
    )  # fmt: skip
    made, until_night = "-m marketplace backup", f"sleep {90 * 60}"
    said = (tmp_path / "said").read_text().splitlines()
    assert said == [made, "sleep 600", made, until_night, made, until_night]


def test_nobody_says_a_registry_or_a_real_host() -> None:
    for file in (ROOT / "deploy").rglob("*"):
        if file.is_file():
            assert not re.search(r"\b[a-z-]+\.(io|com|org|no)\b", file.read_text()), file
