"""What one row of the evidence asks the model: which statistic, on which scale, with what error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.given import Given
from holocrine.inference.arms.scales import SCALES, ScaleName
from holocrine.inference.arms.world import World
from holocrine.knowledge.evidence import Observation

Array = NDArray[np.float64]
Answer = Callable[[World, Given, int, HypothesisId], float]
"""The statistic in a typical study, as reported: from a world, what was given, the draw's number and an explanation."""

UNREPORTED_N = 30
"""People in an arm that does not say how many (assumption)."""


@dataclass(frozen=True)
class OutcomeClass:
    """One kind of statistic: its working scale, the reading that holds the SD between studies, and the SD (working
    scale) between the people of an arm, for means that were reported without a spread (assumption)."""

    name: str
    scale: ScaleName
    study_sd: str
    individual_sd: float


CLASSES = {
    item.name: item
    for item in (
        OutcomeClass("sebum change", "log change", "study_sd_sebum", 0.35),
        OutcomeClass("sebum level", "positive", "study_sd_sebum", 0.35),
        OutcomeClass("sebum responders", "share", "study_sd_share", 0.0),
        OutcomeClass("sebum self-rated", "share", "study_sd_share", 0.0),
        OutcomeClass("sebum satisfaction", "share", "study_sd_share", 0.0),
        OutcomeClass("sebum satisfaction score", "positive", "study_sd_level", 0.3),
        OutcomeClass("sebum and pore size", "positive", "study_sd_size", 0.3),
        OutcomeClass("sebum and pores rated", "positive", "study_sd_size", 0.6),
        OutcomeClass("sebum and pores noticed", "share", "study_sd_share", 0.0),
        OutcomeClass("sweat level", "remaining", "study_sd_level", 0.7),
        OutcomeClass("sweat rate", "positive", "study_sd_level", 0.9),
        OutcomeClass("sweat responders", "share", "study_sd_share", 0.0),
        OutcomeClass("sweat duration", "positive", "study_sd_time", 0.4),
        OutcomeClass("sweat onset", "positive", "study_sd_time", 0.5),
        OutcomeClass("halo area", "positive", "study_sd_size", 0.4),
        OutcomeClass("threshold dose", "positive", "study_sd_size", 0.6),
        OutcomeClass("product ratio", "positive", "study_sd_size", 0.3),
        OutcomeClass("line responders", "share", "study_sd_share", 0.0),
        OutcomeClass("line duration", "positive", "study_sd_time", 0.35),
        OutcomeClass("line onset", "positive", "study_sd_time", 0.5),
        OutcomeClass("time of largest effect", "positive", "study_sd_time", 0.5),
        OutcomeClass("share of largest effect", "share", "study_sd_share", 0.0),
        OutcomeClass("weakness duration", "positive", "study_sd_time", 0.35),
        OutcomeClass("dystonia score", "remaining", "study_sd_level", 0.4),
        OutcomeClass("muscle onset", "positive", "study_sd_time", 0.5),
        OutcomeClass("paralysis onset", "positive", "study_sd_time", 0.5),
        OutcomeClass("evoked response", "positive", "study_sd_level", 0.4),
        OutcomeClass("hand weakness", "share", "study_sd_share", 0.0),
        OutcomeClass("voluntary amplitude", "remaining", "study_sd_level", 0.4),
        OutcomeClass("bite force", "remaining", "study_sd_level", 0.3),
        OutcomeClass("bite weakness", "share", "study_sd_share", 0.0),
        OutcomeClass("muscle size", "positive", "study_sd_level", 0.25),
        OutcomeClass("muscle size change", "log change", "study_sd_level", 0.25),
        OutcomeClass("muscle stiffness", "positive", "study_sd_level", 0.2),
        OutcomeClass("gum shown", "identity", "study_sd_length", 1.5),
        OutcomeClass("smile change", "rare", "study_sd_rare", 0.0),
        OutcomeClass("lid droop", "rare", "study_sd_rare", 0.0),
        OutcomeClass("brow drop", "rare", "study_sd_rare", 0.0),
        OutcomeClass("brow shift", "identity", "study_sd_length", 1.0),
        OutcomeClass("brow raised", "share", "study_sd_share", 0.0),
        OutcomeClass("satisfaction", "share", "study_sd_share", 0.0),
        OutcomeClass("satisfaction score", "positive", "study_sd_level", 0.3),
    )
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Statistic:
    """What a row reported, on which scale, and with what error; `place` is where on the body the effect was read.

    `flip` says that a fall was reported as a positive number; `unit_factor` takes the reported unit to `class_unit`,
    in which all rows of the class can be compared. `sign_unknown` rows are compared by size alone.
    """

    observation: Observation
    study_id: str
    outcome: OutcomeClass
    place: str
    n: int | None
    flip: bool = False
    unit_factor: float = 1.0
    class_unit: str = ""
    sign_unknown: bool = False
    control: bool = False

    @property
    def factor(self) -> float:
        """Takes a reported number to the unit of its class: days, percent of the baseline, a change."""
        return -self.unit_factor if self.flip else self.unit_factor

    @property
    def observed(self) -> float | None:
        """What was reported, None where only a direction was."""
        return self.observation.value.mid if self.observation.value else None

    @property
    def observed_working(self) -> float:
        """What was reported, on the working scale; half a person is added to either side of a share, so none is 0."""
        if self.observed is None:
            return float("nan")
        if self.outcome.scale not in ("share", "rare"):
            return self.working(self.observed)
        people = self.n or UNREPORTED_N
        return self.working(100.0 * (people * self.observed / 100.0 + 0.5) / (people + 1.0))

    def working(self, reported: float) -> float:
        """A reported number on the working scale."""
        return float(SCALES[self.outcome.scale].forward(-reported if self.flip else reported))

    def reported(self, working: Array) -> Array:
        """Numbers on the working scale as they would be reported."""
        back = SCALES[self.outcome.scale].back(working)
        return -back if self.flip else back

    @property
    def sampling_sd(self) -> float:
        """Sampling error on the working scale."""
        people = self.n or UNREPORTED_N
        if self.outcome.scale in ("share", "rare"):
            events = people * min(max((self.observed or 0.0) / 100.0, 0.0), 1.0)
            return float(np.sqrt(1.0 / (events + 0.5) + 1.0 / (people - events + 0.5)))
        error = self.reported_error
        if error is None or self.observed is None:
            return self.outcome.individual_sd / float(np.sqrt(people))
        step = 1e-4 * max(abs(self.observed), 1.0)
        slope = (self.working(self.observed + step) - self.working(self.observed - step)) / (2.0 * step)
        return abs(slope) * error

    @property
    def reported_error(self) -> float | None:
        """Standard error of a mean from the spread that was reported, in the unit of the report; None without one."""
        spread, people = self.observation.spread, self.n or UNREPORTED_N
        if spread is None:
            return None
        if self.observation.spread_kind == "SD":
            return spread.mid / float(np.sqrt(people))
        if self.observation.spread_kind == "SE":
            return spread.mid
        width = spread.high - spread.low
        return width / 3.92 if self.observation.spread_kind == "CI95" else width / 1.349 / float(np.sqrt(people))


@dataclass(frozen=True, eq=False, kw_only=True)
class Question(Statistic):
    """A row that the model of the toxin can answer; `contrast` answers for the arm it is compared with."""

    given: Given
    answer: Answer
    contrast: tuple[Given, Answer] | None = None

    def predict(self, world: World, number: int, hypothesis: HypothesisId, dose: float = 1.0) -> float:
        """The statistic in a typical study, on the scale and with the sign of the report, at `dose` times the dose."""
        value = self.answer(world, replace(self.given, units=dose * self.given.units), number, hypothesis)
        return -value if self.flip else value

    def expected(self, world: World, number: int, hypothesis: HypothesisId, dose: float = 1.0) -> float:
        """The same on the working scale; of a word the effect that it speaks about."""
        if self.observation.direction:
            return self._effect(world, number, hypothesis, dose)
        return self.working(self.predict(world, number, hypothesis, dose))

    def _effect(self, world: World, number: int, hypothesis: HypothesisId, dose: float) -> float:
        """Difference to the contrast arm, or to the baseline, on the working scale."""
        scale = SCALES[self.outcome.scale]
        own = self.answer(world, replace(self.given, units=dose * self.given.units), number, hypothesis)
        other = 0.0
        if self.contrast is not None:
            other = self.contrast[1](world, self.contrast[0], number, hypothesis)
        return float(scale.forward(own) - scale.forward(other))
