"""Needle reactions: closed forms, published rates, the first week, and what makes them likelier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.aftermath import NeedleReaction, Reaction
from holocrine.domain.case import Case, Drug
from holocrine.domain.plan import InjectionPoint
from holocrine.domain.reading import read_case
from holocrine.domain.vocabulary import Plane, Region
from holocrine.knowledge.parameters import load_block
from holocrine.modelling.dimensions import check_units
from holocrine.models.needle_reactions import MINUTES_PER_DAY, WEAL, at_least_one, exceeds, weal_days
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.systems.reactions import DAYS, needle_reactions

BLOCK = block_draws(load_block("reactions"), "reactions", seed=13, n=512)


EXAMPLE = Path(__file__).parents[2] / "examples" / "oily-forehead.toml"
CASE = read_case(EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.name)


@pytest.fixture
def case() -> Case:
    return CASE


def points(
    count: int, region: Region = "forehead", plane: Plane = "intradermal", volume: float = 0.02
) -> tuple[InjectionPoint, ...]:
    return tuple(
        InjectionPoint(id=f"P{i}", region=region, x=float(i), y=40.0, depth=1.0, plane=plane, units=1.0, volume=volume)
        for i in range(count)
    )


def reactions(case: Case, given_points: tuple[InjectionPoint, ...]) -> dict[Reaction, NeedleReaction]:
    return {found.reaction: found for found in needle_reactions(case, given_points, BLOCK)}


def taking(case: Case, *drugs: Drug) -> Case:
    return case.model_copy(update={"safety": case.safety.model_copy(update={"drugs": drugs})})


def test_units_of_the_declaration() -> None:
    check_units(WEAL)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.floats(1e-6, 20.0), st.floats(0.05, 5.0))
def test_frailty_spreads_events_over_fewer_persons(expected: float, variance: float) -> None:
    probability = at_least_one(np.array(expected), np.array(variance))
    assert 0.0 < probability <= -np.expm1(-expected) + 1e-12, "never above independent punctures"
    assert probability <= at_least_one(np.array(expected), np.array(variance / 2.0)) + 1e-12


def test_frailty_agrees_with_sampled_persons() -> None:
    random = np.random.default_rng(5)
    frailty = random.gamma(1.0 / 0.8, 0.8, 200_000)
    sampled = -np.expm1(-0.3 * frailty).mean()
    closed = at_least_one(np.array(0.3), np.array(0.8))
    assert closed == pytest.approx(sampled, abs=0.003)  # four standard errors of 200 000 persons


def test_a_weal_goes_down_by_halves() -> None:
    days = weal_days(np.array([0.08, 0.04, 0.01, 0.001]), np.array(10.0), np.array(0.01))
    assert days * MINUTES_PER_DAY == pytest.approx([30.0, 20.0, 0.0, 0.0], abs=1e-9)


def test_scores_reach_their_mean_in_half_of_persons() -> None:
    assert exceeds(np.array(4.0), np.array(1.3), 4.0) == pytest.approx(0.5, abs=1e-12)
    assert exceeds(np.array(9.0), np.array(1.0), 4.0) > 0.999


def test_no_punctures_no_reactions(case: Case) -> None:
    assert needle_reactions(case, (), BLOCK) == ()
    assert needle_reactions(case, points(20, "bladder", "intramuscular"), BLOCK) == ()


@pytest.mark.parametrize(
    ("count", "region", "percent"),
    [(6, "temple_left", 3.9), (5, "glabella", 0.4), (7, "jawline_left", 2.5)],
)
def test_bruises_of_published_sessions_lie_in_the_interval(
    case: Case, count: int, region: Region, percent: float
) -> None:
    """Canthus and glabella: JAAD Int 2023, both arms, bruise plus haematoma; masseter: Peng 2018."""
    found = reactions(case, points(count, region, "intramuscular", 0.1))["bruise"]
    assert found.lo90 < percent < found.hi90


def test_most_reactions_are_over_within_a_week_but_not_halos(case: Case) -> None:
    found = reactions(case, points(30))
    for name in ("pain", "weal", "swelling", "headache", "bruise"):
        assert found[name].resolved_by_day_7 > 70.0, name
    assert found["pale_halo"].resolved_by_day_7 < 25.0
    early = [sum(r.present[DAYS.index(day)] for r in found.values()) for day in (1.0, 7.0)]
    assert early[1] < 0.5 * early[0]


def test_weals_are_seen_at_once_and_gone_within_hours(case: Case) -> None:
    weal = reactions(case, points(30))["weal"]
    assert weal.probability > 95.0
    assert weal.expected_number is not None
    assert 20.0 < weal.expected_number < 30.0
    assert weal.duration_days[1] < 0.25
    assert weal.present[DAYS.index(1.0)] < 1.0
    assert reactions(case, points(30, plane="intramuscular"))["weal"].probability == 0.0


@pytest.mark.parametrize("name", ["pain", "swelling", "bruise", "pale_halo"])
def test_more_punctures_more_reactions(case: Case, name: Reaction) -> None:
    few, many = (reactions(case, points(count))[name] for count in (5, 50))
    assert few.probability < many.probability


def test_blood_thinners_raise_bruising_and_silence_widens_it(case: Case) -> None:
    warfarin = Drug(name="some anticoagulant", drug_class="anticoagulant")
    aspirin = Drug(name="some antiplatelet", drug_class="antiplatelet")
    none, plate, coag, both = (
        reactions(taking(case, *drugs), points(30))["bruise"]
        for drugs in ((), (aspirin,), (warfarin,), (aspirin, warfarin))
    )
    silent = reactions(case.model_copy(update={"safety": case.safety.model_copy(update={"drugs": None})}), points(30))
    assert none.probability < plate.probability < coag.probability < both.probability
    assert none.probability < silent["bruise"].probability < coag.probability
    assert "not asked" in silent["bruise"].basis
    assert "anticoagulant and antiplatelet" in both.basis
    assert both.probability > none.probability
    assert reactions(taking(case, warfarin), points(30))["swelling"] == reactions(taking(case), points(30))["swelling"]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.integers(1, 80),
    st.sampled_from(["forehead", "glabella", "palm_left", "axilla_right"]),
    st.sampled_from(["intradermal", "subcutaneous", "intramuscular"]),
    st.floats(0.01, 0.5),
)
def test_every_figure_is_possible(count: int, region: Region, plane: Plane, volume: float) -> None:
    for found in needle_reactions(CASE, points(count, region, plane, volume), BLOCK):
        assert 0.0 <= found.lo90 <= found.probability <= found.hi90 <= 100.0
        assert 0.0 <= found.onset_days[0] <= found.onset_days[1]
        assert 0.0 <= found.duration_days[0] <= found.duration_days[1]
        assert all(0.0 <= share <= found.probability + 1e-9 for share in found.present)
        assert 0.0 <= found.resolved_by_day_7 <= 100.0
