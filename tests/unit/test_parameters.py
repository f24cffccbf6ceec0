"""The parameter table: complete, consistent, and refused with every faulty row named when it is not."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import pytest

from holocrine.errors import KnowledgeError
from holocrine.knowledge import parameters as module
from holocrine.knowledge.load import read_bytes, read_table
from holocrine.knowledge.parameters import Parameter, load_hypotheses, load_parameters
from holocrine.models.muscle import MUSCLE
from holocrine.models.sebum import SEBUM
from holocrine.models.sweat import SWEAT
from holocrine.simulation.draws import SPATIAL

Row = dict[str, str]
PARAMETERS = load_parameters()


def replaced(rows: list[Row], monkeypatch: pytest.MonkeyPatch, name: str = "parameters.csv") -> None:
    """Have the loader read `rows` in place of the packaged table."""
    monkeypatch.setattr(module, "read_table", lambda asked: rows if asked == name else read_table(asked))


@pytest.fixture
def rows() -> list[Row]:
    return [dict(row) for row in read_table("parameters.csv")]


@pytest.mark.parametrize("name", list(PARAMETERS))
def test_every_row_says_what_it_is_and_where_from(name: str) -> None:
    parameter = PARAMETERS[name]
    assert parameter.meaning
    assert parameter.symbol
    assert parameter.unit
    assert parameter.grade in "ABCD"
    assert parameter.source or parameter.assumption
    assert parameter.basis
    if not parameter.source:
        assert parameter.grade == "D", "a number without a source is an assumption of the lowest grade"
    if parameter.distribution in ("lognormal", "logitnormal"):
        assert parameter.low90 > 0.0
    if parameter.distribution == "logitnormal":
        assert parameter.high90 < 1.0


def test_symbols_name_one_quantity_each() -> None:
    symbols = [parameter.symbol for parameter in PARAMETERS.values()]
    assert sorted(symbols) == sorted(set(symbols))


def test_models_name_rows_or_papers() -> None:
    """A constant's source is a row of the table, such a row per terminal type, or prose naming paper or purpose."""
    for model in (MUSCLE, SWEAT, SEBUM):
        for constant in model.constants:
            exact = constant.source in PARAMETERS
            family = any(name.startswith(f"{constant.source}_") for name in PARAMETERS)
            assert exact or family or " " in constant.source, f"{model.name}: {constant.symbol}: {constant.source}"


def test_spatial_parameters_are_in_the_table() -> None:
    assert set(SPATIAL) <= set(PARAMETERS)


@pytest.mark.parametrize("name", [name for name in PARAMETERS if PARAMETERS[name].distribution != "fixed"])
def test_scores_give_the_table_back(name: str) -> None:
    parameter = PARAMETERS[name]
    z = np.array([-1.6448536269514722, 0.0, 1.6448536269514722])
    low, middle, high = parameter.from_normal(z)
    assert middle == pytest.approx(parameter.value, rel=1e-12)  # there and back
    # The interval's width on its own scale is kept; its centre is the value, so rounded ends may shift a little.
    forward = {"lognormal": np.log, "logitnormal": lambda p: np.log(p / (1.0 - p)), "normal": float}[
        parameter.distribution
    ]
    width = forward(parameter.high90) - forward(parameter.low90)
    assert forward(high) - forward(low) == pytest.approx(width, rel=1e-9)  # there and back
    assert forward(low) == pytest.approx(forward(parameter.low90), abs=0.16 * width)
    assert np.all(np.diff(parameter.from_normal(np.linspace(-4.0, 4.0, 50))) > 0.0)


def test_fixed_stays() -> None:
    fixed = next(parameter for parameter in PARAMETERS.values() if parameter.distribution == "fixed")
    assert np.array_equal(fixed.from_normal(np.array([-3.0, 0.0, 3.0])), np.full(3, fixed.value))


FAULTS: dict[str, tuple[Callable[[Row], object], str]] = {
    "no origin": (lambda row: row.update(source="", assumption=""), "neither source nor assumption"),
    "unknown distribution": (lambda row: row.update(distribution="cauchy"), "unknown distribution 'cauchy'"),
    "no unit": (lambda row: row.update(unit=""), "level, grade or unit missing"),
    "no grade": (lambda row: row.update(grade=""), "level, grade or unit missing"),
    "two grades": (lambda row: row.update(grade="AB"), "level, grade or unit missing"),
    "odd grade": (lambda row: row.update(grade="E"), "level, grade or unit missing"),
    "odd level": (lambda row: row.update(level="site"), "level, grade or unit missing"),
    "value below its interval": (lambda row: row.update(value="1e-9"), "outside its own 90% interval"),
    "interval turned round": (
        lambda row: row.update(low90=row["high90"], high90=row["low90"]),
        "outside its own 90% interval",
    ),
    "not a number": (lambda row: row.update(value="four"), "not a number"),
    "no interval": (lambda row: row.update(low90="", high90=""), "not a number"),
    "infinite": (lambda row: row.update(high90="inf"), "not a finite number"),
    "share above one": (lambda row: row.update(distribution="logitnormal", low90="0.5", high90="1.5"), "lies below 1"),
    "negative under a logarithm": (lambda row: row.update(low90="-1"), "lies above 0"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_row_is_refused_by_name(fault: str, rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    spoil, message = FAULTS[fault]
    row = next(row for row in rows if row["name"] == "tail_length")
    row.update(value="1.0", low90="0.5", high90="2.0")
    spoil(row)
    replaced(rows, monkeypatch)
    with pytest.raises(KnowledgeError, match=f"tail_length: .*{message}"):
        load_parameters()


def test_every_faulty_row_is_named_at_once(rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    rows[2]["unit"] = ""
    rows[5].update(source="", assumption="")
    rows.append(dict(rows[0]))
    replaced(rows, monkeypatch)
    with pytest.raises(KnowledgeError) as error:
        load_parameters()
    for row in (rows[2], rows[5], rows[0]):
        assert row["name"] in str(error.value)
    assert "named twice" in str(error.value)


def test_hash_follows_every_number(rows: list[Row], monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_parameters().hash == PARAMETERS.hash
    rows[0]["high90"] = str(1.001 * float(rows[0]["high90"]))
    replaced(rows, monkeypatch)
    assert load_parameters().hash != PARAMETERS.hash


def test_hypotheses_are_complete() -> None:
    hypotheses = load_hypotheses()
    assert {h.id for h in hypotheses} == {"H1", "H2", "H3", "H3b"}
    assert sum(h.weight for h in hypotheses) == pytest.approx(1.0, abs=1e-9)
    assert all(h.weight > 0.0 and h.basis.strip("; ") for h in hypotheses)


def test_weights_must_sum_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [dict(row) for row in read_table("hypotheses.csv")]
    rows[0]["weight"] = str(float(rows[0]["weight"]) + 0.01)
    replaced(rows, monkeypatch, "hypotheses.csv")
    with pytest.raises(KnowledgeError, match="do not sum to one"):
        load_hypotheses()


def test_table_is_plain_csv_with_the_expected_columns() -> None:
    header = next(csv.reader(io.StringIO(read_bytes("parameters.csv").decode("utf-8"))))
    fields = set(Parameter.__dataclass_fields__)
    assert set(header) == fields
