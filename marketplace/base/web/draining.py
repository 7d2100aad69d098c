"""Whether this process has been told to end. It still takes what comes for a while (TREFFPUNKT_DRAIN_SECONDS), says so
to probes, and asks everybody to connect anew for what they want next."""

_begun = False


def begin() -> None:
    """From now on this process is on its way out."""
    global _begun
    _begun = True


def begun() -> bool:
    return _begun
