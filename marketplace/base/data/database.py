"""The connection to PostgreSQL: one way in for objects (Tortoise) and one for plain SQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar, overload

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise import Tortoise
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.context import require_context
from tortoise.exceptions import DBConnectionError, OperationalError, TransactionManagementError

from marketplace.base.data import ledger
from marketplace.base.data.address import credentials
from marketplace.base.insight.tracing import watch
from marketplace.settings import settings

MODELS = [
    "marketplace.base.models",
    "marketplace.people.models",
    "marketplace.people.sign_in.models",
    "marketplace.people.second_factor.models",
    "organizations.directory.models",
    "organizations.members.models",
    "organizations.approval.models",
    "organizations.notices.models",
    "marketplace.privacy.models",
    "offers.catalogue.models",
    "offers.rights.models",
    "offers.publishing.questions.models",
    "offers.seats.models",
    "offers.bookings.models",
    "offers.bookings.companions.models",
    "offers.bookings.openings.models",
    "offers.telling.models",
    "offers.attendance.models",
    "offers.attendance.taps.models",
    "offers.attendance.check_in.models",
    "offers.attendance.substitute.models",
    "offers.attendance.offline.models",
    "offers.feeds.models",
    "offers.messages.models",
    "offers.search.equal.models",
    "offers.search.unfound.models",
    "offers.search.situations.models",
    "offers.messages.follow_up.models",
    "marketplace.my_page.own_goals.models",
    "marketplace.statistics.models",
    "marketplace.goals.models",
    "marketplace.reports.models",
    "marketplace.dialogue.models",
    "marketplace.dialogue.needs.models",
    "marketplace.today.models",
]
UNAVAILABLE: tuple[type[Exception], ...] = (
    OSError,  # refused, reset, and TimeoutError from command_timeout
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server was killed in the middle of an answer
    asyncpg.InsufficientResourcesError,  # 53: the disk or the memory is full, too many connections
    asyncpg.OperatorInterventionError,  # 57: it stops, has crashed, starts, or a statement was cancelled
    asyncpg.PostgresSystemError,  # 58: the disk cannot be read or written
    asyncpg.LockNotAvailableError,  # lock_timeout: somebody else has held it for long
    asyncpg.TransactionRollbackError,  # 40: two got in each other's way
    asyncpg.ReadOnlySQLTransactionError,  # it has become another's copy
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""What the driver raises when the database is away, full or too slow. asyncpg's own errors leak through Tortoise."""
UNMIGRATED = (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError, asyncpg.InvalidCatalogNameError)
"""What it raises when the database is older than the program. Tortoise wraps some of it."""


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what it was raised from, which Tortoise wraps."""
    while error is not None:
        yield error
        error = error.__cause__


def unavailable(error: BaseException) -> bool:
    """Does this mean that the database cannot help just now, and the same may be sent again?"""
    return any(isinstance(each, (*UNAVAILABLE, *UNMIGRATED)) for each in causes(error))


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A pooled connection. Nobody sets, listens or locks anything on it beyond a transaction, so there is nothing to
    reset when it goes back to the pool: that would be a second round trip for every statement."""

    def get_reset_query(self) -> str:
        return ""


