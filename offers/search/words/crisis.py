"""Words of whoever needs somebody now: then 113 and 116 123 stand first in the result itself, whatever else is found.

Better once too often: the lines are there for everybody, and a list that is too short costs more than one too long.
"""

import re

from rapidfuzz.distance import OSA

LISTED = """
    selvmord sjølvmord selvmordstanker sjølvmordstankar suicide suicidal selvskading sjølvskading overdose
    voldtekt valdtekt voldtatt valdteken incest mishandling mishandla mishandlet voldelig valdeleg vold vald
    rape abuse abused violence violent overdosis kniver truet trua voldsutsatt valdsutsett overgrep misbrukt
    krisesenter samobójstwo przemoc gwałt самогубство суїцид насильство зґвалтування انتحار الانتحار
    عنف العنف اغتصاب
"""
"""Norwegian and English; of Polish, Ukrainian and Arabic the plainest words."""
WORDS = LISTED.split()
PHRASES = re.compile(
    r"\b(ta|tar|tok|take|taking) (mitt |sitt |my )?(eget |eige |own )?(liv|livet|life)\b(?! med ro)"
    r"|\b(self|selv|sjølv|sjøl) ?(harm|hurt|mord|skad)"
    r"|\b(drep|kutt|skjær|skjer)\w* meg\b|\bheng\w* meg\b(?! (på|med))|\b(truer|trugar|trua|slo|sparker|sparkar) meg\b"
    r"|\bvil (ikke|ikkje) (være|vere|vera) (her|til|i live)\b|\blivredd\b"
    r"|\b(afraid|scared) of my (husband|boyfriend|partner|wife|dad|father)\b"
    r"|\b(vil|ønsker|ynskjer|ønskjer|orker|orkar|kan|klarer|klarar) (ikke|ikkje) (å )?(leve|meir|mer|more)\b"
    r"|\bvil(le)? (bare |berre )?(dø|døy)\b|\bdø nå\b|\b(want|wanna|going) (to )?die\b|\bkill(ing)? (my ?self|me)\b"
    r"|\b(end|ending) (it all|my life)\b|\bskad(e|er|ar) meg( selv| sjølv)?\b|\bhurt(s|ing)? (my ?self|me)\b"
    r"|\b(han|hun|ho|kona|mannen|mamma|pappa|kjæresten|samboeren) slår\b|\bslår meg\b|\bblir slått\b|\bhits? me\b"
    r"|\bredd for (livet|mannen|kona|kjæresten|samboeren)\b"
)
LONGEST = 300
"""Characters that are read: no search holds more words, and what is sent may be of any length."""
FUZZY_FROM = 7
"""Letters from which one wrong letter is forgiven: of shorter words too many others differ by one."""


def needs_somebody_now(typed: str) -> bool:
    """Do these words tell of suicide, violence or acute fear, also misspelled?"""
    text = " ".join(re.findall(r"\w+", typed[:LONGEST].lower()))
    if PHRASES.search(text):
        return True
    return any(
        word == known or (len(known) >= FUZZY_FROM and OSA.distance(word, known, score_cutoff=1) <= 1)
        or (len(known) >= FUZZY_FROM and word.startswith(known))
        for word in text.split() for known in WORDS
    )  # fmt: skip
