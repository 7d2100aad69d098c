"""Templates are compiled once for all workers, and kept until something changes that is compiled into them: to compile
all of them takes four seconds in each language, and each worker would."""

import hashlib
import os
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from marketplace.base.quick import drawing

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "var" / "templates"
INTO_THEM = ("marketplace/locale/*/*/*.mo", "static/**/*", "marketplace/base/**/*.py")
"""Texts, addresses of files, and what compiles or is called meanwhile (filters of constants). The settings that a
template names are looked at one by one."""


@cache
def digest() -> str:
    """Of all that is compiled into templates but for themselves."""
    found = hashlib.sha256(f"{sys.version} {jinja2.__version__}".encode())
    for file in sorted(file for pattern in INTO_THEM for file in ROOT.glob(pattern) if file.is_file()):
        found.update(file.read_bytes())
    return found.hexdigest()


class Kept(BytecodeCache):
    """A file for each template, language, set of tricks that are on, and settings that it names."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        known = environment.globals
        named = {each: getattr(known["settings"], each) for each in re.findall(r"\bsettings\.(\w+)", source)}
        tricks = [base.__name__ for base in type(environment).__mro__]
        key = hashlib.sha256(repr((digest(), known["lang"], tricks, name, source, named)).encode())
        bucket = Bucket(environment, key.hexdigest(), self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            bucket.bytecode_from_string((KEPT / bucket.key).read_bytes())
        except FileNotFoundError:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Under its name only once it is whole: another worker may be at the same."""
        KEPT.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=KEPT)
        with os.fdopen(number, "wb") as file:
            file.write(bucket.bytecode_to_string())
        Path(name).rename(KEPT / bucket.key)


def use() -> None:
    """From now on every environment of templates in this process keeps what it compiles."""
    plain = drawing.environment

    def environment() -> type[Environment]:
        return type("Keeping", (plain(),), {"__init__": _begin})

    drawing.environment = environment


def _begin(self: Environment, *given: Any, **named: Any) -> None:
    super(type(self), self).__init__(*given, bytecode_cache=Kept(), **named)


def forget() -> None:
    """What was compiled of templates as they are no longer is deleted, when there is much of it."""
    if KEPT.is_dir() and len(files := [*KEPT.iterdir()]) > 10_000:
        for file in files:
            file.unlink()
