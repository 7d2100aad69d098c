"""People who book while the machine is taken away. What they were told is there is noted, and when."""

import asyncio
import itertools
import random
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

import httpx2 as httpx
from bs4 import BeautifulSoup

from offers.seats.links import opened_by

CONNECTIONS = 8
NUMBERS = itertools.count(1)


@dataclass
class Load:
    """Bookings at an address until it is gone. `acknowledged`: when each was told to be there, by the wall's clock."""

    address: str
    forms: list[tuple[str, dict[str, str]]]
    acknowledged: dict[UUID, float] = field(default_factory=dict)

    @classmethod
    async def of(cls, address: str, pages: list[str]) -> "Load":
        """With the forms as these pages hold them."""
        forms = []
        async with httpx.AsyncClient(base_url=address, cookies={"form": "0" * 32}, timeout=20) as client:
            for path in pages:
                page = BeautifulSoup((await client.get(path)).text, "html.parser")
                hidden = page.select("form[method=post] input[type=hidden]")
                fields = {str(each["name"]): str(each["value"]) for each in hidden}
                fields.pop("form_key")
                fields |= {"who": "me", "contact": "email", "seats": "1"}
                forms.append((path.partition("?")[0].removesuffix("/new"), fields))
        return cls(address, forms)

    async def run(self, stop: asyncio.Event, a_second: float) -> None:
        """About so many a second, on eight connections."""
        await asyncio.gather(*(self._one(stop, CONNECTIONS / a_second) for _ in range(CONNECTIONS)))

    async def _one(self, stop: asyncio.Event, pause: float) -> None:
        async with httpx.AsyncClient(
            base_url=self.address, cookies={"form": "0" * 32}, timeout=5, limits=httpx.Limits(max_connections=1)
        ) as client:  # fmt: skip
            while not stop.is_set():
                begun = time.monotonic()
                path, fields = random.choice(self.forms)
                key = secrets.token_hex(16)
                # Nobody sends the same twice: that would be asked back, and not booked.
                body = fields | {
                    "form_key": key,
                    "name": f"Ola {next(NUMBERS)}",
                    "email": f"drill.{key}@example.no",
                }
                try:
                    answer = await client.post(
                        path, content=urlencode(body),
                        headers={"Content-Type": "application/x-www-form-urlencoded"},
                    )  # fmt: skip
                except (httpx.HTTPError, OSError):
                    continue
                if answer.status_code == 303:
                    opened = opened_by(answer.headers["location"].rpartition("/")[2])
                    if opened:
                        self.acknowledged[opened[0]] = time.time()
                await asyncio.sleep(max(0.0, pause - (time.monotonic() - begun)))
