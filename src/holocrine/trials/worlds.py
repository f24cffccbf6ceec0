"""Ways the world might be, from which trials are drawn: typical values of the posterior under each explanation."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.inference.arms.people import Sample, sample
from holocrine.inference.arms.world import landing_errors
from holocrine.inference.problem import WORLD_SEED
from holocrine.inference.unknowns import Unknowns
from holocrine.knowledge.block_posterior import BlockPosterior
from holocrine.knowledge.parameters import Hypothesis
from holocrine.knowledge.people import PeopleTables
from holocrine.knowledge.posterior import Posterior
from holocrine.simulation.draws import SPATIAL, stream

Array = NDArray[np.float64]
KINDS = 16
"""Kinds of people that differ in what time does to them; a power of two. A virtual patient is of one kind."""
POINTS = 100
"""Most points of a trial's session for which needle errors are kept."""
BY_DOSE = tuple(f"half_loading_{terminal}" for terminal in ("motor", "sudomotor", "sebaceous"))


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All that a trial's worlds are drawn from: the toxin's unknowns and posterior, the same of acne, and the people.

    `acne_unknowns` and `acne` are those of the block "acne"; `hypotheses` carry the posterior's weights.
    """

    unknowns: Unknowns
    posterior: Posterior
    acne_unknowns: Unknowns
    acne: BlockPosterior | None
    people: PeopleTables
    hypotheses: tuple[Hypothesis, ...]

    @property
    def weights(self) -> Mapping[HypothesisId, float]:
        """Weight of each explanation."""
        return {h.id: h.weight for h in self.hypotheses}

    @cached_property
    def kinds(self) -> Sample:
        """Kinds of people by the toxin's parameters."""
        spreads = self.unknowns.variability.spreads
        kept = tuple(name for name in spreads if name not in (*SPATIAL, *BY_DOSE))
        return sample(self.unknowns.variability, kept, WORLD_SEED, KINDS)

    @cached_property
    def acne_kinds(self) -> Sample:
        """The same kinds by the parameters of acne."""
        names = tuple(self.acne_unknowns.variability.spreads)
        return sample(self.acne_unknowns.variability, names, WORLD_SEED + 2, KINDS)

    @cached_property
    def errors(self) -> Array:
        """Needle errors, (landings, points + 1, 3)."""
        return landing_errors(WORLD_SEED + 1, points=POINTS)


@dataclass(frozen=True)
class TypicalWorld:
    """Typical values of toxin and acne by name, each in its unit, under one explanation of the sebum effect.

    `artefact` is the signed log shift of readings on treated skin, which is nought except under H3b.
    """

    hypothesis: HypothesisId
    toxin: Mapping[str, float]
    acne: Mapping[str, float]
    artefact: float


def draw_world(knowledge: Knowledge, hypothesis: HypothesisId, number: int, seed: int) -> TypicalWorld:
    """Draw `number` under an explanation: one row of each posterior, the prior for what was not fitted.

    The acne half of a draw is the same under every explanation, so that these are compared on equal terms.
    """
    of_acne = stream(seed, "posterior", zlib.crc32(b"trial, acne"), number)
    of_toxin = stream(seed, "posterior", zlib.crc32(f"trial, {hypothesis}".encode()), number)
    scores = knowledge.posterior.scores[hypothesis]
    row = int(of_toxin.integers(len(scores)))
    names = knowledge.unknowns.names
    toxin = of_toxin.standard_normal(len(names))
    for place, name in enumerate(names):
        known = knowledge.posterior.column(hypothesis, name)
        if known is not None:
            toxin[place] = known[row]
    shift = knowledge.unknowns.parameters["artefact_sd"].value * float(of_toxin.standard_normal())
    return TypicalWorld(
        hypothesis,
        knowledge.unknowns.values(toxin),
        knowledge.acne_unknowns.values(_acne_scores(knowledge, of_acne)),
        shift if hypothesis == "H3b" else 0.0,
    )


def _acne_scores(knowledge: Knowledge, random: np.random.Generator) -> Array:
    names = knowledge.acne_unknowns.names
    scores = random.standard_normal(len(names))
    if knowledge.acne is not None:
        row = int(random.integers(len(knowledge.acne.scores)))
        for place, name in enumerate(names):
            known = knowledge.acne.column(name)
            if known is not None:
                scores[place] = known[row]
    return scores
