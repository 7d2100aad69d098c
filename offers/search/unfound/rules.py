"""Which searches without result may be counted. No database.

Too few rather than one too many: what could be somebody, or about somebody in need, is never counted, not even as a
hash.
"""

import re
from datetime import timedelta

from offers.search.asked import Found, Search
from offers.search.nothing.rules import asked_for
from offers.search.words.asked import FRAMES, QUOTES, TOKEN
from offers.search.words.compounds import DOMAIN, SHORT, words
from offers.search.words.crisis import needs_somebody_now
from offers.search.words.equal import BEGUN, NOISE

SEVERAL_DAYS = 5
"""Days on which the same words must have come before anybody can read them."""
WAITS = timedelta(days=60)
"""How long a hash waits for more days, and how old its key grows."""
KEPT = timedelta(days=365)
"""After words were looked for the last time."""
FROM_ONE_VISITOR = 20
"""Different searches of one visitor's that count in a day."""
MOST_WORDS = 3
SHORTEST, LONGEST = 3, 40
NOT_WORDS = re.compile(r"[\d@/\\:.#+]|www|http")
STREET = re.compile(r"(?:vei|veien|veg|vegen|gate|gata|gaten|allé|alleen|stien|svingen|bakken|plass)$")
SURNAME = re.compile(r"(?:sen|sson|sdatter|sdotter|stad|heim|slett)$")
GIVEN = words("""
    anne inger kari marit ingrid liv eva berit astrid bjørg hilde anna solveig marianne randi ida nina elisabeth maria
    kristin bente heidi gerd silje hanne linda tone elin tove anita karin wenche camilla ragnhild ellen mette emma nora
    ingeborg else sara julie laila karen line monica helene ruth aud siri unni sofie mari jan per bjørn ole lars kjell
    knut arne svein thomas geir hans morten tor terje odd erik martin andreas john anders tore daniel jon trond rune
    tom stian fredrik kristian rolf øyvind einar kristoffer magnus marius olav stein alexander håkon harald henrik nils
    gunnar leif roger sigurd espen eirik jonas frode steinar alf ivar mohammed muhammad ali ahmed fatima olena oksana
    iryna natalia svitlana tetiana yulia piotr agnieszka katarzyna krzysztof tomasz johan jakob emil noah oskar lucas
    oliver emilie sofia thea leah ella maja oda tuva sigrid jenny ola nordmann
""")
"""First names that are most common here. Not all: five days keep the others out."""

ORDINARY = NOISE | FRAMES | SHORT | DOMAIN
"""Words of our lists, beside those that mean the same as others: none is a name."""


def counted_as(typed: str) -> str | None:
    """The words as they are counted, in lower case; None where they never are."""
    typed = " ".join(typed.split())
    if not SHORTEST <= len(typed) <= LONGEST or NOT_WORDS.search(typed) or needs_somebody_now(typed):
        return None
    asked = [token.strip('"') for token in TOKEN.findall(typed.lower().translate(QUOTES))]
    if not 0 < len(asked) <= MOST_WORDS or any(word.startswith("-") for word in asked):
        return None
    spoken = typed.split()
    if any(word[:1].isupper() for word in spoken[1:]) and not typed.isupper():
        return None  # a name, also of a place or an organisation
    each = [part for word in asked for part in re.findall(r"\w+", word)]
    if any(word in GIVEN or STREET.search(word) or SURNAME.search(word) for word in each):
        return None
    if len(each) > 1 and sum(not _is_ordinary(word) for word in each) > 1:
        return None  # two words that nobody here knows may be somebody's name
    return " ".join(asked)


def _is_ordinary(word: str) -> bool:
    """Is this a word that we know as what it is?"""
    return word in ORDINARY or bool(BEGUN.to(word))


def is_unfound(wanted: Search, found: Found) -> bool:
    """Was nothing found with all the words, where nothing but words and a municipality was asked for?"""
    nothing = not found.total if found.with_all is None else found.with_all == 0
    plain = asked_for(wanted) <= {"words", "municipalities"}
    return bool(wanted.words) and nothing and not wanted.after and plain
