"""What tests of an operator's commands begin with."""

from tests.offers.seats.test_two_servers import claimed

__all__ = ["claimed"]
