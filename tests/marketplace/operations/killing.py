"""`kill -9` at a moment of one's choice: before the n-th change that a program makes to the disk, or just after it has
started the n-th program of PostgreSQL's."""

from pathlib import Path

from tests import program

HOOK = """
import os, signal, sys, threading, time
place, moment = sys.argv.pop(1), int(sys.argv.pop(1))
main, seen = os.getpid(), 0
CHANGES = {"open", "os.mkdir", "os.remove", "os.rename", "os.symlink", "shutil.copyfile", "shutil.rmtree"}

def die():
    os.kill(main, signal.SIGKILL)

def here(event, given):
    if event == "open" and not (given[2] or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        return False
    return event in CHANGES and any(str(each).startswith(place) for each in given)

def look(event, given):
    global seen
    if os.getpid() != main or not (event == "subprocess.Popen" or here(event, given)):
        return
    seen += 1
    if moment == 0:
        print("moment", seen, event, [str(each)[-60:] for each in given[:2]], file=sys.stderr)
    elif seen == moment and event == "subprocess.Popen":
        threading.Thread(target=lambda: (time.sleep(0.03), die()), daemon=True).start()
    elif seen == moment:
        die()

sys.addaudithook(look)
"""
TAKE = """
import asyncio, pathlib
from marketplace.operations.backup.taking import take
asyncio.run(take(pathlib.Path(sys.argv[1]), sys.argv[2]))
"""
RESTORE = """
import pathlib
from datetime import UTC, datetime
from marketplace.operations.backup.planning import plan
from marketplace.operations.backup.restoring import restore
async def right(url, until, before):
    pathlib.Path(sys.argv[2], "put-right").write_text("a step of its own")
restore(plan(pathlib.Path(sys.argv[1]), None, datetime.now(UTC)), pathlib.Path(sys.argv[2]), right, print,
        {"fsync": "off"})
"""
MIGRATE = """
import asyncio
from marketplace.base.data.migrate import migrate
def tell(line):
    print(line, flush=True)
    if line.startswith(sys.argv[2]):
        die()
asyncio.run(migrate(sys.argv[1], tell=tell))
"""
TO = """
import asyncio
from marketplace.base.data.migrate import migrate
asyncio.run(migrate(sys.argv[1], sys.argv[2] or None))
"""
WITHIN = """
import asyncio
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from marketplace.base import recorded_migrations
from marketplace.base.data import migrate as ours
name, where = sys.argv[2:4]
steps, run, note = ours.Steps.progress, BaseSchemaEditor._run_sql, recorded_migrations.OnceRecorder.record_applied
current = ""

def progress(self, event, app, migration):
    global current
    current = migration if event.endswith("_start") else ""
    steps(self, event, app, migration)

def soon():
    threading.Thread(target=lambda: (time.sleep(0.1), die()), daemon=True).start()

async def sql(self, statement):
    if current == name and where != "noted":
        soon()
        statement = "SELECT pg_sleep(0.3); " + statement
    await run(self, statement)

async def noted(self, app, migration):
    await note(self, app, migration)
    if migration == name and current:
        soon()
        await self.connection.execute_script("SELECT pg_sleep(0.3)")

ours.Steps.progress, BaseSchemaEditor._run_sql = progress, sql
recorded_migrations.OnceRecorder.record_applied = noted
asyncio.run(ours.migrate(sys.argv[1]))
"""
"""Dies while the server is at the first statement of a migration, or when all of it is done and noted, and not
committed."""


def killed(script: str, place: Path, moment: int, *arguments: object) -> program.Ran:
    """Run it and kill it at that moment; 0 tells the moments there are, and kills nobody."""
    return program.run("-c", HOOK + script, str(place), str(moment), *map(str, arguments))


def moments(script: str, place: Path, *arguments: object) -> list[str]:
    """What it does to the disk, one after the other, from a whole run."""
    done = killed(script, place, 0, *arguments)
    assert done.code == 0, done.err
    return [line for line in done.err.splitlines() if line.startswith("moment ")]
