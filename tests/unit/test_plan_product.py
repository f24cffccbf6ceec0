"""Units of one product are never carried to another."""

from __future__ import annotations

import pytest

from holocrine.domain.plan import InjectionPoint, LimitCheck, Plan, Solution
from holocrine.domain.reading import read_plan, write_plan
from holocrine.errors import FieldError


def planned(points: int = 1) -> Plan:
    """A plan as Holocrine writes it: with the limits that its doses were held against."""
    place = {"region": "forehead", "x": 0.0, "y": 40.0, "depth": 1.0, "plane": "intradermal"}
    limit = LimitCheck(
        rule_id="DL-04",
        statement="labelled facial total",
        value=4.0,
        limit=64.0,
        unit="units onabotulinumtoxinA",
        exceeded=False,
        source="label",
    )
    made = [InjectionPoint(id=f"F{number}", units=4.0, volume=0.1, **place) for number in range(points)]
    solution = Solution(product="onabotulinumtoxinA", vial_units=100, diluent_volume=2.5)
    return Plan(solution=solution, point=tuple(made), limits=(limit,))


def test_a_product_changed_in_the_file_voids_the_doses() -> None:
    text = write_plan(planned())
    assert read_plan(text, "plan.toml") == planned()
    changed = text.replace('product = "onabotulinumtoxinA"', 'product = "abobotulinumtoxinA"', 1)
    assert changed != text
    with pytest.raises(FieldError) as caught:
        read_plan(changed, "plan.toml")
    assert caught.value.field == "solution.product"
    assert "worked out for onabotulinumtoxinA" in caught.value.problem
    assert caught.value.allowed == "onabotulinumtoxinA"


def test_without_points_there_is_no_dose_to_carry_over() -> None:
    text = write_plan(planned(points=0)).replace('product = "onabotulinumtoxinA"', 'product = "abobotulinumtoxinA"', 1)
    assert read_plan(text, "plan.toml").solution.product == "abobotulinumtoxinA"
