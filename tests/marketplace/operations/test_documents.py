"""The record of processing, the DPIA and the processor agreement say what the code does, and what to fill in."""

import errno
import os
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from marketplace.base.data.database import rows, value
from marketplace.base.i18n import LANGUAGES, speaking
from marketplace.operations.backup.rules import KEPT
from marketplace.operations.documents import drafts, word
from marketplace.operations.documents.facts import Facts, facts, host
from marketplace.operations.documents.measures import MEASURES
from marketplace.operations.documents.word import Blank, Block, Grid
from marketplace.privacy.kept.rules import BACKUPS
from marketplace.privacy.retention import rules
from marketplace.privacy.rules import TABLES
from tests import make
from tests.marketplace.operations.commanded import command

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
EVERY = pytest.mark.parametrize("name", drafts.DRAFTS)


def written(name: str, controller: str = "Sandnes") -> list[Block]:
    return list(drafts.DRAFTS[name](facts(controller, NOW)))


def words(blocks: list[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Grid):
            yield from block.head
            yield from (cell for row in block.rows for cell in row)
        else:
            yield block.text


@EVERY
def test_each_names_all_that_is_kept_with_its_purposes_and_its_end(name: str) -> None:
    said = "\n".join(words(written(name)))
    for table in filter(lambda table: table.personal, TABLES.values()):
        assert str(table.called) in said
        assert [str(purpose) for purpose in table.personal.values() if str(purpose) not in said] == []
        assert rules.until(table) in said
        assert rules.stays(table) in said
    for called, goes in rules.elsewhere():
        assert called in said
        assert goes in said


@EVERY
@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_can_be_written_in_every_language_with_nothing_left_open_but_the_blanks(
    name: str, lang: str
) -> None:
    with speaking(lang):
        blocks = written(name)
    assert not [text for text in words(blocks) if "%(" in text or "None" in text]
    assert len([block for block in blocks if isinstance(block, Blank)]) >= 6


def test_each_measure_is_a_line_of_the_security_list_that_tests_stand_for() -> None:
    lines = [
        line.split(" | ")[0].removeprefix("| ")
        for line in (ROOT / "docs/security.md").read_text().splitlines()
    ]
    assert [measure.line for measure in MEASURES if measure.line not in lines] == []
    assert len({measure.line for measure in MEASURES}) == len(MEASURES)


def test_copies_are_kept_as_long_as_is_said() -> None:
    assert BACKUPS == KEPT


def test_a_file_is_whole_and_holds_what_was_said_whatever_a_name_holds(tmp_path: Path) -> None:
    blocks = written("dpia", 'Å & <Ås> "\x00\x0b😀')
    path = tmp_path / "dpia.docx"
    word.write(path, blocks, NOW, "nb-NO")
    with zipfile.ZipFile(path) as packed:
        trees = {name: ElementTree.fromstring(packed.read(name)) for name in packed.namelist()}  # noqa: S314 - ours
    document = trees["word/document.xml"]
    assert list(trees) == [
        "[Content_Types].xml", "_rels/.rels", "word/_rels/document.xml.rels", "word/styles.xml", "word/document.xml",
    ]  # fmt: skip
    said = [text.text or "" for text in document.iter(f"{W}t")]
    assert 'Behandlingsansvarlig: Å & <Ås> "😀 kommune' in said
    blanks = [block for block in blocks if isinstance(block, Blank)]
    assert len(list(document.iter(f"{W}highlight"))) == len(blanks)
    assert len(list(document.iter(f"{W}tbl"))) == len([block for block in blocks if isinstance(block, Grid)])
    before = path.read_bytes()
    word.write(path, blocks, NOW, "nb-NO")
    assert path.read_bytes() == before


def test_no_password_of_a_setting_stands_in_them() -> None:
    assert host("smtp://user:secret@mail.example:587?x=secret") == "mail.example"
    assert host(None) == ""
    named = Facts(
        "Sandnes", "T", "https://t.example", "a@b.no", "1", host("smtp://u:secret@mail.example"), "", NOW
    )
    assert "E-post: mail.example" in list(words(list(drafts.record(named))))


async def test_the_command_writes_three_for_each_municipality_and_nothing_over_what_is_filled_in(
    db: None, tmp_path: Path
) -> None:
    await make.organization()  # of a municipality
    await rows("INSERT INTO instance (id, demo, began_at) VALUES (1, true, $1)", NOW)
    slug = await value("SELECT slug FROM municipality")
    place = tmp_path / "documents"
    missing = await command("documents", str(place), "--municipality", "atlantis")
    assert (missing.code, place.exists()) == (1, False)
    assert slug in missing.said
    first = await command("documents", str(place))
    assert first.code == 0, first.said
    files = [place / f"{name}-{slug}.docx" for name in sorted(drafts.DRAFTS)]
    assert sorted(place.iterdir()) == files
    files[0].write_bytes(b"filled in")
    again = await command("documents", str(place))
    assert (again.code, files[0].read_bytes()) == (0, b"filled in")
    assert again.said.count("is left as it is") == 3
    assert (await command("documents", str(place), "--overwrite", "--lang", "nn")).code == 0
    assert files[0].read_bytes() != b"filled in"


def test_a_disk_that_is_full_leaves_no_half_of_a_document_and_what_was_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of one would be taken for one that is there, and never be written again."""
    there, new = tmp_path / "there.docx", tmp_path / "new.docx"
    there.write_bytes(b"filled in")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for path in (there, new):
        with pytest.raises(OSError, match="No space left") as raised:
            word.write(path, written("dpia"), NOW, "nb-NO")
        assert raised.value.filename == str(path)
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"there.docx": b"filled in"}
