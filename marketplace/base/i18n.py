"""Languages: Bokmål is the source and has no prefix; /nn and /en are complete translations."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.support import LazyProxy, NullTranslations, Translations

from marketplace.base.clock import oslo

LANGUAGES = {"nb": "Bokmål", "nn": "Nynorsk", "en": "English"}
"""Complete languages, each named in itself."""
SOURCE = "nb"
LOCALES = Path(__file__).parent.parent / "locale"
BABEL = {"nb": "nb_NO", "nn": "nn_NO", "en": "en_GB"}
NBSP, WORD_JOINER = "\u00a0", "\u2060"

_lang: ContextVar[str] = ContextVar("lang", default=SOURCE)


@cache
def translations(lang: str) -> NullTranslations:
    """The catalogue of a language; Bokmål is the text itself."""
    return NullTranslations() if lang == SOURCE else Translations.load(LOCALES, [lang])


def language() -> str:
    """The language of what is being done now."""
    return _lang.get()


def set_language(lang: str) -> None:
    _lang.set(lang if lang in LANGUAGES else SOURCE)


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Within this block texts are in `lang`; for mails in the recipient's language."""
    token = _lang.set(lang if lang in LANGUAGES else SOURCE)
    try:
        yield
    finally:
        _lang.reset(token)


def gettext(text: str, **values: Any) -> str:
    """The text in the present language, with %(name)s filled in."""
    found = translations(_lang.get()).gettext(text)
    return found % values if values else found


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """One or many; %(num)s is the count."""
    return translations(_lang.get()).ngettext(one, many, count) % {"num": count, **values}


def lazy(text: str) -> Any:
    """A text that is translated when it is shown: for labels made at import."""
    return LazyProxy(gettext, text, enable_cache=False)


LANGUAGE_WORDS = {"nb": lazy("bokmål"), "nn": lazy("nynorsk"), "en": lazy("engelsk")}
"""The same languages as they are called in a sentence."""


def language_word(code: str) -> str:
    """What a language is called in a sentence, in the present one: also one that is none of ours."""
    if code in LANGUAGE_WORDS:
        return str(LANGUAGE_WORDS[code])
    return str(Locale.parse(BABEL[_lang.get()]).languages.get(code, code))


def pick(texts: dict[str, str], lang: str | None = None) -> str:
    """From {language: text} the one wanted, else Bokmål, else any."""
    return texts.get(lang or _lang.get()) or texts.get(SOURCE) or next(iter(texts.values()), "")


@lru_cache(4096)
def _day(day: date, pattern: str, lang: str) -> str:
    return format_date(day, pattern, locale=BABEL[lang])


def day(moment: datetime | date, year: bool = False) -> str:
    """lørdag 24. oktober (2026); Saturday 24 October in English. Does not break between number and month."""
    when = oslo(moment).date() if isinstance(moment, datetime) else moment
    lang = _lang.get()
    number = f"d{NBSP}MMMM" if lang == "en" else f"d.{NBSP}MMMM"
    return _day(when, f"EEEE {number}{' y' if year else ''}", lang)


def brief_day(moment: datetime) -> str:
    """lør 9. jan: where there is little room, as in an SMS."""
    when, lang = oslo(moment).date(), _lang.get()
    weekday, month = (_day(when, form, lang).rstrip(".") for form in ("EEE", "MMM"))
    return f"{weekday} {when.day}{'' if lang == 'en' else '.'} {month}"


def short_day(moment: datetime | date, year: bool = False) -> str:
    """24. oktober (2026)"""
    when = oslo(moment).date() if isinstance(moment, datetime) else moment
    lang = _lang.get()
    return _day(when, (f"d{NBSP}MMMM" if lang == "en" else f"d.{NBSP}MMMM") + (" y" if year else ""), lang)


def month(when: date, year: bool = False) -> str:
    """oktober (2026)"""
    return _day(when, "LLLL y" if year else "LLLL", _lang.get())


def badge(moment: datetime) -> tuple[str, str, str]:
    """The parts of a calendar leaf: ('lør', '24', 'okt')."""
    return _badge(moment, _lang.get())


@lru_cache(4096)
def _badge(moment: datetime, lang: str) -> tuple[str, str, str]:
    when = oslo(moment).date()
    return _day(when, "EEE", lang).rstrip("."), str(when.day), _day(when, "LLL", lang).rstrip(".")


def clock_words(moment: datetime) -> str:
    """18 or 19.30 (19:30 in English, which also writes 18:00)."""
    when = oslo(moment)
    if _lang.get() == "en":
        return f"{when:%H:%M}"
    return str(when.hour) if when.minute == 0 else f"{when.hour}.{when.minute:02}"


def at_clock(moment: datetime) -> str:
    """kl. 18 (18:00 in English)."""
    return clock_words(moment) if _lang.get() == "en" else f"kl.{NBSP}{clock_words(moment)}"


def time_span(starts: datetime, ends: datetime) -> str:
    """kl. 18–19.30; does not break. What goes over midnight says so: kl. 22–2 dagen etter."""
    span = f"{at_clock(starts)}–{WORD_JOINER}{clock_words(ends)}"
    over = oslo(ends - timedelta(microseconds=1)).date() - oslo(starts).date() == timedelta(days=1)
    return gettext("%(span)s dagen etter", span=span) if over else span


def when(starts: datetime, ends: datetime, year: bool = False) -> str:
    """lørdag 24. oktober kl. 18–19.30; both days when it ends on another one."""
    if oslo(ends - timedelta(microseconds=1)).date() == oslo(starts).date():
        return f"{day(starts, year)} {time_span(starts, ends)}"
    return f"{day(starts, year)} {at_clock(starts)} – {day(ends, year)} {at_clock(ends)}"
