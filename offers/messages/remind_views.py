"""When an offer reminds those who come."""

from pydantic import Field
from starlette.responses import Response

from marketplace.base.access import member
from marketplace.base.forms import Form
from marketplace.base.http import Request, see_other
from marketplace.base.i18n import lazy
from marketplace.base.templates import render
from offers.messages.jobs import HOURS
from offers.publishing.actions import change
from offers.publishing.queries import offer_owned_by, title_of
from organizations.members.models import Role

CHOICES = [
    ("168", lazy("En uke før")),
    ("72", lazy("Tre dager før")),
    ("24", lazy("Ett døgn før")),
    ("2", lazy("To timer før")),
]


class RemindForm(Form):
    hours: list[int] = Field([], max_length=len(CHOICES))


@member(Role.EDITOR)
async def reminders(request: Request) -> Response:
    """GET and POST /manage/offers/{slug}/reminders."""
    offer = await offer_owned_by(request.person, request.path_params["slug"])
    form = RemindForm.blank(
        hours=[str(hours) for hours in (HOURS if offer.remind_hours is None else offer.remind_hours)]
    )
    if request.method == "POST":
        form = await RemindForm.read(request)
        if form.valid:
            chosen = sorted({hours for hours in form.data.hours if str(hours) in dict(CHOICES)}, reverse=True)
            await change(offer, by=request.person.id, now=request.now, remind_hours=chosen)
            return see_other(f"/manage/offers/{offer.slug}/reminders?saved=reminders", request)
    return render(
        request, "offers/messages/reminders.html", offer=offer, form=form, choices=CHOICES,
        title=await title_of(offer.id, request.lang), status=422 if form.errors else 200,
    )  # fmt: skip
