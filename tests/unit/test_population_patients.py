"""Virtual patients: spreads, correlations and baselines as the tables say, and nobody's numbers move anybody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.anatomy.sites import layer_stack, typical_sebum
from holocrine.domain.vocabulary import FaceRegion
from holocrine.errors import InputError, KnowledgeError
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.knowledge.people import Counts, LesionKind, load_people
from holocrine.knowledge.variability import Spread, load_variability, typical_spread
from holocrine.population.baseline import lesion_gamma, poisson_quantile, sebum_spread, site_of
from holocrine.population.criteria import within
from holocrine.population.typical import drawn_values, table_values
from holocrine.population.virtual import HypothesisChoice, VirtualPatients, VirtualPopulation, virtual_population
from holocrine.simulation.constants import constant_values

PARAMETERS, HYPOTHESES, PEOPLE = load_parameters(), load_hypotheses(), load_people()
VARIABILITY = load_variability(PARAMETERS)
N = 20_000
Z_BOUND = 4.5
"""Standard errors; seeds are fixed, and a right population exceeds them once in 150,000 comparisons."""
KINDS: tuple[LesionKind, ...] = get_args(LesionKind)
REGIONS: tuple[FaceRegion, ...] = get_args(FaceRegion)


def population(hypothesis: HypothesisChoice = "H1", **named: object) -> VirtualPopulation:
    arguments: dict[str, object] = {"seed": 8, "hypothesis": hypothesis} | named
    return virtual_population(PARAMETERS, VARIABILITY, PEOPLE, HYPOTHESES, **arguments)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def many() -> VirtualPatients:
    return population().patients(np.arange(N))


def everything(patients: VirtualPatients) -> dict[str, np.ndarray]:
    """Every number and word that can be asked of patients."""
    columns: dict[str, np.ndarray] = {name: patients.value(name) for name in PARAMETERS}
    columns |= {f"{name} in 3": patients.value_in(3)(name) for name in PARAMETERS}
    columns |= {f"usual {region}": patients.usual_sebum(region) for region in REGIONS}
    columns |= {f"reading {region} {v}": patients.sebum_reading(region, v) for region in REGIONS for v in (0, 2)}
    columns |= {f"usual {kind}": patients.usual_lesions(kind) for kind in KINDS}
    columns |= {f"count {kind} {v}": patients.lesion_count(kind, v) for kind in KINDS for v in (0, 2)}
    columns |= {"thickness": patients.thickness("forehead", "dermis"), "hypothesis": patients.hypothesis_ids}
    who = patients.covariates
    columns |= {"age": who.age, "sex": who.sex, "skin": who.skin_type}
    return columns | {"attempts": patients.screening.attempts, "failed": patients.screening.failed}


def same_bytes(one: dict[str, np.ndarray], two: dict[str, np.ndarray]) -> None:
    different = [name for name in one if one[name].tobytes() != two[name].tobytes()]
    assert set(one) == set(two)
    assert not different


CHOOSY = population("weighted", criteria=(within("casual_sebum", 60.0, region="forehead"), within("age", 18, 40)))


@given(order=st.permutations(range(40)), cut=st.integers(0, 40), base=st.sampled_from([0, 1000, 2**40]))
@settings(max_examples=8, deadline=None)
def test_any_order_and_any_split_gives_the_same_bytes(order: list[int], cut: int, base: int) -> None:
    ids = base + np.arange(40)
    whole = everything(CHOOSY.patients(ids))
    index = np.array(order)
    same_bytes(everything(CHOOSY.patients(ids[index])), {name: column[index] for name, column in whole.items()})
    parts = [everything(CHOOSY.patients(part)) for part in (ids[index[:cut]], ids[index[cut:]])]
    joined = {name: np.concatenate([part[name] for part in parts])[np.argsort(index)] for name in whole}
    same_bytes(joined, whole)


def test_one_patient_alone_is_the_same_patient() -> None:
    """Long batches go through the processor's wide instructions, single patients through their tails."""
    whole = everything(CHOOSY.patients(np.arange(1000)))
    for one in (0, 7, 999):
        alone = everything(CHOOSY.patients(np.array([one])))
        same_bytes(alone, {name: column[one : one + 1] for name, column in whole.items()})


def test_subset_is_the_same_patients(many: VirtualPatients) -> None:
    index = np.array([5, 3, 3, 1999])
    few = many.subset(index)
    assert few.n == 4
    same_bytes(everything(few), {name: column[index] for name, column in everything(many).items()})


def test_another_seed_makes_others() -> None:
    one, two = (everything(population(seed=seed).patients(np.arange(50))) for seed in (1, 2))
    for name in ("half_loading_motor", "usual forehead", "usual inflammatory_lesions", "age"):
        assert not np.array_equal(one[name], two[name])


