"""A real worker with one mail of its own: test_schedule.py starts it, and kills it."""

from marketplace.base.models import Channel
from marketplace.base.post.mail import Content, mail, whoever_is_there
from marketplace.processes import serve_work


@mail(to=whoever_is_there)
async def numbered(channel: Channel, lang: str, number: int) -> Content | None:
    return Content("Beskjed", f"Nummer {number}\n")


if __name__ == "__main__":
    serve_work()
