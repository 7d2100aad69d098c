"""The secret address of one's own calendar: shown once, kept as a hash, renewed and revoked by its owner."""

from marketplace.base.data.database import rows
from marketplace.base.signing import secret_hash
from marketplace.people.models import Person
from tests import make
from tests.visitor import Page, Visitor


async def addresses(person: Person) -> list[tuple[bytes, bool]]:
    found = await rows(
        "SELECT secret_hash, revoked_at IS NULL AS works FROM calendar_address WHERE person_id = $1 ORDER BY id",
        person.id,
    )
    return [(bytes(row["secret_hash"]), row["works"]) for row in found]


def shown_secret(page: Page) -> str:
    field = page.soup.find(id="calendar-address")
    assert field is not None
    address = str(field["value"])
    assert address.startswith("http://127.0.0.1:8000/calendar/private/")
    return address.removeprefix("http://127.0.0.1:8000/calendar/private/").removesuffix(".ics")


async def test_a_calendar_address_is_shown_once_renewed_and_revoked(visitor: Visitor) -> None:
    ola = await make.person("Ola", "ola@example.no")
    await visitor.sign_in(ola)
    made = await visitor.submit(await visitor.open("/my-page"), "/calendar")
    first = shown_secret(made)
    assert len(first) == 32  # 192 bits
    assert await addresses(ola) == [(secret_hash(first), True)]
    page = await visitor.open("/my-page")
    assert first not in page.response.text
    assert "Du har en kalenderadresse fra 13. oktober." in page.text
    second = shown_secret(await visitor.submit(page, "/calendar"))
    assert await addresses(ola) == [(secret_hash(first), False), (secret_hash(second), True)]
    await visitor.submit(await visitor.open("/my-page"), "/calendar/revoke")
    assert await addresses(ola) == [(secret_hash(first), False), (secret_hash(second), False)]
    assert "Du har en kalenderadresse" not in (await visitor.open("/my-page")).text


async def test_a_calendar_address_is_only_its_owners(visitor: Visitor) -> None:
    ola, per = await make.person("Ola"), await make.person("Per")
    await visitor.sign_in(ola)
    await visitor.submit(await visitor.open("/my-page"), "/calendar")
    await visitor.sign_in(per)
    page = await visitor.open("/my-page")
    assert "Du har en kalenderadresse" not in page.text
    await visitor.post("/my-page/calendar/revoke", page.fields("/sign-out"))
    assert [works for _, works in await addresses(ola)] == [True]
