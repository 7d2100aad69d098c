"""Ids that SQL makes. An id is an age everywhere: what came first, what is newest, what has been read already.

Python's come from `uuid7()`. A statement that makes rows of other rows takes NEW_ID, which is of the same kind: the
moment, and then chance. `gen_random_uuid()` alone is no age, and whoever meets one such row among others takes it for
older or newer than it is. PostgreSQL's own `uuidv7()` came with 18, and production may be 15.
"""

NEW_ID = """(overlay(lpad(to_hex(trunc(extract(epoch FROM clock_timestamp()) * 4096000)::bigint), 15, '0')
    PLACING '7' FROM 13 FOR 0) || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid"""
"""Milliseconds and 4096th parts of one, as PostgreSQL 18 has it: rows of one statement are in the order in which it
made them, so one that copies says by `ORDER BY id` which that is. It reads the clock for each row; as a SELECT of its
own it would be asked once, and give them all one id."""
