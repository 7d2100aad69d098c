"""The calls that nobody but a guide can make, and word to those who make them."""
