"""Text as it comes in at the door, and names as they are compared. What looks the same is the same.

Every field of a form, every query and every address goes through `clean` once (base/web/{http,edge}.py), before its
length is checked. What was stored before that was brought into the same form by a migration.
"""

import re
import unicodedata

LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]")
"""Spaces of other widths, and what looks like one. Where a line may break is ours to say, not a copied text's."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufdd0-\ufdef\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
)
"""Marks of direction and width, fillers and what is no character: they show nothing, or reorder what stands beside."""
TAGS = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f)|[\U000e0020-\U000e007f]+")
"""Letters that nobody sees: the flags of England, Scotland and Wales are made of them, nothing else may be."""
SHAPED = (
    "\u0590-\u1cff\u2100-\u2bff\u3005-\ua4ff\ua800-\uabff\uf900-\ufaff\ufb1d-\ufdcf\ufdf0-\ufeff"
    "\U00010000-\U000e007f"
)
"""What joiners and variation marks can shape: the scripts of Asia and Africa, and pictures. Never our own letters."""
JOINERS = re.compile(f"(?<![{SHAPED}])[\u200c\u200d]|[\u200c\u200d](?![{SHAPED}])")
"""Joiners that join nothing. Inside Persian, Arabic and Indic words and in families of emoji they stay."""
VARIATIONS = re.compile(
    f"(?<![{SHAPED}#*0-9\u00a9\u00ae\u203c\u2049])[\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef]+"
)
SHAPERS = re.compile("[\u200c\u200d\ufe00-\ufe0f\u180b-\u180d\u180f\U000e0100-\U000e01ef]")
"""How a letter or picture is drawn, not which it is: names are compared without."""

SIGNS = "BCDFGHJKMNPQRTVWXYZ2346789"
"""Letters and digits that nobody mixes up when read aloud; no vowels, so no words."""
ISOLATE, ISOLATED = "\u2068", "\u2069"

POSITION = re.compile(
    r"[0-9]{1,3}[.,][0-9]{3,}[^0-9A-Za-z]{1,4}[0-9]{1,3}[.,][0-9]{3,}|[0-9]{1,3}\s*°\s*[0-9]{1,2}\s*['’′]"
)
"""58.8517, 5.7353, also as 58°51′06″: where somebody is, to the metre."""


def holds_position(text: str) -> bool:
    """Is a position among these words? It is repeated nowhere."""
    return bool(POSITION.search(plain_digits(text)))


def clean(text: str) -> str:
    """The text in one form: NFC, line ends as \\n, plain spaces, no invisible marks. Cleaning twice changes nothing."""
    if text.isascii():
        return LINE_ENDS.sub("\n", text) if "\r" in text else text
    text = SPACES.sub(" ", LINE_ENDS.sub("\n", text))
    text = TAGS.sub(lambda found: found[1] or "", INVISIBLE.sub("", text))
    text = VARIATIONS.sub("", JOINERS.sub("", text))
    return unicodedata.normalize("NFC", text)


def without_marks(text: str) -> str:
    """The text without accents, rings and dots, as far as they are marks on a letter: å as a, é as e; ø stays."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def plain_digits(text: str) -> str:
    """The text with the digits of any script, ۴ or ４, as 4: for numbers and codes, never for words."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in text)


GROUPED = re.compile("[0-9]{1,3}(?:[ .,'\u2019\u00a0\u202f][0-9]{3})+")
"""Thousands as people and tables write them: 82 000, 82.000 or 82,000."""


def plain_number(text: str) -> str:
    """A whole number without what stands between its thousands; what is no such number as it is."""
    written = plain_digits(text)
    return re.sub("[^0-9]", "", written) if GROUPED.fullmatch(written) else written


def name_key(name: str) -> str:
    """What is equal for names that people take for the same: width, case, accents' coding and spaces aside."""
    folded = unicodedata.normalize("NFKC", SHAPERS.sub("", clean(name))).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def same_name(one: str, other: str) -> bool:
    """Are these the same name, as people type names?"""
    return name_key(one) == name_key(other)


SORTS_AS = dict(zip("æäøöåüéèêëáàâãíìîïóòôõúùûñçýšžčćđł", "||~~¡yeeeeaaaaiiiioooouuuncyszccdl", strict=True))
"""Letters that stand elsewhere than their numbers say: æ, ø, å last, in that order, the others as without their marks.
The database need not know a language for it, and ours does not."""
ORDERED = str.maketrans(SORTS_AS)


def by_name(name: str | None) -> str:
    """What names are sorted by: of people, organisations, places, plans."""
    return (name or "").lower().translate(ORDERED)


def name_order(column: str) -> str:
    """The same in SQL, for ORDER BY."""
    letters, as_these = "".join(SORTS_AS), "".join(SORTS_AS.values())
    return f"translate(lower({column}), '{letters}', '{as_these}') COLLATE \"C\""


def isolated(text: str | None) -> str:
    """The text for where no markup can keep its direction to itself (mails as text): what stands beside it stays in
    place. Left alone when nothing in it runs from right to left: most machines show the marks as nothing, not all."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in text or ""):
        return f"{ISOLATE}{text}{ISOLATED}"
    return text or ""
