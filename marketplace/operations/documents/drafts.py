"""The three documents that the law asks a municipality for: record of processing, DPIA, processor agreement."""

from collections.abc import Callable, Iterator

from marketplace.base.i18n import gettext as _
from marketplace.operations.documents import parts
from marketplace.operations.documents.facts import Facts
from marketplace.operations.documents.word import Blank, Block, Grid, Heading, Words

Draft = Callable[[Facts], Iterator[Block]]


def record(facts: Facts) -> Iterator[Block]:
    """GDPR article 30."""
    yield from parts.front(_("Protokoll over behandlingsaktiviteter"), facts)
    yield Words(_("Personvernforordningen artikkel 30."))
    yield from parts.parties(facts)
    yield Heading(_("Formål og grunnlag"))
    yield Words(
        _(
            "Formålet er at innbyggerne skal finne og melde seg på kurs, grupper og møteplasser, at den som "
            "leder dem skal vite hvem som kommer, og at kommunen skal kunne planlegge etter tall som ikke "
            "forteller om noen."
        )
    )
    yield Blank(_("Behandlingsgrunnlag etter artikkel 6, og etter artikkel 9 der det gjelder"))
    yield from parts.people()
    yield from parts.kept()
    yield from parts.recipients(facts)
    yield from parts.measures()
    yield Blank(_("Protokollen er sist gjennomgått, og av hvem"))


def assessment(facts: Facts) -> Iterator[Block]:
    """GDPR article 35, paragraph 7."""
    yield from parts.front(_("Vurdering av personvernkonsekvenser (DPIA)"), facts)
    yield Words(_("Personvernforordningen artikkel 35."))
    yield from parts.parties(facts)
    yield Heading(_("Hvorfor vurderingen gjøres"))
    yield Words(
        _(
            "Mange kan være med, noen av dem er sårbare eller barn, og en påmelding kan fortelle noe om helsen."
        )
    )
    yield Blank(_("Hvor mange innbyggere det gjelder, og hvem av dem som er sårbare"))
    yield from parts.people()
    yield from parts.kept()
    yield from parts.recipients(facts)
    yield Heading(_("Er det nødvendig, og står det i forhold til målet?"))
    yield Words(
        _(
            "Ingen trenger konto, og et fornavn eller kallenavn er nok. Kontakt er frivillig. Tall til "
            "kommunen rundes i hver gruppe før de lagres."
        )
    )
    yield Blank(_("Kommunens vurdering"))
    yield Heading(_("Hva som kan gå galt"))
    yield Grid(
        [
            _("Hva kan skje"),
            _("Det som står imot i dag"),
            _("Sannsynlighet og alvor"),
            _("Flere tiltak, og hvem som gjør dem"),
        ],
        [[danger, against, "", ""] for danger, against in dangers()],
    )
    yield from parts.measures()
    yield Heading(_("Råd og godkjenning"))
    yield Blank(_("Hva personvernombudet råder til"))
    yield Blank(_("Hva de det gjelder, eller organisasjonene deres, mener"))
    yield Blank(_("Er risikoen som er igjen høy? Da skal Datatilsynet spørres først (artikkel 36)"))
    yield from parts.signatures(_("%(name)s kommune", name=facts.controller), _("Personvernombud"))


def dangers() -> list[tuple[str, str]]:
    """What can go wrong, and what stands against it."""
    return [
        (_("Noen får vite hvem som går på et tilbud"),
         _("Bare den som leder det og organisasjonen ser lista. De andre deltakerne ser den ikke, og det "
           "logges hvem som leser den.")),
        (_("Et tall røper en person"),
         _("Kommunen ser bare summer av tall som er rundet i små grupper, og som ikke kan velges fritt.")),
        (_("En lenke eller et brev kommer i gale hender"),
         _("Lenken gjelder én påmelding og kan trekkes tilbake. Emnefeltet sier ikke hva det gjelder.")),
        (_("Den som er skjult, blir funnet"),
         _("Navn og adresse vises ikke for noen, heller ikke i lister og uttrekk.")),
        (_("Et barn eller en som får hjelp, mister råderetten"),
         _("Den som er ung og melder seg på selv, meldes ikke til foreldrene. "
          "Retten til å handle for noen kan avsluttes.")),
        (_("Noe blir stående for lenge"),
         _("Det slettes hver natt etter tabellen over, og en test feiler for hver kolonne som ikke står der.")),
        (_("Data går tapt, eller tjenesten er borte"),
         _("Kommandoen for sikkerhetskopi prøver at kopien er hel. Den som drifter, må sette den opp.")),
        (_("Den som drifter, ser mer enn nødvendig"),
         _("Loggene fra tjenesten har navnet på siden, ikke adressen til den som besøker den, og ingen navn.")),
    ]  # fmt: skip


def agreement(facts: Facts) -> Iterator[Block]:
    """GDPR article 28, paragraph 3."""
    yield from parts.front(_("Databehandleravtale"), facts)
    yield Words(_("Personvernforordningen artikkel 28."))
    yield from parts.parties(facts)
    yield Heading(_("Hva avtalen gjelder"))
    yield Words(
        _("Databehandleren drifter %(site)s for kommunen: kjører programmet og databasen, leverer "
          "meldinger og tar sikkerhetskopier. Opplysningene brukes ikke til noe annet.",
          site=facts.site)
    )  # fmt: skip
    yield Blank(_("Avtalen gjelder fra og til, og hvordan den sies opp"))
    yield from parts.people()
    yield from parts.kept()
    yield from parts.recipients(facts)
    yield Heading(_("Det databehandleren skal gjøre"))
    yield Grid([_("Plikt")], [[duty] for duty in duties()])
    yield Blank(_("Underleverandører som er godkjent, hvor de er, og hva de gjør"))
    yield Blank(_("Frist for å melde fra om brudd, og til hvem"))
    yield from parts.measures()
    yield from parts.signatures(_("%(name)s kommune", name=facts.controller), _("Databehandler"))


def duties() -> list[str]:
    """Article 28 (3) a to h, in plain words."""
    return [
        _(
            "Bare behandle opplysningene slik kommunen har bestemt skriftlig, også når det gjelder "
            "overføring ut av EØS."
        ),
        _("Sørge for at alle som får tilgang, har taushetsplikt."),
        _("Sikre opplysningene etter artikkel 32."),
        _("Ikke bruke andre underleverandører enn dem som er godkjent, og gi dem de samme pliktene."),
        _(
            "Hjelpe kommunen når noen ber om innsyn, retting, sletting eller å få med seg opplysningene. "
            "Mye av det kan innbyggeren gjøre selv på Min side."
        ),
        _("Hjelpe kommunen med sikkerhet, melding om brudd, vurdering av konsekvenser og forhåndsdrøfting."),
        _("Slette eller levere tilbake alt når avtalen er slutt, også kopier og nøkler."),
        _("Vise kommunen at pliktene er oppfylt, og ta imot revisjon."),
    ]


DRAFTS: dict[str, Draft] = {
    "behandlingsprotokoll": record,
    "dpia": assessment,
    "databehandleravtale": agreement,
}
"""By the name of the file."""
