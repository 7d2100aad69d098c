"""What the tests of the desk share."""

from typing import Any

import pytest
from tortoise.backends.asyncpg.client import AsyncpgDBClient


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is sent to the database from here on."""
    sent: list[str] = []
    for name in ("execute_query", "execute_query_dict", "execute_insert"):
        original = getattr(AsyncpgDBClient, name)

        async def noted(self: Any, query: str, *values: Any, _sent_by: Any = original, **more: Any) -> Any:
            sent.append(query)
            return await _sent_by(self, query, *values, **more)

        monkeypatch.setattr(AsyncpgDBClient, name, noted)
    return sent
