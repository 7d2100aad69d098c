"""What a recovery code looks like."""

import secrets

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without those that look alike."""


def recovery_code() -> str:
    """Eight signs by chance (39 bits), as people read them: K7M4-QP2X."""
    signs = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"
