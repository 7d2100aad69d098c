"""What must always be true of the data: each invariant is one sentence and one SQL that finds what breaks it.

The SQL may ask for `:now`, `:seen` (when a worker was last known to have brought derived facts up to date), `:overdue`
(an hour before a worker was last alive), `:month` and `:month_starts` (of the audit log's current part). It gives a
column `id`.
"""

from enum import StrEnum

from marketplace.base.data.statement import those
from marketplace.goals.models import CountedAs, Direction, MeasureState
from marketplace.operations.check.figures import FIGURES
from marketplace.operations.check.seats import SEATS
from marketplace.operations.check.told import TOLD
from offers.attendance.models import AttendanceState, Cause, ClosedBy, RegisterEnd
from offers.attendance.rules import MOST_OF_A_PARTY
from offers.attendance.taps.models import Field, Outcome
from offers.catalogue.kinds import Kind
from offers.catalogue.models import Joining, Promotion, Visibility
from offers.catalogue.states import OfferState, SessionStatus
from offers.seats.models import BookingState, EndedBy
from offers.seats.sql import active
from organizations.directory.models import OrganizationKind, OrganizationState
from organizations.members.models import Role

ENUMS: dict[str, dict[str, type[StrEnum]]] = {
    "booking": {"state": BookingState, "ended_by": EndedBy},
    "attendance": {"state": AttendanceState, "cause": Cause},
    "register": {"closed_by": ClosedBy},
    "register_tap": {"field": Field, "outcome": Outcome},
    "ended_register": {"ended_by": RegisterEnd},
    "goal": {"counted_as": CountedAs, "direction": Direction},
    "measure": {"state": MeasureState},
    "membership": {"role": Role},
    "offer": {
        "kind": Kind,
        "joining": Joining,
        "visibility": Visibility,
        "state": OfferState,
        "promotion": Promotion,
    },
    "organization": {"kind": OrganizationKind, "state": OrganizationState},
    "session": {"status": SessionStatus},
}
COPIES = """SELECT o.id FROM offer o LEFT JOIN (
    SELECT offer_id, count(*) FILTER (WHERE status <> 'cancelled') AS count,
        coalesce(max(ends_at) FILTER (WHERE status <> 'cancelled'), max(ends_at)) AS ends
    FROM session GROUP BY offer_id) s ON s.offer_id = o.id WHERE """

