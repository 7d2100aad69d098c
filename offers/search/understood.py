"""What somebody looks for, with the places that they name looked up, also those and the days among their words."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from marketplace.base.data.database import value
from marketplace.base.data.statement import Statement
from marketplace.base.i18n import gettext as _
from marketplace.base.web.forms import Filled, listed
from offers.search.asked import Search
from offers.search.equal.queries import equal_now, read_equal
from offers.search.forms import SearchForm
from offers.search.places.postcodes import postcodes, spellings, towns
from offers.search.places.queries import places
from offers.search.places.rules import DistrictAt, Place, Places, place_of
from offers.search.words.asked import sql as tsquery
from offers.search.words.choices import Read, Reading, reading
from offers.search.words.compounds import words
from offers.search.words.equal import NOISE

DATES = ("day", "when", "date", "from", "to", "weekday")
"""Filters of which one is enough: where one is chosen, no day is read out of the words."""
SHORTEST = 4
"""Letters of a town's name that is read out of words, where nobody here knows it but the post."""
NO_TOWNS = words("""
    ski sand fall hell bud berger borgen dalen herre kapp malm napp reine rein rene runde voll tretten stranda tomter
    helle holter lunde enger lena eina myre maze bleik straumen kors vern ring rings sol
""")
"""Towns that are called as people or things are."""


@dataclass(frozen=True)
class Understood:
    """The search, `near` what it asks to be, the `districts` that it is kept to, and what was `read` out of its words:
    that was typed, and no filter was chosen. `form`: as if it had been."""

    form: Filled[SearchForm]
    search: Search
    known: Places
    near: Place | None = None
    districts: tuple[DistrictAt, ...] = ()
    read: tuple[Read, ...] = ()

    @property
    def names(self) -> dict[tuple[str, str], str]:
        """What the districts are called, and the place to be near, by what was typed."""
        near = {("near", self.form.data.near): self.near.name} if self.near else {}
        return near | {("district", one.slug): one.name for one in self.districts}

    @property
    def nearest(self) -> Search | None:
        """What is nearest to the first district of which one knows where it is, wherever that may be."""
        for district in self.districts:
            if there := self.known.middle_of(district):
                near = self.known.near(Place(district.name, there, district.municipality))
                return replace(self.search, districts=(), near=near, by_date=False, nearest_first=True)
        return None


async def understand(form: Filled[SearchForm], now: datetime) -> Understood:
    """What the form asks for; of a wrong one nothing. A place or a district that nobody knows is named in the form's
    errors, and all else is kept. It reads the words that mean the same for all who ask for words after it."""
    known = await places(now)
    if not form.valid:
        return Understood(form, Search(), known)
    if form.data.q:
        await read_equal()
    read = await _read(form, known)
    asked = _with(form, read)
    data, wanted = asked.data, asked.data.search(now)
    near = None
    if typed := " ".join(data.near.split()):
        near = place_of(typed, known, wanted.municipalities)
        if near is None:
            _not_found(form, typed)
    districts = []
    for slug in wanted.districts:
        found = known.district(slug, wanted.municipalities)
        districts += found
        if not found:
            form.add_error("district", _("Vi kjenner ingen bydel som heter «%(name)s».", name=slug))
    search = replace(wanted, near=known.near(near)) if near else wanted
    if any(one.filters[0][0] == "age" for one in read.read):
        search = replace(search, fitting=True)
    return Understood(asked, search, known, near, tuple(districts), read.read)


def _not_found(form: Filled[SearchForm], typed: str) -> None:
    form.add_error(
        "near", _("Vi fant ikke stedet «%(place)s». Prøv et annet sted eller et postnummer.", place=typed)
    )


async def _read(form: Filled[SearchForm], known: Places) -> Reading:
    """The words, with what is a choice taken out of them."""
    chosen = {name for name, typed in form.values.items() if typed}
    may = {*SearchForm.model_fields} - chosen
    if chosen.intersection(DATES):
        may -= {*DATES}
    typed, plain = " ".join(form.data.q.split()), form.data.plain
    read = reading(typed, _is_place(known), may=may, plain=plain)
    strangers = [
        one.typed for one in read.read if one.filters[0][0] == "near" and not _is_ours(one.typed, known)
    ]
    if strangers and await _spoken_of(strangers[0]):
        read = reading(typed, lambda name: _is_ours(name, known), may=may, plain=plain)
    return read


def _is_ours(name: str, known: Places) -> bool:
    return any(one in known.areas for one in spellings(name))


def _is_place(known: Places) -> Callable[[str], bool]:
    """Is a word the name of a place, as far as one can tell from the word? Years and what means something else are
    not."""

    def is_place(name: str) -> bool:
        if name.isdigit():
            return name in postcodes() and not name.startswith(("19", "20"))
        if _is_ours(name, known):
            return not equal_now().to(name.lower())
        called = [one for one in spellings(name) if one in towns() and len(one) >= SHORTEST]
        return (
            bool(called)
            and not {*called, name.lower()} & (NO_TOWNS | NOISE)
            and not equal_now().to(name.lower())
        )

    return is_place


async def _spoken_of(name: str) -> bool:
    """Does any text of the catalogue hold this word? Then it is for the words to find it."""
    asked = Statement()
    question = asked.value(" & ".join(re.findall(r"\w+", name)))
    return bool(
        await value(
            f"SELECT EXISTS (SELECT 1 FROM offer_text WHERE search @@ {tsquery(question)})", *asked.values
        )
    )


def _with(form: Filled[SearchForm], read: Reading) -> Filled[SearchForm]:
    """The form as if the choices had been made in it."""
    if not read.read:
        return form
    several = listed(SearchForm)
    fields = {name: typed if name in several else [typed] for name, typed in form.values.items()}
    fields["q"] = [read.words]
    for choice in read.read:
        for name, chosen in choice.filters:
            fields[name] = [*fields.get(name, []), chosen] if name in several else [chosen]
    return Filled(SearchForm, fields, {})
