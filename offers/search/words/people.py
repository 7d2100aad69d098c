"""What people call those who are theirs, from bokmål to dialect. Folded, as situations and choices compare words."""

from offers.search.words.compounds import words

KIN = {
    "elder": words("""
        mor mora mamma mammaen mutter muttern far faren pappa pappaen papsen fatter fattern
        bestemor bestemora besta bestefar mormor morfar farmor farfar oldemor oldefar besteforeldre besteforeldra
        besteforeldrene svigermor svigerfar tante tanta onkel onkelen mother mum mom dad father grandmother
        grandfather grandma grandpa granny grandparents
    """),
    "partner": words("""
        mann mannen mannj kone kona kjerring kjerringa samboer samboeren sambuar sambuaren kjareste kjaresten ektefelle
        ektefellen partner partneren husband wife boyfriend girlfriend
    """),
    "child": words("""
        sonn sonnen son sonen datter datteren datra dotter dottera barnet barnebarn barnebarnet son daughter grandchild
    """),
    "sibling": words("bror broren broder broderen soster sosteren sostera syster systera brother sister"),
}
"""Who somebody is to whoever types; mothers and fathers with those who are as old."""
WHO = {name: who for who, names in KIN.items() for name in names}
WHOSE = words("min mi mitt mine mor mora mi din vår var ho hu hun han a my our his her the")
"""Before or after one of them it is said that they are somebody's: "mannen min", "ho mor"."""
HOW = words(
    "er e ar ass var har hadde fikk fekk blir vart ble vil kan drikker drikk ruser rusar is was has had got"
)
"""What is told of somebody who was named."""


def named_only(tokens: list[str], at: int) -> bool:
    """Is this word only who is spoken of? In "mor har demens" nobody looks for mothers; in "mor og barn" somebody
    does. `tokens`: folded."""
    if tokens[at] not in WHO:
        return False
    before, after = tokens[at - 1 : at], tokens[at + 1 : at + 2]
    return bool(WHOSE.intersection(before) or (WHOSE | HOW).intersection(after))