def test_a_further_parameter_moves_no_other() -> None:
    spreads = {"threshold_motor": Spread("threshold_motor", 0.2, 0.0, "test"), **VARIABILITY.spreads}
    wider = replace(population(), variability=replace(VARIABILITY, spreads=spreads))
    before, after = (everything(p.patients(np.arange(200))) for p in (population(), wider))
    assert np.ptp(after.pop("threshold_motor")) > 0.0
    assert np.ptp(before.pop("threshold_motor")) == 0.0
    del before["threshold_motor in 3"], after["threshold_motor in 3"]
    same_bytes(before, after)


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_spread_between_people(name: str, many: VirtualPatients) -> None:
    parameter, values = PARAMETERS[name], many.value(name)
    spread = VARIABILITY.spreads.get(name)
    if spread is None:
        assert np.all(values == parameter.value)
        return
    below = np.mean(values < parameter.value)
    assert abs(below - 0.5) < Z_BOUND * 0.5 / np.sqrt(N)
    scale = np.log if parameter.distribution == "lognormal" else scipy.stats.logistic.ppf
    sd = np.asarray(scale(values)).std(ddof=1)
    # The SD of N normal numbers has a relative standard error of 1/sqrt(2 N).
    assert abs(sd / spread.between_subject - 1.0) < Z_BOUND / np.sqrt(2.0 * N)


def scores(patients: VirtualPatients, name: str) -> np.ndarray:
    return np.log(patients.usual_lesions(name) if name in KINDS else patients.value(name))  # type: ignore[arg-type]


def correlation_bound(r: float) -> float:
    return Z_BOUND * (1.0 - r**2) / np.sqrt(N)


@pytest.mark.parametrize("kind", ["half_loading", "light_chain_half_life"])
def test_parameters_correlate_as_the_table_says(kind: str, many: VirtualPatients) -> None:
    expected = {"half_loading": 0.7, "light_chain_half_life": 0.5}[kind]
    logs = [scores(many, f"{kind}_{terminal}") for terminal in ("motor", "sudomotor", "sebaceous")]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(logs[i], logs[j])[0, 1] - expected) < correlation_bound(expected)
    unrelated = np.corrcoef(logs[0], scores(many, "depot_release"))[0, 1]
    assert abs(unrelated) < correlation_bound(0.0)


def test_occasions_differ_from_session_to_session_and_not_by_batch(many: VirtualPatients) -> None:
    name = "half_loading_sebaceous"
    spread = VARIABILITY.spreads[name]
    usual = np.log(many.value(name))
    shifts = [np.log(many.value_in(session)(name)) - usual for session in range(3)]
    for shift in shifts:
        assert abs(shift.mean()) < Z_BOUND * spread.between_occasion / np.sqrt(N)
        assert abs(shift.std(ddof=1) / spread.between_occasion - 1.0) < Z_BOUND / np.sqrt(2.0 * N)
        assert abs(np.corrcoef(shift, usual)[0, 1]) < correlation_bound(0.0)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert abs(np.corrcoef(shifts[i], shifts[j])[0, 1]) < correlation_bound(0.0)
    alone = population().patients(np.array([4321])).value_in(2)(name)
    assert alone.tobytes() == many.value_in(2)(name)[4321:4322].tobytes()


def test_parameters_without_occasions_stay_put(many: VirtualPatients) -> None:
    assert np.array_equal(many.value_in(1)("gland_transit"), many.value("gland_transit"))


@pytest.mark.parametrize("region", REGIONS)
def test_first_sebum_readings_match_the_table(region: FaceRegion, many: VirtualPatients) -> None:
    median, cv, _ = typical_sebum(region)
    readings, sigma = many.sebum_reading(region), np.sqrt(np.log1p(cv**2))
    # Shifts by age and sex make the distribution slightly skewed on the log scale: its mean and SD are exact.
    assert abs(np.log(readings).mean() - np.log(median)) < Z_BOUND * sigma / np.sqrt(N)
    assert abs(np.log(readings).std(ddof=1) / sigma - 1.0) < Z_BOUND / np.sqrt(2.0 * N)
    # A sample median has 1.25 times the standard error of a mean; half a percent for that skew.
    assert abs(np.log(np.median(readings) / median)) < 1.2533 * Z_BOUND * sigma / np.sqrt(N) + 0.005
    assert abs(readings.std() / readings.mean() / cv - 1.0) < 0.06, "sample CVs of log-normals scatter by 1 to 2%"


