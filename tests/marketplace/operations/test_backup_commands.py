"""`backup` and `restore` as an operator types them, and mistypes them."""

import asyncio
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from marketplace.base.data import backed_up
from marketplace.cli import commands
from marketplace.operations.backup.copying import look_whether_it_is_there
from marketplace.operations.backup.folder import Folder
from marketplace.operations.backup.proving import prove
from marketplace.operations.backup.tools import Refused, why
from marketplace.settings import settings
from tests import cluster, program
from tests.marketplace.operations.clusters import a_place


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """An instance at rest, with one backup."""
    with a_place() as folder:
        cluster.begin(folder / "data", synced=True)
        code, said = typed("migrate", folder)
        assert code == 0, said
        code, said = typed("backup", folder, str(folder / "kept"), "--keys", str(folder / "apart"))
        assert code == 0, said
        yield folder


def typed(command: str, place: Path, *arguments: str, **more: str) -> tuple[int, str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("TREFFPUNKT_")}
    ours = {"TREFFPUNKT_DEMO": "1", "TREFFPUNKT_DATA_DIR": str(place / "data")}
    more = {f"TREFFPUNKT_{name.upper()}": text for name, text in more.items()}
    done = program.run(command, *arguments, environment=environment | ours | more)
    return done.code, done.said


def typed_here(command: str, place: Path, *arguments: str, **more: str) -> tuple[int, str]:
    """The same without a process of its own, which takes a second to start."""
    given = {f"TREFFPUNKT_{name.upper()}": text for name, text in more.items()}
    settings.cache_clear()
    ours = {"TREFFPUNKT_DATA_DIR": str(place / "data"), "TREFFPUNKT_DATABASE_URL": None}
    done = CliRunner().invoke(commands, [command, *arguments], env=ours | given)
    settings.cache_clear()
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.output


def test_back_again_by_two_commands_and_the_status_says_so(place: Path) -> None:
    assert json.loads((place / "data/backup-copy.json").read_text())["trouble"] == ""
    code, said = typed("restore", place, str(place / "kept"))
    assert code == 0, said
    assert "Restored as it stood at" in said
    assert "Everybody was signed out" in said
    before = re.search(r"The database before lies in (\S+):", said)
    assert before
    assert Path(before[1]).exists()
    assert typed("check-data", place) == (0, "0 violations\n")


def test_where_the_keys_cannot_be_copied_the_copy_of_the_database_counts_and_both_are_said(
    place: Path,
) -> None:
    """As where the folder for them is another user's, or its disk is not there."""
    code, said = typed("backup", place, str(place / "kept"), "--keys", "/proc/nothing")
    assert code == 1
    assert (
        "The database is copied and verified, but no key of a counted year is: /proc/nothing: No such file"
        in said
    )
    noted = json.loads((place / "data/backup-copy.json").read_text())
    newest = Folder.found(place / "kept").copies()[-1]
    assert (noted["at"], "no key" in noted["trouble"]) == (newest.ended_at.isoformat(), True)


def test_what_the_system_says_of_a_file_is_said_without_pythons_words() -> None:
    assert why(PermissionError(13, "Permission denied", "/backup/x")) == "/backup/x: Permission denied"
    assert why(OSError(28, "No space left on device")) == "No space left on device"
    assert why(TimeoutError()) == "TimeoutError"


