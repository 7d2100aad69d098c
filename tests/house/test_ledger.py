"""Whatever ends a right, a link or an address says so in the ledger (marketplace/base/data/ledger.py), in the same act:
else a restore would bring it back. tests/marketplace/operations/restore/test_again.py holds that each ends again."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from tests.house.code import ROOT, nodes, trees

ENDS = re.compile(
    r"""DELETE\ FROM\ (contact_point|totp|passkey|recovery_code|host_assignment|offer_organizer|companion|own_goal
        |offer_question|offer_audience_organization
        |unsubscription|membership|acts_for|invitation|calendar_address|substitute|need|…)
    |UPDATE\ (membership|acts_for|invitation)(\ \w)?\ SET\ [^;]*\bended_at\ =
    |UPDATE\ (calendar_address|substitute)(\ \w)?\ SET\ [^;]*\brevoked_at\ =
    |UPDATE\ dialogue_member\ SET\ left_at
    |UPDATE\ recovery_code\ SET\ used_at
    |UPDATE\ check_in\ SET\ digest\ =\ NULL
    |UPDATE\ person(\ \w)?\ SET\ [^;]*\bshielded\ =
    |UPDATE\ booking(\ \w)?\ SET\ [^;]*\b(link_version|contact_id)\ =""",
    re.VERBOSE,
)
BY_ITSELF = {
    "marketplace/my_page/acting/actions.py:accept": "two persons become one, and the wish of either holds",
    "marketplace/my_page/acting/actions.py:_end": "`end` notes it, and `end_again` is the restore",
    "marketplace/my_page/acting/actions.py:hand_over": "follows from the end of acting, and is done again with it",
    "marketplace/my_page/contacts/actions.py:_pass_on": "follows from the removal of an address, which is noted",
    "marketplace/people/contacts/actions.py:forget_address": "remove_contact notes it",
    "marketplace/privacy/erasure/actions.py:_delete": "goes with the person, which is noted",
    "marketplace/privacy/actions.py:apply": "retention goes by the clock, and is run again",
    "marketplace/operations/renewal/secret.py:_stops": "the same wish under another key",
    "offers/bookings/mending/actions.py:_mend_one": "the same form sent anew, which names who comes anew",
    "offers/publishing/team/actions.py:tidy_hosts": "follows from the end of a role, and is done again with it",
}
"""Functions that end something and note nothing themselves, and why that is right."""


def text(node: ast.AST) -> str:
    """What a string holds, without what is put into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def _ends(sql: str) -> bool:
    return ENDS.search(re.sub(r"\s+", " ", sql)) is not None


@cache
def endings() -> dict[str, bool]:
    return dict(_endings())


def _endings() -> Iterator[tuple[str, bool]]:
    """Each function whose SQL ends something, and whether it notes that; and SQL that does and that no function of its
    file runs: whoever takes it from there is not seen."""
    for path, tree in trees().items():
        if {"restore", "migrations", "demo"} & {*path.parts} or not re.search(
            "DELETE|UPDATE", path.read_text()
        ):
            continue
        named = {
            target.id: " ".join(text(each) for each in ast.walk(node.value))
            for node in tree.body if isinstance(node, ast.Assign)
            for target in node.targets if isinstance(target, ast.Name)
        }  # fmt: skip
        functions = [*nodes(tree, ast.FunctionDef, ast.AsyncFunctionDef)]
        run = {node.id for function in functions for node in ast.walk(function) if isinstance(node, ast.Name)}
        for name, said in named.items():
            if name not in run and _ends(said):
                yield f"{path.relative_to(ROOT)}:{name}", False
        for function in functions:
            inside = list(ast.walk(function))
            said = [text(node) for node in inside]
            said += [named[node.id] for node in inside if isinstance(node, ast.Name) and node.id in named]
            if any(map(_ends, said)):
                notes = any(
                    isinstance(node, ast.Call) and ast.unparse(node.func) == "ledger.note" for node in inside
                )
                yield f"{path.relative_to(ROOT)}:{function.name}", notes


def test_what_ends_a_right_is_noted_in_the_ledger() -> None:
    found = endings()
    assert len(found) > 15
    assert {name for name, notes in found.items() if not notes} - set(BY_ITSELF) == set()


def test_what_is_excused_ends_something_still() -> None:
    found = endings()
    assert {name for name in BY_ITSELF if found.get(name, True)} == set()
