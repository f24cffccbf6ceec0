"""An earlier response as information: likelihoods of the categories, weights, drawing by weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holocrine.domain.case import AcneTreatment
from holocrine.domain.vocabulary import Response
from holocrine.knowledge.parameters import load_block
from holocrine.simulation.block_draws import block_draws
from holocrine.simulation.systems.prior_response import (
    INFORMATIVE,
    prior_response_weights,
    response_likelihood,
    reweighted,
)

DRUGS = block_draws(load_block("drugs"), "drugs", seed=8, n=256)
FALLS = np.linspace(-0.5, 1.0, 256)


def tried(response: Response) -> AcneTreatment:
    return AcneTreatment(drug="adapalene", drug_class="topical_retinoid", duration=112.0, response=response)


def test_the_categories_share_out_all_probability() -> None:
    total = sum(response_likelihood(FALLS, response, DRUGS) for response in INFORMATIVE)
    assert total == pytest.approx(1.0, abs=1e-12)  # there and back


def test_each_category_points_its_own_way() -> None:
    means = {
        response: float(np.sum(FALLS * prior_response_weights([tried(response)], [FALLS], DRUGS)))
        for response in INFORMATIVE
    }
    assert means["none"] < means["partial"] < means["good"]
    assert np.all(np.diff(response_likelihood(FALLS, "good", {k: v[:1] for k, v in DRUGS.items()})) >= 0.0)


@pytest.mark.parametrize("response", ["unknown", "not_tolerated"])
def test_what_says_nothing_changes_nothing(response: Response) -> None:
    assert prior_response_weights([tried(response)], [FALLS], DRUGS) == pytest.approx(1.0 / 256, rel=1e-12)
    assert prior_response_weights([], [], DRUGS) == pytest.approx(1.0 / 256, rel=1e-12)


def test_two_answers_weigh_as_their_product() -> None:
    both = prior_response_weights([tried("partial"), tried("none")], [FALLS, FALLS[::-1]], DRUGS)
    product = response_likelihood(FALLS, "partial", DRUGS) * response_likelihood(FALLS[::-1], "none", DRUGS)
    assert both == pytest.approx(product / product.sum(), rel=1e-12)
    with pytest.raises(ValueError, match="zip"):
        prior_response_weights([tried("none")], [], DRUGS)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(0.0, 1e6), min_size=1, max_size=40).filter(lambda weights: sum(weights) > 1e-3),
    st.integers(1, 300),
    st.integers(0, 2**32),
)
def test_draws_come_as_often_as_their_weight_says(weights: list[float], n: int, seed: int) -> None:
    shares = np.array(weights) / np.sum(weights)
    picked = reweighted(n, np.array(weights), seed)
    counts = np.bincount(picked, minlength=len(weights))
    assert picked.size == n
    assert np.all(np.diff(picked) >= 0)
    assert np.all(np.abs(counts - n * shares) < 1.0 + 1e-6)
    assert np.array_equal(picked, reweighted(n, np.array(weights), seed))


def test_equal_weights_keep_every_draw() -> None:
    assert np.array_equal(reweighted(256, np.full(256, 3.0), 1), np.arange(256))


@pytest.mark.parametrize("weights", [[0.0, 0.0], [1.0, -1.0], [1.0, np.nan], [np.inf, 1.0]])
def test_impossible_weights_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights must be finite"):
        reweighted(4, np.array(weights), 1)