def test_sebum_hangs_together_over_the_face(many: VirtualPatients) -> None:
    left, right = many.usual_sebum("cheek_left"), many.usual_sebum("cheek_right")
    assert np.array_equal(left, right)
    assert not np.array_equal(many.sebum_reading("cheek_left"), many.sebum_reading("cheek_right"))
    shift = np.log(many.usual_sebum("chin")) - np.log(many.usual_sebum("forehead"))
    assert site_of("cheek_left") == "cheek"
    assert shift.std() > 0.1
    same = (many.covariates.sex == "male") & (many.covariates.age == 18)
    r = np.corrcoef(np.log(many.usual_sebum("chin"))[same], np.log(many.usual_sebum("forehead"))[same])[0, 1]
    expected = VARIABILITY.between_sites
    assert abs(r - expected) < Z_BOUND * (1.0 - expected**2) / np.sqrt(same.sum())


def test_age_and_sex_shift_sebum_as_the_table_says(many: VirtualPatients) -> None:
    male, decades = many.covariates.sex == "male", many.covariates.age / 10.0
    design = np.stack([np.ones(N), male, decades], axis=1)
    levels = np.log(many.usual_sebum("forehead"))
    fitted, rest, *_ = np.linalg.lstsq(design, levels)
    errors = np.sqrt(rest[0] / N * np.linalg.inv(design.T @ design).diagonal())
    assert abs(fitted[1] - np.log(PEOPLE.sebum_by_sex)) < Z_BOUND * errors[1]
    assert abs(fitted[2] - np.log(PEOPLE.sebum_by_decade)) < Z_BOUND * errors[2]


@pytest.mark.parametrize("kind", KINDS)
def test_first_lesion_counts_match_the_table(kind: LesionKind, many: VirtualPatients) -> None:
    counts, table = many.lesion_count(kind), PEOPLE.counts[kind]
    shape, mean = lesion_gamma(table)
    exact = scipy.stats.nbinom(shape, shape / (shape + mean))
    assert exact.median() == table.median
    assert exact.std() / exact.mean() == pytest.approx(table.cv, rel=1e-9)
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        edge = int(exact.ppf(share))
        expected = exact.cdf(edge)
        assert abs(np.mean(counts <= edge) - expected) < Z_BOUND * np.sqrt(expected * (1.0 - expected) / N)
    assert abs(counts.mean() - exact.mean()) < Z_BOUND * exact.std() / np.sqrt(N)
    assert counts.std() / counts.mean() == pytest.approx(table.cv, rel=0.04), "sample CVs scatter by 1%"


def test_lesion_kinds_correlate_as_reported(many: VirtualPatients) -> None:
    """0.23 follows from the SDs of both counts and of their sum in 50 faces, whose own standard error is 0.13."""
    reported = (6.5**2 - 1.9**2 - 5.8**2) / (2.0 * 1.9 * 5.8)
    r = np.corrcoef(many.lesion_count("inflammatory_lesions"), many.lesion_count("noninflammatory_lesions"))[0, 1]
    assert r == pytest.approx(reported, abs=0.03)
    oily = np.corrcoef(scores(many, "inflammatory_lesions"), np.log(many.usual_sebum("forehead")))[0, 1]
    assert oily > 0.15, "positive in 914 patients (Choi and Youn 2013)"


def test_later_visits_scatter_about_the_usual(many: VirtualPatients) -> None:
    usual = many.usual_sebum("chin")
    first, second = (np.log(many.sebum_reading("chin", visit) / usual) for visit in (0, 1))
    spread = sebum_spread("chin", PEOPLE, PARAMETERS["sebumeter_cv"].value)
    expected = np.hypot(spread.occasion, spread.reading)
    assert abs(first.std() / expected - 1.0) < Z_BOUND / np.sqrt(2.0 * N)
    assert abs(np.corrcoef(first, second)[0, 1]) < correlation_bound(0.0)
    counts, mean = many.lesion_count("inflammatory_lesions", 1), many.usual_lesions("inflammatory_lesions")
    assert abs(((counts - mean) / np.sqrt(mean)).var() - 1.0) < Z_BOUND * np.sqrt(3.0 / N), "Poisson about the usual"


def test_covariates_match_the_table(many: VirtualPatients) -> None:
    who = many.covariates
    for share, expected in (
        (np.mean(who.sex == "female"), PEOPLE.sexes["female"]),
        *((np.mean(who.skin_type == i + 1), share) for i, share in enumerate(PEOPLE.skin_types)),
    ):
        assert abs(share - expected) < Z_BOUND * np.sqrt(expected * (1.0 - expected) / N)
    assert who.age.min() >= PEOPLE.ages.low
    assert who.age.max() <= PEOPLE.ages.high
    assert abs(who.age.mean() - 20.43) < Z_BOUND * 5.0 / np.sqrt(N), "20.4 over acne trials (Huang 2023)"


