"""Words that mean the same to somebody who looks for something: bokmål and nynorsk, and plain words for clinical ones.

In a group, who types one of its words finds what has any of them, after what has the typed one. Several words in one
place are a phrase in which all must stand. Stems: the search bends them (base form, Snowball's Norwegian). GROUPS is
what an instance begins with; from then on they are the coordinators' (offers/search/equal).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from offers.search.words.compounds import foldings, words

GROUPS = """
heim, hjem, hjemme, heime
veke, uke
kveld, kvelden, kveldstid, kveldar, evening
helg, lørdag, søndag, laurdag, sundag, weekend
gruppe, treff, lag, klubb, group
kurs, verksted, workshop, course, opplæring
møteplass, åpen kafé, kafé, stue, treffpunkt, møtestad, meeting place
tur, gåtur, spasertur, vandring, gå sammen, walk, walking, hike, hiking
trening, trim, trene, gym, mosjon, mosjonere, fysisk aktivitet, styrke, økt, sterk, seniortrim, exercise, training
dans, danse, swing, vals, dance
sang, synge, syng, kor, song, allsang, choir, singing
musikk, spille, instrument, gitar, piano, trommer, band, kor, music, guitar
kafé, kafe, kaffe, vafler, vaffel, lunsj, kake, cafe, coffee, kawiarnia, кафе, кавʼярня, مقهى
mat, middag, spise, spise sammen, varm mat, suppe, frokost, lage mat, matlaging, matkurs, kokk, taco, food, dinner, \
cooking
norsk, norskkurs, norsktrening, språk, språktrening, norwegian, język, językowa, мова, мовне, язык, языковое, لغة, اللغة
venn, vennskap, aktivitetsvenn, besøksvenn, følgesvenn, støttekontakt, friend, przyjaciel, przyjaciele, znajomi, \
друг, друзі, друзья, صديق, أصدقاء
besøksvenn, besøk, besøkstjeneste, visitt, aktivitetsvenn, visit
ensom, ensomhet, einsam, alene, aleine, åleine, isolert, lonely, alone
sosial, treffe folk, møte folk, møteplass, bli kjent, fellesskap
angst, panikk, redd, uro, fobi, sosial angst, bekymring, stress, anxiety
uro, stress, grubling, gruble, tankekjør, tankene, bekymring, worry
depresjon, deprimert, nedstemt, tungsinn, trist, gnist, håp, mørket, depression, depressed
søvn, sove, sov, insomni, søvnvansker, søvnproblem, sleep
sorg, sorggruppe, sorggruppa, mistet glad, dødsfall, død, enke, enkemann, etterlatt, etterlatte, grief
enke, enkemann, dødsfall, etterlatte, miste mann, miste kone, mistet mannen, mista kona, mistet glad
rus, rusfri, rusfritt, edru, nykter, alkoholfri, ruser, alkohol, drikke, drikking, avhengig, avhengighet, \
narkotika, hasj, piller, addiction, drinking, sober
mannen, kona, samboer, kjæreste, partner, ektefelle, husband, wife
pårørende, pårørande, parørende, next of kin
gjeld, økonomi, økonomisk, økonomisk rådgivning, gjeldsrådgivning, penger, pengar, dårlig råd, regning, regningene, \
lån, inkasso, budsjett, debt, money, bills
jobb, arbeid, arbeidslaget, arbeidstrening, cv, jobbsøking, yrke, karriere, job, work
flyktning, asyl, flukt, ny i norge, innvandrer, innvandrar, refugee
ungdom, ungdommer, unge, ungdomsklubb, fritidsklubb, tenåring, tenåringer, youth, teenager, teenagers
baby, småbarn, babyer, krabbe, lekestue, barselgruppe, barsel, toddler
barn, unge, unger, barna, barnefamilie, familie, barnepass, barnevakt, child, children, kids, family
foreldre, mor, far, mamma, pappa, forelder, parent, parents
eldre, senior, pensjonist, gammel, over 65, 65 år, gamle, bestemor, bestefar, besteforeldre, oldemor, oldefar, \
elderly, grandparents
frivillig, frivillig arbeid, frivilligarbeid, frivillighet, frivillig oppdrag, frivillig innsats, dugnad, bidra, \
hjelpe til, hjelpe andre, volunteer, volunteering
data, mobil, telefon, bankid, nettbank, vipps, passord, digital, datahjelp, ipad, pc, smarttelefon, computer, \
nettbrett
strikke, strikking, strikkekafé, hekle, håndarbeid, handarbeid, sy, søm, symaskiner, knitting, sewing
snekker, snekring, snekkerbu, snekkerbua, snekkerverksted, trearbeid, reparerer, carpentry, woodwork
sykkel, sykle, sykling, sykkelverksted, bike, cycling
bil, moped, mekke, skru, motor
fiske, fisketur, kaia, brygga, båt, fishing
svømming, svømme, symjing, basseng, bading, bade, badeland, vanntrim, swimming
hund, hundetur, dyr, kjæledyr, katt, hest, dog, pets
hage, hagearbeid, dyrke, plante, kjøkkenhage, gardening
vedhogst, hogge ved, skog, utearbeid, arbeidslag
lekser, leksehjelp, skole, skolearbeid, studere, homework, school
på nett, nettet, digitalt, online, chat, chatte, nettgruppe, nettkurs, video, hjemmefra, internet
besteforeldre, generasjoner, generasjonene, barnebarn
brettspill, spill, sjakk, boardgames, games
foto, bilder, fotografering, fototur, photo
skrive, skriv, skriving, skrivekurs, forfatter, dagbok, dikt, fortelle, fortelling, historie, livshistorie, writing
selvhjelp, sjølvhjelp, egenhjelp, self help
samtale, prat, prate, snakke med noen, fortell, veiledning, rettleiing, rådgivning, psykolog, terapeut, terapi, \
behandling, støttesamtale, talk, therapist
nav, ytelse, stønad, trygd
sint, sinne, krangel, kjefte, roper, temperament, stemmen
grense, grenser, si nei
skjerm, gaming, dataspill, skolevegring, screen
lege, fastlege, legevakt, helsetjeneste, sykehus, helsehjelp, doctor
samliv, parforhold, skilsmisse, samlivsbrudd, brudd, skilt, divorce
mobbing, mobbet, mobba, utenfor, utestengt, bullying
spiseforstyrrelse, overspising, kropp, kroppspress, vekt
traume, overgrep, vold, trauma
adhd, autisme, asperger, konsentrasjon
kreft, sykdom, kronisk, smerte, smerter, vondt, fibromyalgi, pain
demens, hukommelse, glemsk, alzheimer, dementia
svimmel, balanse, falle, fall, støl, stødig, stoltrim
yoga, avspenning, mindfulness, meditasjon, pust, pusteøvelser, oppmerksomt nærvær, relaxation
sliten, utbrent, utmattet, trøtt, orker ikke, tired, burnout
misbruk, pårørende til rus, pårørende rus
kvinne, kvinner, dame, damer, jenter, women
mann, menn, mannfolk, karer, gutter
forelder, alenemor, alenefar, aleneforelder, single parent
lgbt, skeiv, homofil, lesbisk, transperson, queer
kirke, bønn, gudstjeneste, church
teater, drama, scene, skuespill, revy, improvisasjon, theatre
bok, bøker, lese, lesesirkel, bibliotek, bokklubb, reading, books
film, kino, filmkveld, movie
fotball, ballspill, ball, football
quiz, konkurranse, bingo, trivia
tegne, tegning, male, maling, kunst, kunstverksted, keramikk, leire, art, drawing, painting
kjøre, sjåfør, skyss, transport, førerkort, drive, driving
"""
NOISE = words("""
    gå går få får lære slutte søke bli ha hjelp med noe noen litt mer mye min mitt mine vil kan jeg meg du finne for
    finn trenger treng ønsker lyst å og i på til om av som er det de den en et ei the a to for my find learn practise
    practice something things do with want need looking
    hva kva hvor kor hvordan korleis ka noko nokon nokre eg meir mykje vere vera bli verta gjøre gjere gjera treng
    har hatt fått fikk fekk er e æ mæ ho hu han hun så veldig ikkje ikke itj meg deg seg oss is am are was has
    have had been ting skje skjer skal må kan kunne kunna komme kome kommer kjem søker leter be at in on who when
    where how there can could i'm
