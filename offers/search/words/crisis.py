"""Words of whoever needs somebody now: then 113 and 116 123 stand first in the result itself, whatever else is found.

Better once too often: the lines are there for everybody, and a list that is too short costs more than one too long.
"""

import re

from rapidfuzz.distance import OSA

LISTED = """
    selvmord sjølvmord selvmordstanker sjølvmordstankar suicide suicidal selvskading sjølvskading overdose
    voldtekt valdtekt voldtatt valdteken incest mishandling mishandla mishandlet voldelig valdeleg vold vald
    rape abuse abused violence violent overdosis kniver truet trua
"""
WORDS = LISTED.split()
PHRASES = re.compile(
    r"\b(ta|tar|tok|take|taking) (mitt |sitt |my )?(eget |eige |own )?(livet?|life)( av (meg|deg|seg))?\b"
    r"|\b(vil|ønsker|ynskjer|ønskjer|orker|orkar|kan|klarer|klarar) (ikke|ikkje) (å )?(leve|meir|mer|more)\b"
    r"|\bvil(le)? (bare |berre )?(dø|døy)\b|\bdø nå\b|\b(want|wanna|going) (to )?die\b|\bkill (myself|me)\b"
    r"|\b(end|ending) (it all|my life)\b|\bskad(e|er|ar) meg( selv| sjølv)?\b|\bhurt(s|ing)? (myself|me)\b"
    r"|\bhan slår\b|\bslår meg\b|\bblir slått\b|\bhits? me\b|\bredd for (livet|mannen|kona|kjæresten|samboeren)\b"
)
FUZZY_FROM = 7
"""Letters from which one wrong letter is forgiven: of shorter words too many others differ by one."""


def needs_somebody_now(typed: str) -> bool:
    """Do these words tell of suicide, violence or acute fear, in Norwegian or English, also misspelled?"""
    text = " ".join(re.findall(r"\w+", typed.lower()))
    if PHRASES.search(text):
        return True
    return any(
        word == known or (len(known) >= FUZZY_FROM and OSA.distance(word, known, score_cutoff=1) <= 1)
        or (len(known) >= FUZZY_FROM and word.startswith(known))
        for word in text.split() for known in WORDS
    )  # fmt: skip
