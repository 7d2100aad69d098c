"""What goes when: for everybody to read."""

from starlette.responses import Response

from marketplace.base.web.access import public
from marketplace.base.web.http import Request
from marketplace.base.web.templates import render
from marketplace.privacy.retention import rules
from marketplace.privacy.retention.queries import last_run


@public
async def retention(request: Request) -> Response:
    """The page that is made from the table in code, with the last time that it was done."""
    run = await last_run(request.now)
    return render(
        request, "marketplace/privacy/retention/retention.html", run=run, groups=list(rules.groups()),
        elsewhere=rules.elsewhere(), columns=rules.columns(), nobodys=rules.nobodys(),
        gone=rules.about(run.gone) if run else "", in_all=rules.about(run.in_all) if run else "",
    )  # fmt: skip
