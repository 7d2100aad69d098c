"""What can go wrong, in the user's words. marketplace/access.py maps each to a page, once."""

from datetime import timedelta


class Problem(Exception):
    """The request cannot be met. `message` is shown to the user, in their language."""

    status = 400
    page = ""
    """Its page in templates/errors, when it is another than that of the status."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class BadRequest(Problem):
    """What was sent cannot be understood."""


class BodyTooLarge(Problem):
    """More was sent than anything here takes."""

    status = 413


class Forbidden(Problem):
    status = 403


class StaleForm(Forbidden):
    """A form without a token that holds: the page stood open too long, the cookie is gone, or it is not ours."""

    page = "stale_form"


class AnothersForm(Forbidden):
    """A form that somebody else had opened, whose sign-in it was then: their words are not sent as another's."""

    page = "anothers_form"


class SignedOut(Forbidden):
    """A form of whoever was signed in when they opened it, and is not any more."""

    page = "signed_out"


class NotFound(Problem):
    """There is nothing here, or nothing that this person may know of."""

    status = 404


class Conflict(Problem):
    """Somebody else was first, or the page is old."""

    status = 409


class Refused(Problem):
    """Understood, but the rules say no, and say why."""

    status = 422


class TooMany(Problem):
    """Tried too often."""

    status = 429

    def __init__(self, message: str = "", retry_after: timedelta = timedelta(minutes=1)) -> None:
        super().__init__(message)
        self.retry_after = retry_after
