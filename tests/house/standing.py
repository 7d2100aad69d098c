"""The town as it was put up once in this process: its rows are kept beside the tables, and put back for a test that
wants a town of its own. To put it up anew takes some two hundred statements."""

from dataclasses import replace

from tests import emptying
from tests.conftest import NOW
from tests.house.town import Town, build, counted_under

KEEP = """DO $do$ DECLARE t record; back text := ''; BEGIN
    CREATE SCHEMA standing;
    FOR t IN SELECT c.relname AS name, string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum) AS columns
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
            AND c.relname NOT IN ('tortoise_migrations', 'migration_mark', 'catalogue_revision')
            AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        GROUP BY c.relname
    LOOP
        EXECUTE format('CREATE TABLE standing.%1$I AS SELECT %2$s FROM %1$I', t.name, t.columns);
        IF t.name = 'equal_words' THEN DELETE FROM standing.equal_words WHERE written_at IS NULL; END IF;
        back := back || format('INSERT INTO %1$I (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM standing.%1$I; ',
            t.name, t.columns);
    END LOOP;
    EXECUTE format('CREATE FUNCTION standing.again() RETURNS void LANGUAGE plpgsql AS $$ BEGIN %s
        UPDATE catalogue_revision SET revision = revision + 1, changed_at = greatest(changed_at, clock_timestamp());
        PERFORM setval(''offer_number_seq'', (SELECT max(number) FROM offer)); END $$', back);
END $do$"""
_town: list[Town] = []


async def stand() -> Town:
    """The town, and nothing else, in the database."""
    await emptying.empty()
    if not _town:
        _town.append(await build())
        await emptying.over(KEEP)
    else:
        await emptying.over("SELECT standing.again()")
        counted_under(NOW.year)
    town = _town[0]
    named = {path: {**fields} for path, fields in town.named.items()}
    return replace(
        town, people={**town.people}, parameters={**town.parameters}, ids={**town.ids}, named=named
    )
