"""What hangs on a session or a booking, and what becomes of it by each act. tests/offers/messages/test_facts.py
does each act and looks; marketplace/operations/check/invariants.py says of the data what must hold afterwards.
"""

from enum import StrEnum


class Becomes(StrEnum):
    """What an act does with a fact that was there before it, while the session has not begun."""

    STAYS = "S"
    ENDS = "E"
    RESTS = "R"
    """It is kept, and nothing comes of it before the act is undone."""
    NEVER = "—"
    """It cannot hang on what this act is done to: WHY says why."""


FACTS = {
    "register": "the register of the session, begun before its start",
    "mark": "what the register says of this participant",
    "count": "how many just came in",
    "figure": "the session among those held, when a month's figures are counted",
    "thanks": "thanks to who was there, after the last session",
    "word": "word that they cannot come to this session",
    "held": "a seat held for somebody who waits (of an offered booking: its own)",
    "seat": "the seat of the booking",
    "remind": "the reminder of this session",
    "calendar": "the session in the calendar that a mail has put it in",
    "link": "the link to the booking that was sent",
    "waiting": "a message about the booking that has not left: it leaves, with what is true then",
    "notice": "a notice to the same address when booking opens",
    "call": "a call that somebody is to make about the booking",
}

_TABLE = """
                       register mark count figure thanks word held seat remind calendar link waiting notice call
session moved          E        E    E     E      E      E    S    S    S      S        S    S       S      S
place changed          E        E    E     E      E      S    S    S    E      S        S    S       S      S
date added             S        S    S     S      S      S    S    S    S      S        S    S       S      S
session cancelled      E        E    E     E      E      E    S    S    E      E        S    S       S      S
offer cancelled        E        E    E     E      E      E    E    E    E      E        S    E       E      E
cancelled by self      S        E    S     S      E      S    S    E    E      E        S    E       S      E
cancelled by host      S        E    S     S      E      S    S    E    E      E        S    E       S      E
request declined       S        —    S     S      —      —    —    —    —      —        S    E       S      E
held seat declined     S        —    S     S      —      —    E    E    —      —        S    E       S      E
held seat expired      S        —    S     S      —      —    E    E    —      —        S    E       S      E
time changed           S        E    S     S      E      S    S    E    E      E        S    E       S      E
relation ended         S        S    S     S      S      S    S    S    S      E        E    S       S      S
address removed        S        S    S     S      S      S    S    S    S      S        E    S       S      S
person erased          S        E    S     S      E      S    S    E    E      E        E    E       E      E
organisation suspended S        S    S     S      S      S    S    S    S      S        S    S       R      S
offer narrowed         S        S    S     S      S      S    S    S    S      S        S    S       S      S
"""
"""A date added is one after the last, told of; thanks come after that then. A session cancelled is one of a course
that goes on. Word that was sent is read for who has a place only. A new place
has just been told of, so a reminder that was to come before that is not sent. A removed mailbox is told nothing, and
what lies in its calendar stays; a notice is for whoever has the address. Of who is erased we know no calendar. From
the calendar of whoever acted for another it goes, though the booking stays."""

WHY = {
    "request declined": "who has asked has no seat: nothing is marked, reminded of or put in a calendar",
    "held seat declined": "a seat that is held is not had: nothing is marked, reminded of or put in a calendar",
    "held seat expired": "a seat that is held is not had: nothing is marked, reminded of or put in a calendar",
}


def _read(table: str) -> dict[str, dict[str, Becomes]]:
    head, *lines = table.strip("\n").splitlines()
    names = head.split()
    made = {}
    for line in lines:
        words = line.split()
        cells = words[-len(names) :]
        made[" ".join(words[: -len(names)])] = {
            name: Becomes(cell) for name, cell in zip(names, cells, strict=True)
        }
    return made


TABLE = _read(_TABLE)
"""By act and fact."""
