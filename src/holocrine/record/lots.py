"""Lots: which points came out of which, and who got one that is recalled."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from holocrine.domain.record_answer import LotUse
from holocrine.domain.record_treatment import Treatment
from holocrine.record.rows import current, entry_of, pseudonyms
from holocrine.record.schema import lot_use


def lot_key(lot: str) -> str:
    """A lot number without capitals, spaces and hyphens: a recall must not miss one that was typed another way."""
    plain = "".join(character for character in lot.casefold() if character.isalnum())
    return (plain or lot)[:80]


def lot_rows(number: int, treatment: Treatment) -> list[dict[str, Any]]:
    """The rows of `lot_use` for version `number` of the chain."""
    rows = []
    for index, point in enumerate(treatment.points):
        vial = treatment.vial_of(point)
        rows.append(
            {
                "seq": number,
                "number": index,
                "point": point.id,
                "product": vial.product,
                "lot_key": lot_key(vial.lot),
                "lot": vial.lot,
                "units": point.units,
            }
        )
    return rows


def uses_of(connection: Connection, lot: str, product: str | None) -> tuple[LotUse, ...]:
    """Every treatment in its current version with points out of that lot, by date."""
    question = select(lot_use).where(lot_use.c.lot_key == lot_key(lot)).order_by(lot_use.c.seq, lot_use.c.number)
    if product is not None:
        question = question.where(lot_use.c.product == product)
    points: dict[tuple[int, str, str], list[Any]] = {}
    for row in connection.execute(question):
        points.setdefault((row.seq, row.product, row.lot), []).append(row)
    treatments = {row["seq"]: row for row in current(connection, kind="treatment")}
    names = {patient: pseudonym for pseudonym, patient in pseudonyms(connection).items()}
    found = []
    for (seq, name, written), used in points.items():
        entry = entry_of(treatments[seq]) if seq in treatments else None
        if isinstance(entry, Treatment):
            found.append(
                LotUse(
                    patient=entry.patient,
                    pseudonym=names[entry.patient],
                    treatment=treatments[seq]["entity"],
                    date=entry.date,
                    product=name,
                    lot=written,
                    points=tuple(row.point for row in used),
                    units=sum(row.units for row in used),
                )
            )
    return tuple(sorted(found, key=lambda use: (use.date, use.treatment)))
