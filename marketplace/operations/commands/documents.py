"""documents."""

from datetime import datetime
from pathlib import Path

import click

from marketplace.base.i18n import OURS, SOURCE
from marketplace.operations.commands.doing import done
from marketplace.operations.commands.options import DATA, Somewhere


@click.command()
@click.argument("folder", metavar="DIR", type=Somewhere(path_type=Path, file_okay=False))
@click.option("--municipality", help="Only for this one, by its slug.")
@click.option(
    "--lang",
    type=click.Choice([code for code, ours in OURS.items() if ours.stemming == "norwegian"]),
    default=SOURCE,
    show_default=True,
    help="Bokmål or nynorsk.",
)
@click.option(
    "--overwrite", is_flag=True, help="Also write over documents that are there: they may be filled in."
)
@DATA
def documents(folder: Path, municipality: str | None, lang: str, overwrite: bool, data: Path | None) -> None:
    """Write drafts of the record of processing, the DPIA and the processor agreement into DIR, to fill in and sign."""
    from marketplace.base import clock
    from marketplace.base.i18n import speaking
    from marketplace.operations.documents import drafts, facts, word

    async def found(_now: datetime) -> list[facts.Controller]:
        return await facts.controllers()

    there = done(data, found)
    chosen = [each for each in there if municipality in (None, each.slug)]
    if not chosen:
        raise click.ClickException(
            f"There is no such municipality. There are: {', '.join(x.slug for x in there)}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for controller in chosen:
        for name, draft in drafts.DRAFTS.items():
            path = folder / f"{name}-{controller.slug}.docx"
            if path.exists() and not overwrite:
                click.echo(f"{path} is there already, and is left as it is (--overwrite).")
                continue
            now = clock.unmoved()
            with speaking(lang):
                blocks = list(draft(facts.facts(controller.name, now)))
            word.write(path, blocks, now, OURS[lang].cldr.replace("_", "-"))
            click.echo(str(path))
