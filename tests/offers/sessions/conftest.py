"""Who leads the offers whose sessions change."""

import pytest

from marketplace.people.models import Person
from organizations.members.models import Role
from tests import make
from tests.visitor import Visitor


@pytest.fixture
async def kari(visitor: Visitor) -> Person:
    """Leads Frivilligsentralen, and is signed in."""
    person = await make.member(await make.organization(), Role.EDITOR)
    await visitor.sign_in(person)
    return person
