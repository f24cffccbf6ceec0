"""Whole cohorts: the same bytes however they are split, baselines kept without a dose, more effect with more dose."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from holocrine.errors import InputError, KnowledgeError
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.knowledge.people import load_people
from holocrine.knowledge.variability import Spread, load_variability
from holocrine.models.junction import TERMINALS, Terminal
from holocrine.population import cohort
from holocrine.population.cohort import (
    GRIDS,
    CohortSummary,
    Protocol,
    simulate_cohort,
    simulate_patients,
    summarise_cohort,
)
from holocrine.population.criteria import Criterion, within
from holocrine.population.treatments import Treatment, loads_of
from holocrine.population.virtual import HypothesisChoice, VirtualPatients, VirtualPopulation, virtual_population
from holocrine.simulation.constants import POTENCY
from holocrine.solvers import stiff

PARAMETERS, HYPOTHESES, PEOPLE = load_parameters(), load_hypotheses(), load_people()
VARIABILITY = load_variability(PARAMETERS)
WEEKS = tuple(float(week) for week in range(0, 31, 2))
DOSE: dict[Terminal, float] = {"motor": 0.002, "sudomotor": 0.003, "sebaceous": 0.003}
OILY = (within("casual_sebum", 100.0, region="forehead"), within("age", 18, 40))
IDS = np.arange(96)


def population(hypothesis: HypothesisChoice = "weighted", criteria: tuple[Criterion, ...] = OILY) -> VirtualPopulation:
    return virtual_population(
        PARAMETERS, VARIABILITY, PEOPLE, HYPOTHESES, seed=4, hypothesis=hypothesis, criteria=criteria
    )


def protocol(*treatments: Treatment) -> Protocol:
    return Protocol("forehead", treatments, WEEKS)


TWICE = protocol(Treatment(0.0, bound=DOSE), Treatment(84.0, bound=DOSE))


@pytest.fixture(scope="module")
def courses() -> dict[str, np.ndarray]:
    return dict(simulate_patients(population().patients(IDS), TWICE).courses)


def test_any_order_and_any_split_gives_the_same_bytes(courses: dict[str, np.ndarray]) -> None:
    order = np.random.default_rng(2).permutation(IDS.size)
    for batch in (1, 7, 64, 1000):
        some = order[: 20 if batch == 1 else None]
        parts = list(simulate_cohort(population(), IDS[some], TWICE, batch=batch))
        assert len(parts) == -(-some.size // batch)
        for name, whole in courses.items():
            joined = np.concatenate([part.courses[name] for part in parts])
            assert joined.tobytes() == whole[some].tobytes(), (name, batch)


def contents(summary: CohortSummary) -> list[object]:
    found: list[object] = [summary.n, summary.screened, summary.failures]
    for tally in summary.tallies.values():
        found += [tally.total.tolist(), tally.squares.tolist(), tally.counts.tobytes()]
        found += [tally.mean().tobytes(), tally.sd().tobytes(), tally.quantile(0.05).tobytes()]
    return found


def test_summaries_do_not_depend_on_batches_order_or_workers() -> None:
    whole = contents(summarise_cohort(population(), IDS, TWICE))
    for batch, workers in ((1000, 2), (17, 1), (17, 2), (5, 3)):
        assert contents(summarise_cohort(population(), IDS, TWICE, batch=batch, workers=workers)) == whole
    assert contents(summarise_cohort(population(), IDS[::-1], TWICE, batch=10)) == whole
    first, second = (summarise_cohort(population(), part, TWICE) for part in (IDS[50:], IDS[:50]))
    first.merge(second)
    assert contents(first) == whole


def test_summaries_are_those_of_the_courses(courses: dict[str, np.ndarray]) -> None:
    summary = summarise_cohort(population(), IDS, TWICE)
    patients = population().patients(IDS)
    assert summary.n == IDS.size
    assert summary.acceptance == pytest.approx(patients.screening.acceptance, rel=1e-12)
    for name, tally in summary.tallies.items():
        step = GRIDS[name].high * 2.0**-30
        assert tally.mean() == pytest.approx(courses[name].mean(axis=0), abs=step)
        assert tally.sd() == pytest.approx(courses[name].std(axis=0, ddof=1), abs=2.0 * step, rel=1e-6)
        exact = np.quantile(courses[name], 0.5, axis=0, method="inverted_cdf")
        # Half a percent a bin for sebum, 0.001 for shares; the median of 96 may fall into the next bin.
        assert tally.quantile(0.5) == pytest.approx(exact, rel=0.0101, abs=0.002)


def test_without_a_dose_everyone_keeps_the_baseline() -> None:
    for treatments in ((), (Treatment(0.0, bound=dict.fromkeys(TERMINALS, 0.0)), Treatment(30.0))):
        batch = simulate_patients(population().patients(IDS), protocol(*treatments))
        usual = batch.patients.usual_sebum("forehead")[:, None]
        assert not batch.failures
        # The rounded corner of release (1e-6 to a power above 2) moves baselines by less than this.
        for name in ("sebum_share", "sweat", "force", "bulk"):
            assert np.abs(batch.courses[name] - 1.0).max() < 1e-9
        assert batch.courses["sebum"] == pytest.approx(np.broadcast_to(usual, batch.courses["sebum"].shape), rel=1e-9)


def test_more_dose_more_effect() -> None:
    patients = population("H1").patients(IDS)
    doses = (0.0003, 0.001, 0.003, 0.01)
    runs = [
        simulate_patients(patients, protocol(Treatment(0.0, bound=dict.fromkeys(TERMINALS, dose)))) for dose in doses
    ]
    for less, more in pairwise(runs):
        for name in ("sebum_share", "sweat"):
            # Patient by patient and week by week; the integrator's own error is far below 1e-4.
            assert np.all(more.courses[name] <= less.courses[name] + 1e-4)
        # Sprouts grown under a deeper block may help a muscle a little later on: compare the weeks of the block.
        assert np.all(more.courses["force"][:, 1:4] <= less.courses["force"][:, 1:4] + 1e-4)
        assert more.courses["sebum_share"].mean() < less.courses["sebum_share"].mean() - 0.01


def test_a_second_session_works_from_its_day_on() -> None:
    once = simulate_patients(population("H1").patients(IDS), protocol(Treatment(0.0, bound=DOSE)))
    twice = simulate_patients(population("H1").patients(IDS), TWICE)
    before = np.array(WEEKS) <= 12.0
    for name in GRIDS:
        assert twice.courses[name][:, before] == pytest.approx(once.courses[name][:, before], rel=1e-4, abs=1e-4)
    assert np.all(twice.courses["sweat"][:, ~before] <= once.courses["sweat"][:, ~before] + 1e-4)
    assert twice.courses["sebum"][:, ~before].mean() < 0.98 * once.courses["sebum"][:, ~before].mean()


def test_treatments_may_be_listed_in_any_order() -> None:
    patients = population().patients(IDS)
    one, two = Treatment(0.0, bound=DOSE), Treatment(84.0, loading={"motor": 0.5})
    forward, backward = (simulate_patients(patients, protocol(*order)).courses for order in ((one, two), (two, one)))
    assert all(forward[name].tobytes() == backward[name].tobytes() for name in GRIDS)


@pytest.mark.parametrize(("hypothesis", "acts"), [("H1", True), ("H2", True), ("H3", False), ("H3b", False)])
def test_sebum_falls_only_under_a_hypothesis_that_says_so(hypothesis: HypothesisChoice, acts: bool) -> None:
    batch = simulate_patients(
        population(hypothesis).patients(IDS), protocol(Treatment(0.0, loading={"sebaceous": 0.8}))
    )
    least = batch.courses["sebum_share"].min(axis=1)
    # The direct effect lasts for days only and is small in some: there it need only be seen.
    assert np.all(least < 0.9999) if acts else np.all(np.abs(least - 1.0) < 1e-9)
    assert np.abs(batch.courses["sweat"] - 1.0).max() < 1e-9, "sweat glands were given nothing"


def test_loading_follows_each_patients_half_loading_in_that_session() -> None:
    patients = population("H1").patients(IDS)
    loads = loads_of(patients, TWICE.treatments)
    for column, terminal in enumerate(TERMINALS):
        for session in (0, 1):
            half = patients.value_in(session)(f"half_loading_{terminal}")
            assert loads.loading[:, session, column] == pytest.approx(DOSE[terminal] / (DOSE[terminal] + half))
        assert np.all(loads.loading[:, 0, column] != loads.loading[:, 1, column])
    assert not loads.concentration.any()
    weaker = loads_of(patients, (Treatment(0.0, bound=DOSE, product="abobotulinumtoxinA"),))
    stronger = loads_of(patients, (Treatment(0.0, bound={t: _abo(t) * d for t, d in DOSE.items()}),))
    assert weaker.loading == pytest.approx(stronger.loading)


def _abo(terminal: Terminal) -> float:
    """Units of onabotulinumtoxinA that one unit of abobotulinumtoxinA stands for at a terminal type."""
    return PARAMETERS[f"{POTENCY[terminal]}_abobotulinumtoxinA"].value


def test_the_direct_effect_sees_a_concentration() -> None:
    patients = population("H2").patients(IDS)
    given = loads_of(patients, (Treatment(0.0, loading={"sebaceous": 0.75}),)).concentration[:, 0]
    assert given == pytest.approx(3.0 * patients.value("direct_half_effect"))
    one, two = (loads_of(patients, (Treatment(0.0, bound={"sebaceous": d}),)).concentration for d in (0.001, 0.002))
    assert np.all(one > 0.0)
    assert two == pytest.approx(2.0 * one), "uptake is first order: twice the bound dose, twice the concentration"


def test_a_dose_may_depend_on_the_patient() -> None:
    def by_sex(patients: VirtualPatients) -> np.ndarray:
        return np.where(patients.covariates.sex == "male", 0.9, 0.3)

    plan = (Treatment(7.0, loading={"motor": by_sex}),)
    patients = population().patients(IDS)
    loads = loads_of(patients, plan)
    assert np.array_equal(loads.loading[:, 0, 0], by_sex(patients))
    whole = simulate_patients(patients, protocol(*plan)).courses["force"]
    parts = simulate_cohort(population(), IDS, protocol(*plan), batch=11)
    assert np.concatenate([part.courses["force"] for part in parts]).tobytes() == whole.tobytes()


def test_failures_come_back_with_patient_day_and_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of the patients are given constants that no integrator can follow."""
    broken = (11, 70)
    original = cohort.constants_of

    def spoilt(model: object, values: object, n: int) -> np.ndarray:
        constants = original(model, values, n)  # type: ignore[arg-type]
        constants[np.isin(current[0], broken), 0] = np.nan
        return constants

    current = [np.empty(0)]

    def integrate(patients: VirtualPatients, *rest: object) -> stiff.Runs:
        current[0] = patients.ids
        return keep(patients, *rest)  # type: ignore[arg-type]

    keep = cohort._integrate
    monkeypatch.setattr(cohort, "constants_of", spoilt)
    monkeypatch.setattr(cohort, "_integrate", integrate)
    summary = summarise_cohort(population(), IDS, TWICE, batch=40)
    assert [failure.patient for failure in summary.failures] == list(broken)
    assert all(0.0 <= failure.day <= 210.0 and failure.cause for failure in summary.failures)
    assert summary.n == IDS.size - 2
    assert summary.acceptance == pytest.approx(population().patients(IDS).screening.acceptance)
    monkeypatch.undo()
    sound = summarise_cohort(population(), np.setdiff1d(IDS, broken), TWICE)
    assert summary.tallies["sebum"].mean().tobytes() == sound.tallies["sebum"].mean().tobytes()


