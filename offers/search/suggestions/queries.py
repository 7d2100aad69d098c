"""What suggestions are made of: read in one piece, and kept while the catalogue does not change."""

import asyncio
from datetime import datetime

from marketplace.base.data.database import value
from marketplace.base.data.revision import catalogue
from marketplace.base.data.statement import Statement
from marketplace.base.quick.revised import Newest
from offers.catalogue.queries import CURRENT, VISITOR, published
from offers.search.conditions import EVERYWHERE, MUNICIPALITIES
from offers.search.suggestions.rules import Known

_known = Newest[Known](catalogue, f"{__name__}.known")


async def known(now: datetime) -> Known:
    """The offers that a visitor may see now: what is over is gone within ten minutes."""
    ten = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    return await _known.get(ten, lambda: _read(now))


async def _read(now: datetime) -> Known:
    asked = Statement(now)
    seen = published(VISITOR).within(asked)
    told = await value(
        f"""SELECT json_agg(json_build_array(o.slug, ARRAY(
                SELECT m.slug FROM municipality m WHERE m.id IN {MUNICIPALITIES}
                UNION ALL SELECT '' WHERE {EVERYWHERE}),
            o.kind, o.audiences, o.source_lang, CASE WHEN NOT o.sensitive THEN (
                SELECT json_object_agg(t.lang, t.title) FROM offer_text t WHERE t.offer_id = o.id) END)
            ORDER BY o.next_session_at, o.id)::text
        FROM offer o JOIN organization w ON w.id = o.owner_id
        WHERE {seen} AND {CURRENT.format(now="$1")} AND NOT o.audiences = '{{staff}}'""",
        *asked.values,
    )
    return await asyncio.to_thread(Known, told)
