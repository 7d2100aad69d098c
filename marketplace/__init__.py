"""Treffpunkt: the application around offers and organizations."""

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
__version__: str = tomllib.loads(PROJECT.read_text())["project"]["version"]
"""Said once, in pyproject.toml, which comes along wherever the program goes."""
AGENT = f"Treffpunkt/{__version__}"
"""What we call ourselves to other servers: in ASCII, whatever the service is called where it runs."""
