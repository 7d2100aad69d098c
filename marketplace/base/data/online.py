"""Steps of migrations that let everybody read and write meanwhile (docs/upgrading.md)."""

from tortoise.migrations import operations as ops


def index(name: str, of: str, unique: bool = False) -> ops.RunSQL:
    """An index on a table that has rows: `index("booking_pool", "booking (pool_id)")`. Its migration holds nothing else
    and says `atomic = False`. What was broken off leaves an index that nobody uses, so it begins by dropping that."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    made = f"CREATE {'UNIQUE ' if unique else ''}INDEX CONCURRENTLY {name} ON {of}"
    return ops.RunSQL([drop, made], drop)


def no_index(name: str, of: str) -> ops.RunSQL:
    """An index goes; `of` says how it is made again by whoever goes back."""
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    return ops.RunSQL(drop, [drop, f"CREATE INDEX CONCURRENTLY {name} ON {of}"])


def check(table: str, name: str, law: str) -> ops.RunSQL:
    """A CHECK on a table that has rows: it holds for what is written from now on. `checked` looks at the rest, in a
    migration of its own: in one transaction the table would be closed for as long as that takes."""
    return ops.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({law}) NOT VALID",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def checked(table: str, name: str) -> ops.RunSQL:
    """The rows that were there when `check` was added are looked at too."""
    return ops.RunSQL(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", ops.RunSQL.noop)
