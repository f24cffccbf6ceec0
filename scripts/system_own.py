"""Comparisons that need no arm of a study: natural experiments, enzyme inhibitors, acne and scars left alone.

Each gives what one person may show: the spread of parameters, without that of studies or samples. A row that
`holocrine validate` predicts takes precedence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.validation import ObservationScore, Role
from holocrine.execution.person_draws import person_draws
from holocrine.knowledge.evidence import Evidence
from holocrine.knowledge.parameters import Block, load_block
from holocrine.models.androgens import androgen_state, known_interventions
from holocrine.models.scars import present_of
from holocrine.simulation.acne_course import Surroundings, knot_days, relative_states
from holocrine.simulation.draws import Draws
from holocrine.simulation.systems.acne import lesion_fall, vehicle_effect

Array = NDArray[np.float64]

DRAWS, SEED = 512, 20260302
DOI = "https://doi.org/"


@dataclass(frozen=True)
class Quoted:
    """A published number outside the evidence tables, or derived from them."""

    study: str
    citation: str
    arm: str
    outcome: str
    unit: str
    value: float
    role: Role
    day: float | None = None


class OwnComparisons:
    """All of them, by the number of the system; computed once."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.draws: Draws = person_draws(SEED, DRAWS)
        blocks: tuple[Block, ...] = ("acne", "drugs", "skin")
        self.blocks: Mapping[Block, Mapping[str, Array]] = {
            block: {name: self.draws.local[name] for name in load_block(block)} for block in blocks
        }

    @cached_property
    def by_system(self) -> dict[int, list[ObservationScore]]:
        """Rows for each system that has any."""
        return {
            4: list(self._acne()),
            5: list(self._scars()),
            6: list(self._hormones()),
        }

    def _row(self, observation_id: str, draws: Array) -> ObservationScore:
        """A row of the evidence tables beside `draws` (draws,) in its unit."""
        observation = self.evidence.observations[observation_id]
        arm, study = self.evidence.arm_of(observation), self.evidence.study_of(observation)
        value = None if observation.value is None else observation.value.mid
        quoted = Quoted(
            study.study_id,
            study.citation,
            arm.label,
            observation.outcome,
            observation.unit,
            float("nan") if value is None else value,
            observation.role,  # type: ignore[arg-type]
            observation.day.mid if observation.day else None,
        )
        return _beside(quoted, draws, observation_id, arm.n)

    def _acne(self) -> Iterator[ObservationScore]:
        values, week = self.blocks["acne"], 14
        born = 27.0 / 0.18 * 0.15 / values["papule_days"]
        yield _beside(
            Quoted(
                "HUANG2023",
                f"{DOI}10.1370/afm.2995",
                "27 inflamed lesions",
                "new inflamed lesions",
                "lesions a day",
                1.9,
                "context",
            ),
            born,
        )
        yield self._row("JANICZEKDOLPHIN2010-1", self._sebum_for_half(week))

    def _sebum_for_half(self, week: int) -> Array:
        """Fall of sebum (percent) after which half of the lesions are gone as a trial reads it; 100 where none does."""
        values = self.blocks["acne"]
        around = Surroundings(None, np.ones((DRAWS, knot_days(week).size)))
        time = vehicle_effect(np.array([float(week)]), values)["papules"][:, 0]
        steps = np.linspace(0.0, 0.95, 12)
        left = []
        for step in steps:
            sebum = np.full((1, DRAWS, week + 1), 1.0 - step)
            sebum[..., 0] = 1.0
            states = relative_states(values, sebum, around)[-1, :, 0]
            left.append((1.0 - lesion_fall(states, values)) * time)
        course = np.array(left).T
        return np.array([100.0 * np.interp(-0.5, -row, steps, left=0.0, right=1.0) for row in course])

    def _scars(self) -> Iterator[ObservationScore]:
        block = self.blocks["skin"]
        made, days = np.tile([0.0, 1.0, 1.0], (DRAWS, 1)), np.array([0.0, 1.0, 183.6])
        rate = np.log(2.0) / block["scar_fading_half_life"]
        there = 100.0 * present_of(made, days, block["scar_lasting_share"], rate)[:, 2]
        yield _beside(
            Quoted("Tan 2017", "", "32 untreated persons", "new scars still there", "%", 66.2, "fit", 182.6), there
        )

    def _hormones(self) -> Iterator[ObservationScore]:
        drugs = self.blocks["drugs"]
        base, known = androgen_state(drugs, "male"), known_interventions(drugs)
        for name, in_skin, in_serum in (
            ("MK-386 5 mg/day", 25.4, None),
            ("MK-386 20 mg/day", 49.0, 14.1),
            ("MK-386 50 mg/day", 55.0, 22.2),
            ("finasteride", 15.0, 65.8),
        ):
            state = androgen_state(drugs, "male", known[name])
            source = ("MK-386 study 1997", f"{DOI}10.1210/jcem.82.5.3912", name)
            fall = 100.0 * (1.0 - state.dht / base.dht)
            yield _beside(Quoted(*source, "fall of DHT in sebum", "%", in_skin, "fit"), fall)
            if in_serum is not None:
                fall = 100.0 * (1.0 - state.serum_dht / base.serum_dht)
                yield _beside(Quoted(*source, "fall of DHT in serum", "%", in_serum, "fit"), fall)
        none = androgen_state(drugs, "male", known["complete androgen insensitivity"])
        yield _beside(
            Quoted("Imperato-McGinley 1993", "", "complete androgen insensitivity", "sebum left", "%", 0.0, "context"),
            100.0 * none.drive / base.drive,
        )


def _beside(quoted: Quoted, draws: Array, observation_id: str = "", n: int | None = None) -> ObservationScore:
    """`draws` (draws,) summed up beside the published number."""
    lo90, lo50, middle, hi50, hi90 = (float(q) for q in np.quantile(draws, (0.05, 0.25, 0.5, 0.75, 0.95)))
    known = bool(np.isfinite(quoted.value))
    blank: dict[str, None] = dict.fromkeys(
        ("sampling_se", "z", "probability", "baseline_predicted", "baseline_lo90", "baseline_hi90")
    )
    return ObservationScore.model_validate(
        {
            **blank,
            "observation_id": observation_id or f"{quoted.study} {quoted.arm} {quoted.outcome}",
            "study_id": quoted.study,
            "citation": quoted.citation,
            "arm": quoted.arm,
            "n": n,
            "control": False,
            "outcome": quoted.outcome,
            "outcome_class": quoted.outcome,
            "role": quoted.role,
            "unit": quoted.unit,
            "class_unit": quoted.unit,
            "factor": 1.0,
            "day": quoted.day,
            "predicted": middle,
            "lo50": lo50,
            "hi50": hi50,
            "lo90": lo90,
            "hi90": hi90,
            "observed": quoted.value if known else None,
            "bound": "",
            "inside90": lo90 <= quoted.value <= hi90 if known else None,
            "direction": "",
            "likeliest": "",
            "supported": True,
            "reason": "",
        }
    )
