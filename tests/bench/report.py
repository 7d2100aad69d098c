"""How long it takes to print the yearly report of a large municipality, from what is stored to PDF."""

import asyncio
import time
from datetime import UTC, datetime

from marketplace.reports.content import Bars, Content, Figure, Section, Table
from marketplace.reports.pdf import Cover, pdf_of

LONGEST = 5.0
"""Seconds."""
AREAS, GOALS, ORGANIZATIONS = 20, 10, 300


def large() -> Content:
    """Twenty focus areas with ten goals each, three hundred organisations, four thousand signs of words a section."""
    head = ("Mål", "2025", "2026", "Måltall", "Usikkerhet", "Resultat")
    goals = tuple(
        (f"Flere over {age} er med", 95, 130, "minst 140 personer", "± 12", "Ikke nådd")
        for age in range(GOALS)
    )
    words = "Bussen går ikke etter kl. 15, og det merkes. " * 90
    areas = tuple(
        Section(
            f"area-{number}",
            f"Innsatsområde {number}",
            2,
            (words,),
            (Table("Mål", head, goals),),
            words=words,
        )
        for number in range(AREAS)
    )
    held = tuple(
        (f"Organisasjon {number}", number % 9, 3 * number, 40 * number, 5 * number)
        for number in range(ORGANIZATIONS)
    )
    offers = Table("Etter organisasjon", ("Organisasjon", "Tilbud", "Samlinger", "Oppmøter", "Personer"), held,
                   bars=Bars(3, "Flest oppmøter hadde den siste."))  # fmt: skip
    sections = (
        Section("areas", "Innsatsområde for innsatsområde"),
        *areas,
        Section("offers", "Tilbudene", tables=(offers,)),
    )
    return Content(
        "nb", "Sandnes kommune", "Årsrapport 2026", "Plan for psykisk helsearbeid", 2026, ("Mange var med.",),
        (Figure("Oppmøter", 7720),), sections, "Tallene bygger på 1 575 av 1 731 samlinger.",
    )  # fmt: skip


def printed() -> float:
    """Seconds, the program's start with it."""
    cover = Cover("", "", "Godkjent.", datetime(2027, 2, 10, tzinfo=UTC))
    content, started = large(), time.monotonic()
    asyncio.run(pdf_of(content, cover, None))
    return time.monotonic() - started