def test_no_patients_are_no_trouble() -> None:
    summary = summarise_cohort(population(), np.arange(0), TWICE)
    assert summary.n == 0
    assert np.isnan(summary.acceptance)
    assert np.all(np.isnan(summary.tallies["sebum"].mean()))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"day": -1.0}, "treatment on day -1.0"),
        ({"day": float("nan")}, "treatment on day nan"),
        ({"day": 0.0, "product": "toxin"}, "product 'toxin' is not known"),
        ({"day": 0.0, "bound": {"nerve": 1.0}}, "terminal types nerve"),
        ({"day": 0.0, "bound": {"motor": 1.0}, "loading": {"motor": 0.5}}, "each of motor, sudomotor, sebaceous once"),
    ],
)
def test_impossible_treatments_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Treatment(**arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("treatment", "message"),
    [
        (Treatment(0.0, loading={"motor": 1.5}), "loading of motor terminals must lie between 0 and 1"),
        (Treatment(0.0, bound={"motor": -1.0}), "bound dose of motor terminals must be at least 0"),
        (Treatment(0.0, bound={"motor": float("inf")}), "bound dose of motor terminals must be at least 0"),
        (Treatment(0.0, bound={"motor": lambda p: np.ones(3)}), r"\(3,\) values for 96 patients"),
    ],
)
def test_impossible_amounts_are_refused(treatment: Treatment, message: str) -> None:
    with pytest.raises(InputError, match=message):
        simulate_patients(population().patients(IDS), protocol(treatment))


@pytest.mark.parametrize("weeks", [(), (1.0, 1.0), (-1.0, 2.0), (0.0, float("inf"))])
def test_impossible_weeks_are_refused(weeks: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match="weeks must increase"):
        Protocol("forehead", (), weeks)


def test_unknown_regions_batches_and_workers_are_refused() -> None:
    with pytest.raises(InputError, match="region 'knee' is not known"):
        Protocol("knee", (), WEEKS)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="batch is 0"):
        next(simulate_cohort(population(), IDS, TWICE, batch=0))
    with pytest.raises(InputError, match="workers is 0"):
        summarise_cohort(population(), IDS, TWICE, workers=0)


def test_sessions_that_differ_in_something_no_session_reads_are_refused() -> None:
    spreads = {**VARIABILITY.spreads, "gland_transit": Spread("gland_transit", 0.1, 0.1, "test")}
    other = replace(population(), variability=replace(VARIABILITY, spreads=spreads))
    with pytest.raises(KnowledgeError, match="only half loadings may differ between sessions, not gland_transit"):
        simulate_patients(other.patients(IDS), TWICE)
