"""Small files that stand whole or not at all, and folders that nobody else looks into."""

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Json = dict[str, Any]
"""What a file of JSON says."""


def private(folder: Path) -> Path:
    """The folder, made where it is missing, for our eyes alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


def write(path: Path, content: bytes, mode: int = 0o600) -> None:
    """On the disk when it returns, and never half of it under this name. Raises OSError, with the name of the file."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as problem:
        problem.filename = problem.filename or str(path)
        raise
    finally:
        draft.unlink(missing_ok=True)
    settle(path.parent)


def write_json(path: Path, content: Mapping[str, object], mode: int = 0o600) -> None:
    write(path, json.dumps(content, indent=1).encode() + b"\n", mode)


def settle(path: Path) -> None:
    """What was written to this file or folder outlives a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
