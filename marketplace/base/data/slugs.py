"""Names as they stand in addresses: one slug for all languages, kept for good."""

import re
import unicodedata
from collections.abc import Set
from typing import Any

from anyascii import anyascii
from tortoise.exceptions import IntegrityError

from marketplace.base.data.database import column, in_transaction
from marketplace.base.errors import Conflict

RESERVED = frozenset({"new", "apply", "suggestions"})
"""Ours: /manage/offers/new, /organizations/apply, /offers/suggestions."""


def slug_of(title: str, otherwise: str = "tilbud") -> str:
    """The title as an address: Språkkafé på rådhuset is sprakkafe-pa-radhuset, Кафе is kafe. At most 60 long;
    `otherwise` for what has no letters and no digits."""
    read = (sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in title)
    slug = re.sub(r"[^a-z0-9]+", "-", anyascii("".join(read)).lower()).strip("-")[:60].strip("-")
    return slug or otherwise


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
        taken = await column(f"SELECT slug FROM {table} WHERE slug = $1 OR slug LIKE $2", slug, f"{slug}-%")
        made.slug = free_slug(slug, {*taken})
        try:
            async with in_transaction():
                await made.save(force_create=True)
        except IntegrityError:
            continue
        return
    raise Conflict
