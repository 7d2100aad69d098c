"""Languages: Bokmål is the source and has no prefix; /nn and /en are complete translations."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_interval
from babel.support import LazyProxy, NullTranslations, Translations

from marketplace.base.clock import oslo

NBSP, WORD_JOINER = "\u00a0", "\u2060"


@dataclass(frozen=True)
class Language:
    """A complete language: what it is called in itself, its CLDR, and what CLDR does not say as we write it."""

    name: str
    cldr: str
    before_clock: str = f"kl.{NBSP}"
    whole_hour: str = "{0.hour}"
    other_hour: str = "{0.hour}.{0.minute:02}"
    in_digits: str = "{0:%H.%M}"
    small_weekdays: bool = True
    stemming: str = "norwegian"
    """What PostgreSQL calls the stemming of its words."""


OURS = {
    "nb": Language("Bokmål", "nb_NO"),
    "nn": Language("Nynorsk", "nn_NO"),
    "en": Language(
        "English",
        "en_GB",
        "",
        "{0:%H:%M}",
        "{0:%H:%M}",
        "{0:%H:%M}",
        small_weekdays=False,
        stemming="english",
    ),
}
"""Every language, and all that differs between them but for the texts."""
LANGUAGES = {code: ours.name for code, ours in OURS.items()}
SOURCE = "nb"
LOCALES = Path(__file__).parent.parent / "locale"

_lang: ContextVar[str] = ContextVar("lang", default=SOURCE)


@cache
def translations(lang: str) -> NullTranslations:
    """The catalogue of a language; Bokmål is the text itself."""
    return NullTranslations() if lang == SOURCE else Translations.load(LOCALES, [lang])


def language_of(address: str) -> str:
    """The language that an address of ours, from its path on, says it is read in: SOURCE has no prefix."""
    first = address[1:].partition("?")[0].partition("/")[0]
    return first if first in LANGUAGES else SOURCE


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
    return str(cldr().languages.get(code, code))


def pick(texts: dict[str, str], lang: str | None = None) -> str:
    """From {language: text} the one wanted, else Bokmål, else any."""
    return texts.get(lang or _lang.get()) or texts.get(SOURCE) or next(iter(texts.values()), "")


def cldr() -> Locale:
    """What CLDR knows of the present language."""
    return Locale.parse(OURS[_lang.get()].cldr)


@lru_cache(4096)
def _day(day: date, pattern: str, lang: str) -> str:
    return format_date(day, pattern, locale=OURS[lang].cldr)


@cache
def _order(parts: str, lang: str) -> str:
    """How a language orders a day and its month ("MMMMd"), which do not part at the end of a line."""
    pattern: str = Locale.parse(OURS[lang].cldr).datetime_skeletons[parts].pattern
    return pattern.replace(" ", NBSP)


def _date(when: date, parts: str, before: str = "", after: str = "") -> str:
    lang = _lang.get()
    return _day(when, f"{before}{_order(parts, lang)}{after}", lang)


def _oslo_day(moment: datetime | date) -> date:
    return oslo(moment).date() if isinstance(moment, datetime) else moment


def day(moment: datetime | date, year: bool = False) -> str:
    """lørdag 24. oktober (2026); Saturday 24 October in English."""
    return _date(_oslo_day(moment), "MMMMd", "EEEE ", " y" if year else "")


def brief_day(moment: datetime) -> str:
    """lør 9. jan: where there is little room, as in an SMS."""
    when = oslo(moment).date()
    short = _date(when, "MMMd").rstrip(".").replace(NBSP, " ")
    return f"{_day(when, 'EEE', _lang.get()).rstrip('.')} {short}"


def short_day(moment: datetime | date, year: bool = False) -> str:
    """24. oktober (2026)"""
    return _date(_oslo_day(moment), "MMMMd", after=" y" if year else "")


def brief_date(when: date, year: bool = False) -> str:
    """30. nov. (2026)"""
    return _date(when, "MMMd", after=" y" if year else "")


def far_apart(first: date, last: date) -> bool:
    """Does it take a year to tell which January is meant?"""
    return last - first > timedelta(days=300)


def days_span(first: date, last: date) -> str:
    """30. nov.–16. des.; 3.–24. nov.; with both years where the months alone would not do (`far_apart`)."""
    if first == last:
        return brief_date(first)
    parts = "yMMMd" if far_apart(first, last) else "MMMd"
    span: str = format_interval(first, last, skeleton=parts, locale=OURS[_lang.get()].cldr)
    return span.replace(" ", NBSP)


def month(when: date, year: bool = False) -> str:
    """oktober (2026)"""
    return _day(when, "LLLL y" if year else "LLLL", _lang.get())


def short_month(when: date) -> str:
    """okt: along the bottom of a chart."""
    return _day(when, "LLL", _lang.get()).rstrip(".")


def weekday(when: date) -> str:
    """mandag; Monday in English."""
    return _day(when, "EEEE", _lang.get())


def weekdays(words: Iterable[str]) -> list[str]:
    """Weekdays as they stand inside a sentence."""
    return [word.lower() if OURS[_lang.get()].small_weekdays else word for word in words]


def badge(moment: datetime) -> tuple[str, str, str]:
    """The parts of a calendar leaf: ('lør', '24', 'okt')."""
    return _badge(moment, _lang.get())


@lru_cache(4096)
def _badge(moment: datetime, lang: str) -> tuple[str, str, str]:
    when = oslo(moment).date()
    return _day(when, "EEE", lang).rstrip("."), str(when.day), _day(when, "LLL", lang).rstrip(".")


def _clock(at: time) -> str:
    ours = OURS[_lang.get()]
    return (ours.other_hour if at.minute else ours.whole_hour).format(at)


def clock_words(moment: datetime) -> str:
    """18 or 19.30 (19:30 in English, which also writes 18:00)."""
    return _clock(oslo(moment).time())


def clock_in_digits(at: datetime | time) -> str:
    """18.00, as a field holds it (18:00 in English)."""
    return OURS[_lang.get()].in_digits.format(oslo(at).time() if isinstance(at, datetime) else at)


def at_clock(moment: datetime) -> str:
    """kl. 18 (18:00 in English)."""
    return OURS[_lang.get()].before_clock + clock_words(moment)


def opening_hours(text: str) -> str:
    """kl. 9–15, of what a setting says as 09:00-15:00."""
    opens, closes = (_clock(time.fromisoformat(each.strip().zfill(5))) for each in text.split("-"))
    return f"{OURS[_lang.get()].before_clock}{opens}–{WORD_JOINER}{closes}"


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
