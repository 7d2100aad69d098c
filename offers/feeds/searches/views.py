"""A search of the list becomes a calendar: which parts of it can be followed, and its address."""

from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.responses import Response

from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import public
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.limits import limit_visitor
from marketplace.base.web.templates import render
from offers.feeds.searches import actions
from offers.feeds.searches.rules import LONGEST, canonical, left_out, words_of
from offers.search.forms import SearchForm, only_known
from offers.search.queries import all_names


@public
async def new(request: Request) -> Response:
    """GET and POST /calendar/searches/new: a search of /offers under a short address, and what of it is followed."""
    sent = request.method == "POST"
    form = await SearchForm.read(request) if sent else SearchForm.from_query(request)
    names = await all_names()
    only_known(form, names)
    query = canonical(form.data) if form.valid else ""
    if len(query) > LONGEST:
        form.add_error("q", _("Søket er for langt til en kalender. Skriv færre ord."))
    if sent and form.valid:
        if not query:
            return see_other("/calendar", request)
        await limit_visitor("saved search", request, 20, timedelta(hours=1))
        owner = request.person.id if request.person else None
        slug = await actions.save(query, owner=owner, now=request.now)
        return see_other(f"/calendar?search={slug}", request)
    return render(
        request, "offers/feeds/searches/new.html", status=200 if form.valid else 422, form=form,
        words=words_of(form.data, names) if form.valid else [], left_out=left_out(form.data) if form.valid else [],
        fields=parse_qsl(query), back=f"/offers?{query}" if query and form.valid else "/offers",
    )  # fmt: skip
