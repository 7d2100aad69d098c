"""The plan that tests of goals begin with."""

import pytest

from marketplace.goals.models import FocusArea
from tests.marketplace.attended import plan


@pytest.fixture
async def area(db: None) -> FocusArea:
    return await plan()
