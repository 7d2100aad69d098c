"""Which cell something is in: SQL for whoever counts, and for who shows what there is. Nobody is counted here."""

from offers.catalogue.queries import outside_office_hours
from offers.search.places.queries import district_of


def cell_of(venue: str, moment: str) -> str:
    """What a cell is, of offer o with what happens at a venue at a moment, as columns. An empty moment is none."""
    return f"""o.municipality_id, o.owner_id AS organization_id, o.main_audience, o.kind,
        {district_of("o.municipality_id", venue)} AS district_id,
        coalesce({outside_office_hours(moment)}, false) AS evening"""


SAME_CELL = """c.municipality_id = x.municipality_id AND c.organization_id = x.organization_id
    AND c.main_audience = x.main_audience AND c.kind = x.kind AND c.evening = x.evening
    AND c.district_id IS NOT DISTINCT FROM x.district_id"""
COLUMNS = "municipality_id, organization_id, main_audience, kind, district_id, evening"
