"""What `export` answers with --json: what was written, from which model, with whose values."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record
from holocrine.domain.vocabulary import HypothesisId, KineticModel


class ExportedSession(Record):
    """A session in the exported file: the day, and the loading it adds to every depot (0 to below 1)."""

    day: Annotated[float, Field(ge=0.0)]
    loading: Annotated[float, Field(ge=0.0, lt=1.0)]


class SbmlDocument(Record):
    """Answer of `export sbml`: the text in `sbml`, or the `path` it was written to; never both.

    `hash` is the fingerprint of the declaration, `patient` the number of the virtual patient whose values were
    taken (null: typical values), `hypothesis` the explanation of the sebum effect that was switched on.
    """

    schema_name: Annotated[Literal["holocrine.sbml-answer/1"], Field(alias="schema")] = "holocrine.sbml-answer/1"
    package_version: str
    model: KineticModel
    hash: str
    outputs: tuple[str, ...]
    sessions: tuple[ExportedSession, ...]
    values: dict[str, float]
    parameter_set: str | None
    parameter_hash: str | None
    seed: int | None
    patient: int | None
    hypothesis: HypothesisId | None
    sbml: str | None = None
    path: str | None = None
