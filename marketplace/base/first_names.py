"""What somebody is called, where all that we have is one field for the whole name.

Of two words before the family name the second may be a middle name that is a family name too ("Kari Dahl Hansen"), so
it is taken along only where it is a known second half of a double name ("Anne Marie Hansen"). A list that lacks one
shows less of a name, never more. A hyphen holds a name together by itself.
"""

NAMES = """
marie maria mari mette may berit karin kristin kristine kari lise lisa grethe grete margrethe margrete merete
beate helene elin ellen eline sofie sophie louise lovise elisabeth elise berthe bente britt brit synnøve therese
cathrine katrine katarina charlotte christine christin cecilie sissel siri unni ruth victoria viktoria camilla
caroline karoline benedikte malene malin mathilde amalie emilie julie ida ingeborg olav ola erik eirik arne inge
ivar magnus morten tore øyvind øystein ståle sverre einar helge kåre odd gunnar fredrik henrik kristian
christian petter anders andreas mikael marius sebastian adrian aleksander alexander vegard håkon håvard
"""
THESE_TOO = "anne ann johan john jon ole martin daniel jakob simon thomas per tor thor leif rolf knut lars"
SECOND = frozenset(NAMES.split())
"""The second half of double names in Norway, none of which is a family name."""
ALSO_FAMILY = frozenset(THESE_TOO.split())
"""The same, but some are called so by family name: the second half only where a word follows."""
NEVER_ALONE = frozenset({"abdul", "abdel", "abdal", "abd"})
"""Half a name: nobody is called by it ("Abdul Rahman" is one name)."""
AROUND = '.,:;!?*"«»()[]'
"""Signs at a name's ends. Whoever typed it need not be whoever reads it, and "Du har vunnet!" is no beginning of a
message of ours."""


def first_name(name: str | None) -> str:
    """What somebody is called by: the first word, a double name whole, and of that the letters."""
    words = (name or "").split()
    called = words[: 2 if _double(words) else 1]
    return " ".join(called).strip(AROUND)


def _double(words: list[str]) -> bool:
    if len(words) < 2 or not words[0].strip(AROUND)[-1:].isalpha() or words[0][-1] in AROUND:
        return False
    second = words[1].casefold()
    if words[0].casefold() in NEVER_ALONE or second in SECOND:
        return True
    return len(words) > 2 and second in ALSO_FAMILY
