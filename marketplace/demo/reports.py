"""A yearly report that two coordinators have begun to write: Nora made it, Torunn has said something of the offers."""

from marketplace.base.clock import today
from marketplace.demo.catalogue import Catalogue
from marketplace.demo.participants import Register, Resident

WORDS = (
    ("people", "nora@example.no",
     "Flest kom først innom noe som er åpent for alle. Der blir folk kjent med oss, og mange går videre derfra."),
    ("offers", "torunn@example.no",
     "Kveldene og helgene er blitt flere.\nPå Riska mangler det ennå noe for dem som er over 65."),
)  # fmt: skip


def begin(register: Register, made: Catalogue, staff: dict[str, Resident]) -> None:
    """The draft of this year's report in Sandnes."""
    tables, year = register.tables, today(register.now).year
    report = tables.add(
        "yearly_report", municipality_id=made.municipalities["sandnes"]["id"], year=year, slug=f"sandnes-{year}",
        lang="nb",
    )  # fmt: skip
    version = tables.add(
        "report_version", report_id=report["id"], number=1, reason="", approved_as="",
        made_by_id=staff["nora@example.no"].id, made_at=register.closed_until,
    )  # fmt: skip
    for section, writer, text in WORDS:
        tables.add(
            "report_words", version_id=version["id"], section=section, text=text, written_by_id=staff[writer].id,
            written_at=register.closed_until,
        )  # fmt: skip
