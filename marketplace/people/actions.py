"""What is written of a person, whoever they are."""

from uuid import UUID

from marketplace.base.data.database import rows


async def describe(person: UUID, *, name: str | None, lang: str) -> None:
    """Set what the person is called, and the language of their messages. Without a name the old one stands: a person
    whose name is gone is one that was forgotten, with their bookings (marketplace/privacy)."""
    await rows("UPDATE person SET name = coalesce($2, name), lang = $3 WHERE id = $1", person, name, lang)
