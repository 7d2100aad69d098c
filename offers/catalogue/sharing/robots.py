"""What search engines are asked to leave alone. It hides nothing: doors do that (marketplace/access.py)."""

from marketplace.base.i18n import LANGUAGES, SOURCE

PRIVATE = (
    "/approvals", "/bookings", "/demo", "/dialogues", "/districts", "/goals", "/goodbye", "/guide", "/health",
    "/invitations", "/manage", "/measures", "/my-page", "/needs", "/notices", "/offers/*/bookings",
    "/organizations/apply", "/plans", "/population", "/reports", "/sign-in", "/sign-out", "/statistics", "/today",
    "/unsubscribe",
)  # fmt: skip
"""Where somebody works, books or has signed in. Never the calendars: programs that fetch them ask here first."""
ENDLESS = ("/offers?*",)
"""Every choice of filters has an address of its own. Without the star some readers take it for all below /offers."""
OTHERS = tuple(code for code in LANGUAGES if code != SOURCE)
ROBOTS = "\n".join([
    "User-agent: *",
    *(f"Disallow: {prefix}{path}" for path in PRIVATE + ENDLESS for prefix in ("", *(f"/{code}" for code in OTHERS))),
    "",
])  # fmt: skip
