"""The facts of an offer to whoever is on the phone: when and where it is, and nothing about them."""
