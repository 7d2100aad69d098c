"""The drawn picture of a kind of offer, where its organiser has none. It says nothing that the words do not."""

from offers.catalogue.kinds import Kind

DRAWN = {
    Kind.COURSE: "kurs",
    Kind.WORKSHOP: "verksted",
    Kind.GROUP: "ring",
    Kind.SELF_HELP_GROUP: "ring",
    Kind.MEETING_PLACE: "kaffe",
    Kind.ACTIVITY: "tur",
    Kind.TALK: "foredrag",
    Kind.CONVERSATION: "samtale",
    Kind.COMPANION: "lek",
    Kind.VOLUNTEER_TASK: "strikk",
    Kind.ONLINE_SELF_HELP: "nett",
    Kind.STAFF_TRAINING: "kurs",
}


SHEET = "img/kinds.svg"
"""All drawings in one file, each a symbol: a list asks for it once, however many kinds stand in it."""


def drawing(kind: str) -> str:
    """The file among static/ that pictures offers of this kind."""
    return f"img/kinds/{DRAWN[Kind(kind)]}.svg"
