"""What a command says is of what was at fault."""

import errno
import os

import pytest

from marketplace.operations.said import sentence


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO])
def test_a_disk_that_takes_nothing_more_is_not_the_database(number: int) -> None:
    """Who writes a file in pieces (an export, a document) is not told its name."""
    said = sentence(OSError(number, os.strerror(number)))
    assert said == f"What was to be written could not be: {os.strerror(number)}"
    assert sentence(OSError(number, os.strerror(number), "kari.json")) == f"kari.json: {os.strerror(number)}"


@pytest.mark.parametrize("problem", [ConnectionRefusedError(111, "Connection refused"), TimeoutError()])
def test_a_connection_that_fails_is_the_databases(problem: OSError) -> None:
    assert str(sentence(problem)).startswith("The database cannot be reached: ")
