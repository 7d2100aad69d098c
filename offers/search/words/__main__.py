"""`python -m offers.search.words`: words on standard input, one a line; on standard output {word: [its parts]} as JSON.

A process of its own that lives for a moment: the dictionary takes 60 MB, which neither the worker nor the web keeps.
"""

import json
import sys

from simplemma import is_known

from offers.search.words.compounds import GLUES, divisions


def known(word: str) -> bool:
    return is_known(word, lang=GLUES)


if __name__ == "__main__":
    words = sys.stdin.buffer.read().decode().split("\n")
    json.dump({word: sorted(parts) for word in words if (parts := divisions(word, known))}, sys.stdout)