CATALOGUE = (
    (
        "a session's seats belong to the session's offer",
        "SELECT p.id FROM seat_pool p JOIN session s ON s.id = p.session_id WHERE s.offer_id <> p.offer_id",
    ),
    (
        "an offer has the seats that its way of joining needs",
        """SELECT o.id FROM offer o WHERE o.state = 'published' AND CASE
            WHEN o.joining IN ('whole', 'request') THEN
                NOT EXISTS (SELECT FROM seat_pool p WHERE p.offer_id = o.id AND p.session_id IS NULL)
            WHEN o.joining = 'per_session' THEN EXISTS (SELECT FROM session s WHERE s.offer_id = o.id
                AND s.status <> 'cancelled' AND NOT EXISTS (SELECT FROM seat_pool p WHERE p.session_id = s.id))
            END""",
    ),
    (
        "seats know when they start and end",
        """SELECT p.id FROM seat_pool p JOIN session s ON s.id = p.session_id
        WHERE (p.starts_at, p.ends_at) IS DISTINCT FROM (s.starts_at, s.ends_at)
        UNION ALL SELECT p.id FROM seat_pool p JOIN (
            SELECT offer_id, coalesce(min(starts_at) FILTER (WHERE status <> 'cancelled'), min(starts_at)) AS starts,
                coalesce(max(ends_at) FILTER (WHERE status <> 'cancelled'), max(ends_at)) AS ends
            FROM session GROUP BY offer_id) s ON s.offer_id = p.offer_id
        WHERE p.session_id IS NULL AND (p.starts_at, p.ends_at) IS DISTINCT FROM (s.starts, s.ends)""",
    ),
    ("an offer knows how many sessions it has", f"{COPIES} o.session_count <> coalesce(s.count, 0)"),
    ("an offer knows when its last session ends", f"{COPIES} o.last_session_ends IS DISTINCT FROM s.ends"),
    (
        "an offer's next session is one that it has",
        """SELECT o.id FROM offer o WHERE (o.next_session_at IS NULL) <> (o.next_session_ends IS NULL)
            OR o.next_session_at IS NOT NULL AND NOT EXISTS (SELECT FROM session s WHERE s.offer_id = o.id
                AND s.starts_at = o.next_session_at AND s.ends_at = o.next_session_ends AND s.status <> 'cancelled')""",
    ),
    (
        "an offer's next session is the first of those to come",
        """SELECT o.id FROM offer o WHERE EXISTS (SELECT FROM session s WHERE s.offer_id = o.id
            AND s.status <> 'cancelled' AND s.ends_at > :now
            AND (o.next_session_at IS NULL OR s.starts_at < o.next_session_at))""",
    ),
    (
        "an offer's next session is not over",
        "SELECT id FROM offer WHERE state = 'published' AND next_session_ends < :seen",
    ),
    (
        "an offer has a text in the language it was written in",
        """SELECT o.id FROM offer o WHERE NOT EXISTS (SELECT FROM offer_text t
            WHERE t.offer_id = o.id AND t.lang = o.source_lang)""",
    ),
    (
        "an offer for members is shown to somebody",
        """SELECT o.id FROM offer o WHERE o.visibility = 'members' AND o.state = 'published'
            AND NOT EXISTS (SELECT FROM offer_audience_organization a WHERE a.offer_id = o.id)""",
    ),
    (
        "every text can be found by its words",
        """SELECT id FROM offer_text WHERE search IS NULL
        UNION ALL SELECT id FROM organization_text WHERE search IS NULL""",
    ),
)
ATTENDANCE = (
    (
        "whoever was marked stands in a register that was saved",
        "SELECT a.id FROM attendance a WHERE NOT EXISTS (SELECT FROM register r WHERE r.session_id = a.session_id)",
    ),
    (
        "whoever just came in is counted in a register that was saved",
        "SELECT c.id FROM head_count c WHERE NOT EXISTS (SELECT FROM register r WHERE r.session_id = c.session_id)",
    ),
    (
        "a register is of what is held, and was begun at its time",
        """SELECT r.id FROM register r JOIN session s ON s.id = r.session_id
        WHERE s.status = 'cancelled' OR r.saved_at < s.starts_at - interval '2 hours'""",
    ),
    (
        "nobody is marked who left before it began",
        """SELECT a.id FROM attendance a JOIN booking b ON b.id = a.booking_id JOIN session s ON s.id = a.session_id
        WHERE b.ended_by IS NOT NULL AND b.changed_at < s.starts_at""",
    ),
    (
        "nobody has sent word about what is cancelled",
        "SELECT w.id FROM sent_word w JOIN session s ON s.id = w.session_id WHERE s.status = 'cancelled'",
    ),
    (
        "nobody has said that they come to what is cancelled",
        "SELECT w.id FROM coming_again w JOIN session s ON s.id = w.session_id WHERE s.status = 'cancelled'",
    ),
    (
        "no more came with one booking than can be said",
        "SELECT a.id FROM attendance a JOIN booking b ON b.id = a.booking_id "
        f"WHERE a.seats_present > greatest(b.seats, {MOST_OF_A_PARTY})",
    ),
    (
        "nobody is absent by the closing of a register that is open",
        """SELECT a.id FROM attendance a JOIN register r ON r.session_id = a.session_id
        WHERE a.cause = 'closing' AND r.closed_at IS NULL""",
    ),
    (
        "what was tapped, and kept, stands in a register or in one that has ended",
        """SELECT t.id FROM register_tap t WHERE t.outcome IN ('kept', 'conflict')
        AND NOT EXISTS (SELECT FROM register r WHERE r.session_id = t.session_id)
        AND NOT EXISTS (SELECT FROM ended_register e WHERE e.session_id = t.session_id
            AND e.ended_at >= t.arrived_at)""",
    ),
    (
        "the versions of what was tapped follow each other",
        """SELECT session_id AS id FROM register_tap WHERE outcome IN ('kept', 'conflict')
        GROUP BY session_id, booking_id, CASE WHEN field IN ('adults', 'children') THEN 'heads' ELSE field END
        HAVING max(version) - min(version) + 1 <> count(*)""",
    ),
    (
        "whoever was present, and nobody else, has seats that were used",
        "SELECT id FROM attendance WHERE seats_present < 0 OR (state = 'present') <> (seats_present > 0)",
    ),
    (
        "whoever was present is counted under a pseudonym",
        "SELECT id FROM attendance WHERE state = 'present' AND coalesce(length(pseudonym), 0) <> 32",
    ),
    (
        "whoever was marked had booked that session",
        """SELECT a.id FROM attendance a JOIN session s ON s.id = a.session_id JOIN booking b ON b.id = a.booking_id
            JOIN seat_pool p ON p.id = b.pool_id
        WHERE p.offer_id <> s.offer_id OR p.session_id <> s.id""",
    ),
    (
        "whoever sent word had booked that session",
        """SELECT w.id FROM sent_word w JOIN session s ON s.id = w.session_id JOIN booking b ON b.id = w.booking_id
            JOIN seat_pool p ON p.id = b.pool_id
        WHERE p.offer_id <> s.offer_id OR p.session_id <> s.id""",
    ),
)
PEOPLE = (
    (
        "no link that opens a booking lies where the booking's messages do not go",
        """SELECT b.id FROM outbox_message m JOIN booking b ON b.id = m.booking_id AND b.link_version = m.link_version
            JOIN contact_point c ON c.id = b.contact_id
        WHERE m.sent_at IS NOT NULL AND m.problem IS NULL AND (m.channel, m.address) <> (c.channel, c.value)""",
    ),
    (
        "what one form has booked, and is on, sends its messages to one address: each has the links of all",
        f"""SELECT b.id FROM booking b JOIN booking a ON a.made_with_id = b.made_with_id AND a.id <> b.id
            AND a.booked_by_id = b.booked_by_id AND {active("a")}
            LEFT JOIN contact_point c ON c.id = b.contact_id LEFT JOIN contact_point d ON d.id = a.contact_id
        WHERE {active()}
            AND (c.channel, c.value) IS DISTINCT FROM (d.channel, d.value)""",
    ),
    (
        "an address is proven by one person",
        """SELECT unnest(array_agg(id)) AS id FROM contact_point WHERE verified_at IS NOT NULL
        GROUP BY channel, value HAVING count(*) > 1""",
    ),
    (
        "a host is or was a member of an organisation that arranges the offer",
        """SELECT h.id FROM host_assignment h JOIN offer o ON o.id = h.offer_id
        WHERE NOT EXISTS (SELECT FROM membership m WHERE m.person_id = h.person_id
            AND (m.organization_id = o.owner_id OR EXISTS (SELECT FROM offer_organizer c
                WHERE c.offer_id = o.id AND c.organization_id = m.organization_id)))""",
    ),
    (
        "a coordinator's role stands in a municipality's unit",
        """SELECT m.id FROM membership m JOIN organization o ON o.id = m.organization_id
        WHERE m.role = 'coordinator' AND o.kind <> 'municipal'""",
    ),
    (
        "no unit is above itself",
        """WITH RECURSIVE above AS (
            SELECT id, parent_id, ARRAY[id] AS seen FROM organization
            UNION ALL SELECT a.id, o.parent_id, a.seen || o.id FROM above a
                JOIN organization o ON o.id = a.parent_id WHERE NOT o.id = ANY(a.seen))
        SELECT DISTINCT id FROM above WHERE parent_id = id""",
    ),
)
HOUSE = (
    (
        "messages leave in time, where the way to send works",
        """SELECT id FROM outbox_message WHERE sent_at IS NULL AND failed_at IS NULL AND due_at < :overdue
            AND waits_for IS DISTINCT FROM 'word' AND channel NOT IN (SELECT channel FROM carrier_away)""",
    ),
    (
        "a goal is measured in months of its year, and once more in January",
        """SELECT f.id FROM goal_figure f JOIN goal g ON g.id = f.goal_id
        WHERE f.month <> ALL (SELECT make_date(g.first_year, 1, 1) + make_interval(months => n)
            FROM generate_series(0, 12) n)""",
    ),
    (
        "a goal is of years in its plan",
        """SELECT g.id FROM goal g JOIN focus_area a ON a.id = g.focus_area_id JOIN plan p ON p.id = a.plan_id
        WHERE g.first_year < p.first_year OR g.last_year > p.last_year""",
    ),
    (
        "a goal adds up districts and organisations of its own municipality",
        """SELECT g.id FROM goal g JOIN focus_area a ON a.id = g.focus_area_id JOIN plan p ON p.id = a.plan_id
        WHERE EXISTS (SELECT FROM unnest(g.districts) d WHERE d IS NOT NULL AND NOT EXISTS (
                SELECT FROM district x WHERE x.id = d AND x.municipality_id = p.municipality_id))
            OR EXISTS (SELECT FROM unnest(g.organizations) o WHERE NOT EXISTS (
                SELECT FROM organization x WHERE x.id = o AND x.municipality_id = p.municipality_id))""",
    ),
    (
        "the target that stands is the one that it was last changed to",
        """SELECT g.id FROM goal g JOIN LATERAL (SELECT c.after FROM goal_change c
            WHERE c.goal_id = g.id AND c.what = 'target' ORDER BY c.at DESC, c.id DESC LIMIT 1) c ON true
        WHERE c.after <> g.target""",
    ),
    (
        "a goal that was withdrawn says why",
        """SELECT g.id FROM goal g WHERE g.withdrawn_at IS NOT NULL
            AND NOT EXISTS (SELECT FROM goal_change c
                WHERE c.goal_id = g.id AND c.what = 'withdrawn' AND c.why <> '')""",
    ),
    (
        "the audit log has a part for this month",
        """SELECT :month AS id WHERE :seen IS NOT NULL AND to_regclass(:month) IS NULL
            AND NOT EXISTS (SELECT FROM audit_entry
                WHERE at >= :month_starts AND tableoid = to_regclass('audit_entry_default'))""",
    ),
    (
        "the audit log takes any moment",
        "SELECT 'audit_entry_default' AS id WHERE to_regclass('audit_entry_default') IS NULL",
    ),
    ("indexes are whole", "SELECT indexrelid::regclass::text AS id FROM pg_index WHERE NOT indisvalid"),
    *(
        (
            f"{table}.{column} has a known value",
            f"SELECT id FROM {table} WHERE {column} NOT IN {those(known)}",
        )
        for table, columns in ENUMS.items()
        for column, known in columns.items()
    ),
)
INVARIANTS: tuple[tuple[str, str], ...] = (*SEATS, *CATALOGUE, *ATTENDANCE, *PEOPLE, *TOLD, *FIGURES, *HOUSE)
