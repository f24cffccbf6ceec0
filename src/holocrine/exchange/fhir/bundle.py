"""A bundle from outside as resources that find one another. Addresses that lead out of it are never opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from holocrine.domain.toml_text import shown
from holocrine.errors import FieldError, FileError
from holocrine.exchange.fhir.element import Element

MAX_ENTRIES = 10_000
TYPES = ("collection", "transaction", "batch", "document", "searchset")
"""Bundles that hold resources as they are; a history, for one, holds versions that have been replaced."""


@dataclass(frozen=True)
class Resource:
    """One entry: `name` as it is told, `keys` under which others refer to it, `raw` as it came."""

    name: str
    type: str
    keys: tuple[str, ...]
    element: Element
    raw: Mapping[str, Any]


class Bundle:
    """The resources of a bundle in their order."""

    def __init__(self, data: Mapping[str, Any], where: str) -> None:
        """Raises FileError when it is no bundle or too long, FieldError for an entry that is none or not unique."""
        if data.get("resourceType") != "Bundle" or data.get("type") not in TYPES:
            told = f"{shown(data.get('resourceType', 'nothing'))} of type {shown(data.get('type', 'none'))}"
            raise FileError(f"{where}: is {told}. Allowed: a FHIR R4 Bundle of type {', '.join(TYPES)}.")
        entries = data.get("entry", [])
        if not isinstance(entries, list) or not entries:
            raise FileError(f"{where}: the bundle has no entries. Check that it is the right file.")
        if len(entries) > MAX_ENTRIES:
            raise FileError(
                f"{where}: the bundle has {len(entries):,} entries; allowed are {MAX_ENTRIES:,}. "
                "A bundle holds one person: ask for a smaller one."
            )
        self.where = where
        self.resources = [_resource(entry, number, where) for number, entry in enumerate(entries)]
        first: dict[str, Resource] = {}
        for resource in self.resources:
            for key in resource.keys:
                if first.setdefault(key, resource) is not resource:
                    raise FieldError(
                        f"{shown(key)} is also {first[key].name}",
                        where=where,
                        field=resource.name,
                        allowed="each fullUrl, and each id of one type, once",
                        remedy="Correct the bundle.",
                    )

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types."""
        return (resource for resource in self.resources if resource.type in types)


def _resource(entry: object, number: int, where: str) -> Resource:
    place = f"entry[{number}]"
    raw = entry.get("resource") if isinstance(entry, dict) else None
    kind = raw.get("resourceType") if isinstance(raw, dict) else None
    if not isinstance(entry, dict) or not isinstance(raw, dict) or not isinstance(kind, str):
        raise FieldError(
            "holds no resource with a resourceType",
            where=where,
            field=place,
            allowed="an entry with a resource",
            remedy="Correct the bundle.",
        )
    keys = []
    if isinstance(full := entry.get("fullUrl"), str):
        keys.append(full)
    if isinstance(name := raw.get("id"), str):
        keys.append(f"{kind}/{name}")
    told = f"{place} {kind[:40]}" if kind.isalpha() else place
    return Resource(told, kind, tuple(dict.fromkeys(keys)), Element(raw, kind[:40], f"{where}: {place}"), raw)
