"""What the three documents have in common, made from the table of what is kept and from the settings."""

from collections.abc import Iterator

from marketplace.base.i18n import gettext as _
from marketplace.base.i18n import short_day
from marketplace.operations.documents.facts import Facts
from marketplace.operations.documents.measures import MEASURES
from marketplace.operations.documents.word import Blank, Block, Grid, Heading, Title, Words
from marketplace.privacy.retention import rules


def front(title: str, facts: Facts) -> Iterator[Block]:
    yield Title(title)
    yield Words(
        _("Utkast laget av %(site)s (%(address)s) %(day)s, fra de samme reglene som tjenesten sletter "
          "etter. Det som står i "
          "gult, må fylles ut. Les gjennom resten og rett det som er annerledes hos dere.",
          site=facts.site, address=facts.address, day=short_day(facts.made_at, year=True))
    )  # fmt: skip


def parties(facts: Facts) -> Iterator[Block]:
    yield Heading(_("Hvem det gjelder"))
    yield Words(_("Behandlingsansvarlig: %(name)s kommune", name=facts.controller))
    yield Blank(_("Organisasjonsnummer, adresse og kontaktperson hos kommunen"))
    yield Blank(_("Personvernombud"))
    yield Words(_("Kontakt for innbyggerne: %(email)s, %(phone)s", email=facts.email, phone=facts.phone))
    yield Blank(_("Databehandler: den som drifter tjenesten, med organisasjonsnummer og adresse"))
    yield Words(
        _(
            "Organisasjonen som lager et tilbud, er behandlingsansvarlig for påmeldingene til det. Kommunen "
            "har ansvaret for nettstedet og for sine egne tilbud."
        )
    )


def people() -> Iterator[Block]:
    yield Heading(_("Hvem opplysningene er om"))
    yield Words(
        _(
            "Innbyggere som melder seg på eller får hjelp til det, de som leder tilbud eller har en rolle i "
            "en organisasjon, og ansatte i kommunen."
        )
    )
    yield Words(
        _(
            "Tjenesten spør ikke om fødselsnummer, diagnose eller hvorfor noen kommer. Men en påmelding kan "
            "fortelle noe om helsen. Derfor skal alle påmeldinger vernes som helseopplysninger (artikkel 9)."
        )
    )


def kept() -> Iterator[Block]:
    yield Heading(_("Hva som lagres, hva det brukes til, og når det slettes"))
    head = [_("Hva"), _("Brukes til"), _("Slettes")]
    for called, lines in rules.groups():
        yield Words(called)
        yield Grid(
            head,
            [
                [one.called, "; ".join(one.why), ". ".join(filter(None, (one.until, one.stays)))]
                for one in lines
            ],
        )
    yield Words(_("Utenfor databasen"))
    yield Grid([_("Hva"), _("Slettes")], rules.elsewhere())
    yield Words(
        _(
            "Slettingen går av seg selv hver natt. Når den sist er gjort, står på %(address)s.",
            address="/about/retention",
        )
    )


def recipients(facts: Facts) -> Iterator[Block]:
    yield Heading(_("Hvem som får opplysningene"))
    yield Words(
        _(
            "Den som leder et tilbud, og organisasjonen som eier det, ser hvem som er påmeldt der. Kommunens "
            "koordinatorer ser bare avrundede summer."
        )
    )
    yield Words(_("Meldinger leveres gjennom:"))
    if facts.mail_server:
        yield Words(_("E-post: %(server)s", server=facts.mail_server))
    else:
        yield Blank(_("E-post"))
    if facts.sms_server:
        yield Words(_("SMS: %(server)s", server=facts.sms_server))
    else:
        yield Words(_("SMS: brukes ikke i dag"))
    yield Blank(_("Andre som får tilgang: driftsleverandør, sikkerhetskopi, overvåking"))
    yield Words(
        _(
            "Sidene henter ingenting fra andre nettsteder, og sporer ingen. Navnet på et tilbud står aldri i "
            "emnefeltet på en e-post eller i en SMS."
        )
    )
    yield Blank(_("Overføres noe ut av EØS? Hvis ja: hva, hvor og med hvilket grunnlag"))


def measures() -> Iterator[Block]:
    yield Heading(_("Sikkerhetstiltak"))
    yield Words(_("Disse står i programmet, og hvert av dem har tester som prøver det:"))
    yield Grid([_("Tiltak")], [[str(measure.said)] for measure in MEASURES])
    yield Blank(
        _(
            "Tiltak hos den som drifter: tilgang til maskinene, kryptert disk og kopier, oppdateringer, beredskap"
        )
    )


def signatures(*who: str) -> Iterator[Block]:
    yield Heading(_("Underskrifter"))
    yield Grid([_("Hvem"), _("Sted og dato"), _("Navn og underskrift")], [[each, "", ""] for each in who])
