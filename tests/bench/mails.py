"""How many mails one worker sends in an hour to a real SMTP server on this machine, and in how much memory.

Each is a real confirmation: read from the database, written as text and html in the recipient's language, with its
calendar part. `MAILS` of them, or BENCH_MAILS. Run it alone by `python -m tests.bench.mails`.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from aiosmtpd.smtp import SMTP, Envelope, Session

from marketplace.base.data.database import credentials
from marketplace.base.postgres.embedded import EmbeddedPostgres

MAILS = int(os.environ.get("BENCH_MAILS", "2000"))
WARM = 200
"""Mails before the first look at the clock and the memory."""

TOWN = [
    "INSERT INTO instance (id, demo, began_at) VALUES (1, true, $1)",
    """INSERT INTO municipality (id, number, slug, name) VALUES (gen_random_uuid(), '1108', 'sandnes', 'Sandnes')""",
    """INSERT INTO organization (id, slug, name, kind, state, municipality_id, source_lang, created_at)
        SELECT gen_random_uuid(), 'bench', 'Bench', 'voluntary', 'approved', id, 'nb', $1 FROM municipality""",
    """INSERT INTO venue (id, municipality_id, name, street, postcode, city, lat, lon)
        SELECT gen_random_uuid(), id, 'Rådhuset', 'Rådhusgata 1', '4306', 'Sandnes', 58.85, 5.73 FROM municipality""",
    """INSERT INTO offer (id, slug, owner_id, municipality_id, venue_id, kind, audiences, joining, visibility,
        sensitive, state, source_lang, max_party, promotion, hold_hours, keep_months, created_at, changed_at,
        session_count) SELECT gen_random_uuid(), 'bench', w.id, w.municipality_id, v.id, 'course', '{everyone}',
        'per_session', 'public', false, 'published', 'nb', 1, 'automatic', 24, 6, $1, $1, 1
        FROM organization w, venue v""",
    """INSERT INTO offer_text (id, offer_id, lang, title, summary, body, meets_you, way_in, bring_someone,
        what_happens, may_leave, bring, keywords) SELECT gen_random_uuid(), id, 'nb', 'Sov bedre', 'Om søvn', '',
        'Aud', 'Døra', '', '', '', 'Innesko', '' FROM offer""",
    """INSERT INTO session (id, offer_id, starts_at, ends_at, status, note, sequence, changed_at)
        SELECT gen_random_uuid(), id, $1::timestamptz + interval '9 days', $1::timestamptz + interval '9 days 2 hours',
        'scheduled', '', 0, $1 FROM offer""",
    """INSERT INTO seat_pool (id, offer_id, session_id, taken, starts_at, ends_at)
        SELECT gen_random_uuid(), offer_id, id, 0, starts_at, ends_at FROM session""",
    """WITH p AS (INSERT INTO person (id, name, lang, shielded, created_at)
            SELECT gen_random_uuid(), 'Deltaker ' || n, (ARRAY['nb', 'nn', 'en'])[n % 3 + 1], false, $1
            FROM generate_series(1, $2::int) n RETURNING id, lang, name),
        c AS (INSERT INTO contact_point (id, person_id, channel, value, created_at)
            SELECT gen_random_uuid(), id, 'email', replace(lower(name), ' ', '') || '@example.no', $1 FROM p
            RETURNING id, person_id, value)
        INSERT INTO booking (id, pool_id, offer_id, participant_id, booked_by_id, contact_id, seats, state, reference,
            form_key, link_version, lang, created_at, changed_at, seated_at)
        SELECT gen_random_uuid(), s.id, s.offer_id, p.id, p.id, c.id, 1, 'confirmed',
            upper(lpad(to_hex(row_number() OVER ()), 6, '0')), uuid_send(gen_random_uuid()), 1, p.lang, $1, $1, $1
        FROM p JOIN c ON c.person_id = p.id, seat_pool s""",
    """INSERT INTO outbox_message (id, channel, address, mail, facts, lang, dedupe_key, created_at, due_at, attempts,
            booking_id, link_version)
        SELECT gen_random_uuid(), 'email', c.value, 'receipt', jsonb_build_object('booking', b.id), b.lang,
        'receipt:' || b.id, $1, $1, 0, b.id, 1 FROM booking b JOIN contact_point c ON c.id = b.contact_id""",
]  # fmt: skip


class Server:
    """Takes everything; notes when, and of the first and last how much memory the worker has."""

    def __init__(self) -> None:
        self.taken = 0
        self.bytes = 0
        self.calendars = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        self.taken += 1
        self.bytes += len(content)
        self.calendars += b"method=" in (content if isinstance(content, bytes) else content.encode())
        return "250 OK"

    async def until(self, count: int) -> float:
        """Wait for so many. Returns when."""
        async with asyncio.timeout(600):
            while self.taken < count:  # noqa: ASYNC110 - the worker is another process
                await asyncio.sleep(0.005)
        return time.monotonic()


async def send(environment: dict[str, str]) -> dict[str, float]:
    """Let one worker send them all."""
    connection = await asyncpg.connect(**credentials(environment["TREFFPUNKT_DATABASE_URL"]))
    now = datetime.now(UTC)
    for statement in TOWN:
        values = (now, MAILS) if "$2" in statement else (now,) if "$1" in statement else ()
        await connection.execute(statement, *values)
    await connection.execute("ANALYZE")
    await connection.close()
    taking = Server()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(taking, hostname="mail.example.no"), "127.0.0.1", 0)
    url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "marketplace", "worker", env=environment | {"TREFFPUNKT_SMTP_URL": url}
    )
    seen = psutil.Process(worker.pid)
    try:
        began = await taking.until(WARM)
        used, memory = seen.cpu_times(), seen.memory_full_info().pss
        ended = await taking.until(MAILS)
        after = seen.cpu_times()
        await asyncio.sleep(0.5)
        memory_after = seen.memory_full_info().pss
    finally:
        worker.send_signal(signal.SIGTERM)
        await worker.wait()
        server.close()
    assert taking.calendars == taking.taken == MAILS
    count = MAILS - WARM
    return {
        "an_hour": count / (ended - began) * 3600,
        "cpu_ms": (after.user + after.system - used.user - used.system) * 1000 / count,
        "bytes": taking.bytes / MAILS, "memory": memory / 1e6, "memory_after": memory_after / 1e6,
    }  # fmt: skip


def measure(results: dict[str, Any], note: Callable[..., None]) -> None:
    """All figures, into `results` by `note`."""
    data = Path(tempfile.mkdtemp(prefix="treffpunkt-bench-"))
    postgres = EmbeddedPostgres(data)
    try:
        environment = os.environ | {
            "TREFFPUNKT_DATABASE_URL": postgres.start(), "TREFFPUNKT_DATA_DIR": str(data), "TREFFPUNKT_DEMO": "1",
            "TREFFPUNKT_PUBLIC_URL": "http://127.0.0.1:8000",
        }  # fmt: skip
        subprocess.run([sys.executable, "-m", "marketplace", "migrate"], env=environment, check=True)
        found = asyncio.run(send(environment))
    finally:
        postgres.delete()
        shutil.rmtree(data, ignore_errors=True)
    note(results, "mails", found["an_hour"], "mails/hour")
    note(results, "mail_cpu", found["cpu_ms"], "ms of the worker a mail")
    note(results, "mail_memory_first", found["memory"], "MB")
    note(results, "mail_memory_last", found["memory_after"], "MB")


if __name__ == "__main__":
    measure({}, lambda _results, name, value, unit: print(f"{name:20} {value:.1f} {unit}"))
