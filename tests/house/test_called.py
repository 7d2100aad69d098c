"""Names that are strings have two ends that no import holds together: what a view says in `?saved=` and the sentence
of a template, what is posted and the mail that is written, what is read of the audit log and what writes it."""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path

from marketplace.base.post.mail import MAILS
from marketplace.every_mail import MAILS as ROOMS
from marketplace.privacy.looked.rules import READS
from offers.telling.models import CallAbout, Mails
from organizations.approval.models import Answer
from tests.house.code import ROOT, files, nodes, trees

CODE = [path for path in files() if "migrations" not in path.parts and "demo" not in path.parts]
LOOKED = ROOT / "marketplace/privacy/looked/rules.py"
"""Where READS stands."""
SAVED = re.compile(r"[?&]saved=[\w-]+")


def code() -> list[tuple[Path, ast.Module]]:
    """Each of these files, and its tree."""
    return [(path, trees()[path]) for path in CODE]


def constants(tree: ast.AST) -> Iterator[str]:
    """Every text in the code but what only explains it."""
    explains = {
        id(node.value) for node in nodes(tree, ast.Expr) if isinstance(node.value, ast.Constant)
    }  # fmt: skip
    for node in nodes(tree, ast.Constant):
        if isinstance(node.value, str) and id(node) not in explains:
            yield node.value


def called(*names: str) -> Iterator[tuple[Path, ast.Call]]:
    """The calls of these functions, plainly or as a module's."""
    for path, tree in code():
        for node in nodes(tree, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in names:
                yield path, node


def texts_of(given: ast.expr) -> list[str]:
    """What an argument can be, as far as the call itself says it: a text, or one of two."""
    ways = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
    return [one.value for one in ways if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def enums(file: str, name: str) -> dict[str, StrEnum]:
    """Every member of the rooms' enums of that name, by where it stands."""
    return {
        f"{member.__module__}.{member.name}": member
        for path in CODE if path.name == file
        for member in getattr(importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)), name)
    }  # fmt: skip


SAID = enums("saved.py", "Saved")


@cache
def sentences_of_templates() -> dict[str, set[Path]]:
    """The words that `saved(request, {word: sentence})` knows."""
    found: dict[str, set[Path]] = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        for call in re.finditer(r"\bsaved(?:_line)?\(request, \{(.*?)\}\) *\}\}", path.read_text(), re.S):
            for word in re.findall(r'(?:^|, )"([\w-]+)": ', call[1]):
                found.setdefault(word, set()).add(path)
    return found


def test_no_saved_word_is_a_text() -> None:
    bare = [
        (path.relative_to(ROOT).as_posix(), match[0]) for path, tree in code()
        for text in constants(tree) if (match := SAVED.search(text))
    ]  # fmt: skip
    assert bare == []
    assert [word.name for word in SAID.values() if word.name != word.upper().replace("-", "_")] == []


def test_every_saved_word_is_said_by_its_room() -> None:
    assert len(SAID) > 60, "else nothing was found"
    named = {
        (module.removesuffix(".saved"), node.attr)
        for path, tree in code()
        for module in [
            one.module for one in nodes(tree, ast.ImportFrom) if (one.module or "").endswith(".saved")
        ]
        for node in nodes(tree, ast.Attribute) if getattr(node.value, "id", "") == "Saved"
    }  # fmt: skip
    made = {
        (module, word) for path, call in called("Saved") for module, word in OF_A_STATE
        if path.is_relative_to(ROOT / module.replace(".", "/"))
    }  # fmt: skip
    silent = {
        where for where, word in SAID.items()
        if (where.removesuffix(f".saved.{word.name}"), word.name) not in named | made
    }  # fmt: skip
    assert silent == set()


OF_A_STATE = {
    *(("offers.participants", word) for word in ("CONFIRMED", "WAITING", "DECLINED")),
    *(("organizations.approval", answer.name) for answer in Answer),
}
"""Words that are the state that came of it."""


