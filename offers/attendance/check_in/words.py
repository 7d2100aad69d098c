"""The words of a check-in: three of a list, easy to say, to hear and to type on any keyboard."""

import re
from uuid import UUID

from marketplace.base.signing import each_signed, signed

WORDS = """
agurk akvarium alfabet ananas anker antenne ask avis bakke ball ballong banan basseng batteri bekk belte
bibliotek bil billett blad blomst blyant boks bokstav bolle bomull bord brikke briller bris bro brokkoli
bronse brun brygge bukse bursdag busk butikk dag dagbok dans delfin diamant dikt due ekorn elv eng eple
eventyr fabrikk fakkel falk farge fele ferie fersken festival film fiol fiolin firkant fjell fjord flagg
flaske fly forkle foss fotball frimerke frosk furu garasje gardin gave genser gitar gjerde glass golf gran
gress gulrot gulv hage hamster harpe hassel hav hest hjort hjul holme honning hotell humle hummer hus hylle
hytte jern juice kaffe kajakk kakao kake kalender kamera kanel kanin kanne kano kart kenguru kikkert kilde
kiosk kiwi kjele klokke knapp koala koffert kokebok komet komfyr kompass konfetti kongle krabbe kringle
krokus krone krus krystall kube kurv kveld kvist laks lampe lanterne lefse lekeplass lerke lilje lilla
linjal loft lykt lyn magnet mais makrell mango marked marmor matboks maur medalje melk melon morgen mosaikk
mose motor museum natt nellik note oppskrift oransje orgel ost ovn panda papir paprika paraply park pasta
peis penn pensel pepper perle persille piano pingvin planet plomme pokal pony port potet premie purre radio
rakett ramme ravn regn regnbue reise reke rev ring rive robot rosa ryggsekk rytme saft salat sand sebra
selje serviett sild silke sirkel sirkus sitron sjakk skje skjerf skjorte skog skole skrue skuff skulptur sky
slede slott sofa sokk sol solskinn sommer sovepose spade speil spiker spinat spurv squash stafett stasjon
stein sti stige stjerne storm strand stripe sukker suppe svane sykkel syrin tak tang teater telefon telt
tennis teppe termos terning tiger timian tog tomat topp torden torsk traktor trapp tre trekant trikk tromme
trompet trost tulipan turkis ugle ukeblad ull vaffel vann vase vegg veranda veske vik vimpel vind vinter
vott
""".split()  # noqa: SIM905 - three hundred quotes would hide the words
"""Things that one can draw, in small letters from a to z, the same in Bokmål and Nynorsk. No two differ in one letter
only, none is a number, a name that somebody bears, or what somebody is called."""
HOW_MANY = 3
"""27 million codes. A network has twenty wrong tries a minute, so one in three hundred finds any of a hundred that are
open for three hours; what it finds is one head, which a host must accept."""
LONGEST = 60
"""Characters that are read of what was typed."""


def words_of(session: UUID, version: int) -> str:
    """The words of a session: eple buss lampe. They lie nowhere, for they can be made again."""
    return _spelt(signed("check-in words", str(session), str(version)))


def words_kept(session: UUID, version: int, kept: bytes) -> str:
    """The words of a session that this digest was kept of: it may be that the secret was changed since."""
    made = (_spelt(each) for each in each_signed("check-in words", str(session), str(version)))
    return next((each for each in made if kept in digests(each)), "")


def _spelt(number: bytes) -> str:
    left = int.from_bytes(number[:8])
    said = []
    for _word in range(HOW_MANY):
        left, place = divmod(left, len(WORDS))
        said.append(WORDS[place])
    return " ".join(said)


def typed(text: str) -> str:
    """The words as they are compared: with whatever between them, in letters large or small."""
    return " ".join(re.findall(r"[a-zæøå]+", text[:LONGEST].lower()))


def digest(words: str) -> bytes:
    """What is kept of them, to find the session that they are of."""
    return signed("check-in digest", words)[:16]


def digests(words: str) -> list[bytes]:
    """What may have been kept of them, whichever secret there was."""
    return [each[:16] for each in each_signed("check-in digest", words)]
