"""Which messages members get when they have not chosen, who may get which, and the links that stop one kind. No
database, no clock."""

from datetime import datetime
from uuid import UUID

from marketplace.base import old_links
from marketplace.base.i18n import lazy
from marketplace.base.signing import Token
from organizations.members.models import Role
from organizations.notices.models import Notice

USUAL = {
    Notice.REQUEST: True, Notice.REMINDER: True, Notice.DIGEST: False, Notice.TOMORROW: False, Notice.REGISTERS: True,
    Notice.MEASURE: True, Notice.CHANGED: True, Notice.DESK: True,
}  # fmt: skip
"""What comes to whoever has not chosen. Somebody waits for an answer to a request, a host is asked once who
came and the municipality asks once a week at the most, and who answers for a measure has to know; who leads
what another has cancelled would come to a closed door; whom only a guide can ring hears it from nobody else; all else
can be looked up."""

ANSWERS = (Role.EDITOR, Role.MANAGER)
"""Who may answer a request (product.md: a host sees who comes, and nothing else)."""
RECEIVES = {
    Notice.REQUEST: ANSWERS,
    Notice.REMINDER: ANSWERS,
    Notice.DIGEST: (Role.HOST, *ANSWERS),
    Notice.TOMORROW: (Role.HOST, *ANSWERS),
    Notice.REGISTERS: (Role.HOST, *ANSWERS),
    Notice.MEASURE: ANSWERS,
    Notice.CHANGED: (Role.HOST, *ANSWERS),
    Notice.DESK: (Role.GUIDE,),
}
"""The roles that a kind is for. A host is told of what they lead."""

LABELS = {
    Notice.REQUEST: lazy("Når noen spør om plass, eller skal ringes"),
    Notice.REMINDER: lazy("Når noen fortsatt venter på svar"),
    Notice.DIGEST: lazy("Det som skjedde i går"),
    Notice.TOMORROW: lazy("Hvor mange som kommer i morgen"),
    Notice.REGISTERS: lazy("Når oppmøte ikke er ført"),
    Notice.MEASURE: lazy("Når dere får ansvaret for et tiltak"),
    Notice.CHANGED: lazy("Når noen andre flytter eller avlyser noe du er vert for"),
    Notice.DESK: lazy("Når noen du har meldt på, må ringes"),
}
HINTS = {
    Notice.REQUEST: lazy("Med en gang. De venter på dere."),
    Notice.REMINDER: lazy("Etter to og fem dager uten svar."),
    Notice.DIGEST: lazy("Én melding om morgenen: påmeldinger, avmeldinger, venteliste og det som er fullt."),
    Notice.TOMORROW: lazy("Én melding om ettermiddagen dagen før."),
    Notice.REGISTERS: lazy("Klokka 9 dagen etter, og når kommunen minner om det, høyst én gang i uka."),
    Notice.MEASURE: lazy("Med en gang en koordinator i kommunen har satt dere opp."),
    Notice.CHANGED: lazy("Med en gang, så du ikke møter opp til noe som er flyttet eller avlyst."),
    Notice.DESK: lazy("På dagtid, når ingen har ringt på en halv time. Ingen andre har nummeret."),
}


def usual(kind: Notice) -> str:
    """SQL: does member_notice x, if there is one, let this kind through?"""
    return f"coalesce(x.wanted, {'true' if USUAL[kind] else 'false'})"


def kinds_for(roles: list[Role]) -> list[Notice]:
    """The kinds that somebody with these roles can get."""
    return [kind for kind in Notice if {*RECEIVES[kind]} & {*roles}]


# --- the link that stops one kind ---
LINK: Token[int, UUID, UUID] = Token("notice", int, UUID, UUID)
"""The place of the kind among Notice, the person, the organisation."""


def stop_path(kind: Notice, person: UUID, organization: UUID) -> str:
    """The path where this person stops this kind from this organisation. Nobody can make another's."""
    return f"/notices/{LINK.made(list(Notice).index(kind), person, organization)}"


def stopped_by(token: str, now: datetime) -> tuple[Notice, UUID, UUID] | None:
    """(kind, person, organisation) of such a path. None: it is none of ours."""
    read = LINK.read(token) or old_links.notice(token, Notice, now)
    if read is None:
        return None
    kind, person, organization = read
    return list(Notice)[kind], person, organization