@pytest.mark.parametrize(
    ("command", "arguments", "more", "told"),
    [
        ("backup", [], {}, "Name DIR, or set TREFFPUNKT_BACKUP_DIR"),
        ("backup", ["data/backups"], {}, "must lie apart"),
        ("backup", ["."], {}, "must lie apart"),
        ("backup", ["kept", "--keys", "kept/keys"], {}, "must lie apart"),
        ("backup", ["kept", "--try"], {}, "for a PostgreSQL elsewhere"),
        ("backup", ["data/pg.log"], {}, "must lie apart"),
        ("backup", ["/proc/nothing"], {}, "cannot be written"),
        ("backup", ["kept"], {"backup_dir": "data/inside"}, "TREFFPUNKT_BACKUP_DIR to a folder that does not lie in"),
        ("restore", [], {}, "Name DIR, or set TREFFPUNKT_BACKUP_DIR"),
        ("restore", ["nowhere"], {}, "There is no folder"),
        ("restore", ["apart"], {}, "holds no backups of Treffpunkt"),
        ("restore", ["kept/treffpunkt-backup.json"], {}, "is a file: decrypt and unpack it first"),
        ("restore", ["kept", "--until", "10 o'clock"], {}, "is no time"),
        ("restore", ["kept", "--until", "2026-11-29"], {}, "is a day"),
        ("restore", ["kept", "--until", "2020-01-01T10:00"], {}, "the first moment that can be had is"),
        ("restore", ["kept", "--until", "2099-01-01T10:00"], {}, "yet to come"),
        ("restore", ["kept"], {"database_url": "postgres://treffpunkt@127.0.0.1/x"}, "a PostgreSQL of your own"),
    ],
)  # fmt: skip
def test_a_slip_is_told_in_a_sentence_and_nothing_is_changed(
    place: Path, command: str, arguments: list[str], more: dict[str, str], told: str
) -> None:
    here = [
        str(place / each) if not each.startswith("-") and place_like(each) else each for each in arguments
    ]
    inside = {name: str(place / text) if name == "backup_dir" else text for name, text in more.items()}
    folders = sorted(each.name for each in (place / "data").iterdir() if each.is_dir())
    code, said = typed_here(command, place, *here, **inside)
    assert code in (1, 2), said
    assert told in said
    assert "Traceback" not in said
    assert sorted(each.name for each in (place / "data").iterdir() if each.is_dir()) == folders


def place_like(text: str) -> bool:
    """Is this argument one of the folders of the test?"""
    return not text.startswith("/") and not text[0].isdigit()


def test_a_disk_that_is_not_mounted_is_not_taken_for_an_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("TREFFPUNKT_DATA_DIR", str(tmp_path / "data"))
        settings.cache_clear()
        kept = tmp_path / "mounted"
        kept.mkdir()
        look_whether_it_is_there(kept)
        (kept / "treffpunkt-backup.json").write_text("{}")
        backed_up.note_copy(datetime.now(UTC), folder=kept)
        look_whether_it_is_there(kept)
        shutil.rmtree(kept)
        kept.mkdir()
        with pytest.raises(Refused, match="is its disk mounted"):
            look_whether_it_is_there(kept)
    settings.cache_clear()


def test_what_is_known_says_when_somebody_should_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 11, 29, 12, tzinfo=UTC)
    with monkeypatch.context() as environment:
        environment.setenv("TREFFPUNKT_DATA_DIR", str(tmp_path))
        settings.cache_clear()
        assert backed_up.last().late(now)
        backed_up.note_copy(now)
        backed_up.note_log(now)
        assert not backed_up.last().late(now + timedelta(hours=26))
        assert backed_up.last().late(now + timedelta(hours=26, seconds=1))
        assert not backed_up.last().log_late(now + timedelta(seconds=60))
        assert backed_up.last().log_late(now + timedelta(seconds=61))
        backed_up.note_copy(None, "the disk is full")
        assert (backed_up.last().verified_at, backed_up.last().trouble) == (now, "the disk is full")
    settings.cache_clear()


@pytest.mark.skipif(
    not shutil.which("gpg"), reason="gpg is not installed: the pipe of docs/operations.md is not tried"
)
def test_an_archive_through_gpg_comes_back(place: Path, tmp_path: Path) -> None:
    gpg = "gpg --batch --quiet --homedir . --pinentry-mode loopback --passphrase secret"
    (tmp_path / "back").mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    pipe = (
        f"tar -C {place / 'kept'} -cf - . | {gpg} --symmetric > kept.tar.gpg"
        f" && {gpg} --decrypt kept.tar.gpg | (umask 077; tar -C back -xf -)"
    )
    subprocess.run(["sh", "-c", pipe], cwd=tmp_path, check=True, timeout=60)
    assert b"PG_VERSION" not in (tmp_path / "kept.tar.gpg").read_bytes()
    back = Folder.found(tmp_path / "back")
    assert back.copies() == Folder.found(place / "kept").copies()
    for each in back.copies():
        asyncio.run(prove(back.copies_in / each.name))
