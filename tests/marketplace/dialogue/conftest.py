"""Frivillighetsdialogen of Sandnes, and the unit that runs it."""

import pytest

from marketplace.dialogue.models import Dialogue
from organizations.directory.models import Organization, OrganizationKind
from tests import make
from tests.conftest import NOW


@pytest.fixture
async def unit(db: None) -> Organization:
    return await make.organization(
        "Mestringsenheten", kind=OrganizationKind.MUNICIPAL, contact_name="Hilde", phone="51 00 00 12"
    )


@pytest.fixture
async def dialogue(unit: Organization) -> Dialogue:
    return await Dialogue.create(
        municipality_id=unit.municipality_id,  # type: ignore[attr-defined]
        coordinated_by=unit, slug="frivillighetsdialogen", title={"nb": "Frivillighetsdialogen"},
        summary={"nb": "Vi lager tilbud sammen."}, created_at=NOW,
    )  # fmt: skip
