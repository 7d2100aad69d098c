"""What every page is drawn with: templates, components and static files."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from marketplace.base.web.forms import Form
from marketplace.base.web.http import Request
from marketplace.base.web.static import STATIC
from marketplace.base.web.templates import TEMPLATES, environment, template
from offers.catalogue.cards import Card

STARTS = datetime(2026, 10, 24, 9, 0, tzinfo=UTC)
OFFER = Card(
    slug="strikkekafe", title="<b>Strikkekafé</b>", summary="", lang="", kind_label="Møteplass", owner_name="Sentralen",
    starts_at=STARTS, ends_at=None, when_text="lørdag", venue_name="", audience_text="For alle", limits="", spoken=(),
    seats_state="few",
    seats_text="2 plasser igjen", seats_note="", drop_in=False, act="book", picture=None, drawing="img/kinds/kaffe.svg",
)  # fmt: skip


class Course(Form):
    name: str
    days: list[str] = []


def drawn(source: str, lang: str = "nb", **context: object) -> str:
    return environment(lang).from_string(source).render(**context)


def ids_and_references(html: str) -> tuple[list[str], set[str]]:
    """All ids, and all that for, aria-describedby, aria-labelledby and href="#…" point to."""
    ids: list[str] = []
    used: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            for name, text in attrs:
                if name == "id":
                    ids.append(text or "")
                elif name in ("for", "aria-describedby", "aria-labelledby"):
                    used.update((text or "").split())
                elif name == "href" and text and text.startswith("#"):
                    used.add(text[1:])

    Reader().feed(html)
    return ids, used


def test_a_constant_call_is_answered_when_the_template_is_compiled() -> None:
    made = environment("en")
    code = made.compile('<a href="{{ url("/offers") }}">{{ _("Finn tilbud") }}</a>', raw=True)
    assert 'href="/en/offers"' in code
    assert drawn(
        '{{ url(path) }} {{ _("50 %%") }} {{ _("Hei, %(name)s", name="<Ola>") }}', path="/about"
    ) == ("/about 50 % Hei, &lt;Ola&gt;")


def test_a_card_escapes_what_an_organisation_wrote_and_leads_to_the_offer_in_the_language_of_the_page() -> (
    None
):
    card = drawn(
        '{% from "components/offers.html" import offer_card %}{{ offer_card(offer) }}', "en", offer=OFFER
    )
    assert 'href="/en/offers/strikkekafe">&lt;b&gt;Strikkekafé&lt;/b&gt;</a>' in card
    assert 'datetime="2026-10-24T11:00+02:00"' in card
    assert 'data-state="few"' in card
    assert "#people" in card


def test_an_offer_in_another_language_says_so() -> None:
    card = drawn(
        '{% from "components/offers.html" import offer_card %}{{ offer_card(offer) }}',
        offer=OFFER._replace(lang="uk"),
    )
    assert 'lang="uk">' in card


def test_what_was_typed_stays_and_every_error_leads_to_a_field() -> None:
    form = Course.blank(name='Ola "den lange"', days=["b"])
    form.add_error("name", "Skriv kortere")
    form.add_error("days", "Velg to")
    form.add_error("form", "Kurset er fullt")
    html = drawn(
        '{% from "components/forms.html" import error_summary, text_field, checkboxes %}{{ error_summary(form) }}'
        '{{ text_field(form, "name", "Navn", hint="Kallenavn", required=true) }}'
        '{{ checkboxes(form, "days", "Dager", [("a", "A"), ("b", "B", "Sen")]) }}',
        form=form,
    )
    ids, used = ids_and_references(html)
    assert len(ids) == len(set(ids))
    assert used <= set(ids)
    assert "3 ting må rettes" in html
    assert (
        'value="Ola &#34;den lange&#34;" aria-describedby="name-hint name-error" aria-invalid="true"' in html
    )
    assert re.findall(r'value="(\w)"( checked)?', html) == [("a", ""), ("b", " checked")]
    assert "<li>Kurset er fullt</li>" in html


@pytest.mark.parametrize("status", [500, 503])
def test_the_last_error_pages_need_nothing_but_the_settings(status: int) -> None:
    page = template(f"errors/{status}.html", "nb").render(request_id="abc123")
    assert "abc123" in page
    assert 'lang="en"' in page
    assert 'href="tel:116123"' in page


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 429])
def test_every_error_page_says_what_happened_and_whom_to_call(status: int) -> None:
    request = Request({"type": "http", "path": "/", "query_string": b"", "headers": [], "method": "GET"})
    page = template(f"errors/{status}.html", "nb").render(
        request=request,
        person=None,
        languages=request.languages,
        work_links=[],
        message="Grunnen",
        request_id="abc123",
    )
    ids, used = ids_and_references(page)
    assert len(re.findall("<h1", page)) == 1
    assert "Grunnen" in page
    assert "abc123" in page
    assert 'href="/help-now"' in page
    assert used <= set(ids)


def test_no_style_or_script_stands_in_a_template() -> None:
    # What search engines read, or a script of ours, is data, which no browser runs.
    inline = re.compile(
        r'<style|<script(?! (type="module" )?src| type="application/(ld\+)?json")|\sstyle=|\son[a-z]+=|javascript:'
    )
    pages = [path for path in TEMPLATES.rglob("*.html") if "mails" not in path.parts]
    guilty = [path.name for path in pages if inline.search(path.read_text())]
    assert guilty == []


def test_nothing_in_the_stylesheets_is_fetched_from_elsewhere() -> None:
    for sheet in STATIC.rglob("*.css"):
        for address in re.findall(r"url\(([^)]*)\)", sheet.read_text()):
            assert (sheet.parent / address.strip("\"'")).is_file(), f"{sheet.name}: {address}"


def test_every_icon_that_is_asked_for_is_drawn() -> None:
    there = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img/icons.svg").read_text()))
    asked = set(template("components/offers.html", "nb").module.seat_icons.values())  # type: ignore[attr-defined]
    call = re.compile(r'icons\.svg"\) \}\}#([a-z-]+)|icon(?:_link)?\("([a-z-]+)"|icon="([a-z-]+)"')
    for path in TEMPLATES.rglob("*.html"):
        asked |= {name for names in call.findall(path.read_text()) for name in names if name}
    assert asked - there == set()


def test_files_of_others_bring_their_licence() -> None:
    folders = [path for path in Path(STATIC / "vendor").iterdir() if path.is_dir()]
    assert folders
    assert all((folder / "LICENSE").is_file() for folder in folders)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("+4799000022", "990 00 022"),
        ("99000022", "990 00 022"),
        ("+47 412 34 567", "412 34 567"),
        ("80050000", "800 50 000"),
        ("+4751000042", "51 00 00 42"),
        ("51 00 00 42", "51 00 00 42"),
        ("+46701234567", "+46701234567"),
        ("02800", "02800"),
        ("ola99000022@example.no", "ola99000022@example.no"),
        ("Spør i resepsjonen", "Spør i resepsjonen"),
    ],
)
def test_a_telephone_number_is_shown_as_people_read_it(written: str, shown: str) -> None:
    assert drawn("{{ number|number }}", number=written) == shown
