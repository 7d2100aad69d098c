"""Si hva du savner, where it is asked: the form with what was searched for in its fields. It is sent to
marketplace/dialogue/needs, which is above here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from marketplace.base.i18n import gettext as _
from offers.catalogue.kinds import ASKED_LABELS
from offers.search.filters import Choice
from offers.search.places.rules import Places
from organizations.directory.queries import place_choices
from organizations.municipality.queries import Served

ABOUT = ("q", "kind", "day", "when", "weekday", "part", "evening", "age", "spoken", "cost", "access")
"""What of a search says what is missed, as it is called in the address; where and for whom have their own fields."""
LONGEST = 300
"""Characters of what somebody misses."""


@dataclass(frozen=True)
class Missed:
    """The fields as they are filled in, and what may be chosen. `where` of a Place; empty where nobody can know."""

    text: str
    where: str
    audience: str
    places: list[tuple[str, str]]
    audiences: list[tuple[str, str]]
    longest: int = LONGEST


class Where(NamedTuple):
    """A municipality, or a district in it, as marketplace/dialogue/needs knows it by its `key`."""

    key: str
    municipality: str
    district: str | None


def where_choices(served: list[Served], known: Places) -> list[Where]:
    """All there are, each municipality before its districts."""
    found = []
    for one in served:
        found.append(Where(one.slug, one.name, None))
        found += [
            Where(f"{one.slug}/{each.slug}", one.name, each.name)
            for each in known.districts if each.municipality == one.slug
        ]  # fmt: skip
    return found


def missed(
    values: Mapping[str, Any], texts: Mapping[str, list[str]], places: list[Where], here: str
) -> Missed:
    """`values`: the search as it stands in the address; `texts`: the same in words, by the names there; `here`: the
    municipality of the host name, or nothing."""
    text = str(values.get("q") or ", ".join(each for name in ABOUT for each in texts.get(name, [])))
    audiences = values.get("audience") or []
    audience = audiences[0] if len(audiences) == 1 and audiences[0] in ASKED_LABELS else ""
    where = _where(values, places) or here
    known = any(one.key == where for one in places)
    return Missed(
        text[:LONGEST], where if known else "", audience,
        [*([] if known else [("", _("Velg hvor"))]), *place_choices(places)],
        [("", _("Ikke noen spesielle")), *((one.value, str(label)) for one, label in ASKED_LABELS.items())],
    )  # fmt: skip


def chosen_words(choices: Iterable[Choice]) -> dict[str, list[str]]:
    """What is chosen in words, by its name in the address."""
    texts: dict[str, list[str]] = {}
    for one in choices:
        texts.setdefault(one.name, []).append(" ".join(one.text.split()))
    return texts


def _where(values: Mapping[str, Any], places: list[Where]) -> str:
    """The district that was chosen or named, else the municipality that was chosen."""
    chosen = values.get("municipality") or []
    here = [one for one in places if not chosen or one.key.split("/")[0] in chosen]
    districts = [one for one in here if one.district]
    asked = values.get("district") or []
    named = " ".join(str(values.get(name) or "") for name in ("near", "place", "q")).casefold()
    of = [one for one in districts if one.key.partition("/")[2] in asked] or [
        one for one in districts if re.search(rf"\b{re.escape((one.district or '').casefold())}\b", named)
    ]
    if len(of) == 1:
        return of[0].key
    return str(chosen[0]) if len(chosen) == 1 else ""
