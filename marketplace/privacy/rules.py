"""What is kept about people, why, and until when: one table. The program runs on it (actions.py), and a test fails on
a column that is not here. Product.md, "Privacy, by design", and design/security.md are what it follows.
"""

from marketplace.privacy.kept.bookings import BOOKINGS
from marketplace.privacy.kept.numbers import FIGURES
from marketplace.privacy.kept.offers import OFFERS
from marketplace.privacy.kept.people import PEOPLE
from marketplace.privacy.kept.rules import Table

TABLES: dict[str, Table] = PEOPLE | BOOKINGS | OFFERS | FIGURES
"""By table, in the order in which the night forgets."""
