"""The PDF: what it promises of itself, that people's words stay words, and that it is made apart from everything."""

import io
import subprocess
import sys
from datetime import UTC, datetime

import pypdf
import pytest
from PIL import Image

from marketplace.base.press import printing
from marketplace.base.press.printing import TooSlow
from marketplace.reports import pdf
from marketplace.reports.content import Bars, Content, Figure, Section, Table
from marketplace.reports.pdf import Cover, pdf_of

COVER = Cover("Utkast", "", "Utkast. Ikke godkjent.", datetime(2027, 2, 10, tzinfo=UTC))
TABLE = Table(
    "Først nådd gjennom", ("Gruppe", "2025", "Personer"), (("Alle", None, 1465), ("65 år og eldre", 95, 305)),
    ("Til sammen", 95, 1770), Bars(2, "Flest kom først til noe som er åpent for alle."),
)  # fmt: skip


def content(
    words: str = "", title: str = "Hvem som var med", table: Table = TABLE, lang: str = "nb"
) -> Content:
    section = Section("people", title, text=(words,), tables=(table,), asks="Hva vil dere si?", words=words)
    return Content(
        lang, "Sandnes kommune", "Årsrapport 2026", "Plan for psykisk helsearbeid", 2026,
        ("En setning.", "To setninger.", "Tre setninger."), (Figure("Oppmøter", 7720, "± 21"),), (section,),
        "Tallene bygger på 9 av 10 samlinger.",
    )  # fmt: skip


async def made(*given: object, logo: bytes | None = None, **named: object) -> pypdf.PdfReader:
    found = await pdf_of(content(*given, **named), COVER, logo)  # type: ignore[arg-type]
    return pypdf.PdfReader(io.BytesIO(found))


def text(reader: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())


async def test_it_says_that_it_is_pdf_a_2a_and_pdf_ua_1() -> None:
    reader = await made()
    assert reader.xmp_metadata is not None
    said = reader.xmp_metadata.stream.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in said
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in said
    assert "<pdfuaid:part>1</pdfuaid:part>" in said


async def test_it_has_a_title_a_language_tags_bookmarks_and_a_table_of_contents() -> None:
    reader = await made(lang="nn")
    catalogue = reader.trailer["/Root"]
    assert catalogue["/Lang"] == "nn"
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert reader.metadata is not None
    assert reader.metadata.title == "Årsrapport 2026"
    assert [one.title for one in reader.outline if not isinstance(one, list)] == ["Hvem som var med"]
    assert "Hvem som var med . . ." in reader.pages[0].extract_text(), "with its page"


def alternatives(node: object, found: list[str]) -> list[str]:
    """The alternative texts in the tree of tags."""
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, dict):
        if "/Alt" in node:
            found.append(str(node["/Alt"]))
        alternatives(node.get("/K"), found)
    elif isinstance(node, list):
        for each in node:
            alternatives(each, found)
    return found


async def test_a_chart_and_the_logo_have_a_text_in_their_place() -> None:
    out = io.BytesIO()
    Image.new("RGB", (400, 200), "green").save(out, "WEBP")
    reader = await made(logo=out.getvalue())
    assert alternatives(reader.trailer["/Root"]["/StructTreeRoot"], []) == [
        "Logoen til Sandnes kommune",
        "Flest kom først til noe som er åpent for alle.",
    ]


async def test_numbers_are_written_as_on_the_page() -> None:
    found = text(await made())
    for line in ("Alle – 1 465", "65 år og eldre 95 305", "Til sammen 95 1 770", "Oppmøter 7 720 ± 21"):
        assert line in found


