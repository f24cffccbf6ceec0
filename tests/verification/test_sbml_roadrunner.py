"""Our equations in another simulator: exported as SBML, run by libRoadRunner (CVODE), compared with our engine.

The two share the declaration's text and nothing after it: not the derivation of the right-hand side, not the
Jacobian, not the method, not the handling of doses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import roadrunner
from numpy.typing import NDArray

from holocrine.domain.export import ExportedSession
from holocrine.exchange.kinetics import events_of, lebeda_values, sessions_of, values_of
from holocrine.exchange.sbml import Event, sbml_text
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.models.onset import LEBEDA, PUBLISHED_K_S
from holocrine.models.site import SITE
from holocrine.simulation.draws import draw
from holocrine.solvers import stiff

from .test_onset import hypoexponential, times_for

Array = NDArray[np.float64]

SEED, PATIENTS = 20, 100
SESSION_DAYS = (0.0, 84.0, 168.0)
WEEKS = np.arange(0.0, 365.0, 7.0)
AGREEMENT = 1e-6
"""Relative, of every output at every week, with no floor: outputs as small as 1e-16 are held to it too."""
OURS, THEIRS = {"rtol": 1e-9, "atol": 1e-12}, (1e-10, 1e-13)
"""Tolerances far enough below the agreement that neither side's own error is seen in it."""


@dataclass(frozen=True)
class Patient:
    """A virtual patient: constants by symbol, and what happens on which day."""

    hypothesis: str
    values: dict[str, float]
    sessions: tuple[ExportedSession, ...]

    @property
    def events(self) -> list[Event]:
        return events_of(SITE, self.sessions, self.values, self.hypothesis)


@pytest.fixture(scope="module")
def patients() -> list[Patient]:
    """The first hundred draws, each with three sessions of loadings of its own."""
    draws = draw(load_parameters(), load_hypotheses(), seed=SEED, n=128, n_spatial=128)
    loadings = np.random.default_rng(SEED).uniform(0.05, 0.95, (PATIENTS, len(SESSION_DAYS)))
    found = []
    for number, loading in enumerate(loadings):
        hypothesis = str(draws.hypothesis_ids[number])
        values = values_of(SITE, draws.subset(np.array([number])), hypothesis)
        found.append(Patient(hypothesis, values, sessions_of(SESSION_DAYS, loading.tolist())))
    return found


@pytest.fixture(scope="module")
def courses(patients: list[Patient]) -> Array:
    """Our engine: (patients, weeks, outputs)."""
    starts = np.tile([state.initial for state in SITE.states], (len(patients), 1))
    constants = np.array([[patient.values[name] for name in SITE.constant_names] for patient in patients])
    runs = stiff.simulate(SITE, starts, constants, WEEKS, events=as_arrays([p.events for p in patients]), **OURS)
    return runs.checked().outputs


def as_arrays(events: Sequence[Sequence[Event]]) -> stiff.Events:
    """Lists of events as our engine takes them."""
    shape = (len(events), max(map(len, events)))
    days, targets, values = np.full(shape, np.inf), np.zeros(shape, dtype=np.int64), np.zeros(shape)
    for lane, items in enumerate(events):
        for place, item in enumerate(items):
            days[lane, place], values[lane, place] = item.day, item.value
            targets[lane, place] = stiff.target_of(SITE, item.symbol)
    return stiff.Events(days, targets, values)


def simulator(text: str, outputs: Sequence[str]) -> roadrunner.RoadRunner:
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    made = roadrunner.RoadRunner(text)
    made.integrator.relative_tolerance, made.integrator.absolute_tolerance = THEIRS
    made.integrator.setValue("maximum_num_steps", 100_000)
    made.timeCourseSelections = list(outputs)
    return made


