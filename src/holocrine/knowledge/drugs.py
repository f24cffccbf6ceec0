"""Which class a drug belongs to: from the case, from the packaged list, or unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import get_args

from holocrine.domain.case import Drug
from holocrine.domain.vocabulary import DrugClass
from holocrine.errors import KnowledgeError, nearest_match
from holocrine.knowledge.load import read_toml

_DOSE = re.compile(r"\s*[\d(].*$")


@cache
def drug_list() -> Mapping[str, frozenset[DrugClass]]:
    """Classes by drug name (lower case). Raises KnowledgeError listing every fault of drugs.toml."""
    found: dict[str, frozenset[DrugClass]] = {}
    known: tuple[DrugClass, ...] = get_args(DrugClass)
    table = read_toml("drugs.toml")
    faults = [f"unknown class {name} (nearest: {nearest_match(name, known)})" for name in table if name not in known]
    for drug_class in (name for name in known if name in table):
        names: list[str] = table[drug_class]
        for name in names:
            if name != normalised(name):
                faults.append(f"{drug_class}: {name!r} should be written {normalised(name)!r}")
            found[name] = found.get(name, frozenset()) | frozenset({drug_class})
    if faults:
        raise KnowledgeError("drugs.toml: " + "; ".join(faults))
    return MappingProxyType(found)


def normalised(name: str) -> str:
    """The name as the list spells it: lower case, single spaces, without a dose that follows it."""
    return " ".join(_DOSE.sub("", name).casefold().split())


def drug_classes(drug: Drug) -> frozenset[DrugClass] | None:
    """Every class known for `drug`: the packaged ones and the one the case gives; None when neither is known."""
    found: set[DrugClass] = set(drug_list().get(normalised(drug.name), frozenset()))
    if drug.drug_class is not None:
        found.add(drug.drug_class)
    return frozenset(found) or None


def nearest_drug(drug: Drug) -> str | None:
    """The listed name closest to an unrecognised one, or None when nothing is close."""
    return nearest_match(normalised(drug.name), drug_list())
