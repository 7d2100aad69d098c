"""Jinja: one environment a language, so that a template's texts are bound when it is compiled."""

import json
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape
from starlette.responses import Response

from marketplace.base import i18n, numbers
from marketplace.base.clock import oslo
from marketplace.base.first_names import first_name
from marketplace.base.i18n import lazy
from marketplace.base.quick import drawing as quick
from marketplace.base.quick.pieces import Pieces
from marketplace.base.site import site
from marketplace.base.text import isolated, name_key
from marketplace.base.web.http import Request
from marketplace.base.web.lately import LATELY, seconds_since
from marketplace.base.web.static import static_url
from marketplace.settings import settings

TEMPLATES = Path(__file__).parents[3] / "templates"
PARTIAL_VARY = "HX-Request, HX-History-Restore-Request"


def phone_link(number: str) -> str:
    """tel: value of a Norwegian number as written: 51 00 00 00 gives +4751000000."""
    digits = "".join(character for character in number if character.isdigit())
    return f"+{digits}" if number.strip().startswith("+") else f"+47{digits}" if len(digits) == 8 else digits


@pass_eval_context
def bdi(context: EvalContext, name: str | None) -> str:
    """A name that stands beside others, so that none of them moves when it runs from right to left. Where no markup
    may stand (titles, attributes, an SMS) it is `isolated`."""
    return Markup("<bdi>%s</bdi>") % (name or "") if context.autoescape else isolated(name)


TELEPHONE = re.compile(r"\+?[0-9][0-9 \u00a0-]{2,}")


@pass_eval_context
def dial(context: EvalContext, number: str | None) -> str:
    """A telephone number as a link that rings it; where no markup may stand (a text, an SMS) as people read it. What
    is no number (an e-mail address), as it is."""
    shown = shown_number(number or "")
    if not context.autoescape or not TELEPHONE.fullmatch(shown):
        return shown
    return Markup('<a href="tel:%s">%s</a>') % (phone_link(shown), shown)


@pass_eval_context
def ringing(context: EvalContext, text: str) -> str:
    """A sentence of ours, with the number of those who help as a link where it stands: what a form or a page of an
    error says comes as text."""
    number = site().helpline_phone
    if not context.autoescape or number not in text:
        return text
    return Markup(dial(context, number)).join(escape(part) for part in text.split(number))  # noqa: S704 - made above


def unbroken(reference: str) -> str:
    """A reference that stays on one line in a sentence: with a hyphen at which none is broken."""
    return reference.replace("-", "\u2011")


def shown_number(text: str) -> str:
    """A Norwegian number as people read it, 990 00 022 or 51 00 00 42; anything else, a foreign number or an e-mail
    address, as it is."""
    digits = re.sub(r"^\+47|[\s-]", "", text.strip())
    if not re.fullmatch(r"[2-9][0-9]{7}", digits):
        return text
    ends = (3, 5, 8) if digits[0] in "489" else (2, 4, 6, 8)
    return " ".join(digits[start:end] for start, end in zip((0, *ends), ends, strict=False))


@cache
def environment(lang: str) -> Environment:
    """The environment of a language; texts, dates and links in it are of that language."""
    made = quick.environment()(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        extensions=["jinja2.ext.i18n", Pieces],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings().debug,
        cache_size=-1,
    )
    made.install_gettext_translations(i18n.translations(lang), newstyle=True)  # type: ignore[attr-defined]
    prefix = "" if lang == i18n.SOURCE else f"/{lang}"
    made.globals |= {
        "lang": lang,
        "locale": i18n.OURS[lang].cldr,
        "url": lambda path: f"{prefix}{path}" if path != "/" else prefix or "/",
        "absolute": lambda path: f"{settings().public_url}{prefix}{path}",
        "static": static_url,
        "settings": settings(),
        "site": site,
        "time_span": i18n.time_span,
        "when": i18n.when,
        "badge": i18n.badge,
        "pick": i18n.pick,
        "demo_people": demo_people,
        "language_word": i18n.language_word,
        "opening_hours": i18n.opening_hours,
        "amount": numbers.amount,
        "one_decimal": numbers.one_decimal,
        "share": numbers.share,
        "percent": numbers.percent,
        "LATELY": LATELY,
        "seconds_since": seconds_since,
    }
    made.filters |= {
        "day": i18n.day,
        "brief_day": i18n.brief_day,
        "short_day": i18n.short_day,
        "month": i18n.month,
        "at_clock": i18n.at_clock,
        "clock_words": i18n.clock_words,
        "bdi": bdi,
        "first_name": first_name,
        "isolated": isolated,
        "name_key": name_key,
        "unbroken": unbroken,
        "phone": phone_link,
        "number": shown_number,
        "dial": dial,
        "ringing": ringing,
        "isoformat": lambda moment: oslo(moment).isoformat(timespec="minutes"),
    }
    return made


