"""What `calibrate` answers with --json: the posterior and how far to trust it (`holocrine.calibration/1`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from holocrine.domain.base import Record


class LogBayesFactor(Record):
    """Log Bayes factor of one explanation of the sebum effect over another, nats, with its Monte-Carlo error."""

    one: str
    other: str
    value: float
    error: float


class RunAgreement(Record):
    """How well the independent runs under one explanation agree: the worst parameter's R-hat and effective size.

    `explanation` is empty where explanations of the sebum effect do not matter.
    """

    explanation: str
    r_hat: float
    r_hat_of: str
    effective_size: int
    effective_size_of: str


class BlockCalibration(Record):
    """The finished fit of one block: of the toxin's parameters, or of a system's that shares none with them."""

    block: str = "toxin"
    file: str
    posterior: str
    package_version: str
    parameter_hash: str
    evidence_hash: str
    seed: int
    runs: int
    particles: int
    fitted_rows: int
    agreement: tuple[RunAgreement, ...]
    log_bayes_factors: tuple[LogBayesFactor, ...]


class Calibration(BlockCalibration):
    """A finished population fit; `others` are the further blocks where several were fitted."""

    schema_name: Annotated[Literal["holocrine.calibration/1"], Field(alias="schema")] = "holocrine.calibration/1"
    others: tuple[BlockCalibration, ...] = ()
