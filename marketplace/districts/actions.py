"""Writes of districts. One transaction each, and one at a time in a municipality."""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from marketplace.base.data.audit import record
from marketplace.base.data.database import column, in_transaction, rows
from marketplace.base.data.slugs import free_slug, slug_of
from marketplace.base.errors import Refused
from marketplace.base.i18n import gettext as _
from marketplace.base.web.seen import one_at_a_time
from marketplace.districts import queries
from marketplace.districts.acts import Act
from marketplace.districts.rules import Places
from organizations.directory.models import District


class Overlaps(Refused):
    """A name or a place that another district has. `field` says where it is written."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


async def make(municipality: UUID, name: str, places: Places, *, by: UUID, now: datetime) -> District:
    """A new district. Raises Overlaps."""
    async with one_at_a_time(municipality):
        await _only_free(municipality, name, places, None)
        others = await column("SELECT slug FROM district WHERE municipality_id = $1", municipality)
        slug = free_slug(slug_of(name, "bydel"), {*others})
        district = await District.create(municipality_id=municipality, slug=slug, name=name)
        await _set_places(district, places)
        await record(Act.DISTRICT_MADE, now=now, actor=by, object_id=district.id)
    return district


async def change(district: District, name: str, places: Places, *, by: UUID, now: datetime) -> None:
    """Another name or other places. What has been counted stays where it was. Raises Overlaps."""
    async with one_at_a_time(district.municipality_id):
        await _only_free(district.municipality_id, name, places, district.id)
        await District.filter(id=district.id).update(name=name)
        await rows("DELETE FROM district_place WHERE district_id = $1", district.id)
        await _set_places(district, places)
        await record(Act.DISTRICT_CHANGED, now=now, actor=by, object_id=district.id)


async def remove(district: District, *, by: UUID, now: datetime) -> None:
    """Do away with a district in which nothing has been counted. Raises Refused for another."""
    async with one_at_a_time(district.municipality_id), in_transaction():
        if await queries.is_counted(district.id):
            raise Refused(
                _(
                    "Det er tall, mål eller saker om den, så bydelen må stå. Ta bort stedene, så telles ikke mer."
                )
            )
        if await District.filter(id=district.id).delete():
            await record(Act.DISTRICT_REMOVED, now=now, actor=by, object_id=district.id)


async def _only_free(municipality: UUID, name: str, places: Places, but: UUID | None) -> None:
    if await queries.has_name(municipality, name, but):
        raise Overlaps("name", _("Det finnes en bydel som heter det. Velg et annet navn."))
    taken = await queries.taken(municipality, places, but)
    if taken:
        told = ", ".join(
            _("%(place)s hører til %(name)s", place=one.place, name=one.name) for one in taken[:5]
        )
        raise Overlaps("places", _("%(told)s. Et sted kan bare være med i én bydel.", told=told))


async def _set_places(district: District, places: Places) -> None:
    for what, found in (("postcode", places.postcodes), ("city", places.towns)):
        await rows(
            f"""INSERT INTO district_place (id, district_id, municipality_id, {what})
            SELECT unnest($1::uuid[]), $2, $3, unnest($4::text[])""",
            [uuid7() for _place in found], district.id, district.municipality_id, list(found),
        )  # fmt: skip
