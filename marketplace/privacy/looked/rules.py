"""What counts as looking at somebody. Whatever else is written down about a person, nobody read it there."""

from marketplace.base.i18n import lazy

READS = {
    "participants.read": lazy("Lista over påmeldte"),
    "register.read": lazy("Oppmøtelista"),
    "door_list.read": lazy("Liste til døra"),
    "export.made": lazy("Uttrekk med opplysninger"),
}
"""Actions of the audit log that are a reading, and what was read."""
CALL_LIST = lazy("Lista over dem som må ringes")


def what(action: str, list_of: str | None) -> str:
    """What was read, in words."""
    return str(CALL_LIST if list_of == "call" else READS[action])
