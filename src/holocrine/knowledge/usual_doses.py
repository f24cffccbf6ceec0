"""How much of a product is usually given for a target: labels first, custom otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import get_args

from holocrine.domain.vocabulary import Product, Target
from holocrine.errors import KnowledgeError
from holocrine.knowledge.load import read_table

REFERENCE: Target = "glabellar_lines"
"""Every product is labelled for it, so its doses say how products compare where one has no dose of its own."""


@dataclass(frozen=True)
class UsualDose:
    """Units of the product for the whole target, both sides together, and where the number comes from."""

    units: float
    basis: str


def usual_dose(target: Target, product: Product) -> UsualDose | None:
    """The usual dose; scaled from onabotulinumtoxinA by the labels for frown lines where there is none of its own.

    None for targets that have no usual dose. Raises KnowledgeError when the table is faulty.
    """
    table = _table()
    if (target, product) in table:
        return table[target, product]
    reference = table.get((target, "onabotulinumtoxinA"))
    if reference is None:
        return None
    ratio = table[REFERENCE, product].units / table[REFERENCE, "onabotulinumtoxinA"].units
    basis = f"assumption: {ratio:g} times onabotulinumtoxinA, as the labels have it for frown lines; {reference.basis}"
    return UsualDose(ratio * reference.units, basis)


@cache
def _table() -> dict[tuple[str, str], UsualDose]:
    table = {}
    for row in read_table("usual_doses.csv"):
        if row["target"] not in get_args(Target) or row["product"] not in get_args(Product):
            raise KnowledgeError(f"usual_doses.csv: unknown target or product in {row}")
        basis = row["source"] or f"assumption: {row['assumption']}"
        table[row["target"], row["product"]] = UsualDose(float(row["units"]), basis)
    if missing := [product for product in get_args(Product) if (REFERENCE, product) not in table]:
        raise KnowledgeError(f"usual_doses.csv: {REFERENCE} lacks {', '.join(missing)}")
    return table
