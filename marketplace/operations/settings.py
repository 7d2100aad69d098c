"""Every setting as a Markdown table, for docs/settings.md."""

from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import SecretStr

from marketplace.settings import Settings
from marketplace.settings.variables import variable

TYPES = {bool: "yes/no", str: "text", int: "number", Path: "folder", SecretStr: "secret text"}


def table() -> str:
    """One line a setting, in their order."""
    lines = ["| Variable | Type | Default | Meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        lines.append(
            f"| `{variable(name)}` | {kind(field.annotation)} | {shown(field.default)} | {field.description} |"
        )
    return "\n".join(lines)


def kind(annotation: Any) -> str:
    if get_origin(annotation) is list:
        return "list"
    return next(TYPES[one] for one in (annotation, *get_args(annotation)) if one in TYPES)


def shown(default: Any) -> str:
    match default:
        case SecretStr() | None | []:
            return ""
        case bool():
            return "yes" if default else "no"
    return f"`{default}`"