def test_every_saved_word_has_its_sentence() -> None:
    assert {where for where, word in SAID.items() if word not in sentences_of_templates()} == set()


def test_every_sentence_is_said_by_something() -> None:
    templates = sentences_of_templates()
    assert len(templates) > 60, "else nothing was found"
    assert {word: templates[word] for word in templates.keys() - {*SAID.values()}} == {}


POSTS = ("post", "tell", "tell_members", "_tell", "_tell_day", "name_of")
"""What takes a mail; `told` first where it has whom it goes to."""


def test_no_mail_is_posted_by_a_text() -> None:
    """A mail is posted by its function, or by a constant where a room above writes it."""
    calls = [(path, call) for path, call in called(*POSTS) if not path.name.endswith("routes.py")]
    assert len(calls) > 40, "else nothing was found"
    bare = [
        (path.relative_to(ROOT).as_posix(), call.lineno)
        for path, call in calls if any(name in MAILS for each in call.args[:2] for name in texts_of(each))
    ]  # fmt: skip
    assert bare == []
    in_sql = [
        (path.relative_to(ROOT).as_posix(), name) for path, tree in code() for text in constants(tree)
        if "outbox_message" in text for name in re.findall(r"\bmail\s*=\s*'(\w+)'", text) if name in MAILS
    ]  # fmt: skip
    assert in_sql == []


def test_every_mail_that_a_lower_room_names_is_written() -> None:
    assert ROOMS
    assert {*Mails} | {*CallAbout} <= MAILS.keys()


def test_every_mail_that_can_be_written_is_posted_by_something() -> None:
    """By its function, imported or of its module, or by its constant."""
    used = {
        getattr(node, "attr", "") or getattr(node, "id", "")
        for path, tree in code() if path.name not in ("mails.py", "every_mail.py")
        for node in nodes(tree, ast.Attribute, ast.Name)
    }  # fmt: skip
    assert {name for name in MAILS if name not in used and name.upper() not in used} == set()


ACTS = enums("acts.py", "Act")
"""Every act of every room, by where it stands."""


def test_every_act_in_the_audit_log_is_a_constant_called_noun_dot_verb() -> None:
    assert len(ACTS) > 90, "else nothing was found"
    assert [
        act for act in ACTS.values() if not re.fullmatch(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*", act)
    ] == []
    assert [act for act in ACTS.values() if act.name != act.upper().replace(".", "_")] == []
    twice = Counter(act.value for act in ACTS.values())
    assert [act for act, times in twice.items() if times > 1] == [], "one room's, and the others import it"
    bare = [
        (path.relative_to(ROOT).as_posix(), text) for path, tree in code() if path.name != "acts.py"
        for text in constants(tree) if any(text == act or f"'{act}'" in text for act in ACTS.values())
    ]  # fmt: skip
    assert bare == []
    unnamed = [
        (path.relative_to(ROOT).as_posix(), call.lineno) for path, call in called("record", "record_each")
        if call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr)
    ]  # fmt: skip
    assert unnamed == []


def test_every_act_is_recorded_by_something() -> None:
    """By its name, or by `Act(f"noun.{what}")`, where the rest of it is the act's own result."""
    named = {
        node.attr for path, tree in code() if path != LOOKED
        for node in nodes(tree, ast.Attribute)
    }  # fmt: skip
    made = {
        call.args[0].values[0].value if isinstance(call.args[0].values[0], ast.Constant) else ""
        for _path, call in called("Act") if isinstance(call.args[0], ast.JoinedStr)
    }  # fmt: skip
    assert made == {"booking.", "organization.", "second_factor.", ""}
    moved = {"focus_area.moved", "measure.moved"}  # the one that begins with what was moved
    missing = [
        act for act in ACTS.values()
        if act.name not in named and act not in moved and act.split(".")[0] + "." not in made
    ]  # fmt: skip
    assert missing == []


def test_every_act_that_somebody_is_shown_is_recorded_by_something() -> None:
    assert READS.keys() <= {*ACTS.values()}
