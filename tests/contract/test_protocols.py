"""Published protocols, edited plans and empty plans forecast for the README's patient."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from holocrine import services
from holocrine.domain.case import Case
from holocrine.domain.forecast import Course, Forecast, Quantity
from holocrine.domain.plan import Plan
from holocrine.domain.reading import read_plan, write_plan
from holocrine.errors import FieldError

pytestmark = pytest.mark.slow

PROTOCOLS = (
    "abobotulinumtoxinA-forehead-row",
    "forehead-intramuscular-5x2",
    "forehead-intramuscular-5x4",
    "microbotox-forehead",
)
Simulated = Callable[[str], services.Answer]


@pytest.fixture(scope="module")
def case(examples: Path) -> Case:
    return services.load_case(examples / "oily-forehead.toml")


@pytest.fixture(scope="module")
def protocol(examples: Path) -> Callable[[str], Plan]:
    return lambda name: services.load_plan(examples / "protocols" / f"{name}.toml")


@pytest.fixture(scope="module")
def simulated(case: Case, protocol: Callable[[str], Plan]) -> Simulated:
    """The answer for a protocol; each is computed once."""
    known: dict[str, services.Answer] = {}

    def simulate(name: str) -> services.Answer:
        if name not in known:
            known[name] = services.simulate(case, protocol(name))
        return known[name]

    return simulate


def forecast_of(answer: services.Answer) -> Forecast:
    assert answer.forecast is not None
    return answer.forecast


def course(answer: services.Answer, quantity: Quantity) -> Course:
    return next(c for c in forecast_of(answer).courses if c.quantity == quantity and c.region in ("forehead", None))


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_plan_stays_what_it_was(name: str, simulated: Simulated, protocol: Callable[[str], Plan]) -> None:
    given, answer = protocol(name), simulated(name)
    assert answer.plan is not None
    assert answer.plan.solution == given.solution
    assert answer.plan.points == given.points
    assert (answer.plan.title, answer.plan.source) == (given.title, given.source)
    assert answer.plan.objective is None
    assert {check.unit for check in answer.plan.limits} == {"mm", f"units {given.solution.product}"}
    assert forecast_of(answer).mass_balance.injected == pytest.approx(given.total_units, rel=1e-9)  # a sum
    assert course(answer, "sebum").weeks == tuple(float(week) for week in range(27))
    assert read_plan(write_plan(answer.plan), "plan.toml") == answer.plan


@pytest.mark.parametrize("name", PROTOCOLS)
def test_rules_judge_the_product_of_the_plan(name: str, case: Case, protocol: Callable[[str], Plan]) -> None:
    """abobotulinumtoxinA contains cow's milk protein: what else stands on the tray does not matter."""
    safety = case.safety.model_copy(update={"allergies": ("cows_milk_protein",)})
    answer = services.simulate(case.model_copy(update={"safety": safety}), protocol(name))
    forbidden = protocol(name).solution.product == "abobotulinumtoxinA"
    assert (answer.assessment.verdict == "contraindicated") == forbidden
    assert (answer.plan is None) == forbidden


def test_an_unknown_product_on_the_tray_is_asked_for(case: Case, protocol: Callable[[str], Plan]) -> None:
    tray = case.product.model_copy(update={"name": "unknown"})
    answer = services.simulate(case.model_copy(update={"product": tray}), protocol("forehead-intramuscular-5x2"))
    assert answer.assessment.verdict == "ask"
    assert answer.plan is None


def test_a_hundred_droplets_in_the_skin_dry_more_than_five_points_in_the_muscle(simulated: Simulated) -> None:
    droplets, deep = simulated("microbotox-forehead"), simulated("forehead-intramuscular-5x2")
    for quantity in ("sweat", "sebum"):
        shallow, other = course(droplets, quantity), course(deep, quantity)
        assert np.all(np.array(shallow.mean)[1:17] < np.array(other.mean)[1:17])
    assert forecast_of(droplets).benefit.mean > forecast_of(deep).benefit.mean > 0.0


def test_twice_the_units_take_more_force(simulated: Simulated) -> None:
    two, four = (course(simulated(f"forehead-intramuscular-5x{units}"), "frontalis_force") for units in (2, 4))
    for band in ("mean", "median", "lo50", "hi50", "lo90", "hi90"):
        low, high = np.array(getattr(four, band)), np.array(getattr(two, band))
        # bands in the first and last weeks may touch; 1e-6 percent is the surfaces' rounded corner
        assert np.all(low <= high + 1e-6)
        assert low.min() < high.min()


