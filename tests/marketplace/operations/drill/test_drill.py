"""A machine is lost while people book, and comes back. `make drill` does the same with a whole instance."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from marketplace.base.postgres.embedded import EmbeddedPostgres
from tests import cluster, program


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that the server's user may enter: pytest's own bar it."""
    folder = Path(tempfile.mkdtemp(prefix="treffpunkt-test-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    if (folder / "data/pg").exists():
        EmbeddedPostgres(folder / "data").delete()
    shutil.rmtree(folder, ignore_errors=True)


def test_what_people_were_told_is_there_when_the_machine_is_lost_and_who_was_erased_is_not(
    place: Path, server: str
) -> None:
    migrated = cluster.KEPT / cluster.digest()
    done = program.run("-m", "tests.drill.short", str(place), str(migrated))
    assert done.code == 0, done.said
    found = json.loads(done.out.splitlines()[-1])
    assert found["told"] > 10
    assert (found["lost"], found["violations"]) == (0, [])
    assert found["erased"] is True, found["said"]
