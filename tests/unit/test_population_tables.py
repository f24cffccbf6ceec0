"""Variability, correlations and people: complete, sourced, consistent, and refused with every fault named."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable

import numpy as np
import pytest

from holocrine.errors import KnowledgeError
from holocrine.knowledge import people as people_module
from holocrine.knowledge import variability as module
from holocrine.knowledge.load import read_bytes, read_table
from holocrine.knowledge.parameters import load_parameters
from holocrine.knowledge.people import SKIN_TYPES, load_people
from holocrine.knowledge.variability import cholesky_weights, load_variability, lumped_spread, shifted, typical_spread
from holocrine.population.covariates import age_moments

PARAMETERS = load_parameters()
VARIABILITY = load_variability(PARAMETERS)
TABLES = ("variability.csv", "correlations.csv", "baseline.csv", "covariates.csv", "covariate_effects.csv")
Rows = list[dict[str, str]]
Change = Callable[[Rows], object]


def replaced(name: str, change: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the loaders read table `name` after `change` was made to its rows."""
    rows = [dict(row) for row in read_table(name)]
    change(rows)
    for reader in (module, people_module):
        monkeypatch.setattr(reader, "read_table", lambda asked: rows if asked == name else read_table(asked))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_says_where_it_is_from(name: str) -> None:
    for row in read_table(name):
        assert row["source"] or row["assumption"], row


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_written_without_stray_spaces(name: str) -> None:
    text = read_bytes(name).decode()
    assert not [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell != cell.strip()]


def test_every_parameter_of_a_person_has_a_spread() -> None:
    personal = {name for name, p in PARAMETERS.items() if p.level == "person" and p.distribution != "fixed"}
    assert set(VARIABILITY.spreads) == personal


@pytest.mark.parametrize("name", sorted(VARIABILITY.spreads))
def test_people_sessions_and_doubt_add_up_to_the_parameter_tables_interval(name: str) -> None:
    parameter, spread = PARAMETERS[name], VARIABILITY.spreads[name]
    doubt = typical_spread(parameter, spread)
    parts = math.sqrt(doubt**2 + spread.between_subject**2 + spread.between_occasion**2)
    assert parts == pytest.approx(lumped_spread(parameter), rel=1e-12)
    assert spread.between_subject > 0.0


def test_the_response_spreads_as_reported() -> None:
    """CV 60% of the response in one session (Odergren 1998) is a log SD of 0.555; the table rounds its parts."""
    spread = VARIABILITY.spreads["half_loading_motor"]
    total = math.hypot(spread.between_subject, spread.between_occasion)
    assert total == pytest.approx(math.sqrt(math.log1p(0.60**2)), abs=0.005)


@pytest.mark.parametrize("name", ["half_loading_motor", "cholinergic_share", "bleb_exponent", "sebumeter_cv"])
def test_shifts_are_on_the_parameters_own_scale(name: str) -> None:
    parameter = PARAMETERS[name]
    typical = parameter.value * 1.1
    back = {"lognormal": np.log, "logitnormal": lambda p: np.log(p / (1.0 - p)), "normal": lambda x: x}
    values = shifted(parameter, typical, np.array([-1.3, 0.0, 0.7]))
    assert values[1] == pytest.approx(typical, rel=1e-12)
    if parameter.distribution == "fixed":
        assert np.all(values == typical)
    else:
        moved = back[parameter.distribution](values)
        assert moved - moved[1] == pytest.approx([-1.3, 0.0, 0.7], rel=1e-9)


def matrix(names: tuple[str, ...], weights: module.Weights) -> np.ndarray:
    factor = np.zeros((len(names), len(names)))
    for i, name in enumerate(names):
        for part, weight in weights[name]:
            factor[i, names.index(part)] = weight
    return factor @ factor.T


def test_weights_give_back_the_correlations() -> None:
    names = ("a", "b", "c", "d")
    given = {("a", "b"): 0.7, ("a", "c"): -0.4, ("b", "c"): 0.1, ("c", "d"): 0.5}
    wanted = np.eye(4)
    for (one, two), value in given.items():
        i, j = names.index(one), names.index(two)
        wanted[i, j] = wanted[j, i] = value
    weights = cholesky_weights(names, {frozenset(pair): value for pair, value in given.items()})
    assert matrix(names, weights) == pytest.approx(wanted, abs=1e-14)


