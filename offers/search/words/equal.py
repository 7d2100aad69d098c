"""Words that mean the same to somebody who looks for something: bokmål and nynorsk, and plain words for clinical ones.

A line is a group: who types one of its words finds what has any of them, after what has the typed one. Several words
in one place are a phrase in which all must stand. Stems: the search bends them (base form, Snowball's Norwegian).
"""

from functools import cache

GROUPS = """
heim, hjem, hjemme, heime
veke, uke
kveld, kvelden, kveldstid, ettermiddag
helg, lørdag, søndag, laurdag, sundag, weekend
gruppe, treff, lag, klubb
tur, gåtur, spasertur, vandring, walk, walking, hike
trening, trim, trene, gym, mosjon, fysisk aktivitet, styrke, økt, exercise
dans, danse, swing, vals, dance
sang, synge, kor, song, choir
musikk, spille, kor
kafé, kafe, kaffe, cafe, coffee
mat, middag, lage mat, matlaging, kokk, suppe, food
norsk, norskkurs, norsktrening, språk, språktrening, norwegian
venn, vennskap, aktivitetsvenn, besøksvenn, følgesvenn, støttekontakt, friend
besøk, besøksvenn, besøkstjeneste, visitt, ringer på
ensom, ensomhet, einsam, alene, aleine, åleine, isolert, lonely
sosial, treffe folk, møte folk, møteplass, bli kjent, fellesskap
angst, uro, bekymring, bekymra, redd, panikk, stress, grubling, tankekjør, anxiety, worry
depresjon, deprimert, nedstemt, tungsinn, trist, gnist, håp, mørket, depression
søvn, sove, sov, insomni, søvnvansker, søvnproblem, sleep
sorg, sorggruppe, miste, mistet, mista, dødsfall, død, enke, enkemann, etterlatt, grief
rus, rusfri, alkohol, drikke, drikking, avhengig, avhengighet, narkotika, addiction, drinking
pårørende, pårørande, nær, familie, next of kin
gjeld, økonomi, penger, pengar, regning, regningene, inkasso, budsjett, debt, money
jobb, arbeid, arbeidstrening, cv, jobbsøking, yrke, karriere, job, work
flyktning, asyl, flukt, ny i norge, innvandrer, innvandrar, refugee
ungdom, ungdommer, tenåring, youth, teenager
barn, unge, unger, baby, småbarn, child, children
foreldre, mor, far, mamma, pappa, forelder, parent, parents
eldre, senior, pensjonist, gammel, over 65, gamle, elderly
frivillig, dugnad, bidra, hjelpe til, volunteer
data, mobil, telefon, bankid, digital, ipad, pc, computer
strikke, strikking, hekle, håndarbeid, handarbeid, sy, søm, knitting, sewing
snekker, snekkerbua, trearbeid, verksted, verkstad, reparere, carpentry, woodwork
sykkel, sykle, sykling, sykkelverksted, bike
bil, moped, mekke, skru, motor
fiske, fisketur, fishing
brettspill, spill, sjakk, boardgames, games
foto, bilder, fotografering, fototur, photo
skrive, skriving, forfatter, dagbok, writing
selvhjelp, sjølvhjelp, egenhjelp, self help
samtale, prat, prate, snakke, snakke med noen, veiledning, rettleiing, talk
nav, ytelse, stønad, trygd
sint, sinne, krangel, kjefter, roper, temperament
grense, grenser, si nei
skjerm, gaming, dataspill, skolevegring
lege, fastlege, legevakt, helsetjeneste, doctor
"""


@cache
def _table() -> dict[str, frozenset[str]]:
    table: dict[str, set[str]] = {}
    for line in GROUPS.strip().splitlines():
        group = {one.strip() for one in line.split(",")}
        for one in group:
            table.setdefault(one, set()).update(group - {one})
    return {word: frozenset(others) for word, others in table.items()}


def equals(word: str) -> frozenset[str]:
    """The words and phrases that mean the same as this one, for whoever looks for something."""
    return _table().get(word, frozenset())
