"""The worlds in which plans are made and judged: what is believed, one explanation of the sebum effect, two wrong ones.

`wide`: every length along the skin is twice what is believed. The spreading coefficients along the layers are four
times as large (the spread length is the root of coefficient over loss), bleb radius and the tail's length twice;
spreading across the layers stays.

`inert`: toxin does nothing to sebaceous or sweat glands. Muscles, and so harms, are as believed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from holocrine.domain.vocabulary import HypothesisId
from holocrine.knowledge.block_posterior import block_posteriors
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.knowledge.posterior import load_posterior
from holocrine.knowledge.variability import load_variability
from holocrine.simulation.block_draws import with_blocks
from holocrine.simulation.draws import Draws
from holocrine.simulation.posterior_draws import draw_posterior

World = Literal["believed", "H1", "H2", "H3", "H3b", "wide", "inert"]
EXPLANATIONS: tuple[World, ...] = ("H1", "H2", "H3", "H3b")
WIDER = 2.0
MOST_SPATIAL = 128
"""Spatial draws, as in every forecast; fewer when there are fewer draws."""
OUT_OF_REACH = 1e12
"""Factor on the dose at half loading of sweat glands that no dose reaches."""


def world_draws(world: World, seed: int, n: int) -> Draws:
    """`n` draws (a power of two) in which `world` holds; in the world as believed those of `person_draws`."""
    parameters, posterior = load_parameters(), load_posterior()
    hypotheses = posterior.weighted(load_hypotheses())
    if world in get_args(HypothesisId):
        hypotheses = tuple(replace(h, weight=float(h.id == world)) for h in hypotheses)
    drawn = draw_posterior(
        parameters,
        load_variability(parameters),
        hypotheses,
        posterior,
        seed=seed,
        n=n,
        n_spatial=min(n, MOST_SPATIAL),
    )
    draws = with_blocks(drawn, block_posteriors(), posterior)
    if world == "wide":
        return widened(draws)
    return _inert(draws) if world == "inert" else draws


def widened(draws: Draws) -> Draws:
    """The same draws where every length along the skin is WIDER times as long."""
    spatial = dict(draws.spatial)
    diffusion, dispersion = spatial["diffusivity"], spatial["convective_dispersion"]
    spatial["convective_dispersion"] = WIDER**2 * (diffusion + dispersion) - diffusion
    spatial["dispersion_across"] = spatial["dispersion_across"] * dispersion / spatial["convective_dispersion"]
    spatial["bleb_radius"] = WIDER * spatial["bleb_radius"]
    spatial["tail_length"] = WIDER * spatial["tail_length"]
    return replace(draws, spatial=spatial)


def _inert(draws: Draws) -> Draws:
    none = np.zeros(draws.n)
    half = OUT_OF_REACH * draws.local["half_loading_sudomotor"]
    glands = {"cholinergic_share": none, "direct_share": none, "half_loading_sudomotor": half}
    return replace(draws, local={**draws.local, **glands})
