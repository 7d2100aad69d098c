"""What axe says of the pages where one looks for something, in the states that a list, an offer and the desk can be in:
in light and dark, on a phone and at a desk, with scripts and where none of them comes."""

from typing import Any

import pytest
from playwright.async_api import Route

from tests.journeys.conftest import DESKTOP, PHONE

LIST = "/offers?municipality=all"
STATES = {
    "list": LIST,
    "six chips": f"{LIST}&kind=course&kind=group&audience=adults&audience=seniors&part=evening&cost=free",
    "words": f"{LIST}&q=tur",
    "words, a place and a day": f"{LIST}&q=kafe+Hana+l%C3%B8rdag",
    "an age": f"{LIST}&q=noe+for+en+p%C3%A5+80+%C3%A5r",
    "a situation": f"{LIST}&q=jeg+er+alene+om+kvelden",
    "somebody now": f"{LIST}&q=vil+ikke+leve",
    "nothing found": f"{LIST}&q=origami",
    "nothing found on that day": f"{LIST}&kind=talk&day=today&part=morning",
    "near": f"{LIST}&near=4306&within=5",
    "week": f"{LIST}&view=week",
    "front": "/",
    "offer": "/offers/strikkekafe-for-alle",
    "times to choose": "/offers/en-prat-pa-tre-kvarter",
    "in English": "/en/offers?municipality=all&q=learn+norwegian",
}
WRONG = {
    f"{LIST}&q={'a' * 301}": 422,
    f"{LIST}&age=ni&kind=fest&day=i-fjor&near=atlantis&date=99.99": 422,
    "/offers?municipality=atlantis": 422,
    "/offers/finnes-ikke": 404,
}
DARK = {"color_scheme": "dark"}
OPEN = "document.querySelectorAll('main details').forEach(one => { one.open = true })"


async def no_script(route: Route) -> None:
    """What a browser runs where a script does not come. (axe needs a browser that runs some.)"""
    await route.fulfill(status=200, content_type="text/javascript", body="")


@pytest.mark.parametrize("script", [True, False], ids=["phone, dark", "phone and desk, no scripts"])
async def test_axe_has_nothing_to_say_of_any_state(arrive: Any, script: bool) -> None:
    sight, also = (PHONE | DARK, []) if script else (PHONE, [DESKTOP | DARK])
    async with arrive(**sight, also=also) as visitor:
        if not script:
            await visitor.page.route("**/*.js*", no_script)
        for path, status in [*((path, 200) for path in STATES.values()), *WRONG.items()]:
            answer = await visitor.page.goto(visitor.address + path)
            assert answer is not None
            assert answer.status == status, path
            await visitor.page.evaluate(OPEN)
            await visitor.look(status)


async def test_axe_has_nothing_to_say_of_the_desk(arrive: Any) -> None:
    async with arrive(**PHONE, also=[DESKTOP | DARK]) as guide:
        await guide.sign_in("solveig@example.no")
        await guide.go("/desk")
        for said in ("noen å gå tur med", "origami"):
            await guide.fill("Skriv det de sier, med deres egne ord", said)
            await guide.press("Finn", exact=True)
            await guide.page.evaluate(OPEN)
            await guide.look()
        await guide.go("/offers/strikkekafe-for-alle")
