"""The products and syringes on the tray: what is in them and what their labels allow on a face."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache
from types import MappingProxyType
from typing import Any, get_args

from holocrine.domain.vocabulary import Allergen, Product, Syringe
from holocrine.errors import KnowledgeError, nearest_match
from holocrine.knowledge.load import read_toml


@dataclass(frozen=True)
class ProductFacts:
    """One toxin product. `toxin_pg_per_unit` is pg of 150-kDa toxin per unit of this product, or None: not found."""

    name: Product
    brands: tuple[str, ...]
    excipients: tuple[Allergen, ...]
    excipient_source: str
    vial_units: tuple[float, ...]
    vial_source: str
    labelled_facial_maximum: float
    labelled_facial_rule: str
    labelled_facial_text: str
    toxin_pg_per_unit: float | None = None
    toxin_source: str = "no adequate number found"


@dataclass(frozen=True)
class SyringeFacts:
    """One syringe; volumes in mL. `minimum_ml` is the smallest volume that can be delivered on purpose."""

    name: Syringe
    capacity_ml: float
    mark_ml: float
    minimum_ml: float
    source: str

    def marks(self, volume_ml: float) -> float:
        """How many marks of this syringe `volume_ml` (mL) takes; a fraction means between two marks."""
        return volume_ml / self.mark_ml


@cache
def products() -> Mapping[Product, ProductFacts]:
    """All products by name. Raises KnowledgeError listing every fault of products.toml."""
    faults: list[str] = []
    found: dict[Product, ProductFacts] = {}
    for entry in _entries("product", ProductFacts, get_args(Product), faults):
        found[entry["name"]] = ProductFacts(**entry)
    for facts in found.values():
        faults.extend(_product_faults(facts))
    _refuse(faults)
    return MappingProxyType(found)


@cache
def syringes() -> Mapping[Syringe, SyringeFacts]:
    """All syringes by name. Raises KnowledgeError listing every fault of products.toml."""
    faults: list[str] = []
    found = {e["name"]: SyringeFacts(**e) for e in _entries("syringe", SyringeFacts, get_args(Syringe), faults)}
    for facts in found.values():
        if not 0 < facts.mark_ml <= facts.minimum_ml <= facts.capacity_ml:
            faults.append(f"syringe {facts.name}: needs 0 < mark_ml <= minimum_ml <= capacity_ml")
    _refuse(faults)
    return MappingProxyType(found)


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        raise KnowledgeError("products.toml: " + "; ".join(faults))


def _entries(kind: str, shape: type, names: Sequence[str], faults: list[str]) -> list[dict[str, Any]]:
    """The well-formed `[[kind]]` entries with lists turned to tuples; each fault is appended to `faults`."""
    allowed = {field.name for field in fields(shape)}
    required = {field.name for field in fields(shape) if field.default is MISSING}
    good = []
    for number, raw in enumerate(read_toml("products.toml").get(kind, []), 1):
        label = f"{kind} {raw.get('name', number)}"
        wrong = [_unknown(label, key, allowed) for key in raw.keys() - allowed]
        wrong += [f"{label}: {key} is missing" for key in sorted(required - raw.keys())]
        if raw.get("name") not in names:
            wrong.append(f"{label}: the name is not one of {', '.join(names)}")
        if not wrong:
            good.append({key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()})
        faults.extend(wrong)
    listed = [entry["name"] for entry in good]
    faults.extend(f"{kind} {name} is listed {listed.count(name)} times" for name in names if listed.count(name) != 1)
    return good


def _unknown(label: str, key: str, allowed: set[str]) -> str:
    near = nearest_match(key, allowed)
    return f"{label}: unknown field {key}" + (f" (did you mean {near}?)" if near else "")


def _product_faults(facts: ProductFacts) -> list[str]:
    faults = [f"{facts.name}: unknown excipient {e}" for e in facts.excipients if e not in get_args(Allergen)]
    numbers = (*facts.vial_units, facts.labelled_facial_maximum)
    if not facts.vial_units or any(not isinstance(n, int | float) or n <= 0 for n in numbers):
        faults.append(f"{facts.name}: vial_units and labelled_facial_maximum must be positive numbers")
    if facts.toxin_pg_per_unit is not None:
        if facts.toxin_pg_per_unit <= 0:
            faults.append(f"{facts.name}: toxin_pg_per_unit must be positive")
        if facts.toxin_source == "no adequate number found":
            faults.append(f"{facts.name}: toxin_pg_per_unit has no source")
    return faults