def demo_people() -> list[dict[str, str | None]]:
    """Who can sign in to the demo (role, name, organization, address): what marketplace/demo/load.py wrote."""
    path = settings().data_dir / "people.json"
    try:
        return _people(path, path.stat().st_mtime_ns)
    except OSError:
        return []


@lru_cache(1)
def _people(path: Path, written: int) -> list[dict[str, str | None]]:
    found: list[dict[str, str | None]] = json.loads(path.read_text())
    return found


def template(name: str, lang: str) -> Template:
    return environment(lang).get_template(name)


WORK = (
    ({"guide"}, lazy("Påmelding for andre"), "/desk"),
    ({"host", "editor", "manager"}, lazy("Tilbudene våre"), "/manage"),
    ({"coordinator"}, lazy("I dag"), "/today"),
    ({"coordinator"}, lazy("Organisasjoner"), "/approvals"),
    ({"coordinator"}, lazy("Planer og mål"), "/plans"),
    ({"coordinator"}, lazy("Tall"), "/statistics"),
    ({"coordinator"}, lazy("Dialog"), "/dialogues"),
)
"""Menu entries for those who work here: roles, words, path."""


def page_context(request: Request) -> dict[str, Any]:
    """What base.html needs on every page."""
    return {
        "work_links": [(words, path) for roles, words, path in WORK if roles & request.roles],
        "request": request,
        "person": request.person,
        "sealed_for": request.sealed_for,
        "roles": request.roles,
        "languages": request.languages,
        "csrf_input": request.form_token_input,
        "form_key_input": request.form_key_input,
    }


NAMES_FIELD = re.compile(r'<span data-field-of="([\w-]+)"></span>')
"""Where the list of errors says which field it speaks of: it stands above the field, which has the words for that."""


def label_of(field: str, page: str) -> str:
    """What a field is called on its page, before a sentence about it; nothing where it has no label of its own."""
    found = re.search(rf'<label[^>]* for="{re.escape(field)}">(.*?)(?: <span|</label>)', page)
    return f"{found[1]}{' ' if found[1].endswith('?') else ': '}" if found else ""


def render(
    request: Request,
    name: str,
    *,
    status: int = 200,
    partial: str | None = None,
    headers: dict[str, str] | None = None,
    **context: Any,
) -> Response:
    """The page, or only its `partial` (a file beside it) when htmx asks for that.

    A view never asks about htmx. Pages for one visitor alone (signed in, or with a form) are not stored.
    """
    sent = request.headers
    if partial and sent.get("hx-request") == "true" and sent.get("hx-history-restore-request") != "true":
        name = f"{name.rpartition('/')[0]}/{partial}"
    has_errors = any(getattr(each, "errors", None) for each in context.values())
    body = template(name, request.lang).render(page_context(request) | context | {"has_errors": has_errors})
    if has_errors:
        page = body
        body = NAMES_FIELD.sub(lambda found: label_of(found[1], page), page)
    response = Response(body, status, headers, "text/html; charset=utf-8")
    if partial:
        response.headers["Vary"] = PARTIAL_VARY
    if "cache-control" not in response.headers:
        response.headers["Cache-Control"] = "no-store" if request.private else "no-cache"
    return response
