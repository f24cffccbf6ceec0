"""Keep docs/individual-forecast.md true: how well one person's update does on virtual persons (takes minutes).

python scripts/individual.py            print the page
python scripts/individual.py --write    put it into docs/individual-forecast.md
python scripts/individual.py --check    exit 1 if docs/individual-forecast.md is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from individual_world import World, planned, world
from numpy.typing import NDArray
from written_page import ROOT, keep

from holocrine.domain.observation import Observation
from holocrine.domain.vocabulary import Instrument
from holocrine.inference.person.body import Body
from holocrine.inference.person.kinetics import Courses
from holocrine.inference.person.posterior import FULL, QUICK, Posterior, posterior, prior, weighted_quantiles
from holocrine.inference.person.problem import People, Problem, times_for
from holocrine.inference.person.readings import Reading
from holocrine.inference.person.signals import line_course, sebum_level, sebum_of_goals, sweat_of_goals
from holocrine.inference.person.virtual import Score, VirtualPersons, predicted, score, virtual_persons

Array = NDArray[np.float64]

PAGE = ROOT / "docs" / "individual-forecast.md"
PERSONS, COMPARED, SEED = 200, 6, 11
VISITS = (0, 2, 6)
"""Weeks of the visits that an update learns from, one after the other."""
TO_COME = {"same cycle": (12, 18), "next cycle": (22, 26)}
SESSIONS = (0, 20)
INSTRUMENTS: tuple[Instrument, ...] = ("Sebumeter", "HDSS", "line_severity")
SCALES: Mapping[str, Callable[[Array], Array]] = {"Sebumeter": np.log, "HDSS": np.asarray, "line_severity": np.asarray}
TRAITS = (
    "half_loading_sebaceous",
    "half_loading_sudomotor",
    "half_loading_motor",
    "light_chain_half_life_sudomotor",
    "light_chain_half_life_motor",
)
EFFECT_DAYS = (84.0, 182.0)
TIE = 1e-4
NAMES = {"Sebumeter": "Sebumeter, log", "HDSS": "HDSS, grade", "line_severity": "frown lines, grade"}
TEXT = ROOT / "scripts" / "individual.md"


@dataclass(frozen=True)
class Study:
    """Virtual persons, the population's forecast of them, and their updates after each visit."""

    small: World
    persons: VirtualPersons
    population: Posterior
    updates: tuple[tuple[Posterior, ...], ...]


def study() -> Study:
    """The study: persons come from populations that the update does not know."""
    small = world(SESSIONS, planned_visits(), ("sebum", "sweat", "glabellar_lines"), QUICK.anchors)
    persons = virtual_persons(small.other, small.readings, PERSONS, SEED)
    times = np.union1d(times_for(small.readings), EFFECT_DAYS)
    updates = tuple(
        tuple(
            posterior(Problem(small.body, known(persons.readings_of(number), visits)), times, QUICK, number)
            for visits in range(1, len(VISITS) + 1)
        )
        for number in range(PERSONS)
    )
    return Study(small, persons, prior(Problem(small.body, ()), times, 4096, SEED), updates)


def known(readings: tuple[Reading, ...], visits: int) -> tuple[Reading, ...]:
    """The readings of the first visits."""
    return readings[: visits * len(INSTRUMENTS)]


def calibration_rows(found: Study) -> list[str]:
    """How often the truth lies inside, after all visits: traits, and what is left of the effects in week 12."""
    ranks: dict[str, list[float]] = {}
    for number, updates in enumerate(found.updates):
        for name, rank in _ranks(found, number, updates[-1]).items():
            ranks.setdefault(name, []).append(rank)
    rows = []
    for name, values in ranks.items():
        own = np.array(values)
        inside = [100.0 * float(np.mean(np.abs(own - 0.5) < 0.5 * share)) for share in (0.5, 0.9)]
        rows.append(f"| {name} | {inside[0]:.0f}% | {inside[1]:.0f}% | {own.mean():.2f} |")
    return rows


def _usual(share: float) -> str:
    """Percentages that 95 of 100 right programs show for a share of the persons."""
    away = 1.96 * np.sqrt(share * (1.0 - share) / PERSONS)
    return f"{100.0 * (share - away):.0f} to {100.0 * (share + away):.0f}%"


def _ranks(found: Study, number: int, after: Posterior) -> dict[str, float]:
    """Where the truth of one person lies among the people of the posterior, 0 to 1."""
    truth, other, body = found.persons.people, found.small.other, found.small.body
    anchor, scores = truth.anchor[[number]], other.correlated(truth.z[[number]])
    drawn_scores = body.correlated(after.people.z)
    true_values = other.anchors.values(anchor, scores, other.layout)
    values = body.anchors.values(after.people.anchor, drawn_scores, body.layout)
    pairs = {name.replace("_", " "): (values[name], true_values[name]) for name in TRAITS}
    level = [sebum_level(body, "forehead", each) for each in (drawn_scores, scores)]
    pairs["untreated sebum, forehead"] = (level[0], level[1])
    one = other.courses(after.courses.times, anchor, scores)
    week = one.at(EFFECT_DAYS[0])
    pairs["sweat in week 12"] = (sweat_of_goals(body, after.courses)[:, week], sweat_of_goals(other, one)[:, week])
    pairs["sebum in week 12"] = (sebum_of_goals(body, after.courses)[:, week], sebum_of_goals(other, one)[:, week])
    lines = line_course(body, after.courses, "glabellar_lines", after.people.anchor)
    pairs["frown lines in week 12"] = (lines[:, week], line_course(other, one, "glabellar_lines", anchor)[:, week])
    return {
        # Without any effect on sebum all agree: ties count half.
        name: float(np.sum(after.answering * ((drawn < true[0] - TIE) + 0.5 * (np.abs(drawn - true[0]) <= TIE))))
        for name, (drawn, true) in pairs.items()
    }


