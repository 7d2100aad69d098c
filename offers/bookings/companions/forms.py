"""Who of a party does not come."""

from pydantic import Field

from marketplace.base.web.forms import Form


class LeaveForm(Form):
    """Who of a party does not come: ids of companions, and one word for each without a name. `seen`: the seats when
    they were asked."""

    gone: list[str] = Field([], max_length=1000)
    seen: int = Field(ge=1, le=1000)
