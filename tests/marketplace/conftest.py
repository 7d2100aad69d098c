"""The demo, loaded once for the tests of a module that look at it or put back what they change."""

from collections.abc import AsyncIterator

import pytest
import time_machine

from marketplace.demo.load import load_if_empty
from marketplace.settings import settings
from tests.conftest import NOW
from tests.emptying import empty


@pytest.fixture(scope="module")
async def demo(pool: None) -> AsyncIterator[None]:
    """The small demo as it is loaded on Tuesday 13 October 2026."""
    await empty()
    with time_machine.travel(NOW, tick=True):
        assert await load_if_empty()
        yield
    (settings().data_dir / "people.json").unlink()  # else its names stand on the banner in later tests
