"""The demo's course for the journey of its registers: what it is set to, and what plain SQL counts of it. None of the
house's own SQL stands here."""

import asyncio
import csv
from datetime import UTC, datetime, timedelta

from marketplace.base.numbers import share
from tests.journeys.conftest import Somebody, tidy
from tests.journeys.test_numbers import Place

COURSE = "hap-i-hverdagen-forrige"
TODAY, LAST = "2026-11-30 17:00+00", "2026-12-07 17:00+00"
"""When its third and fourth time begin: at six in the evening in Norway."""
SET = f"""WITH course AS (SELECT id, owner_id FROM offer WHERE slug = '{COURSE}'),
    later AS (SELECT s.id, row_number() OVER (ORDER BY s.starts_at) AS number FROM session s
        JOIN course c ON c.id = s.offer_id),
    unkept AS (DELETE FROM attendance WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    unrecorded AS (DELETE FROM register WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    unsaid AS (DELETE FROM sent_word WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    unopened AS (DELETE FROM check_in WHERE session_id IN (SELECT id FROM later WHERE number > 2)),
    moved AS (UPDATE session s SET starts_at = t.at, ends_at = t.at + interval '2 hours' FROM later l
        JOIN (VALUES (3, timestamptz '{TODAY}'), (4, timestamptz '{LAST}')) t (number, at) USING (number)
        WHERE s.id = l.id),
    lasts AS (UPDATE seat_pool p SET ends_at = timestamptz '{LAST}' + interval '2 hours', capacity = 15
        FROM course c WHERE p.offer_id = c.id),
    shown AS (UPDATE offer o SET last_session_ends = timestamptz '{LAST}' + interval '2 hours',
        next_session_at = '{TODAY}', next_session_ends = timestamptz '{TODAY}' + interval '2 hours'
        FROM course c WHERE o.id = c.id),
    members AS (INSERT INTO membership (id, role, created_at, organization_id, person_id)
        SELECT gen_random_uuid(), CASE p.name WHEN 'Kari' THEN 'editor' ELSE 'host' END, '2026-11-01', c.owner_id, p.id
        FROM course c, person p JOIN contact_point k ON k.person_id = p.id
        WHERE k.value IN ('kari@example.no', 'mariam@example.no')),
    leads AS (INSERT INTO host_assignment (id, offer_id, person_id, leads_as)
        SELECT gen_random_uuid(), c.id, k.person_id, 'professional' FROM course c, contact_point k
        WHERE k.value IN ('kari@example.no', 'mariam@example.no'))
SELECT id FROM later WHERE number > 2 ORDER BY number"""
"""Half of the demo's course is over: its third time is today, with one seat free, and Mariam and Kari lead it."""
RECOUNT = f"""SELECT s.id::text AS id, (SELECT coalesce(sum(a.seats_present), 0) FROM attendance a
        WHERE a.session_id = s.id AND a.state = 'present')
    + coalesce((SELECT n.count FROM head_count n WHERE n.session_id = s.id), 0) AS came
FROM session s JOIN offer o ON o.id = s.offer_id JOIN register r ON r.session_id = s.id
WHERE o.slug = '{COURSE}' AND r.closed_at IS NOT NULL"""
ANNE = f"""WITH anne AS (SELECT id, person_id FROM contact_point WHERE value = 'anne@example.no')
UPDATE booking b SET participant_id = a.person_id, booked_by_id = a.person_id, contact_id = a.id, lang = 'nb'
FROM anne a WHERE b.id = (SELECT b.id FROM booking b JOIN offer o ON o.id = b.offer_id
    JOIN attendance t ON t.booking_id = b.id AND t.state = 'present'
    WHERE o.slug = '{COURSE}' AND b.state = 'confirmed' AND NOT EXISTS (SELECT FROM booking own
        WHERE own.offer_id = o.id AND own.participant_id = a.person_id)
    GROUP BY b.id HAVING count(*) = 2 ORDER BY b.contact_id IS NOT NULL, b.id LIMIT 1)"""