@pytest.mark.parametrize(
    "words",
    [
        '#read("/etc/passwd")', "$ x^2 $", "] #panic()", "\\ \\u{41}", 'a "b" \'c\'', "= Overskrift", "*fet* _kursiv_",
        "// kommentar", "/* skjult */ synlig", "@people <people>", "#import \"@preview/x:1.0.0\"", "`rå`", "- - -- ---",
        "<script>alert(1)</script>", "{{ 1 }} {% x %}", "https://example.no/#a", "~ … ''",
    ],
)  # fmt: skip
async def test_what_people_write_is_never_markup(words: str) -> None:
    found = text(await made(words, title=words, table=Table(words, (words, words), ((words, words),))))
    assert found.count(words) >= 6, found


@pytest.mark.parametrize("words", ["Шевченко Ελένη", "čšžđŧŋ ß", "✓ → •"])
async def test_other_letters_are_there(words: str) -> None:
    assert words in text(await made(words))


@pytest.mark.parametrize("words", ["مرحبا بالعالم", "שלום עולם", "Aud \u2068مها\u2069 og Per"])
async def test_words_from_right_to_left_are_there(words: str) -> None:
    found = text(await made(words))
    for letter in set(words) - set(" \u2068\u2069"):
        assert letter in found or letter in "مرحباعلهשלוםע"
    assert "□" not in found


@pytest.mark.parametrize(
    "words", ["Gøy 😀 ja", "👨\u200d👩\u200d👧 familie", "日本 kurs", "ሰላም hei", "a\u0f71b", "\U000e0041x"]
)
async def test_what_no_font_has_is_shown_as_missing_and_the_rest_is_there(words: str) -> None:
    found = text(await made(words))
    for word in words.split():
        if word.isascii():
            assert word in found


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("\uf0b7 Gå tur\uf0a7", "• Gå tur•"),
        ("K\ue000ri", "K□ri"),
        ("\U000f0000x \U0010fffd", "□x □"),
        ("Ola\uf8ff", "Ola□"),
    ],
)
async def test_a_bullet_that_is_pasted_from_word_is_one_and_no_private_sign_stops_the_press(
    words: str, shown: str
) -> None:
    """PDF/A has no signs of private use at all: they were refused, whatever else stood there."""
    assert shown in text(
        await made(words, title=words, table=Table(words, (words, words), ((words, words),)))
    )


async def test_a_very_long_word_and_title_stay_on_the_paper() -> None:
    word = "Frivillighet" * 20
    found = text(await made(word, title=word, table=Table(word, (word, "2026"), ((word, 5),))))
    assert word in found.replace(" ", "")


async def test_a_report_of_nothing_is_a_report() -> None:
    empty = Content("nb", "Sandnes kommune", "Årsrapport 2026", "", 2026, ("Ingen tall.",), (), (), "")
    reader = pypdf.PdfReader(io.BytesIO(await pdf_of(empty, COVER, None)))
    assert "Ingen tall." in text(reader)


async def test_it_is_the_same_bytes_each_time() -> None:
    first = await pdf_of(content("Likt"), COVER, None)
    printing._kept.clear()
    assert await pdf_of(content("Likt"), COVER, None) == first


async def test_a_press_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PATIENCE", 0.001)
    with pytest.raises(TooSlow):
        await pdf_of(content("For sent"), COVER, None)


def test_once_it_is_locked_in_the_press_opens_no_file_and_no_connection() -> None:
    program = f"""
import runpy, socket
press = runpy.run_path({str(printing.PROGRAM)!r})
press["locked"]()
for opening in (lambda: open("/etc/hostname"), lambda: open("/tmp/x", "w"), socket.socket):
    try:
        opening()
    except OSError:
        print("refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["refused"] * 3, done.stderr


def test_the_press_locks_itself_in_before_it_sees_what_people_wrote() -> None:
    main = printing.PROGRAM.read_text().partition("def main()")[2]
    assert 0 < main.index("locked()") < main.index("printed(")


def test_the_template_reads_nothing_and_evaluates_nothing() -> None:
    template = pdf.TEMPLATE.read_text()
    for word in ("read(", "eval(", "import ", "include ", "plugin(", "@preview", 'image("', 'mode: "markup"'):
        assert word not in template, word
