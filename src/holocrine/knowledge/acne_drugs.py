"""What an acne drug consists of: the ingredients with a mechanism of their own behind a drug class or a name."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal, cast, get_args

from holocrine.domain.vocabulary import DrugClass
from holocrine.errors import KnowledgeError, nearest_match
from holocrine.knowledge.drugs import drug_list, normalised
from holocrine.knowledge.load import read_table

Ingredient = Literal[
    "retinoid",
    "peroxide",
    "topical_antibiotic",
    "oral_antibiotic",
    "azelaic",
    "clascoterone",
    "spironolactone",
    "contraceptive",
    "isotretinoin",
]
INGREDIENTS: tuple[Ingredient, ...] = get_args(Ingredient)
TABLE = "drug_ingredients.csv"


@cache
def ingredient_table() -> Mapping[tuple[DrugClass, str], tuple[Ingredient, ...]]:
    """Ingredients by drug class and name; the name "" stands for any. Raises KnowledgeError naming every faulty row."""
    found: dict[tuple[DrugClass, str], tuple[Ingredient, ...]] = {}
    faults: list[str] = []
    for number, row in enumerate(read_table(TABLE), 2):
        key, parts = (cast(DrugClass, row["drug_class"]), row["name"]), row["ingredients"].split()
        if fault := _fault(key, parts, row, found):
            faults.append(f"row {number}: {fault}")
        found[key] = cast(tuple[Ingredient, ...], tuple(parts))
    unnamed = {drug_class for drug_class, _ in found} - {drug_class for drug_class, name in found if not name}
    faults += [f"{drug_class} has no row without a name" for drug_class in sorted(unnamed)]
    if faults:
        raise KnowledgeError(f"{TABLE}: " + "; ".join(faults))
    return MappingProxyType(found)


def _fault(key: tuple[DrugClass, str], parts: list[str], row: Mapping[str, str], known: Container[object]) -> str:
    drug_class, name = key
    strange = [part for part in parts if part not in INGREDIENTS]
    if drug_class not in get_args(DrugClass):
        return f"unknown class {drug_class} (nearest: {nearest_match(drug_class, get_args(DrugClass))})"
    if strange or not parts:
        return f"ingredients {strange} are unknown; allowed are {', '.join(INGREDIENTS)}"
    if name and drug_class not in drug_list().get(name, frozenset()):
        return f"{name!r} is not listed as {drug_class} in drugs.toml"
    if not row["source"] and not row["assumption"]:
        return "neither source nor assumption"
    return "class and name occur twice" if key in known else ""


def acts_on_acne(drug_class: DrugClass) -> bool:
    """Whether the model has a mechanism for drugs of this class."""
    return (drug_class, "") in ingredient_table()


def ingredients(drug_class: DrugClass, name: str = "") -> tuple[Ingredient, ...]:
    """The ingredients of a drug: none for a class without a mechanism in acne, the usual ones for an unlisted name."""
    table = ingredient_table()
    return table.get((drug_class, normalised(name)), table.get((drug_class, ""), ()))
