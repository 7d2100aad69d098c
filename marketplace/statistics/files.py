"""Which file of a page's tables an address asks for."""

from starlette.responses import Response

from marketplace.base.errors import NotFound
from marketplace.base.web.http import Request
from marketplace.statistics.tables import CSV, TYPES, Table, download


def saved(request: Request, tables: dict[str, Table], name: str) -> Response:
    """The file: `table` is one of the page's, `as` what kind. A workbook without a table has all of them. Raises
    NotFound."""
    form, wanted = request.query.get("as", [""])[-1], request.query.get("table", [""])[-1]
    if form not in TYPES or (wanted not in tables and (wanted or form == CSV)):
        raise NotFound
    chosen = [tables[wanted]] if wanted else list(tables.values())
    return download(chosen, form, f"{name} {wanted}", request.now)
