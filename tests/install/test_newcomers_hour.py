"""README's "In production" can be run word for word: whole in `make soak`, what can be read here."""

import re
import shlex

from marketplace.cli import commands
from marketplace.settings import Settings
from marketplace.settings.variables import variable
from tests.install import newcomers_hour
from tests.install.conftest import ROOT

BLOCKS = newcomers_hour.blocks((ROOT / "README.md").read_text())


def test_what_a_block_needs_is_marked_and_known() -> None:
    assert [block.needs for block in BLOCKS] == [
        None, "the network", None, None, None, "systemd", "a certificate", None, None, "a container engine",
    ]  # fmt: skip
    assert set(newcomers_hour.STAND_INS) == {block.needs for block in BLOCKS} - {None, "a container engine"}


def test_each_command_file_and_setting_is_there() -> None:
    text = "\n".join(block.text for block in BLOCKS)
    for line in re.findall(r"^treffpunkt (.*)$", text, re.MULTILINE):
        name, *arguments = shlex.split(line)
        command = commands.commands[name]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in arguments if word.startswith("--")} <= known, line
    for file in re.findall(r"/opt/treffpunkt/((?!\.venv)[\w./-]+)", text):
        assert (ROOT / file.rstrip("/")).exists(), file
    assert set(re.findall(r"^(TREFFPUNKT_\w+)=", text, re.MULTILINE)) <= {
        variable(name) for name in Settings.model_fields
    }
