"""Reads what tests ask most of a page without building a tree of it: its words, and its forms.

To parse a page into a tree takes several times longer than to make it, and most pages are only asked for a sentence or
for a form to send. tests/house/test_markup.py reads every page of the house both ways.
"""

import re
from html import unescape

TOKEN = re.compile(
    r"""<!--.*?-->|<![^>]*>|<(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)(?P<attributes>(?:"[^"]*"|'[^']*'|[^'">])*)>""",
    re.DOTALL,
)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
RAW = {"script", "style"}
"""What stands in these is no markup."""
NO_WORDS = RAW | {"template", "rt", "rp"}
"""What stands in these is no text of the page."""
PANEL = re.compile(r"""<aside\b[^>]*\bclass=["'][^"']*\btp-demo(?![\w-])""")
FORM = re.compile(r"<form\b.*?</form\s*>", re.DOTALL | re.IGNORECASE)
POSTS = re.compile(r"""<form\b[^>]*\bmethod=["']?post\b""", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
HEADING = re.compile(r"<h1\b.*?</h1\s*>", re.DOTALL | re.IGNORECASE)


def without_panel(html: str) -> str:
    """The page without the demo's panel, which is no part of it."""
    found = PANEL.search(html)
    if not found:
        return html
    deep, at = 0, found.start()
    for token in re.finditer(r"<(/?)aside\b", html[at:]):
        deep += -1 if token[1] else 1
        if deep == 0:
            end = html.index(">", at + token.start()) + 1
            return html[:at] + html[end:]
    return html[:at]


def words(html: str) -> str:
    """What a person reads, with spaces between elements, but where a name is only kept to itself (<bdi>)."""
    found: list[str] = []
    stack: list[tuple[str, int]] = [("", 0)]
    silent = at = count = 0
    before: int | None = None
    while True:
        token = TOKEN.search(html, at)
        text = html[at : token.start() if token else len(html)]
        if text and not silent:
            name, around = stack[-1]
            if name == "bdi":
                around = stack[-2][1]
            found.append(unescape(text) if around == before else f" {unescape(text)}")
            before = around
        if token is None:
            return "".join(found)
        at = token.end()
        if not token["name"]:
            continue
        name = token["name"].lower()
        if token["close"]:
            place = next((i for i in range(len(stack) - 1, 0, -1) if stack[i][0] == name), 0)
            if place:
                silent -= sum(one in NO_WORDS for one, _ in stack[place:])
                del stack[place:]
        elif name in RAW:
            end = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
            at = end.start() if end else len(html)
            closing = html.find(">", at)
            at = closing + 1 if closing >= 0 else len(html)
        elif name not in VOID and not token["attributes"].endswith("/"):
            count += 1
            stack.append((name, count))
            silent += name in NO_WORDS


def forms(html: str) -> list[str]:
    """The forms that post, as they are written; what stands around the page comes last."""
    opens, closes = html.find("<main"), html.rfind("</main")
    found = [one for one in FORM.finditer(html) if POSTS.match(one[0])]
    return [one[0] for one in sorted(found, key=lambda one: not opens < one.start() < closes)]


def attributes(written: str) -> dict[str, str]:
    """Those of a tag, by name; what says no more than its name is empty."""
    return {
        name.lower(): unescape(double or single or bare)
        for name, double, single, bare in ATTRIBUTE.findall(written)
    }


def of_form(form: str) -> dict[str, str]:
    """The attributes of a form as it is written."""
    token = TOKEN.match(form)
    return attributes(token["attributes"]) if token else {}


def fields(form: str) -> dict[str, list[str]]:
    """What a form would send if nothing were typed."""
    sent: dict[str, list[str]] = {}
    name, options = "", list[tuple[bool, str]]()  # of the select that is open
    for token in TOKEN.finditer(form):
        tag = (token["name"] or "").lower()
        if tag not in ("input", "select", "option", "textarea"):
            continue
        if token["close"]:
            if tag == "select" and name:
                sent.setdefault(name, []).append(
                    next((text for chosen, text in options if chosen), options[0][1] if options else "")
                )
                name = ""
            continue
        said = attributes(token["attributes"])
        if tag == "option":
            text = unescape(form[token.end() : form.index("<", token.end())])
            options.append(("selected" in said, said.get("value", text)))
            continue
        kind = said.get("type", "text")
        if not said.get("name") or kind in ("submit", "button") or "disabled" in said:
            continue
        if tag == "select":
            name, options = said["name"], []
        elif tag == "textarea":
            text = unescape(form[token.end() : form.index("</textarea", token.end())])
            sent.setdefault(said["name"], []).append(text.removeprefix("\n"))  # as browsers read it
        elif kind not in ("checkbox", "radio") or "checked" in said:
            sent.setdefault(said["name"], []).append(said.get("value", "on" if kind == "checkbox" else ""))
    return sent


def heading(html: str) -> str:
    """The first heading, as it is written; empty where there is none."""
    found = HEADING.search(html)
    return found[0] if found else ""
