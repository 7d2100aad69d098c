"""How many live in a municipality, as its coordinators have read it: goals for each thousand residents count by it."""

from starlette.responses import Response

from marketplace.base.clock import today
from marketplace.base.errors import NotFound
from marketplace.base.i18n import gettext as _
from marketplace.base.web.access import coordinator
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request, see_other
from marketplace.base.web.templates import render
from marketplace.goals.population import actions, queries
from marketplace.goals.population.forms import PopulationForm
from marketplace.goals.queries import plans
from marketplace.goals.saved import Saved


@coordinator
async def population(request: Request) -> Response:
    """GET and POST /population: how many live in the municipality, by year, with the source."""
    municipalities = [one for one, _plans in await plans(request.person)]
    asked = request.query.get("municipality", [""])[-1]
    here = next(
        (one for one in municipalities if one.slug == asked), municipalities[0] if municipalities else None
    )
    if here is None:
        raise NotFound
    form: Filled[PopulationForm] = PopulationForm.blank(year=today(request.now).year)
    if request.method == "POST":
        form = await PopulationForm.read(request)
        if form.valid and form.data.year > today(request.now).year:
            form.add_error("year", _("Det året er ikke kommet ennå. Skriv et år med et tall som er talt."))
        if form.valid:
            await actions.save(here.id, by=request.person.id, now=request.now, **form.data.model_dump())
            return see_other(f"/population?municipality={here.slug}&saved={Saved.CHANGED}", request)
    return render(
        request, "marketplace/goals/population/population.html",
        status=422 if form.errors else 200, form=form, here=here,
        municipalities=municipalities, populations=await queries.populations_of(here.id),
    )  # fmt: skip
