"""What a list of postcodes and towns says: no database."""

import re
from dataclasses import dataclass

from marketplace.base.i18n import gettext as _
from marketplace.base.text import plain_digits

MOST_PLACES, LONGEST_TOWN = 300, 60
POSTCODE = re.compile(r"(?:(?:NO|N)-?\s*)?(?P<code>[0-9]{4})(?:\s+(?P<town>[^0-9]+))?", re.IGNORECASE)
TOWN = re.compile(r"[^\W\d_][^\W\d_ .'’/-]*(?:[ .'’/-]+[^\W\d_]+)*\.?")


@dataclass(frozen=True)
class Places:
    """What a district is made of, each once, in the order of the alphabet."""

    postcodes: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """As it is written in the form, one a line."""
        return "\n".join((*self.postcodes, *self.towns))


def places_of(text: str) -> Places:
    """The postcodes and towns of a text, by lines, commas or semicolons. "4310 Hommersåk" is the postcode. Raises
    ValueError with the user's words about the first that is neither."""
    postcodes, towns = set[str](), dict[str, str]()
    for part in re.split(r"[\n,;]", text):
        written = " ".join(part.split())
        if not written:
            continue
        found = POSTCODE.fullmatch(plain_digits(written))
        if found and found["code"] != "0000":
            postcodes.add(found["code"])
        elif len(written) <= LONGEST_TOWN and len(written) > 1 and TOWN.fullmatch(written):
            towns.setdefault(written.casefold(), written)
        else:
            raise ValueError(
                _("«%(part)s» er verken et postnummer med fire tall eller et poststed.", part=written[:40])
            )
    if len(postcodes) + len(towns) > MOST_PLACES:
        raise ValueError(_("Skriv høyst %(most)s postnumre og steder.", most=MOST_PLACES))
    return Places(tuple(sorted(postcodes)), tuple(sorted(towns.values(), key=str.casefold)))
