"""The base of every domain object: frozen, closed to unknown fields; and the fault its validators raise."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

FAULT = "holocrine_fault"
"""The pydantic error type of a `fault`."""
FROM_FILE = {"from_file": True}
"""The validation context of data a person wrote: a quantity must name its unit."""


class Record(BaseModel):
    """An immutable value object; an unknown field is an error, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def fault(problem: str, *, allowed: str, remedy: str, field: str = "") -> PydanticCustomError:
    """A validator's complaint, complete: what is wrong, what is allowed, what to do.

    `field` is a dotted path below the object being validated, for a rule that concerns several fields.
    """
    return PydanticCustomError(
        FAULT,
        "{problem}. Allowed: {allowed}. {remedy}",
        {"problem": problem, "allowed": allowed, "remedy": remedy, "field": field},
    )
