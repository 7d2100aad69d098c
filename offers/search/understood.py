"""What somebody looks for, with the places that they name looked up."""

from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.base.i18n import gettext as _
from marketplace.base.web.forms import Filled
from offers.search.forms import SearchForm
from offers.search.places.queries import places
from offers.search.places.rules import DistrictAt, Place, Places, is_position, place_of
from offers.search.queries import Search


@dataclass(frozen=True)
class Understood:
    """The search, `near` what it asks to be (as it was `typed`), and the `districts` that it is kept to."""

    search: Search
    known: Places
    near: Place | None = None
    districts: tuple[DistrictAt, ...] = ()
    typed: str = ""

    @property
    def names(self) -> dict[tuple[str, str], str]:
        """What the districts are called, and the place to be near, by what was typed."""
        near = {("near", self.typed): self.near.name} if self.near else {}
        return near | {("district", one.slug): one.name for one in self.districts}

    @property
    def nearest(self) -> Search | None:
        """What is nearest to the first district of which one knows where it is, wherever that may be."""
        for district in self.districts:
            if there := self.known.middle_of(district):
                near = self.known.near(Place(district.name, there, district.municipality))
                return replace(self.search, districts=(), near=near, by_date=False, by_words=False)
        return None


async def understand(form: Filled[SearchForm], now: datetime) -> Understood:
    """What the form asks for; of a wrong one nothing. A place or a district that nobody knows is named in the form's
    errors, and all else is kept."""
    known = await places(now)
    if not form.valid:
        return Understood(Search(), known)
    data, wanted = form.data, form.data.search(now)
    near = None
    if typed := " ".join(data.near.split()):
        near = None if is_position(typed) else place_of(typed, known, wanted.municipalities)
        if near is None:
            _not_found(form, typed)
    districts = []
    for slug in wanted.districts:
        found = known.district(slug, wanted.municipalities)
        districts += found
        if not found:
            form.add_error("district", _("Vi kjenner ingen bydel som heter «%(name)s».", name=slug))
    search = replace(wanted, near=known.near(near)) if near else wanted
    return Understood(search, known, near, tuple(districts), data.near)


def _not_found(form: Filled[SearchForm], typed: str) -> None:
    if is_position(typed):  # it is not repeated: where somebody is stands on no page and in no link
        form.values["near"] = ""
        form.add_error("near", _("Skriv et sted eller et postnummer."))
    else:
        form.add_error(
            "near", _("Vi fant ikke stedet «%(place)s». Prøv et annet sted eller et postnummer.", place=typed)
        )
