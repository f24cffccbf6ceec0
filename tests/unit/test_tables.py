"""Forecasts and plans as pandas and xarray objects."""

from __future__ import annotations

import builtins

import pytest

from holocrine.domain.forecast import Course
from holocrine.domain.plan import InjectionPoint, Plan, Solution
from holocrine.domain.tables import SUMMARIES, course_dataset, course_rows, frame
from holocrine.errors import InputError

COURSE = Course(
    quantity="sebum",
    label="sebum",
    region="forehead",
    unit="% of untreated",
    weeks=(0.0, 1.0),
    mean=(100.0, 90.0),
    median=(100.0, 91.0),
    lo50=(99.0, 80.0),
    hi50=(101.0, 95.0),
    lo90=(98.0, 70.0),
    hi90=(102.0, 99.0),
    grade="D",
    basis="test",
)


def test_one_row_per_week_with_unit() -> None:
    table = frame(course_rows([COURSE, COURSE]))
    assert len(table) == 4
    assert set(table["unit"]) == {"% of untreated"}
    assert table["lo90"].tolist() == [98.0, 70.0, 98.0, 70.0]


def test_dataset_keeps_unit_and_values() -> None:
    data = course_dataset([COURSE])
    assert data["sebum_forehead"].attrs["units"] == "% of untreated"
    assert data["sebum_forehead"].sel(summary="median", week=1.0).item() == 91.0
    assert list(data["summary"].values) == list(SUMMARIES)


def test_plan_points_carry_their_product() -> None:
    point = InjectionPoint(
        id="F1", region="forehead", x=0.0, y=40.0, depth=1.0, plane="intradermal", units=0.2, volume=0.01
    )
    solution = Solution(product="onabotulinumtoxinA", vial_units=100, diluent_volume=5.0)
    table = Plan.model_validate({"solution": solution, "point": (point,)}).to_frame()
    assert table.loc[0, "product"] == "onabotulinumtoxinA"
    assert table.loc[0, "units"] == 0.2


def test_missing_pandas_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def refuse(name: str, *rest: object) -> object:
        if name == "pandas":
            raise ImportError(name)
        return original(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InputError, match="pandas is not installed"):
        frame([{"a": 1}])
