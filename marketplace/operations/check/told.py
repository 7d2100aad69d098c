"""What must always be true of what people are told, and of what waits to be told (invariants.py)."""

TOLD = (
    (
        "what is over goes from the calendars that a mail put it in",  # it has, or a message waits or was refused
        """SELECT e.id FROM calendar_entry e JOIN session s ON s.id = e.session_id
            JOIN booking b ON b.id = e.booking_id AND b.contact_id = e.contact_id
            JOIN contact_point c ON c.id = b.contact_id AND c.channel = 'email' AND c.refused_at IS NULL
            CROSS JOIN LATERAL (SELECT CASE WHEN s.status = 'cancelled' THEN s.changed_at ELSE b.changed_at END AS at) x
        WHERE e.taken_back_at IS NULL AND (b.ended_by IS NOT NULL OR s.status = 'cancelled') AND s.ends_at > :now
            AND x.at > :now - interval '28 days' AND e.given_at <= x.at
            AND NOT EXISTS (SELECT FROM outbox_message m WHERE m.booking_id = b.id AND m.created_at >= x.at
                AND (m.sent_at IS NULL OR m.problem IS NOT NULL OR m.sent_at > :now - interval '5 minutes'))""",
    ),
    (
        "an event is in the calendar of what was booked",
        """SELECT e.id FROM calendar_entry e JOIN booking b ON b.id = e.booking_id JOIN seat_pool p ON p.id = b.pool_id
            JOIN session s ON s.id = e.session_id WHERE s.offer_id <> b.offer_id OR p.session_id <> s.id""",
    ),
    (
        "whoever is rung about a session has booked that offer",
        """SELECT y.id FROM phone_call y JOIN session s ON s.id = y.session_id JOIN booking b ON b.id = y.booking_id
        WHERE s.offer_id <> b.offer_id""",
    ),
    (
        "a number stands with a call that was asked for, and with no other",
        "SELECT id FROM phone_call WHERE number IS NOT NULL AND about <> 'asked'",
    ),
    (
        "a call that somebody made has its moment",
        "SELECT id FROM phone_call WHERE called_at IS NULL AND called_by_id IS NOT NULL",
    ),
    (
        "nobody is to be rung about a held seat that has gone on",
        """SELECT y.id FROM phone_call y JOIN booking b ON b.id = y.booking_id
        WHERE y.about = 'offered' AND y.called_at IS NULL AND b.state = 'expired'""",
    ),
    (
        "nobody waits to hear of a date that was added",
        "SELECT id FROM session WHERE untold_since < :seen",
    ),
    (
        "nobody waits to hear of what has opened",
        """SELECT n.id FROM opening_notice n JOIN seat_pool p ON p.id = n.pool_id JOIN offer o ON o.id = p.offer_id
            JOIN organization w ON w.id = o.owner_id
        WHERE w.state = 'approved' AND coalesce(p.opens_at, n.created_at) < :seen AND n.created_at < :seen""",
    ),
)
