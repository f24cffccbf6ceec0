"""What a trial reads and how it is analysed, with the estimand in the words of ICH E9(R1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.text import Line80

Measure = Literal["sebum", "inflammatory_lesions", "noninflammatory_lesions", "iga", "ptosis"]
Reading = Literal["change", "count", "success", "responder", "relapse", "any"]
Analysis = Literal[
    "ancova", "mixed_model", "negative_binomial", "logistic", "risk_difference", "cox", "log_rank", "paired"
]
Strategy = Literal["treatment_policy", "composite", "while_on_study"]
"""Drop-out: patients are followed up anyway, it counts as failure, or only what was read counts."""

POSSIBLE: Mapping[Reading, tuple[tuple[Measure, ...], tuple[Analysis, ...]]] = {
    "change": (("sebum", "inflammatory_lesions", "noninflammatory_lesions"), ("ancova", "mixed_model", "paired")),
    "count": (("inflammatory_lesions", "noninflammatory_lesions"), ("negative_binomial",)),
    "success": (("iga",), ("logistic", "risk_difference", "paired")),
    "responder": (
        ("sebum", "inflammatory_lesions", "noninflammatory_lesions"),
        ("logistic", "risk_difference", "paired"),
    ),
    "relapse": (("sebum", "inflammatory_lesions", "noninflammatory_lesions"), ("cox", "log_rank")),
    "any": (("ptosis",), ("risk_difference", "logistic", "paired")),
}
"""For each way of reading the measures it suits and the analyses that fit."""


class Endpoint(Record):
    """One endpoint: a measure, how it is read in `week`, and its analysis.

    `change`: log ratio to baseline, reported in percent. `count`: lesions, as a rate ratio. `success`: grade 0 or 1 and
    at least two below baseline. `responder`: a fall by at least `fall` percent. `relapse`: time until a fall of `fall`
    percent is lost, or at the first visit if it was never reached. `any`: at any time. `ring` (mm) reads sebum at this
    distance from the nearest point instead of over the whole area.
    """

    name: Line80
    measure: Measure
    reading: Reading
    week: Annotated[float, Field(gt=0, le=58)]
    analysis: Analysis
    fall: Annotated[float, Field(gt=0, lt=100)] | None = None
    ring: tuple[Annotated[float, Field(ge=0, le=60)], Annotated[float, Field(gt=0, le=60)]] | None = None
    drop_out_counts: Strategy = "while_on_study"

    @model_validator(mode="after")
    def _possible(self) -> Self:
        measures, analyses = POSSIBLE[self.reading]
        if self.measure not in measures:
            raise fault(
                f'"{self.measure}" cannot be read as "{self.reading}"',
                allowed=", ".join(measures),
                remedy="Change the measure or the reading.",
                field="measure",
            )
        if self.analysis not in analyses:
            raise fault(
                f'"{self.analysis}" does not analyse "{self.reading}"',
                allowed=", ".join(analyses),
                remedy="Choose an analysis that fits.",
                field="analysis",
            )
        if (self.fall is not None) != (self.reading in ("responder", "relapse")):
            raise fault(
                "a fall goes with responders and relapse, and only with them",
                allowed="a percentage between 0 and 100 there",
                remedy="Add or remove fall.",
                field="fall",
            )
        if self.ring is not None and (self.measure != "sebum" or self.ring[0] >= self.ring[1]):
            raise fault(
                "a ring needs sebum and an inner radius below the outer one",
                allowed="two distances in mm, such as [0, 5]",
                remedy="Correct or remove the ring.",
                field="ring",
            )
        if self.drop_out_counts == "composite" and self.reading not in ("success", "responder"):
            raise fault(
                "only success and response can count drop-out as failure",
                allowed='"treatment_policy", "while_on_study"',
                remedy="Choose another way, or read success or response.",
                field="drop_out_counts",
            )
        return self

    def check_layout(self, *, paired: bool, field: str) -> None:
        """Raises a fault when the analysis does not suit the layout."""
        if paired and self.analysis not in ("paired", "mixed_model"):
            raise fault(
                f'"{self.analysis}" takes the two treatments of one patient for two patients',
                allowed="paired, mixed_model",
                remedy="Choose paired.",
                field=field,
            )
        if not paired and self.analysis == "paired":
            raise fault(
                '"paired" needs both treatments in each patient',
                allowed=", ".join(a for a in POSSIBLE[self.reading][1] if a != "paired"),
                remedy='Choose another analysis, or layout = "split_face".',
                field=field,
            )
