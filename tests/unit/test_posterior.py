"""The posterior's file, its weights, and the draws that come from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from holocrine.errors import FileError
from holocrine.execution.workers import load_unknowns
from holocrine.knowledge.load import read_bytes
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.knowledge.posterior import PACKAGED, Posterior, decided, from_bytes, load_posterior, read_posterior
from holocrine.knowledge.variability import load_variability, lumped_spread
from holocrine.simulation.posterior_draws import draw_posterior

NAMES = ("diffusivity", "half_loading_motor", "response_spread")
RANDOM = np.random.Generator(np.random.Philox(11))
HYPOTHESES = ("H1", "H2", "H3", "H3b")


def posterior(**evidence: float) -> Posterior:
    """A posterior like the prior, with the given log evidence of each explanation."""
    return Posterior(
        names=NAMES,
        centres=np.zeros(3),
        spreads=np.ones(3),
        scores={h: RANDOM.standard_normal((400, 3)) for h in HYPOTHESES},  # type: ignore[misc]
        log_evidence={h: np.array([evidence.get(h, 0.0), evidence.get(h, 0.0)]) for h in HYPOTHESES},  # type: ignore[misc]
        about={"fitted_rows": 3},
    )


def test_a_file_holds_what_was_written() -> None:
    made = posterior(H1=1.5)
    again = from_bytes(made.to_bytes(), "here")
    assert again.to_bytes() == made.to_bytes()
    assert again.identifier == made.identifier
    assert again.about == made.about


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04 torn"])
def test_another_file_is_refused_with_one_message(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "p.npz").write_bytes(data)
    with pytest.raises(FileError, match="not a posterior"):
        read_posterior(tmp_path / "p.npz")
    with pytest.raises(FileError, match="cannot be read"):
        read_posterior(tmp_path / "absent.npz")


def test_weights_follow_bayes() -> None:
    made = posterior(H1=np.log(3.0))
    weights = made.weights({"H1": 0.25, "H2": 0.25, "H3": 0.25, "H3b": 0.25})
    assert weights["H1"] == pytest.approx(0.5)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert made.log_bayes_factor("H1", "H3")[0] == pytest.approx(np.log(3.0))
    assert made.weights({"H1": 0.0, "H2": 0.5, "H3": 0.5, "H3b": 0.0})["H1"] == pytest.approx(0.0, abs=1e-12)


def test_what_is_undetermined_is_said() -> None:
    assert decided(posterior(H1=1.0)) == "undetermined, all Bayes factors lie between 1/3 and 3"
    assert decided(posterior(H1=1.2)) == "3 of 6 pairs undetermined (Bayes factor between 1/3 and 3)"


def test_draws_of_a_posterior_like_the_prior_spread_like_the_table() -> None:
    parameters = load_parameters()
    draws = draw_posterior(parameters, load_variability(parameters), load_hypotheses(), posterior(), seed=5)
    for name in ("half_loading_motor", "light_chain_half_life_motor", "gland_transit", "cleavage_ratio_sudomotor"):
        spread = float(np.log(draws.value(name)).std())
        assert spread == pytest.approx(lumped_spread(parameters[name]), rel=0.2), name


def test_explanations_come_in_proportion_and_keep_their_own_scores() -> None:
    parameters, made = load_parameters(), posterior()
    for h in HYPOTHESES:
        made.scores[h][:] = HYPOTHESES.index(h)  # type: ignore[index]
    weights = tuple(load_hypotheses())
    draws = draw_posterior(parameters, load_variability(parameters), weights, made, seed=5)
    shares = [float(np.mean(draws.hypothesis_ids == h.id)) for h in weights]
    assert shares == pytest.approx([h.weight for h in weights], abs=1.0 / 128.0)
    factor = np.log(draws.value("response_spread"))
    order = [factor[draws.hypothesis_ids == h].mean() for h in HYPOTHESES]
    assert np.all(np.diff(order) > 0.1)


def test_copies_of_joint_draws_keep_what_belongs_together() -> None:
    parameters = load_parameters()
    draws = draw_posterior(parameters, load_variability(parameters), load_hypotheses(), posterior(), seed=5)
    again = draws.repaired(3)
    assert np.array_equal(again.spatial_of, np.tile(draws.spatial_of, 3))


def test_the_packaged_posterior_fits_the_packaged_tables() -> None:
    made, unknowns = load_posterior(), load_unknowns()
    assert len(read_bytes(PACKAGED)) < 5_000_000
    assert made.about["parameter_hash"] == unknowns.parameters.hash
    assert made.about["reading_hash"] == unknowns.readings.hash
    assert set(made.names) <= set(unknowns.names)
    assert [unknowns.table[name].value for name in made.names] == pytest.approx(list(made.centres))
    assert [unknowns.spreads[name] for name in made.names] == pytest.approx(list(made.spreads))
