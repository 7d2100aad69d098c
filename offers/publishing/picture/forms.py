"""What an editor says of a picture. The file itself comes beside the fields: `request.file("picture")`."""

from pydantic import Field

from marketplace.base.i18n import lazy
from marketplace.base.web.forms import Form


class PictureForm(Form):
    """`of`: the picture that the form showed, by its address, or that there was "none"."""

    of: str = Field("", max_length=64)
    shows: str = Field("", max_length=200)
    words = {
        "shows": {"string_too_long": lazy("Si det kortere, med høyst %(max_length)s tegn.")},
    }
