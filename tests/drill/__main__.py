"""`make drill`: holds one and writes its figures to var/drill.json (`DATA=` another folder, as the one that a page of
yours is served from)."""

import os
import sys
from pathlib import Path

from marketplace.operations.drill.figures import write
from tests.drill.drill import Failed, hold

LOST_AT_MOST = 60.0
BACK_WITHIN = 120.0


def main() -> int:
    os.environ.setdefault("TREFFPUNKT_DEMO", "1")  # links are read as the instance makes them
    seconds, a_second = float(os.environ.get("SECONDS_OF_LOAD", "20")), float(os.environ.get("RATE", "40"))
    people = int(os.environ.get("PEOPLE", "0"))
    folder = Path(os.environ.get("DATA", "var"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        drill = hold(seconds, a_second, people, print)
    except Failed as problem:
        print(f"The drill could not be held: {problem}")
        return 2
    print(
        f"Back after {drill.back_seconds} s, with {drill.bookings} bookings. Lost: {drill.lost_seconds} s, "
        f"{drill.lost_bookings} bookings. {drill.violations} violations. Written to {write(drill, folder)}."
    )
    good = drill.good and drill.lost_seconds <= LOST_AT_MOST and drill.back_seconds <= BACK_WITHIN
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
