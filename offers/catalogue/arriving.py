"""When people who come may say so themselves: the one place that knows, for the page of a booking and for check-in."""

from datetime import datetime, timedelta

from offers.catalogue.recorded import recorded

OPENS_BEFORE = timedelta(minutes=30)


def in_time(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """From half an hour before a session to its end."""
    return starts_at - OPENS_BEFORE <= now <= ends_at


def is_on(s: str = "s") -> str:
    """SQL: has a host of session s opened check-in, and neither turned it off nor closed the register since?"""
    return f"""({s}.status <> 'cancelled' AND EXISTS (SELECT FROM check_in i WHERE i.session_id = {s}.id
            AND i.digest IS NOT NULL) AND NOT {recorded(s)})"""
