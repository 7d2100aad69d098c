"""The commands of `python -m marketplace` but those that serve: one file a group. marketplace/cli.py gathers them."""
