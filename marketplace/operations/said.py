"""What a command says in place of a traceback: the surroundings are at fault, not the program."""

import errno

import asyncpg
import click

from marketplace.base.data.database import UNMIGRATED, causes, unavailable
from marketplace.base.data.instance import WrongInstance
from marketplace.base.postgres.programs import EmbeddedPostgresError

REFUSED = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.UndefinedObjectError,  # a role or a setting that the server does not have
    asyncpg.FeatureNotSupportedError,
    asyncpg.ProtocolViolationError,  # also what PgBouncer says when it does not let somebody in
)
"""The database answers, and does not want."""
OF_A_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
"""No connection fails so; who writes a file in pieces is not told its name."""
SAID_ALREADY = (
    click.ClickException,
    click.Abort,
    click.exceptions.Exit,
    BrokenPipeError,  # whoever read what we print has enough of it; click knows what to do
)


def sentence(error: BaseException) -> str | None:
    """What is said of it; None where it is a fault of ours, whose traceback somebody needs."""
    if isinstance(error, SAID_ALREADY):
        return None
    if isinstance(error, EmbeddedPostgresError | WrongInstance):
        return str(error)
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OSError) and error.errno in OF_A_DISK:
        return f"What was to be written could not be: {error.strerror}"
    for cause in causes(error):
        if isinstance(cause, UNMIGRATED) and not isinstance(cause, asyncpg.InvalidCatalogNameError):
            return "The database is not at the newest migration: run `python -m marketplace migrate`."
        if isinstance(cause, REFUSED):
            return f"The database refuses: {cause}"
    if unavailable(error):
        return f"The database cannot be reached: {str(error) or type(error).__name__}"
    return None
