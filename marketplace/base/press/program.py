"""The program that makes a PDF: run by itself, with the template and what to print on its standard input, and ended
from outside when it takes too long (printing.py). It imports nothing of ours, and reads no file: it locks itself in
before it looks at what it was given.

People's words reach typst as data (`sys.inputs`), never as markup: there is nothing in them that it would follow.
"""

import json
import os
import re
import resource
import sys
import tempfile
import unicodedata

import typst

UNKNOWN = re.compile(r'the text `"(.*?)"` could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
PLAIN = re.compile(r"[^\n -~\u00a0-\u024f\u2010-\u2026]")
"""What the last attempt leaves out: all but the letters of Europe."""
PRIVATE = re.compile(r"[\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd]")
"""Signs that each font may use as it likes, so PDF/A has none of them: among them the bullets of lists that are pasted
from Word."""
BULLETS = dict.fromkeys("\uf0b7\uf0a7\uf0a8\uf0d8\uf0e0\uf0fc\uf076\uf06e", "•")
MISSING = "□"
ATTEMPTS = 3
MEMORY = 2**32
"""Bytes of address space."""


def replaced(sign: str) -> str:
    """What stands in for a sign that no font of ours has: nothing for marks that are not seen by themselves."""
    return "" if unicodedata.category(sign) in ("Cf", "Mn", "Me", "Mc", "Sk") else MISSING


def plain(facts: str) -> str:
    """These with the letters of Europe alone."""
    return PLAIN.sub(lambda found: replaced(found[0]), facts)


def locked() -> None:
    """From here on this process opens no file and no connection, whatever runs in it; nor does it grow without end."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def printed(template: bytes, root: str, facts: str, timestamp: int, logo: bytes | None) -> bytes:
    """The PDF. Its fonts are those inside typst; `root` is an empty folder, the only one that it could read."""
    facts = PRIVATE.sub(lambda found: BULLETS.get(found[0], MISSING), facts)
    for attempt in range(ATTEMPTS + 1):
        if attempt == ATTEMPTS:
            facts = plain(facts)
        inputs = {"facts": facts, "logo": json.dumps(list(logo or b""))}
        compiler = typst.Compiler(
            template, root=root, ignore_system_fonts=True, sys_inputs=inputs, package_path=root,
            package_cache_path=root,
        )  # fmt: skip
        try:
            made = compiler.compile(format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=timestamp)
            assert isinstance(made, bytes)
            return made
        except typst.TypstError as problem:
            named = "".join(UNKNOWN.findall(problem.diagnostic or problem.message))
            signs = set(ESCAPED.sub(lambda found: chr(int(found[1], 16)), named))
            if attempt == ATTEMPTS:
                raise
            # Where it does not say which sign it minds, all go that may be it.
            facts = (
                "".join(replaced(sign) if sign in signs else sign for sign in facts)
                if signs
                else plain(facts)
            )
    raise AssertionError("never reached")


def main() -> None:
    """Read {template, facts, timestamp, logo (hex)} as JSON, write the PDF."""
    given = json.load(sys.stdin)
    root = tempfile.mkdtemp()
    locked()
    try:
        facts, template = json.dumps(given["facts"], ensure_ascii=False), given["template"].encode()
        made = printed(template, root, facts, given["timestamp"], bytes.fromhex(given["logo"]))
    finally:
        os.rmdir(root)
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