def test_thickness_follows_sex_and_person(many: VirtualPatients) -> None:
    thickness = many.thickness("forehead", "dermis")
    for sex in ("female", "male"):
        expected = layer_stack("forehead", sex).thickness("dermis")  # type: ignore[arg-type]
        here = thickness[many.covariates.sex == sex]
        assert np.log(np.median(here) / expected) == pytest.approx(
            0.0, abs=1.2533 * Z_BOUND * 0.21 / np.sqrt(here.size)
        )


def test_the_models_take_patients(many: VirtualPatients) -> None:
    few = many.subset(np.arange(5))
    values = constant_values(few.value, few.hypothesis_ids)
    assert values["lambda_g"] == pytest.approx(np.log(2.0) / few.value("light_chain_half_life_sebaceous"))
    assert np.array_equal(values["e_ach"], few.value("cholinergic_share"))


def test_hypotheses_hold_for_all_or_by_weight() -> None:
    assert set(population("H3").patients(np.arange(10)).hypothesis_ids) == {"H3"}
    mixed = population("weighted").patients(np.arange(N)).hypothesis_ids
    for hypothesis in HYPOTHESES:
        error = np.sqrt(hypothesis.weight * (1.0 - hypothesis.weight) / N)
        assert abs(np.mean(mixed == hypothesis.id) - hypothesis.weight) < Z_BOUND * error


def test_typical_values_are_the_tables_or_a_draw_of_their_doubt() -> None:
    assert dict(table_values(PARAMETERS)) == {name: parameter.value for name, parameter in PARAMETERS.items()}
    numbers = 2000
    draws = drawn_values(PARAMETERS, VARIABILITY, seed=3, numbers=np.arange(numbers))
    assert drawn_values(PARAMETERS, VARIABILITY, seed=3, numbers=np.array([1234]))[0] == draws[1234]
    for name in ("half_loading_motor", "release_hill", "uptake_half_life_dermis"):
        logs = np.log([draw[name] for draw in draws]) - np.log(PARAMETERS[name].value)
        doubt = typical_spread(PARAMETERS[name], VARIABILITY.spreads.get(name))
        assert abs(logs.mean()) < Z_BOUND * doubt / np.sqrt(numbers)
        assert abs(logs.std(ddof=1) / doubt - 1.0) < Z_BOUND / np.sqrt(2.0 * numbers)
    assert all(draw["artefact_sd"] == PARAMETERS["artefact_sd"].value for draw in draws[:3])
    one = population(typical=draws[7]).patients(np.arange(N)).value("half_loading_motor")
    assert np.log(np.median(one) / draws[7]["half_loading_motor"]) == pytest.approx(0.0, abs=0.02)


@given(rank=st.floats(1e-15, 1.0 - 1e-15), mean=st.floats(1e-12, 500.0))
@settings(max_examples=300, deadline=None)
def test_poisson_quantiles(rank: float, mean: float) -> None:
    count = int(poisson_quantile(np.array([rank]), np.array([mean]))[0])
    exact = scipy.stats.poisson(mean)
    assert exact.cdf(count) >= rank
    assert count == 0 or exact.cdf(count - 1) < rank


def test_counts_that_no_negative_binomial_has_are_refused() -> None:
    with pytest.raises(KnowledgeError, match=r"no negative binomial has median 27 and CV 0\.1"):
        lesion_gamma(Counts(27.0, 0.1, "test"))


def test_sebum_that_spreads_less_than_its_parts_is_refused() -> None:
    with pytest.raises(KnowledgeError, match="forehead spreads less"):
        sebum_spread("forehead", replace(PEOPLE, sebum_occasion=0.7), 0.2)


@pytest.mark.parametrize("ids", [[-1], [0.5], [[1, 2]], ["a"]])
def test_numbers_of_patients_are_whole(ids: list[object]) -> None:
    with pytest.raises(InputError, match="whole numbers"):
        population().patients(np.array(ids))


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(InputError, match="hypothesis 'H9' is not known"):
        population("H9")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="typical values are missing: artefact_sd, bleb_exponent"):
        population(typical={})
    with pytest.raises(KeyError, match="nonsense"):
        population().patients(np.arange(2)).value("nonsense")


def test_no_patients_are_no_trouble() -> None:
    nobody = CHOOSY.patients(np.arange(0))
    assert nobody.n == 0
    assert np.isnan(nobody.screening.acceptance)
    assert all(column.shape[0] == 0 for column in everything(nobody).values())
