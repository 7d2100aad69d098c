"""Who is to answer for a measure."""

import pytest

from marketplace.goals.models import FocusArea
from organizations.directory.models import Organization
from tests import make


@pytest.fixture
async def club(area: FocusArea) -> Organization:
    found: Organization = await make.organization("Senior i Sandnes")
    return found