def in_segments(runner: roadrunner.RoadRunner, patient: Patient) -> Array:
    """One patient (weeks, outputs), restarted at every session from where the last stretch ended, plus the dose."""
    for name, value in patient.values.items():
        runner[name] = value
    states = {state.symbol: state.initial for state in SITE.states}
    pieces = []
    for day, end in zip(SESSION_DAYS, (*SESSION_DAYS[1:], WEEKS[-1]), strict=True):
        for event in patient.events:
            if event.day == day:
                states[event.symbol] += event.value
        runner.reset(roadrunner.SelectionRecord.TIME)
        for name, value in states.items():
            runner[name] = value
        pieces.append(np.array(runner.simulate(0.0, end - day, round((end - day) / 7.0) + 1)))
        states = {name: runner[name] for name in states}
    return np.concatenate([*(piece[:-1] for piece in pieces[:-1]), pieces[-1]])


def difference(theirs: Array, ours: Array) -> float:
    return float((np.abs(theirs - ours) / np.abs(ours)).max())


def test_a_hundred_patients_agree(patients: list[Patient], courses: Array) -> None:
    """Largest relative difference when this was written: 3e-8."""
    assert {patient.hypothesis for patient in patients} == {"H1", "H2", "H3", "H3b"}
    runner = simulator(sbml_text(SITE, patients[0].values), SITE.outputs)
    theirs = np.array([in_segments(runner, patient) for patient in patients])
    assert theirs.shape == courses.shape == (PATIENTS, WEEKS.size, len(SITE.outputs))
    assert difference(theirs, courses) <= AGREEMENT
    # The comparison would notice: no patient's course is that of the next one, and every output moves.
    assert np.abs(theirs - np.roll(theirs, 1, axis=0)).max(axis=(1, 2)).min() > 1e-3
    assert np.ptp(theirs, axis=(0, 1)).min() > 0.1


def test_sessions_as_events_of_the_document(patients: list[Patient], courses: Array) -> None:
    """The file as it is exported, doses included, in one call.

    libRoadRunner 2.10 shrinks its step to 1e-20 days and less after a repeated dose and says so on standard error; a
    larger model was reported to fail there (CV_CONV_FAILURE). This one came through for all hundred patients, to 1e-8;
    eight are run here because each file has to be compiled.
    """
    direct = [number for number, patient in enumerate(patients) if patient.hypothesis == "H2"]
    for number in (*range(6), *direct[:2]):
        text = sbml_text(SITE, patients[number].values, patients[number].events)
        theirs = np.array(simulator(text, SITE.outputs).simulate(0.0, WEEKS[-1], WEEKS.size))
        # SBML leaves open on which side of an event the output of that moment lies; no output of ours jumps.
        assert difference(theirs, courses[number]) <= AGREEMENT


def test_a_constant_changed_by_an_event() -> None:
    """k_L of the onset model falls to nothing on day 2: the lytic fraction stays where it is."""
    text = sbml_text(LEBEDA, lebeda_values(), [Event(2.0, "k_L", 0.0)])
    lytic = np.array(simulator(text, LEBEDA.outputs).simulate(0.0, 4.0, 9))[:, 0]
    values = lebeda_values()
    expected = hypoexponential(np.array([2.0]), [values[name] for name in LEBEDA.constant_names])[0]
    assert lytic[4:] == pytest.approx(expected, rel=AGREEMENT)
    assert lytic[3] < 0.9 * expected


@pytest.mark.parametrize("setting", PUBLISHED_K_S)
def test_the_published_onset_model(setting: str) -> None:
    """Lebeda's four steps (2008) as SBML: the closed form of the published rates, and its time to half."""
    values = lebeda_values(setting)
    times = times_for(values["k_S"])
    runner = simulator(sbml_text(LEBEDA, values), LEBEDA.outputs)
    lytic = np.array(runner.simulate(0.0, times[-1], times.size))[:, 0]
    expected = hypoexponential(times, [values[name] for name in LEBEDA.constant_names])
    later = expected > 1e-3  # before, the closed form loses digits by cancellation
    assert difference(lytic[later], expected[later]) <= AGREEMENT
    assert np.abs(lytic - expected).max() <= AGREEMENT