def skill_rows(found: Study) -> list[str]:
    """Scores of the readings to come, before any reading and after one, two and three visits."""
    rows = []
    for cycle, weeks in TO_COME.items():
        for instrument in INSTRUMENTS:
            columns = [
                number
                for number, reading in enumerate(found.small.readings)
                if reading.instrument == instrument and round(reading.day / 7.0) in weeks
            ]
            for visits in range(len(VISITS) + 1):
                scores = [_score(found, number, visits, columns) for number in range(PERSONS)]
                error, width, inside = _means(scores)
                name = f"{cycle} | {NAMES[instrument]}" if visits == 0 else " | "
                rows.append(f"| {name} | {visits} | {error:.2f} | {width:.2f} | {100.0 * inside:.0f}% |")
    return rows


def _score(found: Study, number: int, visits: int, columns: Sequence[int]) -> Score:
    of = found.population if visits == 0 else found.updates[number][visits - 1]
    to_come = [found.small.readings[column] for column in columns]
    scale = SCALES[to_come[0].instrument]
    drawn = scale(predicted(of, to_come, SEED + number))
    return score(drawn, of.answering, scale(found.persons.values[number, columns]))


EFFECTS: Mapping[str, Callable[[Body, Courses, People], Array]] = {
    "sebum": lambda body, courses, _: sebum_of_goals(body, courses),
    "sweat": lambda body, courses, _: sweat_of_goals(body, courses),
    "frown lines": lambda body, courses, people: line_course(body, courses, "glabellar_lines", people.anchor),
}


def effect_rows(found: Study) -> list[str]:
    """Scores of the true effects, which nobody reads: what is left of the untreated state in weeks 12 and 26."""
    other, persons = found.small.other, found.persons.people
    times = found.population.courses.times
    scores_of = other.correlated(persons.z)
    truth = other.courses(times, persons.anchor, scores_of)
    at = [truth.at(day) for day in EFFECT_DAYS]
    rows = []
    for name, of in EFFECTS.items():
        true = 100.0 * of(other, truth, persons)[:, at]
        for visits in range(len(VISITS) + 1):
            scores = []
            for number in range(PERSONS):
                one = found.population if visits == 0 else found.updates[number][visits - 1]
                drawn = 100.0 * of(one.problem.body, one.courses, one.people)[:, at]
                scores.append(score(drawn, one.answering, true[number]))
            error, width, inside = _means(scores)
            label = f"{name}, % left" if visits == 0 else " "
            rows.append(f"| {label} | {visits} | {error:.1f} | {width:.1f} | {100.0 * inside:.0f}% |")
    return rows


def _means(scores: Sequence[Score]) -> tuple[float, float, float]:
    """Mean error, interval score and share inside."""
    error, width, inside = (
        float(np.mean([getattr(each, part) for each in scores])) for part in ("error", "interval", "inside")
    )
    return error, width, inside


def agreement(found: Study) -> str:
    """Median and largest distance between the quick and the full answer, and their effective numbers."""
    full_world = world(SESSIONS, planned_visits(), ("sebum", "sweat", "glabellar_lines"), FULL.anchors)
    apart, quick_numbers, full_numbers = [], [], []
    for number in range(COMPARED):
        quick = found.updates[number][-1]
        problem = Problem(full_world.body, quick.problem.readings)
        full = posterior(problem, quick.courses.times, FULL, number)
        quick_numbers.append(quick.effective)
        full_numbers.append(full.effective)
        for of in (sweat_of_goals, sebum_of_goals):
            one, two = (
                weighted_quantiles(of(each.problem.body, each.courses)[:, 8:24], each.answering, (0.05, 0.5, 0.95))
                for each in (quick, full)
            )
            apart.append(100.0 * np.abs(one - two) / np.maximum(two[2] - two[0], 1e-9))
    every = np.concatenate([each.ravel() for each in apart])
    return (
        f"{np.median(every):.0f}% of the\n90% interval's width in the median and {np.quantile(every, 0.95):.0f}% in "
        f"95 of 100 numbers;\neffective people {np.median(quick_numbers):.0f} of {QUICK.people} and "
        f"{np.median(full_numbers):.0f} of {FULL.people:,d}"
    )


def planned_visits() -> list[Observation]:
    """Every reading of the study."""
    weeks = (*VISITS, *(week for after in TO_COME.values() for week in after))
    return planned(weeks, INSTRUMENTS)


def page() -> str:
    """The page as it should be."""
    found = study()
    return TEXT.read_text(encoding="utf-8").format(
        persons=PERSONS,
        compared=COMPARED,
        chance=" and ".join(_usual(share) for share in (0.5, 0.9)),
        calibration="\n".join(calibration_rows(found)),
        skill="\n".join(skill_rows(found)),
        effects="\n".join(effect_rows(found)),
        agreement=agreement(found),
    )


if __name__ == "__main__":
    sys.exit(keep(PAGE, page, "virtual persons"))
