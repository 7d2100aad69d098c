"""The languages that somebody speaks where an offer meets, besides Norwegian, each named in itself.

Who looks for one of them may not read ours, so the name is the same in every language of the pages.
"""

from marketplace.base.i18n import SOURCE, language_word

SPOKEN = {
    "en": "English",
    "uk": "Українська",
    "pl": "Polski",
    "ar": "العربية",
    "so": "Soomaali",
    "ti": "ትግርኛ",
    "fa": "فارسی",
    "prs": "دری",
    "ps": "پښتو",
    "tr": "Türkçe",
    "ku": "Kurmancî",
    "ckb": "کوردیی ناوەندی",
    "am": "አማርኛ",
    "es": "Español",
    "fr": "Français",
    "de": "Deutsch",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "ro": "Română",
    "ru": "Русский",
    "pt": "Português",
    "sw": "Kiswahili",
    "ur": "اردو",
    "hi": "हिन्दी",
    "ta": "தமிழ்",
    "th": "ไทย",
    "vi": "Tiếng Việt",
    "tl": "Filipino",
    "zh": "中文",
    "my": "မြန်မာ",
    "se": "Davvisámegiella",
    "nsl": "Norsk tegnspråk",
}
"""ISO 639 code: the name. Those most asked for stand first."""
KNOWN_AS = {"prs": "fa_AF"}
"""The code under which a name is known elsewhere."""


def written_in(code: str) -> str:
    """The language in which its name is written: a language of signs has no letters of its own."""
    return SOURCE if code == "nsl" else code


def spoken_names(codes: list[str]) -> list[tuple[str, str]]:
    """(the language that the name is written in, name) of languages, in the order of the list."""
    return [(written_in(code), name) for code, name in SPOKEN.items() if code in codes]


def choices() -> list[tuple[str, str]]:
    """(code, "Українська (ukrainsk)") for those who say which are spoken, and need not read them all."""
    return [(code, _both(code, name)) for code, name in SPOKEN.items()]


def _both(code: str, name: str) -> str:
    ours = language_word(KNOWN_AS.get(code, code))
    return name if ours in (code, name) or code == "nsl" else f"{name} ({ours})"
