"""What tests read of a page without a tree (tests/markup.py) is what a tree of it says."""

from bs4 import BeautifulSoup, NavigableString, Tag

from tests import markup
from tests.house.standing import stand
from tests.house.town import routes
from tests.visitor import Page, Visitor, in_line


def words_of(soup: BeautifulSoup) -> str:
    """The texts with spaces between, but where a name is only kept to itself (<bdi>)."""
    found, before = "", None
    for text in soup.find_all(string=lambda text: type(text) is NavigableString):
        around = text.parent.parent if text.parent is not None and text.parent.name == "bdi" else text.parent
        found += str(text) if around is before else f" {text}"
        before = around
    return in_line(found)


def forms_of(soup: BeautifulSoup) -> list[Tag]:
    """The forms that post; what stands around the page comes last."""
    forms = [form for form in soup.find_all("form") if str(form.get("method", "get")).lower() == "post"]
    return sorted(forms, key=lambda form: form.find_parent("main") is None)


def fields_of(form: Tag) -> dict[str, list[str]]:
    """What it would send if nothing were typed."""
    sent: dict[str, list[str]] = {}
    for field in form.find_all(["input", "select", "textarea"]):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "button") or "disabled" in field.attrs:
            continue
        if kind in ("checkbox", "radio") and "checked" not in field.attrs:
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True) or field.find("option")
            text = chosen.get("value", chosen.get_text()) if chosen else ""
        elif field.name == "textarea":
            text = field.get_text().removeprefix("\n")
        else:
            text = field.get("value", "on" if kind == "checkbox" else "")
        sent.setdefault(str(name), []).append(str(text))
    return sent


def differences(page: Page) -> list[str]:
    heading, forms = page.soup.h1, forms_of(page.soup)
    both = {
        "text": (page.text, words_of(page.soup)),
        "forms": (
            [(markup.of_form(form).get("action"), markup.fields(form)) for form in page.forms],
            [(form.get("action"), fields_of(form)) for form in forms],
        ),
        "heading": (page.heading, in_line(heading.get_text(" ")) if heading else ""),
    }
    return [f"{name} of {page.url}" for name, (quick, thorough) in both.items() if quick != thorough]


async def test_a_page_is_read_as_its_tree(visitor: Visitor) -> None:
    """Every page of the house, the roles by turns."""
    town = await stand()
    roles, read, found = list(town.people), 0, list[str]()
    for number, route in enumerate(routes("GET")):
        if number % 12 == 0:
            await visitor.sign_in(town.people[roles[number // 12 % len(roles)]])
        page = await visitor.open(town.path(route))
        if "html" in page.response.headers.get("content-type", ""):
            read += 1
            found += differences(page)
    assert read > 150
    assert found == []


async def test_what_pages_hardly_hold_is_read_as_its_tree() -> None:
    class Answer:
        headers = {"content-type": "text/html"}
        status_code = 200

        class url:  # noqa: N801 - as httpx calls it
            raw_path = b"/"

        def __init__(self, text: str) -> None:
            self.text = text

    odd = (
        "<p>a<!-- <b>no</b> -->b<br>c<bdi>Ola</bdi>!</p><p>d<i>e</i>f &amp; &aring;&#160;g",
        "<script>if (a < b) { x = '<p>no</p>' }</script><style>p > a {}</style><p>yes</p>",
        "<template><p>no <b>no</b></p></template><svg><path d='M0 0'/><title>t</title></svg></b>u",
        '<main><h1>Tur <bdi>Per</bdi></h1><form method="get" action="/a">x</form></main>'
        "<form method='POST' action='/b?x=1&amp;y=2'><input name=c value='>'><input name=d checked type=checkbox>"
        "<input type=radio name=e value=1><input type=radio name=e value=2 checked><input name=f value='&quot;' />"
        "<select name=g><option value=''>-<option value=1 selected>one</option></select><select name=h></select>"
        "<select name=i><option>&aring; </option></select><textarea name=j>\n\na &lt; b</textarea><input name=k "
        "disabled value=x><button name=l value=m>n</button></form><main></main>",
        '<aside class="ds-card tp-demo"><aside>in</aside><form method="post">p</form></aside><h1>q</h1>r',
        '<form method="post" action="/around"></form><main><form method="post" action="/in"></form></main>',
        '<aside class="tp-demonstration">stays</aside>',
        "", "only words", "a &lt;b&gt; c",
    )  # fmt: skip
    assert [each for text in odd for each in differences(Page(Answer(text)))] == []  # type: ignore[arg-type]
