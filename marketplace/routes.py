"""The whole URL map, one page. Every view is wrapped by its door (marketplace/access.py).

Hot routes stand first: the router tries them in order.
"""

from starlette.routing import BaseRoute, Route

from marketplace.access import Guarded
from marketplace.base import static
from marketplace.base.access import View
from marketplace.home import views as home


def get(path: str, view: View) -> Route:
    return Route(path, Guarded(view), methods=["GET"])


def post(path: str, view: View) -> Route:
    return Route(path, Guarded(view), methods=["POST"])


def both(path: str, view: View) -> Route:
    """One view that shows a form on GET and takes it on POST."""
    return Route(path, Guarded(view), methods=["GET", "POST"])


ROUTES: list[BaseRoute] = [
    # finding offers
    # booking
    # calendars
    # people
    # organisations and their work
    # goals and dialogue
    # about
    get("/privacy", home.privacy),
    get("/accessibility", home.accessibility),
    get("/help-now", home.help_now),
    get("/about", home.about),
    get("/health/live", home.live),
    get("/health/ready", home.ready),
    Route("/static/{name:path}", static.serve, methods=["GET"]),
]