def test_into_the_muscle_weakens_it_more_per_unit(simulated: Simulated) -> None:
    deep, droplets = (forecast_of(simulated(n)) for n in ("forehead-intramuscular-5x4", "microbotox-forehead"))
    for forecast in (deep, droplets):
        assert forecast.mass_balance.injected == pytest.approx(20.0, rel=1e-9)
    assert deep.mass_balance.bound_by_terminal["motor"] > droplets.mass_balance.bound_by_terminal["motor"]
    assert deep.mass_balance.bound_by_terminal["sudomotor"] < droplets.mass_balance.bound_by_terminal["sudomotor"]


def test_only_the_muscle_protocols_break_a_dose_rule(simulated: Simulated) -> None:
    for name in PROTOCOLS:
        plan = simulated(name).plan
        assert plan is not None
        assert {c.rule_id for c in plan.limits if c.exceeded} == ({"SD-17"} if "intramuscular" in name else set())


def test_a_plan_without_points_does_nothing_at_all(case: Case, protocol: Callable[[str], Plan]) -> None:
    empty = protocol("microbotox-forehead").model_copy(update={"points": ()})
    answer = services.simulate(case, empty)
    forecast = forecast_of(answer)
    for quantity in ("sebum", "sweat", "frontalis_force"):
        found = course(answer, quantity)
        for band in (found.mean, found.median, found.lo90, found.hi90):
            assert np.array(band) == pytest.approx(np.full(27, 100.0), abs=1e-6)  # the rounded corner of release
    assert np.abs(course(answer, "brow_height").mean).max() < 1e-6
    assert forecast.benefit.mean == forecast.benefit.interval.hi90 == 0.0
    assert (forecast.benefit.probability_meaningful, forecast.benefit.probability_no_effect) == (0.0, 100.0)
    assert forecast.benefit.duration_weeks is None
    for risk in forecast.risks:
        assert risk.probability == risk.hi90 == 0.0 or risk.hi90 < 1e-12  # ndtr of a huge negative number
        assert (risk.onset_days, risk.duration_weeks) == ((0.0, 0.0), (0.0, 0.0))
    balance = forecast.mass_balance
    assert (balance.injected, balance.bound, balance.cleared, balance.edge_flux_fraction) == (0.0, 0.0, 0.0, 0.0)
    assert answer.assessment.verdict == "insufficient_evidence"
    assert [share.share_by_fall["10"] for share in forecast.areas] == [0.0] * len(forecast.areas)


def test_a_point_outside_its_region_is_refused(case: Case, protocol: Callable[[str], Plan]) -> None:
    plan = protocol("forehead-intramuscular-5x2")
    moved = plan.points[2].model_copy(update={"y": -25.0})
    with pytest.raises(FieldError) as caught:
        services.simulate(case, plan.model_copy(update={"points": (*plan.points[:2], moved, *plan.points[3:])}))
    assert caught.value.field == "point[2]"
    assert "nose" in caught.value.problem


def test_a_point_can_not_have_a_product_of_its_own(protocol: Callable[[str], Plan]) -> None:
    """Units of two products never mix: a plan has one product, and a point that names another is refused."""
    text = write_plan(protocol("forehead-intramuscular-5x2"))
    mixed = text.replace("units = 2\n", 'units = 2\nproduct = "abobotulinumtoxinA"\n', 1)
    assert mixed != text
    with pytest.raises(FieldError) as caught:
        read_plan(mixed, "plan.toml")
    assert caught.value.field == "point[0].product"


def test_the_same_numbers_of_another_product_are_another_plan(case: Case, protocol: Callable[[str], Plan]) -> None:
    """4 units abobotulinumtoxinA count about half of 4 units onabotulinumtoxinA; nothing is converted silently."""
    row = protocol("abobotulinumtoxinA-forehead-row")
    other = row.model_copy(update={"solution": row.solution.model_copy(update={"product": "onabotulinumtoxinA"})})
    weak, strong = (forecast_of(services.simulate(case, plan)).benefit.mean for plan in (row, other))
    assert 0.0 < weak < strong
