"""The validator's complaints turned into one message that a clinician can act on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from holocrine.domain.base import FAULT
from holocrine.domain.toml_text import Path, path_text, shown
from holocrine.errors import FieldError, nearest_match

Node = Mapping[str, Any]
MORE_NAMED = 10
"""How many further faulty fields are listed by name."""


@dataclass(frozen=True)
class _Fault:
    path: Path
    problem: str
    allowed: str
    remedy: str
    kind: str
    below: str = ""
    meant: str | None = None

    @property
    def field(self) -> str:
        joint = "." if self.path and self.below else ""
        return f"{path_text(self.path)}{joint}{self.below}"


def field_error(errors: Iterable[ErrorDetails], schema: Node, where: str) -> FieldError:
    """One FieldError for all `errors` of a file: the first in full, the others by name.

    `schema` is the JSON Schema of the file; `where` the file. An unknown field comes first, and a missing
    field of which it is a misspelling is not counted again.
    """
    found: dict[str, _Fault] = {}
    for error in errors:
        one = _read(error, schema)
        found.setdefault(one.field, one)
    unknown = [one for one in found.values() if one.kind == "unknown"]
    misspelt = {(*one.path[:-1], one.meant) for one in unknown}
    rest = [
        one for one in found.values() if one.kind != "unknown" and not (one.kind == "missing" and one.path in misspelt)
    ]
    first, *others = [*unknown, *rest]
    return FieldError(
        first.problem,
        where=where,
        field=first.field or "the file",
        allowed=first.allowed,
        remedy=first.remedy + _more([one.field or "the file" for one in others]),
    )


def closest(word: object, allowed: Iterable[str]) -> str | None:
    """The allowed word nearest to what was written, ignoring capitals, or None."""
    if not isinstance(word, str):
        return None
    folded = {entry.casefold(): entry for entry in allowed}
    near = nearest_match(word[:80].casefold(), folded)
    return folded[near] if near else None


def _more(fields: list[str]) -> str:
    if not fields:
        return ""
    listed = ", ".join(fields[:MORE_NAMED]) + (", ..." if len(fields) > MORE_NAMED else "")
    return f" There {'is 1 more fault' if len(fields) == 1 else f'are {len(fields)} more faults'}: {listed}."


def _read(error: ErrorDetails, schema: Node) -> _Fault:
    location = error["loc"]
    if location and location[-1] == "[key]":
        return _unknown_entry(location[:-1], schema)
    if error["type"] == "extra_forbidden":
        return _unknown_field(location, schema)
    path, node = _resolve(location, schema)
    if error["type"] == FAULT:
        given = error["ctx"]
        return _Fault(path, given["problem"], given["allowed"], given["remedy"], "value", given["field"])
    allowed = describe(node, schema)
    if error["type"] == "missing":
        table = path_text(path[:-1])
        return _Fault(path, "is missing", allowed, f"Add it{f' to {table}' if table else ''}.", "missing")
    value = error["input"]
    length = f" has {len(value)} characters, which" if error["type"] == "string_too_long" else ""
    return _Fault(
        path, f"{shown(value)}{length} is not possible here", allowed, _remedy(value, node, schema, path), "value"
    )


def _unknown_field(location: Path, schema: Node) -> _Fault:
    _, table = _resolve(location[:-1], schema)
    names = [name for branch in _branches(table, schema) for name in branch.get("properties", ())]
    return _unknown(location, "is not a known field", names)


def _unknown_entry(location: Path, schema: Node) -> _Fault:
    _, table = _resolve(location[:-1], schema)
    names = [name for branch in _branches(table, schema) for name in branch.get("propertyNames", {}).get("enum", ())]
    return _unknown(location, "is not a known entry", names)


def _unknown(location: Path, problem: str, names: list[str]) -> _Fault:
    near = closest(location[-1], names)
    remedy = f"Did you mean {near}?" if near else "Remove it or correct its name."
    return _Fault(location, problem, ", ".join(names), remedy, "unknown", meant=near)


def _remedy(value: object, node: Node, schema: Node, path: Path) -> str:
    branches = _branches(node, schema)
    words = [word for branch in branches for word in _words(branch)]
    kinds = {branch.get("type") for branch in branches}
    near = closest(value, words)
    if near:
        return f'Did you mean "{near}"?'
    if isinstance(value, bool) and "yes" in words:
        return 'Write "yes" or "no" in quotes.'
    if isinstance(value, dict) and "array" in kinds:
        name = path[-1] if path else ""
        return f"A list of tables is headed [[{name}]] with two brackets."
    if "array" in kinds and not isinstance(value, tuple):
        return "Write a list in square brackets, even for one entry."
    if isinstance(value, str) and kinds & {"integer", "number"}:
        return "Write the number without quotes and without a unit."
    if "date" in {branch.get("format") for branch in branches}:
        return "Write year-month-day, without quotes and without a time."
    return "Correct the value, or leave the field out where it is not required."


def describe(node: Node, schema: Node) -> str:
    """What a place in the file may hold, in words, read from its JSON Schema."""
    texts = [_describe_one(branch, schema) for branch in _branches(node, schema)]
    return " or ".join(dict.fromkeys(texts)) or "another value"


def _describe_one(node: Node, schema: Node) -> str:
    words, kind = _words(node), node.get("type")
    if words:
        return ", ".join(f'"{word}"' for word in words)
    if kind == "object":
        return _describe_table(node, schema)
    if kind == "array":
        least = " (at least one)" if node.get("minItems") else ""
        most = f" (at most {node['maxItems']})" if "maxItems" in node else ""
        return f"a list{least}{most}, each entry {describe(node.get('items', {}), schema)}"
    if "description" in node:
        return str(node["description"])
    if kind in ("integer", "number"):
        return ("a whole number" if kind == "integer" else "a number") + _range(node)
    if kind == "string":
        longest = f" of 1 to {node['maxLength']} characters" if "maxLength" in node else ""
        return f"text in quotes{longest}"
    return "another value" if kind is None else f"a {kind}"


def _describe_table(node: Node, schema: Node) -> str:
    if "properties" in node:
        return f"a table with the fields {', '.join(node['properties'])}"
    entries = node.get("propertyNames", {}).get("enum")
    names = f" named {', '.join(entries)}" if entries else ""
    return f"a table of entries{names}, each {describe(node.get('additionalProperties', {}), schema)}"


def _range(node: Node) -> str:
    low, high = node.get("minimum", node.get("exclusiveMinimum")), node.get("maximum")
    if low is None and high is None:
        return ""
    above = "above" if "exclusiveMinimum" in node else "from"
    return f" {above} {low:g}" + (f" {'up ' if above == 'above' else ''}to {high:g}" if high is not None else "")


def _words(node: Node) -> list[str]:
    if "const" in node:
        return [str(node["const"])]
    return [str(word) for word in node.get("enum", ())]


def _branches(node: Node, schema: Node) -> list[Node]:
    """The alternatives of a place, references followed, null left out (a TOML file cannot write it)."""
    if "$ref" in node:
        return _branches(schema["$defs"][node["$ref"].rsplit("/", 1)[-1]], schema)
    if "anyOf" in node:
        if "description" in node:  # alternatives described as one
            return [{"description": node["description"]}]
        return [branch for option in node["anyOf"] for branch in _branches(option, schema)]
    return [] if node.get("type") == "null" else [node]


def _resolve(location: Path, schema: Node) -> tuple[Path, Node]:
    """The part of a validator's location that names a place in the file, and the schema of that place.

    The validator adds names of union branches, which the user never wrote: the walk ends there.
    """
    node, path = schema, ()  # type: tuple[Node, Path]
    for piece in location:
        below = next((step for branch in _branches(node, schema) if (step := _step(branch, piece)) is not None), None)
        if below is None:
            break
        node, path = below, (*path, piece)
    return path, node


def _step(branch: Node, piece: str | int) -> Node | None:
    if isinstance(piece, int):
        items: Node | None = branch.get("items")
        return items
    found: Node | None = branch.get("properties", {}).get(piece)
    entries = branch.get("additionalProperties")
    return found if found is not None else (entries if isinstance(entries, dict) else None)
