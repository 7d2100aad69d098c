"""A command of `python -m marketplace`, run as an operator runs it."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from marketplace.people.models import Person
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests.conftest import NOW

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Ran:
    """`code` of its end, and all that it said, on both channels."""

    code: int | None
    said: str


async def command(*arguments: str, typed: str = "") -> Ran:
    """Run one over the test's database; `typed` is what the operator types at its questions. It may say anything but a
    traceback."""
    pipe, both = asyncio.subprocess.PIPE, asyncio.subprocess.STDOUT
    ran = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "marketplace", *arguments, cwd=ROOT, env=dict(os.environ), stdin=pipe, stdout=pipe,
        stderr=both,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(ran.communicate(typed.encode()), 240)
    assert b"Traceback" not in said, said.decode()
    return Ran(ran.returncode, said.decode())


async def has_role(organization: Organization, person: Person, role: Role) -> None:
    """Somebody who is there already gets a role."""
    await Membership.create(person=person, organization=organization, role=role, created_at=NOW)
