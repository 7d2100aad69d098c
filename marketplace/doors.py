"""How a line of the URL map is written: a path and its view, behind its door (marketplace/access.py)."""

from starlette.routing import Route

from marketplace.access import Guarded
from marketplace.base.web.access import View


def get(path: str, view: View) -> Route:
    return Route(path, Guarded(view), methods=["GET"])


def post(path: str, view: View, page: str, *fields: str) -> Route:
    """`page` is the path where its form stands; `fields` of what was sent belong to that page's address."""
    return Route(path, Guarded(view, page, fields), methods=["POST"])


def both(path: str, view: View, *fields: str) -> Route:
    """One view that shows a form on GET and takes it on POST; `fields` of the form the page's address has too."""
    return Route(path, Guarded(view, path if fields else "", fields), methods=["GET", "POST"])
