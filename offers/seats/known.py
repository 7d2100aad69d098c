"""Whose bookings a person may know of: the one place that says so.

That somebody booked is nobody else's business. Whoever books, changes or cancels (the *actor*) may know of two sorts of
bookings: those that they made, and those that they are the participant of, since they are signed in as that person.
What others made for the same person, and what that person made alone, is not there for them: a mother who books for her
daughter is answered, listed and told the same whether the daughter has booked herself or not.

So whoever asks the database "is this participant booked here, at another time, on that date" asks with `known` or
`in_the_way`; tests/house/test_whose.py reads the SQL and names those that do not. That is also why a participant may
have several active bookings in a pool: one of each who made one (the index booking_one_active). Who comes twice sees
both, and so do those who lead the offer; nobody else does.
"""

from uuid import UUID

from offers.seats.sql import active


def known(actor: str, b: str = "b") -> str:
    """SQL: may the actor, a person's id in SQL, know of booking `b`?"""
    return f"({b}.booked_by_id = {actor} OR {b}.participant_id = {actor})"


def told_who_came(b: str = "b", c: str = "c", o: str = "o") -> str:
    """SQL: may whoever has the link of booking `b` (it goes to contact point `c`; NULL: nowhere) hear
    whether its participant came to offer `o`? Whether somebody was at a sensitive one, or away, is told to nobody
    but them: not to a parent or a helper who booked with an address of their own. Whoever is signed in as the
    participant always may."""
    return f"(NOT {o}.sensitive OR coalesce({c}.person_id, {b}.booked_by_id) = {b}.participant_id)"


def active_at(now: str, b: str = "b") -> str:
    """SQL: is booking `b` an active one at this time, whether the worker has come by or not? A seat that was held too
    long is not theirs any more; whom nobody has rung about it waits on (moves.py:settle)."""
    return f"""({active(b)} AND ({b}.held_until IS NULL OR {b}.held_until > {now} OR EXISTS (SELECT FROM phone_call y
        WHERE y.booking_id = {b}.id AND y.about = 'offered' AND y.called_at IS NULL)))"""


def in_the_way(pool: str, participant: str, actor: str, b: str = "b", *, now: str | None = None) -> str:
    """SQL: is booking `b` an active one of the participant in this pool that the actor may know of? Then they make no
    other. Where no lock has brought the pool to what it is `now`, that is said."""
    stands = active_at(now, b) if now else active(b)
    return f"({b}.pool_id = {pool} AND {b}.participant_id = {participant} AND {stands} AND {known(actor, b)})"


def proven(b: str = "b", c: str = "c") -> str:
    """SQL: is contact point `c` of booking `b` proven to be of whoever made it, or comes? They have signed in with it,
    or used a link that was sent there. Who has typed an address has proven nothing, be it a guide, an organiser or a
    guest; nor has who uses the link of a booking, which the page after booking has, too."""
    return f"""coalesce({c}.verified_at IS NOT NULL AND NOT {b}.by_host
        AND {c}.person_id IN ({b}.participant_id, {b}.booked_by_id), false)"""


def actor_of(whoever_comes: UUID, made_it: UUID, by: UUID | None) -> UUID:
    """Who acts by the link of a booking: whoever comes, when they are signed in (`by`); else whoever made it."""
    return whoever_comes if by == whoever_comes else made_it
