"""The picture of an offer: its organisers' own, in the place of the drawing of its kind."""
