"""What somebody may want who does not know what it is called: each is a search, with a picture."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from marketplace.base.i18n import lazy
from marketplace.home.queries import counts
from offers.catalogue.kinds import AUDIENCE_LABELS, Audience, Kind
from offers.catalogue.queries import Viewer
from offers.catalogue.rules import offers_found
from offers.search.asked import COUNTED, Search


class Topic(NamedTuple):
    """`words` of the tile, in whatever language the page has; `picture`: one of static/img/kinds. What it leads to: the
    offers of one of the kinds, for one of the audiences, with the word `q`; what is empty is not asked for."""

    words: object
    picture: str
    q: str = ""
    kinds: tuple[Kind, ...] = ()
    audiences: tuple[Audience, ...] = ()

    def search(self, municipalities: tuple[str, ...]) -> Search:
        return Search(words=self.q, kinds=self.kinds, audiences=self.audiences, municipalities=municipalities)

    def path(self, municipalities: tuple[str, ...]) -> str:
        """The address of the list."""
        asked = {
            "q": self.q, "kind": [one.value for one in self.kinds], "audience": [one.value for one in self.audiences],
            "municipality": municipalities,
        }  # fmt: skip
        return f"/offers?{urlencode({name: value for name, value in asked.items() if value}, doseq=True)}"


TOPICS = (
    Topic(
        lazy("Noen å være sammen med"), "kaffe",
        kinds=(Kind.COMPANION, Kind.GROUP, Kind.MEETING_PLACE),
    ),
    Topic(lazy("Ut på tur"), "tur", q="tur"),
    Topic(lazy("Lære norsk"), "sprak", q="norsk"),
    Topic(
        lazy("Når livet er tungt"), "samtale",
        kinds=(Kind.CONVERSATION, Kind.ONLINE_SELF_HELP, Kind.SELF_HELP_GROUP),
    ),
    Topic(lazy("Sorg og savn"), "ring", q="sorg"),
    Topic(lazy("Barn og familie"), "lek", audiences=(Audience.PARENTS,)),
    Topic(lazy("Lage noe sammen"), "strikk", kinds=(Kind.WORKSHOP,)),
    Topic(lazy("Hjelpe andre"), "verksted", kinds=(Kind.VOLUNTEER_TASK,)),
)  # fmt: skip
"""In the order of the front page."""
OTHERS = (
    Topic(lazy("Lære noe nytt"), "", kinds=(Kind.COURSE, Kind.TALK)),
    Topic(lazy("Trene og bevege seg"), "", q="trening"),
    *(
        Topic(words, "", audiences=(one,))
        for one, words in AUDIENCE_LABELS.items()
        if one not in (Audience.EVERYONE, Audience.STAFF)
    ),
)
"""What stands below, without pictures: whom one may look for, too."""


class Tile(NamedTuple):
    """A topic that there is something of now: `found` says how much."""

    words: object
    picture: str
    path: str
    found: str


async def wanted(
    municipalities: tuple[str, ...], *, viewer: Viewer, now: datetime
) -> tuple[list[Tile], list[Tile]]:
    """The topics with pictures and the others that there is something of; nobody is led to an empty list."""
    asked = [one.search(municipalities) for one in (*TOPICS, *OTHERS)]
    found = await counts(asked, viewer=viewer, now=now)
    tiles = [
        (one, Tile(one.words, one.picture, one.path(municipalities), offers_found(number, number > COUNTED)))
        for one, number in zip((*TOPICS, *OTHERS), found, strict=True)
        if number
    ]
    return [tile for one, tile in tiles if one in TOPICS], [tile for one, tile in tiles if one in OTHERS]
