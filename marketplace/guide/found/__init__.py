"""Somebody rings about a booking that was made at this desk."""
