"""A row of the evidence beside its arm and treatment, and how its words, times and baselines are understood."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from holocrine.inference.arms.given import Given, NotModelledError
from holocrine.knowledge.evidence import Arm, Observation

Reading = Callable[..., float]
"""A statistic with its settings filled in: asks for a world, what was given, the draw's number, and on sebum for an
explanation."""
Asked = tuple[str, Reading]
"""Name of the outcome class, and the reading."""

DAYS_PER = {"day": 1.0, "week": 7.0, "month": 30.4, "h": 1.0 / 24.0, "hour": 1.0 / 24.0, "year": 365.0}
LATE_DAY = 28.0
"""Day of a response whose visit was not printed: four weeks, when studies usually look (assumption)."""


@dataclass(frozen=True)
class ReportedRow:
    """A row with its arm."""

    observation: Observation
    arm: Arm

    @property
    def words(self) -> str:
        """The outcome in lower case."""
        return self.observation.outcome.lower()

    @property
    def day(self) -> float:
        """Day of the visit, `LATE_DAY` where none is printed."""
        return self.observation.day.mid if self.observation.day is not None else LATE_DAY

    @property
    def is_share(self) -> bool:
        """Whether a share of people was reported."""
        return self.observation.statistic == "responder_percent"

    @property
    def median(self) -> bool:
        """Whether a median was reported."""
        return self.observation.statistic in ("median", "median_days")

    @property
    def selected_for_sweat(self) -> bool:
        """Whether people were chosen because they sweat."""
        return "hidrosis" in self.arm.selected_for or "sweat" in self.arm.selected_for

    def says(self, *parts: str) -> bool:
        """Whether the outcome contains any of `parts`."""
        return any(part in self.words for part in parts)

    def percent_named(self, otherwise: float) -> float:
        """The first percentage in the name of the outcome."""
        found = re.search(r"(\d+)\s*%", self.words)
        return float(found[1]) if found else otherwise

    def no_read_out(self) -> NotModelledError:
        """The outcome is not one the model has words for."""
        return NotModelledError(f"outcome without a read-out: {self.observation.outcome}")

    def not_as_reported(self, what: str) -> NotModelledError:
        """The outcome is modelled, this statistic of it is not."""
        unit = f" in {self.observation.unit}" if self.observation.unit else ""
        return NotModelledError(f"{what} reported as {self.observation.statistic}{unit}: no read-out says it")


@dataclass(frozen=True)
class Row(ReportedRow):
    """A row with what its arm was given; `other` is what the arm compared with it was given, if any."""

    treated: Given
    other: Given | None = None


def is_time(observation: Observation) -> bool:
    """Whether a time was reported."""
    return observation.statistic == "median_days" or (
        observation.statistic in ("mean", "median") and days_per(observation.unit) > 0.0
    )


def days_per(unit: str) -> float:
    """Days in a unit of time; 0 for any other unit."""
    word = unit.lower().strip().rstrip("s")
    return DAYS_PER.get(word, 1.0 if not word else 0.0)


def baseline_number(arm: Arm, quantity: str) -> float | None:
    """The first number in the first part of an arm's baseline whose name contains `quantity`."""
    for key, text in arm.baseline.items():
        if quantity in key and (found := re.match(r"[\d.]+", text)):
            return float(found[0])
    return None
