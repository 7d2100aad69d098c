"""deploy/ as it is read: systemd units, the container file and compose. Neither systemd nor a container engine is
started here, so what only they can see is not tested; README says so."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

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


def test_compose_names_commands_there_are_and_nothing_that_is_missing() -> None:
    from marketplace.cli import commands

    text = (ROOT / "deploy/compose.yml").read_text()
    said = re.findall(r'command: \["([a-z-]+)"', text)
    assert said == ["migrate", "worker"]
    assert set(said) <= set(commands.commands)
    assert (ROOT / "deploy" / re.search(r"context: (\S+)", text)[1] / "deploy/Containerfile").exists()  # type: ignore[index]
    gateway = re.search(r"gateway: (\S+)", text)[1]  # type: ignore[index]
    assert f"TREFFPUNKT_TRUSTED_PROXIES={gateway}" in text
    assert "\t" not in text
    anchors = set(re.findall(r"&(\w+)", text))
    assert set(re.findall(r"<<: \*(\w+)", text)) == anchors


def test_nobody_says_a_registry_or_a_real_host() -> None:
    for file in (ROOT / "deploy").rglob("*"):
        if file.is_file():
            assert not re.search(r"\b[a-z-]+\.(io|com|org|no)\b", file.read_text()), file