"""Anne is one of the fourteen, and was there both times, also where the demo had no seat for her."""
PEOPLE = f"""SELECT n.name, c.value AS address FROM booking b JOIN offer o ON o.id = b.offer_id
JOIN person n ON n.id = b.participant_id
LEFT JOIN contact_point c ON c.id = b.contact_id AND c.channel = 'email' AND b.lang = 'nb' AND NOT EXISTS (
    SELECT FROM outbox_message m WHERE m.mail = 'missed' AND m.address = c.value AND m.offer_id = o.id)
WHERE o.slug = '{COURSE}' AND b.state = 'confirmed' AND n.name <> 'Anne' ORDER BY c.value IS NULL, n.name"""
"""Besides Anne: first those who are written to, and have not been of late that they missed a time."""
MARKS = """SELECT n.name, a.state, a.cause FROM attendance a JOIN booking b ON b.id = a.booking_id
JOIN person n ON n.id = b.participant_id WHERE a.session_id = $1"""
FIGURES = f"""WITH own AS (SELECT o.id, s.id AS session, EXISTS (SELECT FROM register r WHERE r.session_id = s.id
        AND r.closed_at IS NOT NULL) AS recorded, o.joining
    FROM offer o JOIN session s ON s.offer_id = o.id
    WHERE o.owner_id = (SELECT owner_id FROM offer WHERE slug = '{COURSE}') AND o.state <> 'draft'
        AND o.main_audience <> 'staff' AND s.status <> 'cancelled' AND s.ends_at <= $1
        AND s.starts_at >= '2025-12-31 23:00+00' AND s.starts_at < '2026-12-31 23:00+00')
SELECT w.id, (SELECT t.title FROM offer_text t WHERE t.offer_id = w.id AND t.lang = 'nb') AS title,
    sum(coalesce((SELECT sum(a.seats_present) FROM attendance a
            WHERE a.session_id = w.session AND a.state = 'present'), 0)
        + coalesce((SELECT n.count FROM head_count n WHERE n.session_id = w.session), 0))
        FILTER (WHERE w.recorded) AS came,
    count(*) FILTER (WHERE w.recorded) AS recorded, count(*) AS held
FROM own w WHERE w.recorded OR w.joining NOT IN ('external', 'none') GROUP BY w.id"""
"""Of each offer of the course's organisation in 2026: how often somebody came, and of how many of its sessions it is
recorded."""
OWNER = f"SELECT w.slug FROM organization w JOIN offer o ON o.owner_id = w.id WHERE o.slug = '{COURSE}'"
COLUMNS = ("Tilbud", "Oppmøter 2026", "Samlinger", "Ført, prosent")


def moment(place: Place) -> datetime:
    """What the clock of the place shows."""
    return datetime.now(UTC) + timedelta(seconds=float((place.data / "clock-offset").read_text()))


async def the_pages_say_what_sql_counts(kari: Somebody, place: Place, recorded: int) -> dict[str, int]:
    """The list of registers, and the organisation's own figures with how many of its sessions are recorded."""
    await kari.go(f"/manage/registers?offer={COURSE}")
    told = await kari.page.locator(".tp-todo li").all()
    said = {}
    for one in told:
        address = await one.locator("a").first.get_attribute("href")
        words = tidy(await one.inner_text())
        assert address is not None
        if "ført," in words and "ikke" not in words:
            said[address.split("/")[3]] = int(words.partition("ført, ")[2].split()[0])
    counted = {one["id"]: int(one["came"]) for one in await place.rows(RECOUNT)}
    assert said == counted
    assert len(said) == recorded

    (owner,) = await place.rows(OWNER)
    await kari.go(f"/manage/organizations/{owner['slug']}/statistics?year=2026")
    link = kari.page.locator("#groups ~ * a[download], [aria-labelledby=groups] a[download]").filter(
        has_text="CSV"
    )
    async with kari.page.expect_download() as waiting:
        await link.first.click()
    table = (await asyncio.to_thread((await (await waiting.value).path()).read_bytes)).decode("utf-8-sig")
    lines = list(csv.DictReader(table.splitlines(), delimiter=";"))
    shown = [[one[name] for name in COLUMNS] for one in lines]
    wanted = [
        [one["title"], str(one["came"] or 0), str(one["recorded"]), str(share(one["recorded"], one["held"]))]
        for one in await place.rows(FIGURES, moment(place))
    ]
    assert sorted(shown[: len(wanted)]) == sorted(wanted)
    return counted
