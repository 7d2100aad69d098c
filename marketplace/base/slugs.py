"""Names as they stand in addresses: one slug for all languages, kept for good."""

import re
import unicodedata
from collections.abc import Set
from typing import Any

from tortoise.exceptions import IntegrityError

from marketplace.base.database import in_transaction, rows
from marketplace.base.errors import Conflict

RESERVED = frozenset({"new", "apply"})
"""Ours: /manage/offers/new, /organizations/apply."""


LETTERS = """
    æ=ae ø=o ß=ss đ=d ŋ=n ŧ=t ł=l ð=d þ=th œ=oe ı=i
    а=a б=b в=v г=g ґ=g д=d е=e ё=jo є=je ж=zh з=z и=i і=i ї=ji й=j к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh
    ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=ju я=ja
    α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o
    ا=a أ=a إ=i آ=a ب=b پ=p ت=t ث=th ج=j چ=ch ح=h خ=kh د=d ذ=d ر=r ز=z ژ=zh س=s ش=sh ص=s ض=d ط=t ظ=z ع= غ=gh ف=f ق=q
    ک=k ك=k گ=g ل=l م=m ن=n ه=h ة=a و=w ؤ=w ى=a ی=y ي=y ئ=y ء=
    א=a ב=b ג=g ד=d ה=h ו=v ז=z ח=h ט=t י=y כ=k ך=k ל=l מ=m ם=m נ=n ן=n ס=s ע= פ=p ף=p צ=ts ץ=ts ק=k ר=r ש=sh ת=t
"""
"""Those whom we most often meet here, and how they are written in ours."""
LATIN = dict(pair.split("=") for pair in LETTERS.split())
SPOKEN = re.compile(r"(?:LETTER|SYLLABLE|VOWEL SIGN) (?:[A-Z]+ )*?([A-Z]{1,4})")
"""What Unicode calls a letter of a script that is read as it is named: ETHIOPIC SYLLABLE SAA, TAMIL LETTER KA."""


def slug_of(title: str, otherwise: str = "tilbud") -> str:
    """The title as an address: Språkkafé på rådhuset is sprakkafe-pa-radhuset, Кафе is kafe. At most 60 long;
    `otherwise` for what cannot be written in our letters."""
    plain = "".join(_latin(sign) for sign in unicodedata.normalize("NFC", title.lower()))
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")
    return slug or otherwise


def _latin(sign: str) -> str:
    if sign.isascii():
        return sign
    if (known := LATIN.get(sign)) is not None:
        return known
    bare = "".join(LATIN.get(part, part) for part in unicodedata.normalize("NFKD", sign))
    if plain := bare.encode("ascii", "ignore").decode():
        return plain
    if unicodedata.combining(sign):
        return ""
    spoken = SPOKEN.fullmatch(unicodedata.name(sign, "").partition(" ")[2])
    return spoken[1].lower() if spoken else "-"


def free_slug(slug: str, taken: Set[str]) -> str:
    """The slug, or with the first number that nobody has: kafe, kafe-2, kafe-3."""
    number = 1
    while (found := slug if number == 1 else f"{slug}-{number}") in taken | RESERVED:
        number += 1
    return found


async def insert_named(made: Any, title: str, otherwise: str = "tilbud") -> None:
    """Save a new row under a slug that nobody has. Two who try the same at once: one tries again. Raises Conflict."""
    slug, table = slug_of(title, otherwise), made._meta.db_table
    for _attempt in range(5):
        taken = await rows(f"SELECT slug FROM {table} WHERE slug = $1 OR slug LIKE $2", slug, f"{slug}-%")
        made.slug = free_slug(slug, {one["slug"] for one in taken})
        try:
            async with in_transaction():
                await made.save(force_create=True)
        except IntegrityError:
            continue
        return
    raise Conflict
