"""Ratios of evidences from draws of several posteriors, against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from holocrine.inference.bayes_factors import relative_log_evidence


def test_three_gaussians_with_known_evidences() -> None:
    random = np.random.Generator(np.random.Philox(3))
    means, sds, n = np.array([0.0, 1.0, -0.5]), np.array([1.0, 0.5, 2.0]), 4000
    draws = np.concatenate([m + s * random.standard_normal(n) for m, s in zip(means, sds, strict=True)])
    logs = -0.5 * ((draws[:, None] - means) / sds) ** 2  # evidence of each: sd times a common constant
    found = relative_log_evidence(logs, np.array([n, n, n]))
    truth = np.log(sds) - np.log(sds).mean()
    assert found == pytest.approx(truth, abs=0.05)


def test_equal_likelihoods_have_equal_evidence_and_constants_pass_through() -> None:
    logs = np.tile(np.linspace(-1.0, 1.0, 10)[:, None], (1, 2)) + np.array([0.0, 2.0])
    assert relative_log_evidence(logs, np.array([5, 5])) == pytest.approx([-1.0, 1.0])


def test_every_posterior_needs_draws() -> None:
    with pytest.raises(ValueError, match="every posterior needs draws"):
        relative_log_evidence(np.zeros((4, 2)), np.array([4, 0]))
