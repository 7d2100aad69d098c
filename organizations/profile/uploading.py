"""A form with a picture: what a page does with the file that is sent."""

from datetime import timedelta
from typing import Any

from marketplace.base.i18n import gettext as _
from marketplace.base.web.forms import Filled
from marketplace.base.web.http import Request
from marketplace.base.web.limits import limit
from organizations.profile.pictures import Made, NotAPicture, picture_of


async def sent_picture(request: Request, form: Filled[Any]) -> Made | None:
    """The picture that was sent in the field `picture`. None: what is wrong stands at the field. Raises TooMany."""
    sent = await request.file("picture")
    if not sent:
        form.add_error("picture", _("Velg et bilde først."))
    if not form.valid:
        return None
    await limit("picture", str(request.person.id), 30, timedelta(hours=1), now=request.now)
    try:
        return await picture_of(sent)
    except NotAPicture as problem:
        form.add_error("picture", problem.message)
        return None
