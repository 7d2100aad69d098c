"""A command of `python -m marketplace`, run as an operator runs it."""

import asyncio
from dataclasses import dataclass

from marketplace.people.models import Person
from organizations.directory.models import Organization
from organizations.members.models import Membership, Role
from tests import program
from tests.conftest import NOW


@dataclass(frozen=True)
class Ran:
    """`code` of its end, and all that it said, on both channels."""

    code: int
    said: str


async def command(*arguments: str, typed: str = "") -> Ran:
    """Run one over the test's database; `typed` is what the operator types at its questions. It may say anything but a
    traceback."""
    ran = await asyncio.to_thread(program.run, *arguments, typed=typed, together=True)
    assert "Traceback" not in ran.said, ran.said
    return Ran(ran.code, ran.said)


async def has_role(organization: Organization, person: Person, role: Role) -> None:
    """Somebody who is there already gets a role."""
    await Membership.create(person=person, organization=organization, role=role, created_at=NOW)
