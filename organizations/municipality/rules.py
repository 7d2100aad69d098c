"""When the telephone is answered, as people write it."""

import re

from marketplace.base.i18n import gettext as _
from marketplace.base.web.fields import clock_of


def hours_of(text: str) -> str:
    """9-15, 09.00–15.30 or kl. 9 til 15 as 09:00-15:30. Raises ValueError with the user's words."""
    parts = re.split(r"\s*(?:[-\u2010-\u2015]|\btil\b)\s*", text.strip())
    try:
        opens, closes = (clock_of(part) for part in parts)
    except ValueError:
        raise ValueError(_("Skriv åpningstiden slik: 9–15")) from None
    if opens >= closes:
        raise ValueError(_("Telefonen må stenge senere enn den åpner."))
    return f"{opens:%H:%M}-{closes:%H:%M}"
