"""Who is let into a trial, and what goes wrong in it: drop-out, missed visits, raters, blinding."""

from __future__ import annotations

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from holocrine.domain.base import Record, fault
from holocrine.domain.vocabulary import Sex

Measured = Literal["age", "skin_type", "casual_sebum", "inflammatory_lesions", "noninflammatory_lesions", "lesions"]
Percent = Annotated[float, Field(ge=0, le=90)]


class Inclusion(Record):
    """A range that the screening visit must find, ends included, or one sex alone.

    Casual sebum is in ug/cm2 and read in the first region of the design; lesions are those of the whole face.
    """

    quantity: Measured | None = None
    at_least: Annotated[float, Field(ge=0, le=2000)] | None = None
    at_most: Annotated[float, Field(ge=0, le=2000)] | None = None
    sex: Sex | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.quantity is None) == (self.sex is None):
            raise fault(
                "a criterion names a quantity or a sex",
                allowed="one of the two",
                remedy="Write two criteria where two are meant.",
            )
        low, high = self.low, self.high
        if self.quantity is not None and (low > high or (math.isinf(low) and math.isinf(high))):
            raise fault(
                f"no range is left for {self.quantity}",
                allowed="at_least, at_most or both, the first not above the second",
                remedy="Correct the limits.",
            )
        return self

    @property
    def low(self) -> float:
        """Lower end, -inf without one."""
        return -math.inf if self.at_least is None else self.at_least

    @property
    def high(self) -> float:
        """Upper end, inf without one."""
        return math.inf if self.at_most is None else self.at_most


class Conduct(Record):
    """How the trial departs from the ideal.

    `drop_out` is the percentage of patients gone by the last visit; those whose last reading was no better than at
    baseline leave `drop_out_ratio` times as readily (1: drop-out tells nothing). `missed_visits` is the percentage of
    the other visits that are missed. `rater_error` is the log SD by which raters of lesions and of the global grade
    differ from one another. In `unblinded` percent of the patients who got toxin the rater can tell, and then counts
    `unblinded_bias` percent fewer lesions. `untreated_response` is how much of the fall on vehicle is seen in
    patients who are given nothing, in percent (assumption). `side_correlation` is how much the two sides of a face
    share of what makes patients respond differently (assumption).
    """

    drop_out: Percent = 10.0
    drop_out_ratio: Annotated[float, Field(ge=1, le=10)] = 1.0
    missed_visits: Percent = 3.0
    rater_error: Annotated[float, Field(ge=0, le=1)] = 0.15
    unblinded: Annotated[float, Field(ge=0, le=100)] = 0.0
    unblinded_bias: Percent = 0.0
    untreated_response: Annotated[float, Field(ge=0, le=100)] = 50.0
    side_correlation: Annotated[float, Field(ge=0, le=1)] = 0.8
