"""What a restore did, in words for whoever ran it."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from marketplace.base.data.ledger import Lost

WORDS: dict[Lost, tuple[str, str]] = {
    Lost.PERSON: ("person erased again", "persons erased again"),
    Lost.CONTACT: ("address removed again", "addresses removed again"),
    Lost.BOOKING_LINK: ("booking whose old links stay dead", "bookings whose old links stay dead"),
    Lost.BOOKING_ADDRESS: (
        "booking without an address (its messages had gone elsewhere since): ring them",
        "bookings without an address (their messages had gone elsewhere since): ring them",
    ),
    Lost.ACTS_FOR: ("right to act for somebody ended again", "rights to act for somebody ended again"),
    Lost.MEMBERSHIP: ("role ended again", "roles ended again (one that was changed since: invite anew)"),
    Lost.INVITATION: ("invitation that stays dead", "invitations that stay dead"),
    Lost.HOST: ("host taken from an offer again", "hosts taken from offers again"),
    Lost.ORGANIZER: ("co-organiser taken from an offer again", "co-organisers taken from offers again"),
    Lost.ORGANIZER_EDITS: ("co-organiser that may not edit again", "co-organisers that may not edit again"),
    Lost.ORGANIZATION: ("organisation suspended again", "organisations suspended again"),
    Lost.SECOND_FACTOR: ("second factor removed again", "second factors removed again"),
    Lost.RECOVERY_CODE: ("recovery code that stays dead", "recovery codes that stay dead"),
    Lost.CALENDAR_ADDRESS: ("calendar address that stays dead", "calendar addresses that stay dead"),
    Lost.SUBSTITUTE: ("substitute's link that stays dead", "substitutes' links that stay dead"),
    Lost.NEWS: ("address that wants no news again", "addresses that want no news again"),
    Lost.OWN_NAME: ("person under an alias again", "persons under an alias again"),
    Lost.COMPANION: ("companion's name removed again", "companions' names removed again"),
    Lost.OWN_GOAL: ("goal of somebody's own thrown away again", "goals of somebody's own thrown away again"),
    Lost.NEED: ("need removed again", "needs removed again"),
    Lost.OFFER_TO_ALL: (
        "offer hidden from the public again: whoever leads it may open it",
        "offers hidden from the public again: whoever leads them may open them",
    ),
    Lost.DIALOGUE: ("organisation out of a dialogue again", "organisations out of a dialogue again"),
    Lost.CHECK_IN: ("check-in turned off again", "check-ins turned off again"),
    Lost.LOGO: ("logo removed again", "logos removed again"),
    Lost.PICTURE: ("picture of an offer removed again", "pictures of offers removed again"),
    Lost.QUESTION: (
        "question of an offer removed again, with its answers",
        "questions of offers removed again, with their answers",
    ),
    Lost.AUDIENCE: (
        "organisation whose members do not see an offer again",
        "organisations whose members do not see an offer again",
    ),
}


@dataclass
class Summary:
    """What was done. `lines()` says it."""

    until: datetime
    ledger: Path
    lines_read: int = 0
    lines_torn: int = 0
    ledger_began: datetime | None = None
    done_again: dict[Lost, int] = field(default_factory=dict)
    forgotten: int = 0
    signed_out: int = 0
    held: int = 0
    sent_already: int = 0
    without_manager: list[str] = field(default_factory=list)
    old_read: bool = False
    old_problem: str | None = None
    differing: dict[str, int] = field(default_factory=dict)
    list_at: Path | None = None

    def lines(self) -> list[str]:
        """The whole of it, one sentence a line."""
        said = [f"The database is as it was at {self.until:%Y-%m-%d %H:%M:%S} UTC."]
        if self.ledger_began is None or self.ledger_began > self.until:
            since = (
                f"begins at {self.ledger_began:%Y-%m-%d %H:%M:%S} UTC"
                if self.ledger_began
                else "is not there"
            )
            said.append(
                f"WARNING: the ledger in {self.ledger} {since}. Who was erased before that, and which links and rights "
                "ended, is not known, and they are back. If it lies elsewhere, put its files there and run "
                "`restored --since` again."
            )
        if self.ledger_began:
            said.append(f"The ledger had {self.lines_read} lines since then. Done again:")
            for kind, count in self.done_again.items():
                said.append(f"  {count} {WORDS[kind][count > 1]}")
            if not self.done_again:
                said.append("  nothing: the database had it all.")
        if self.lines_torn:
            said.append(f"WARNING: {self.lines_torn} lines of the ledger cannot be read.")
        if self.without_manager:
            said.append(f"Nobody manages these any more, invite somebody: {', '.join(self.without_manager)}.")
        said.append(f"Retention was run again: {self.forgotten} rows went that had gone before.")
        said.append(
            f"Everybody was signed out ({self.signed_out} sign-ins), and codes on their way are void."
        )
        if self.sent_already:
            said.append(f"{self.sent_already} messages had gone out since then and will not go out again.")
        said.append(
            f"{self.held} messages wait for your word. Look at what differs, then: "
            "`python -m marketplace outbox release`, or `outbox drop` for what nobody should get."
        )
        said += self._old()
        return said

    def _old(self) -> list[str]:
        if self.old_problem:
            return [f"The database before could not be read ({self.old_problem}): what differs is not known."]
        if not self.old_read:
            return ["The database before was not given: which bookings differ is not known."]
        if not self.list_at:
            return ["No booking differs from the database before."]
        counts = ", ".join(f"{count} {what}" for what, count in self.differing.items())
        return [
            f"Bookings that differ from the database before: {counts}.",
            f"They stand in {self.list_at} (only you can read it). Ring or write to them, then delete it; it goes by "
            "itself after 14 days.",
        ]
