"""Whoever is on the phone: what was searched for them and booked, as long as the call lasts."""
