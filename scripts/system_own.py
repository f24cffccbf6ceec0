"""Comparisons that need no study arm: natural experiments, drugs, needles, bladder walls, and acne at rest.

Each gives what one person or the mean of the draws may show: the spread of parameters, without that of studies or
samples. A row that `holocrine validate` predicts takes precedence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holocrine.anatomy.bladder_wall import DEPTH_MM, standard_points
from holocrine.anatomy.sheets import to_plane
from holocrine.anatomy.sites import layer_stack
from holocrine.domain.case import AcneTreatment, Case
from holocrine.domain.plan import InjectionPoint
from holocrine.domain.urology import Cause, Urology
from holocrine.domain.validation import ObservationScore, Role
from holocrine.domain.vocabulary import DrugClass, Region
from holocrine.execution.person_draws import person_draws
from holocrine.knowledge.evidence import Evidence
from holocrine.knowledge.parameters import Block, load_block
from holocrine.models.androgens import androgen_state, known_interventions
from holocrine.models.scars import present_of
from holocrine.simulation.acne_course import Surroundings, knot_days, relative_states
from holocrine.simulation.binding import Shots
from holocrine.simulation.draws import Draws
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.systems.acne import lesion_fall, predicted_fall, vehicle_effect
from holocrine.simulation.systems.bladder import (
    BladderCourse,
    bladder_course,
    contraction_surface,
    wall_contraction,
    wall_loading,
)
from holocrine.simulation.systems.drugs import DrugCourse, drug_effects
from holocrine.simulation.systems.reactions import needle_reactions

Array = NDArray[np.float64]

DRAWS, SEED = 512, 20260302
WEEKS = np.arange(27.0)
DOI = "https://doi.org/"
SMALLEST = 1e-6
"""Below this nothing is written out."""


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

    def __init__(self, evidence: Evidence, case: Case) -> None:
        """`case` is an adult without blood-thinning drugs."""
        self.evidence, self.case = evidence, case
        self.draws: Draws = person_draws(SEED, DRAWS)
        blocks: tuple[Block, ...] = ("acne", "drugs", "skin", "reactions", "bladder")
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
            7: list(self._drugs()),
            15: list(self._bladder()),
            17: list(self._needles()),
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

    def _mean(self, observation_id: str, draws: Array) -> ObservationScore:
        """The same for the mean of an arm's persons: the interval is that of single persons, wider than the arm's."""
        return self._row(observation_id, draws).model_copy(update={"predicted": float(draws.mean())})

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

    def _drugs(self) -> Iterator[ObservationScore]:
        courses: Sequence[tuple[str, DrugClass]] = (
            ("CUNLIFFE1987-1", "oral_isotretinoin"),
            ("DRAELOS2025-1", "topical_antiandrogen"),
        )
        for name, drug in courses:
            day = self.evidence.observations[name].day
            assert day is not None
            left = drug_effects([DrugCourse(drug, 0.0)], self.blocks, np.array([day.mid]), sex="female").sebum[:, 0]
            yield self._row(name, 100.0 * (left - 1.0))
        trials: Sequence[tuple[str, DrugClass, str]] = (
            ("LAMEL2015-1", "benzoyl_peroxide", "benzoyl peroxide"),
            ("MALONEY2008-1", "combined_oral_contraceptive", "contraceptive"),
            ("ABPO_JAPAN2016-1", "fixed_combination", "adapalene and benzoyl peroxide"),
            ("ABPO_JAPAN2016-2", "topical_retinoid", "adapalene"),
            ("SCHMIDT2011-7", "topical_antibiotic", "clindamycin"),
            ("ADA_CLIN_NCT03615768-3", "topical_retinoid", "adapalene"),
            ("ADA_CLIN_NCT03615768-5", "topical_antibiotic", "clindamycin"),
        )
        for name, drug, words in trials:
            yield self._row(name, self._total_change(name, drug, words))

    def _total_change(self, name: str, drug: DrugClass, words: str) -> Array:
        """Change of the lesion count in percent as a trial reads it: the drug's own and what vehicle arms show."""
        day = self.evidence.observations[name].day
        weeks = 12.0 if day is None else day.mid / 7.0
        treatment = AcneTreatment.model_validate(
            {"drug": words, "drug_class": drug, "duration": f"{weeks:g} week", "response": "unknown"}
        )
        fall = predicted_fall(treatment, self.blocks, "female")
        time = vehicle_effect(np.array([weeks]), self.blocks["acne"])
        left = np.mean([time["papules"][:, 0], time["closed_comedones"][:, 0]], axis=0)
        return np.asarray(100.0 * ((1.0 - fall) * left - 1.0))

    def _wall(self, units: float, points: Literal[20, 30], cause: Cause) -> BladderCourse:
        draws, own = self.draws, self.blocks["bladder"]
        places = to_plane("bladder", standard_points(points))
        volume = np.full(points, 0.5 if points == 20 else 1.0)
        stacks = [layer_stack("bladder", "female")] * points
        shots = Shots(
            "onabotulinumtoxinA", places, np.full(points, DEPTH_MM), np.full(points, units / points), volume, stacks
        )
        loading = wall_loading(shots, draws, own, KernelLibrary(draws.spatial), "expert")
        return bladder_course(
            wall_contraction(loading, contraction_surface(draws, own, WEEKS)), WEEKS, own, Urology(cause=cause)
        )

    def _bladder(self) -> Iterator[ObservationScore]:
        idiopathic = self._wall(100.0, 20, "idiopathic")
        low, high = (self._wall(units, 30, "neurogenic") for units in (200.0, 300.0))
        before = idiopathic.leaks_untreated[:, 0]
        yield self._mean("NITTI2013-1", idiopathic.leaks[:, 12] - before)
        yield self._mean("NITTI2013-4", idiopathic.leaks_untreated[:, 12] - before)
        yield self._mean("NITTI2013-2", 100.0 * idiopathic.dry[:, 12])
        yield self._mean("NITTI2013-5", 100.0 * idiopathic.dry_untreated[:, 12])
        for name, course in (
            ("CRUZ2011-1", low.leaks),
            ("CRUZ2011-2", high.leaks),
            ("CRUZ2011-3", low.leaks_untreated),
        ):
            yield self._mean(name, 7.0 * (course[:, 6] - low.leaks_untreated[:, 0]))
        yield self._mean("HERSCHORN2011-1", high.leaks[:, 6])
        yield self._mean("HERSCHORN2011-2", high.leaks_untreated[:, 6])
        yield self._mean("OAB_SAFETY_SEX-1", 100.0 * idiopathic.retention)

    def _needles(self) -> Iterator[ObservationScore]:
        arms: Sequence[tuple[Mapping[Region, int], Mapping[str, Sequence[str]]]] = (
            ({"glabella": 5}, {"headache": ("35", "36"), "bruise": ("41", "42")}),
            ({"temple_left": 3, "temple_right": 3}, {"headache": ("37", "38"), "bruise": ("43", "44")}),
            ({"forehead": 5, "glabella": 5}, {"headache": ("39", "40"), "bruise": ("45", "46")}),
        )
        for punctures, rows in arms:
            points = [_puncture(region, number) for region, count in punctures.items() for number in range(count)]
            found = {one.reaction: one for one in needle_reactions(self.case, points, self.blocks["reactions"])}
            for reaction, names in rows.items():
                one = next(item for name, item in found.items() if name == reaction)
                for name in names:
                    row = self._row(f"ONABOT_SAFETY2023-{name}", np.array([one.lo90, one.probability, one.hi90]))
                    ends = {
                        "predicted": one.probability,
                        "lo90": one.lo90,
                        "hi90": one.hi90,
                        "lo50": None,
                        "hi50": None,
                    }
                    inside = one.lo90 <= (row.observed or 0.0) <= one.hi90
                    yield row.model_copy(update={**ends, "inside90": inside})


def _puncture(region: Region, number: int) -> InjectionPoint:
    return InjectionPoint.model_validate(
        {
            "id": f"{region} {number}",
            "region": region,
            "x": "0 mm",
            "y": "0 mm",
            "depth": "4 mm",
            "plane": "intramuscular",
            "units": 4,
            "volume": "0.1 mL",
        }
    )


def _beside(quoted: Quoted, draws: Array, observation_id: str = "", n: int | None = None) -> ObservationScore:
    """`draws` (draws,) summed up beside the published number."""
    draws = np.where(np.abs(draws) < SMALLEST, 0.0, draws)
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