def test_a_name_more_moves_no_other() -> None:
    pairs = {frozenset(("a", "b")): 0.7, frozenset(("b", "c")): 0.3}
    few = cholesky_weights(("a", "b", "c"), pairs)
    for names in (("new", "a", "b", "c"), ("a", "new", "b", "c"), ("a", "b", "c", "new")):
        more = cholesky_weights(names, pairs)
        assert all(more[name] == few[name] for name in few)
    linked = cholesky_weights(("a", "b", "c", "new"), pairs | {frozenset(("a", "new")): 0.5})
    assert all(linked[name] == few[name] for name in few)


def test_contradicting_correlations_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def contradict(rows: Rows) -> None:
        first, second = rows[0], rows[1]
        first["correlation"], second["correlation"], rows[2]["correlation"] = "0.9", "0.9", "-0.9"

    replaced("correlations.csv", contradict, monkeypatch)
    with pytest.raises(KnowledgeError, match=r"correlations\.csv: .*half_loading_sebaceous contradict"):
        load_variability(PARAMETERS)


def put(row: int, **cells: str) -> Change:
    return lambda rows: rows[row].update(cells)


def twice(rows: Rows) -> None:
    rows.append(dict(rows[0]))


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("variability.csv", put(0, source="", assumption=""), "diffusivity: neither source nor assumption"),
        ("variability.csv", twice, "diffusivity: named twice"),
        ("variability.csv", put(0, parameter="nonsense"), "nonsense: not in the parameter table"),
        ("variability.csv", put(0, parameter="release_hill"), "release_hill: is the same in everyone"),
        ("variability.csv", put(0, parameter="artefact_sd"), "artefact_sd: is the same in everyone"),
        ("variability.csv", put(0, scale="logit"), "diffusivity: SDs are on the log scale"),
        ("variability.csv", put(0, between_subject="-0.1"), "diffusivity: SDs must be numbers"),
        ("variability.csv", put(0, between_occasion="much"), "diffusivity: SDs must be numbers"),
        ("variability.csv", put(0, between_subject="2"), "diffusivity: SDs exceed the 1.4"),
        ("correlations.csv", twice, "half_loading_motor, half_loading_sudomotor: named twice"),
        ("correlations.csv", put(0, first="release_hill"), "release_hill does not vary between people"),
        ("correlations.csv", put(0, source="", assumption=""), "neither source nor assumption"),
        ("correlations.csv", put(0, correlation="1"), "'1' is not a correlation"),
        ("correlations.csv", put(0, first="half_loading_sudomotor"), "correlation with itself is 1"),
    ],
)
def test_faults_of_variability_are_named(
    table: str, change: Change, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced(table, change, monkeypatch)
    with pytest.raises(KnowledgeError, match=message.replace("(", r"\(")):
        load_variability(PARAMETERS)


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("covariates.csv", put(0, value="old"), "row 2: value is 'old', not a number above 0"),
        ("covariates.csv", put(4, value="0.7"), "shares of sex add up to 1.2, not 1"),
        ("covariates.csv", put(0, value="50"), "median age outside its bounds"),
        ("covariates.csv", lambda rows: rows.pop(), "skin_type 6 is missing or unknown"),
        ("covariates.csv", twice, "named twice"),
        ("covariate_effects.csv", put(0, per="female over male"), "is missing or unknown"),
        ("covariate_effects.csv", put(0, source="", assumption=""), "neither source nor assumption"),
        ("baseline.csv", lambda rows: rows.pop(), "noninflammatory_lesions is missing or unknown"),
        ("baseline.csv", put(1, cv=""), "inflammatory_lesions has no cv"),
        ("baseline.csv", put(0, between_occasion="0"), "between_occasion is '0', not a number above 0"),
    ],
)
def test_faults_of_people_are_named(table: str, change: Change, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(table, change, monkeypatch)
    with pytest.raises(KnowledgeError, match=message):
        load_people()


def test_all_faults_are_listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(rows: Rows) -> None:
        rows[0]["scale"] = rows[1]["scale"] = "none"

    replaced("variability.csv", spoil, monkeypatch)
    with pytest.raises(KnowledgeError, match=r"diffusivity: .*; .*convective_dispersion: "):
        load_variability(PARAMETERS)


def test_people_are_those_of_the_sources() -> None:
    people = load_people()
    mean, variance = age_moments(people.ages)
    assert mean == pytest.approx(20.4, abs=0.1), "mean age over acne trials, Huang 2023; printed to 0.1"
    assert 3.0 < math.sqrt(variance) < 8.0
    assert (people.counts["inflammatory_lesions"].median, people.counts["noninflammatory_lesions"].median) == (27, 44)
    assert len(people.skin_types) == len(SKIN_TYPES)
