"""Tortoise's connection to PostgreSQL, with fewer layers on the way of every statement. It does what Tortoise's does;
docs/performance.md says what it saves."""

from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient, TransactionContext, TransactionContextPooled
from tortoise.connection import get_connections
from tortoise.exceptions import TransactionManagementError


class Pool(asyncpg.Pool):  # type: ignore[misc]
    """asyncpg gives a connection back in a task of its own, so that nobody who is cancelled meanwhile keeps it. Where
    there is nothing to undo on it, nothing is waited for, and it goes back at once."""

    __slots__ = ()

    async def release(self, connection: PoolConnectionProxy, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's name
        held, holder = connection._con, connection._holder
        if (
            held is None
            or holder._pool is not self
            or held._protocol.is_in_transaction()
            or held._protocol._is_cancelling()
            or held._protocol.queries_count >= holder._max_queries
            or holder._generation != self._generation
        ):
            await super().release(connection, timeout=timeout)
        else:
            held._on_release()
            await holder.release(timeout or holder._timeout)


class Client(AsyncpgDBClient):
    """What Tortoise uses (database.py:config)."""

    async def create_pool(self, **given: Any) -> asyncpg.Pool:
        made = asyncpg.create_pool(None, **given)
        made.__class__ = Pool
        return await made


client_class = Client


class in_transaction:  # noqa: N801 - read as a verb, as Tortoise's of that name
    """`async with in_transaction():`, as Tortoise's; one within another is a savepoint. A connection whose BEGIN fails
    goes back to the pool: else each transaction that meets a silent server would take one with it for good."""

    __slots__ = ("client", "nested", "token")

    async def __aenter__(self) -> BaseDBAsyncClient:
        connections = get_connections()
        around = connections.get("default")
        self.nested: TransactionContext | None = None
        if isinstance(around, TransactionWrapper):
            self.nested = around._in_transaction()
            return await self.nested.__aenter__()
        assert isinstance(around, Client)
        self.client = client = TransactionWrapper(around)
        if around._pool is None:
            await TransactionContextPooled(client, around._pool_init_lock).ensure_connection()
        pool = around._pool
        assert pool is not None
        client._connection = held = await pool.acquire()
        self.token = connections.set("default", client)
        try:
            client.transaction = held.transaction()
            await client.transaction.start()
        except BaseException:  # it has a connection of the pool, and has not begun
            connections.reset(self.token)
            held.terminate()
            await pool.release(held)
            raise
        return client

    async def __aexit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> None:
        if self.nested is not None:
            await self.nested.__aexit__(kind, error, trace)
            return
        client, transaction = self.client, self.client.transaction
        try:
            if transaction is not None and not client._finalized:
                if kind is None:
                    await transaction.commit()
                elif kind is not TransactionManagementError:
                    await transaction.rollback()
        finally:
            if client._parent._pool:
                await client._parent._pool.release(client._connection)
            get_connections().reset(self.token)
