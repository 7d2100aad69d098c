"""What a register counts for, as SQL: nothing at all before it is closed (offers/attendance/closing). Until then nobody
is absent, nobody has been there, and the session is not recorded. Whoever asks what came of a session asks here: a
house test sees to it."""

from datetime import timedelta

from marketplace.base.data.statement import those
from offers.catalogue.models import ELSEWHERE

REGISTERS_FOR = timedelta(days=30)
"""So long one is asked for a register that is missing."""
MEETS = f"o.joining NOT IN {those(ELSEWHERE)}"
"""Do people meet through us at offer o?"""
HAS_REGISTER = f"o.state <> 'draft' AND {MEETS} AND s.status <> 'cancelled'"
"""Is there a register to keep of session s of offer o?"""
REGISTERS = "(SELECT * FROM register WHERE closed_at IS NOT NULL)"
"""In place of the table `register`: those that count."""
MARKS = f"(SELECT a.* FROM attendance a JOIN {REGISTERS} r USING (session_id))"
"""In place of the table `attendance`: the marks of registers that count."""
HEADS = f"(SELECT n.* FROM head_count n JOIN {REGISTERS} r USING (session_id))"
"""In place of the table `head_count`: those of registers that count."""


def recorded(s: str = "s") -> str:
    """Is it known who came to session `s`?"""
    return f"EXISTS (SELECT FROM {REGISTERS} r WHERE r.session_id = {s}.id)"


def begun(s: str = "s") -> str:
    """Has somebody who leads session `s` marked anything in its register, and not closed it yet? That somebody checked
    in themselves is no such mark: of the others it says nothing."""
    return f"""EXISTS (SELECT FROM register r WHERE r.session_id = {s}.id AND r.closed_at IS NULL AND (
        r.volunteers IS NOT NULL
        OR EXISTS (SELECT FROM attendance a WHERE a.session_id = r.session_id AND a.cause <> 'check_in')
        OR EXISTS (SELECT FROM head_count n WHERE n.session_id = r.session_id AND (n.count > 0 OR n.by_code = 0))))"""


def came(s: str = "s") -> str:
    """How many came to session `s`; NULL as long as that is not known."""
    return f"""CASE WHEN {recorded(s)} THEN
        (SELECT coalesce(sum(a.seats_present), 0) FROM {MARKS} a WHERE a.session_id = {s}.id)
        + coalesce((SELECT n.count FROM {HEADS} n WHERE n.session_id = {s}.id), 0) END"""