""")
"""Words that say little of what is looked for: they need not stand in a text when others do."""


ENDINGS = ("", "er", "en", "et", "ene", "a", "e", "r", "n", "ar", "ane", "s", "ers", "t", "te", "ing")
"""What Norwegian hangs on a word: pensjonister is a form of pensjonist."""
STEM = 4
"""Letters that are left of a word when an ending is taken off."""


@dataclass(frozen=True)
class Equals:
    """Groups of words, made ready to be asked. `phrases`: what means something in several words."""

    table: dict[str, frozenset[str]]
    phrases: frozenset[str]

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> "Equals":
        table: dict[str, set[str]] = {}
        for group in groups:
            for one in group:
                table.setdefault(one, set()).update({*group} - {one})
        for word in [*table]:
            for typed in foldings(word):
                table.setdefault(typed, {word, *table[word]})
        return cls(
            {word: frozenset(others) for word, others in table.items()},
            frozenset(word for word in table if " " in word),
        )

    def to(self, word: str) -> frozenset[str]:
        """The words and phrases that mean the same as this one in any of its forms, for whoever looks for something."""
        for ending in ENDINGS:
            stem = word.removesuffix(ending)
            if len(stem) >= STEM or not ending:
                for form in (stem, f"{stem}e", f"{stem}er"):
                    if form in self.table and (form == word or ending):
                        return self.table[form] | ({form} - {word})
        return frozenset()


FIRST = [[one.strip() for one in line.split(",")] for line in GROUPS.strip().splitlines()]
"""The groups that every instance begins with."""
BEGUN = Equals.of(FIRST)