class Pool(asyncpg.Pool):  # type: ignore[misc]
    """asyncpg's, but what was used last stays at hand, and whoever comes next has it: asyncpg puts each connection back
    through a task, a timer and a queue, which takes longer than a small statement. Only one with nothing to undo on it
    is at hand, and none while somebody waits for one. As in asyncpg's, who has given one back can do no more with it.
    """

    __slots__ = ("_at_hand",)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self._at_hand: list[tuple[Any, Any]] = []
        """Holders, and the connections that they had: a holder whose connection was lost has gone to the queue."""

    async def _acquire(self, timeout: float | None) -> PoolConnectionProxy:  # noqa: ASYNC109 - asyncpg's name
        while self._at_hand:
            holder, held = self._at_hand.pop()
            if self._as_new(holder, held):
                holder._proxy = proxy = PoolConnectionProxy(holder, held)
                return proxy
            if holder._con is held:
                await holder.release(timeout)
        return await super()._acquire(timeout)

    async def release(self, connection: PoolConnectionProxy, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's name
        holder, held = connection._holder, connection._con
        if held is None or holder._pool is not self or not self._as_new(holder, held):
            await super().release(connection, timeout=timeout)
            return
        held._on_release()
        if self.waited_for:
            holder._release()  # to whoever waits; there is nothing to reset, and no time for it to lie unused
        elif len(self._at_hand) == AT_HAND or self._closing:
            await holder.release(timeout or holder._timeout)
        else:
            connection._detach()
            holder._proxy = None
            self._at_hand.append((holder, held))

    def _as_new(self, holder: Any, held: Any) -> bool:
        """Does the holder's connection stand open, with nothing to undo on it, and is not to be exchanged?"""
        return (
            holder._con is held
            and not held.is_closed()
            and not held._protocol.is_in_transaction()
            and not held._protocol._is_cancelling()
            and held._protocol.queries_count < holder._max_queries
            and holder._generation == self._generation
        )

    @property
    def waited_for(self) -> int:
        """How many wait for a connection."""
        return sum(not getter.done() for getter in self._queue._getters)

    def get_idle_size(self) -> int:
        """How many connections nobody has."""
        return int(super().get_idle_size()) + len(self._at_hand)

    async def close(self) -> None:
        while self._at_hand:
            holder, held = self._at_hand.pop()
            if holder._con is held:
                await holder.release(holder._timeout)
        await super().close()


AT_HAND = 2
"""Connections of a process that stay as they are; the others go back, and asyncpg closes what nobody uses for long."""


class Client(AsyncpgDBClient):
    """Tortoise's client with fewer layers on the way of every statement: it does what Tortoise's does
    (docs/performance.md says what it saves)."""

    async def create_pool(self, **given: Any) -> asyncpg.Pool:
        return await Pool(
            max_queries=50_000, max_inactive_connection_lifetime=300, record_class=asyncpg.Record, init=watch, **given
        )  # fmt: skip


client_class = Client


class in_transaction:  # noqa: N801 - read as a verb, as Tortoise's of that name
    """`async with in_transaction():`, as Tortoise's; one within another is a savepoint. A connection whose BEGIN fails
    goes back to the pool: else each transaction that meets a silent server would take one with it for good.

    What it notes in the ledger is written before it is committed (ledger.py)."""

    __slots__ = ("client", "nested", "noted", "noted_before", "token")

    async def __aenter__(self) -> BaseDBAsyncClient:
        connections = get_connections()
        around = connections.get("default")
        self.nested: TransactionContext | None = None
        if isinstance(around, TransactionWrapper):
            self.nested, self.noted_before = around._in_transaction(), len(ledger.waiting())
            return await self.nested.__aenter__()
        assert isinstance(around, Client)
        self.client = client = TransactionWrapper(around)
        if around._pool is None:
            await TransactionContextPooled(client, around._pool_init_lock).ensure_connection()
        pool = around._pool
        assert pool is not None
        client._connection = held = await pool.acquire()
        self.token, self.noted = connections.set("default", client), ledger.begin()
        try:
            client.transaction = held.transaction()
            await client.transaction.start()
        except BaseException:  # it has a connection of the pool, and has not begun
            connections.reset(self.token)
            ledger.end(self.noted)
            held.terminate()
            await pool.release(held)
            raise
        return client

    async def __aexit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> None:
        if self.nested is not None:
            if kind is not None:
                ledger.take_back(self.noted_before)
            await self.nested.__aexit__(kind, error, trace)
            return
        client, transaction = self.client, self.client.transaction
        try:
            if transaction is not None and not client._finalized:
                if kind is None:
                    await self._write_down()
                    await transaction.commit()
                elif kind is not TransactionManagementError:
                    await transaction.rollback()
        finally:
            if client._parent._pool:
                await client._parent._pool.release(client._connection)
            get_connections().reset(self.token)
            ledger.end(self.noted)

    async def _write_down(self) -> None:
        """What was noted must be on the disk before anybody is told that it is done; else nothing is done."""
        if noted := ledger.waiting():
            try:
                await asyncio.to_thread(ledger.append, noted)
            except BaseException:
                await self.client.rollback()
                raise


def within_transaction() -> bool:
    """Has whoever asks begun a transaction, which may have locked something?"""
    return isinstance(connection(), TransactionWrapper)


def on_its_own() -> AbstractAsyncContextManager[Any]:
    """Around a statement that is all or nothing by itself. Nothing is begun and committed for it; but within a
    transaction it gets a savepoint, so that when it fails it undoes no more than itself."""
    return in_transaction() if within_transaction() else nullcontext()


def config(url: str | None = None) -> dict[str, Any]:
    """Tortoise's configuration. Everything has a time limit: a silent server must not hang a request."""
    url = url or settings().database_url
    if url is None:
        raise RuntimeError(
            "no database: set TREFFPUNKT_DATABASE_URL, or start with `python -m marketplace run`"
        )
    return {
        "connections": {
            "default": {
                "engine": "marketplace.base.data.database",
                "credentials": {
                    **credentials(url),
                    "minsize": 1,
                    "maxsize": settings().database_pool,
                    "timeout": 3,
                    "command_timeout": 4,
                    "connection_class": Connection,
                    "server_settings": {
                        "timezone": "UTC",
                        "jit": "off",
                        # Our statements do not depend on what is asked for; planning a list anew takes as long as it.
                        "plan_cache_mode": "force_generic_plan",
                        "random_page_cost": "1.1",  # the data fits in memory, and lists are read in an index's order
                        "lock_timeout": "3500",
                        "idle_in_transaction_session_timeout": "10000",
                    },
                },
            }
        },
        "apps": {
            "marketplace": {
                "models": MODELS,
                "default_connection": "default",
                "migrations": "marketplace.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


async def connect(url: str | None = None) -> None:
    """Open the pool of this process. Also for code outside requests; see `connected`."""
    await Tortoise.init(config=config(url), _enable_global_fallback=True)


async def disconnect() -> None:
    await Tortoise.close_connections()


@asynccontextmanager
async def connected(url: str | None = None) -> AsyncIterator[None]:
    await connect(url)
    try:
        yield
    finally:
        await disconnect()


def connection() -> BaseDBAsyncClient:
    """The pool, or the connection of the transaction around us."""
    return require_context().connections.get("default")


@asynccontextmanager
async def patient() -> AsyncIterator[asyncpg.Connection]:
    """A connection of its own, for a job whose statements may take their time: those of the pool have four seconds."""
    connection = await asyncpg.connect(
        **credentials(settings().database_url or ""), timeout=10,
        server_settings={"timezone": "UTC", "jit": "off", "random_page_cost": "1.1"},
    )  # fmt: skip
    try:
        yield connection
    finally:
        await connection.close()


Kind = TypeVar("Kind")
"""What a row is: a frozen dataclass or a NamedTuple."""


@overload
async def rows(sql: str, /, *values: Any) -> list[dict[str, Any]]: ...
@overload
async def rows(kind: type[Kind], sql: str, /, *values: Any) -> list[Kind]: ...
async def rows(first: Any, /, *others: Any) -> list[Any]:
    """All rows of a statement, also of INSERT … RETURNING. Placeholders are $1, $2 …

    `rows(Listed, SQL, …)` gives frozen dataclasses (or NamedTuples) whose fields are the columns by name: that is how
    a row is read, and the class stands beside its SQL. Tests compare the two for each statement that they send, also
    where nothing is found. Without a class a row is a dict: for what is only looked at once, where it was asked."""
    if isinstance(first, str):
        return await connection().execute_query_dict(first, list(others))
    return await typed(first, *others)


async def typed(kind: type[Kind], sql: str, *values: Any) -> list[Kind]:
    """What `rows` does with a class."""
    return [kind(**one) for one in await connection().execute_query_dict(sql, list(values))]


@overload
async def row(sql: str, /, *values: Any) -> dict[str, Any] | None: ...
@overload
async def row(kind: type[Kind], sql: str, /, *values: Any) -> Kind | None: ...
async def row(first: Any, /, *others: Any) -> Any:
    """The first row, or None. With a class as `rows`."""
    found = await rows(first, *others)
    return found[0] if found else None


async def column(sql: str, *values: Any) -> list[Any]:
    """The first column of all rows."""
    return [next(iter(found.values())) for found in await rows(sql, *values)]


async def value(sql: str, *values: Any) -> Any:
    """The first column of the first row, or None."""
    found = await row(sql, *values)
    return next(iter(found.values())) if found else None


__all__ = ["UNAVAILABLE", "OperationalError", "column", "config", "connect", "connected", "connection", "credentials",
           "disconnect", "in_transaction", "on_its_own", "row", "rows", "unavailable", "value",
           "within_transaction"]  # fmt: skip
