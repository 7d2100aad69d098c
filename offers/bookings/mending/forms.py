"""Where messages about a booking go from now on."""

from typing import Literal

from offers.bookings.forms import Email, Number, Phone, ReachForm


class AddressForm(ReachForm):
    """Where messages about a booking go from now on, or which number is rung."""

    contact: Literal["email", "sms", "call"] = "email"
    email: Email = None
    phone: Phone = None
    number: Number = None
