"""What it comes to when the database refuses."""

import asyncpg

from marketplace.base.data.database import UNMIGRATED


def word(error: BaseException) -> str:
    """What the database's refusal comes to."""
    cause = error.__cause__ or error
    if isinstance(cause, UNMIGRATED):
        return "not there"
    if isinstance(cause, asyncpg.InsufficientResourcesError | asyncpg.PostgresSystemError):
        return "full"
    if isinstance(cause, asyncpg.ReadOnlySQLTransactionError):
        return "read only"
    return "away"
