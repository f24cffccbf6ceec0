"""The draws that every forecast of a person rests on, from the packaged tables and the packaged posteriors."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from holocrine.knowledge.block_posterior import block_posteriors, status_of_blocks
from holocrine.knowledge.parameters import ParameterSet, load_hypotheses, load_parameters
from holocrine.knowledge.posterior import load_posterior, status_of
from holocrine.knowledge.variability import load_variability
from holocrine.simulation.block_draws import with_blocks
from holocrine.simulation.draws import Draws
from holocrine.simulation.posterior_draws import draw_posterior


@cache
def person_draws(seed: int, n: int) -> Draws:
    """`n` draws (a power of two) for a person of whom nothing is known."""
    parameters, posterior = load_parameters(), load_posterior()
    hypotheses = posterior.weighted(load_hypotheses())
    drawn = draw_posterior(parameters, load_variability(parameters), hypotheses, posterior, seed=seed, n=n)
    return with_blocks(drawn, block_posteriors(), posterior)


def fitted_parameters() -> ParameterSet:
    """The parameter table, named after the posterior that forecasts draw from."""
    posterior = load_posterior()
    status = f"{status_of(posterior)}; {status_of_blocks(block_posteriors())}"
    return replace(load_parameters(), identifier=posterior.identifier, status=status)
