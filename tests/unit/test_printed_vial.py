"""Vial arithmetic as it is printed: the numbers on the paper, multiplied by hand, give the numbers on the paper."""

from __future__ import annotations

import math
import re
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit import report_fixture as made

from holocrine.domain.plan import InjectionPoint, Plan, Solution
from holocrine.domain.vocabulary import Product
from holocrine.knowledge.products import products, syringes
from holocrine.report import dilution
from holocrine.report.printed.blocks import Table
from holocrine.report.printed.reading import blocks_of
from holocrine.report.signing_page import signing_page
from holocrine.report.vial_page import product_note, vial_page

PRODUCTS = get_args(Product)
NUMBER = r"\d{1,3}(?:,\d{3})*(?:\.\d+)?"
VOLUMES = (0.5, 1.0, 1.25, 2.0, 2.5, 4.0, 5.0, 8.0, 10.0)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any product, vial, dilution and syringe, with points of whole marks."""
    product = draw(st.sampled_from(PRODUCTS))
    solution = Solution(
        product=product,
        vial_units=draw(st.sampled_from(products()[product].vial_units)),
        diluent_volume=draw(st.sampled_from(VOLUMES)),
        syringe=draw(st.sampled_from(sorted(syringes()))),
    )
    mark = syringes()[solution.syringe].mark_ml
    points = []
    for number, marks in enumerate(draw(st.lists(st.integers(1, 30), min_size=1, max_size=12)), 1):
        volume = round(marks * mark, 3)
        units = volume * solution.concentration
        place = {"region": "forehead", "x": 0.0, "y": 40.0, "depth": 1.0, "plane": "intradermal"}
        points.append(InjectionPoint(id=f"F{number}", units=units, volume=volume, syringe_marks=marks, **place))
    plan: Plan = made.plan(solution=solution, point=tuple(points), limits=())
    return plan


def tables(plan: Plan) -> list[Table]:
    return [block for block in blocks_of(vial_page(plan, plan.solution.product)) if block["kind"] == "table"]


def rows(table: Table) -> list[list[str]]:
    return [["".join(run["text"] for line in cell for run in line) for cell in row] for row in table["rows"]]


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(NUMBER, text)]


def rounded(places: int, *, of: float = 0.0) -> float:
    """Half a unit of the last printed decimal, for a result of size `of` also the rounding of floats."""
    return 0.5 * 10.0**-places + 1e-9 * (1.0 + abs(of))


@settings(max_examples=30, deadline=None)
@given(plans())
def test_every_dose_can_be_multiplied_out_by_hand(plan: Plan) -> None:
    doses = rows(tables(plan)[1])
    exact = plan.solution.concentration
    for marks_sum, volume_sum, dose, which in doses:
        marks, mark = numbers(marks_sum)
        volume, strength = numbers(volume_sum)
        assert marks * mark == pytest.approx(volume, abs=rounded(3))
        assert strength == pytest.approx(exact, abs=rounded(2))
        units = numbers(dose)[0]
        slack = rounded(2, of=units) + volume * rounded(2)  # strength and dose each carry a rounding
        assert volume * strength == pytest.approx(units, abs=slack)
        assert dose.endswith(plan.solution.product)
        assert numbers(which)[0] >= 1
    assert sum(numbers(row[3])[0] for row in doses[:-1]) == len(plan.points) == numbers(doses[-1][3])[0]
    labels = [label for row in doses[:-1] for label in row[3].split(": ")[1].split(", ")]
    assert sorted(labels) == sorted(point.id for point in plan.points)


@settings(max_examples=30, deadline=None)
@given(plans())
def test_the_card_counts_vials_and_what_is_left(plan: Plan) -> None:
    card = {step: (arithmetic, result) for step, arithmetic, result in rows(tables(plan)[0])}
    assert set(card) == {"Reconstitute", "Vials", "Strength", "One mark", "Draw up", "Syringes", "Left over, discarded"}
    drawn, per_vial = numbers(card["Vials"][0])
    vials = numbers(card["Vials"][1])[0]
    assert vials == max(math.ceil(drawn / per_vial - 1e-9), 1)
    held, taken, left = numbers(card["Left over, discarded"][0])[:3]
    assert held == pytest.approx(vials * per_vial, abs=rounded(3))
    assert held - taken == pytest.approx(left, abs=2 * rounded(3))
    assert numbers(card["Left over, discarded"][1])[0] == pytest.approx(
        vials * plan.solution.vial_units - plan.total_units, abs=rounded(2, of=1000.0)
    )
    blank = next(block for block in blocks_of(signing_page(plan)) if block["kind"] == "table")
    assert len(blank["rows"]) == vials  # room for the sticker of every vial


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_product_is_named_beside_every_dose(product: Product) -> None:
    solution = Solution(product=product, vial_units=100, diluent_volume=2.5)
    plan = made.plan(solution=solution, limits=())
    text = " ".join(cell for table in tables(plan) for row in rows(table) for cell in row)
    assert f"0.4 units {product}" in text  # one mark of 0.01 mL at 40 units per mL
    assert not {other for other in PRODUCTS if other != product and f" {other}" in text}


def test_a_plan_for_another_product_than_the_tray_holds_is_stopped_in_words() -> None:
    plan = made.plan()
    note = product_note(plan, "abobotulinumtoxinA")
    assert "This plan is for onabotulinumtoxinA, not for abobotulinumtoxinA" in note
    assert "no dose was converted" in note
    assert note in vial_page(plan, "abobotulinumtoxinA")
    assert product_note(plan, plan.solution.product) == product_note(plan, "unknown") == ""


def test_a_contradiction_is_called_out_before_the_sums() -> None:
    first, *others = made.points()
    plan = made.plan(point=(first.model_copy(update={"units": 2.0}), *others))
    page = vial_page(plan, plan.solution.product)
    assert page.index("contradicts itself") < page.index("Dilution:")


def test_doses_are_listed_once_each_in_the_plans_order() -> None:
    first, second, *others = made.points()
    plan = made.plan(
        point=(first, second.model_copy(update={"units": 2.0, "volume": 0.05, "syringe_marks": 5.0}), *others)
    )
    found = dilution.dose_steps(plan)
    assert [(step.units, step.volume, step.marks, len(step.labels)) for step in found] == [
        (1.0, 0.025, 2.5, len(others) + 1),
        (2.0, 0.05, 5.0, 1),
    ]
    assert found[1].labels == (second.id,)


def test_without_points_nothing_is_drawn_up_and_no_vial_is_opened() -> None:
    empty = made.plan(point=())
    assert "No injection is planned" in vial_page(empty, empty.solution.product)
    assert tables(empty) == []
    assert "Vial 1" not in signing_page(empty)
