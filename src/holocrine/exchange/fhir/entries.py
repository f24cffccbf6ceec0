"""The entries of a bundle while it is being written: a stable address for each resource, and who wrote what."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from holocrine.domain.record import Entry
from holocrine.exchange.fhir.codes import DATA_OPERATION, Json, concept
from holocrine.exchange.person import Kept

_NAMES = uuid.UUID("b1f5b3e2-6c1d-5f0a-9d0e-5a2f6d6c7a11")


class Entries:
    """Resources in the order they were added. The same version of the same entry always gets the same address."""

    def __init__(self) -> None:
        self._resources: dict[str, Json] = {}
        self._parts: dict[str, tuple[Kept[Entry], list[str]]] = {}

    def add(self, kept: Kept[Entry], part: str, resource: Json) -> Json:
        """Add a resource that tells `part` of an entry; a Reference to it."""
        written = kept.written.at if kept.written else ""
        address = f"urn:uuid:{uuid.uuid5(_NAMES, f'{kept.name}/{written}/{part}')}"
        self._resources[address] = resource
        self._parts.setdefault(kept.name, (kept, []))[1].append(address)
        return {"reference": address}

    def provenance(self) -> Iterator[tuple[Kept[Entry], Json]]:
        """For each entry with an author a Provenance of all its resources."""
        for kept, addresses in self._parts.values():
            if (written := kept.written) is None:
                continue
            operation = "CREATE" if written.version == 1 else "UPDATE"
            yield (
                kept,
                {
                    "resourceType": "Provenance",
                    "target": [{"reference": address} for address in addresses],
                    "recorded": written.at,
                    "activity": concept((DATA_OPERATION, operation, None)),
                    **({"reason": [concept(text=written.reason)]} if written.reason else {}),
                    "agent": [{"who": {"display": written.author}}],
                },
            )

    def listed(self, *, transaction: bool) -> list[Json]:
        """The entries of the bundle; in a transaction each asks the server to create its resource."""
        listed = []
        for address, resource in self._resources.items():
            entry = {"fullUrl": address, "resource": resource}
            if transaction:
                entry["request"] = {"method": "POST", "url": resource["resourceType"]}
            listed.append(entry)
        return listed
