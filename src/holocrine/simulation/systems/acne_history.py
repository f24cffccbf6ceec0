"""What this person's earlier acne treatments say about them, taken into the draws."""

from __future__ import annotations

from dataclasses import replace

from holocrine.domain.case import Case
from holocrine.knowledge.acne_drugs import acts_on_acne
from holocrine.knowledge.parameters import Block, load_block
from holocrine.simulation.draws import Draws
from holocrine.simulation.systems.acne import predicted_fall
from holocrine.simulation.systems.prior_response import INFORMATIVE, prior_response_weights, reweighted

LEARNS: tuple[Block, ...] = ("acne", "drugs")
"""Blocks about which a response to an acne drug says something; the toxin's parameters share none of them."""


def informed(case: Case, draws: Draws) -> Draws:
    """The draws as they are for a person with these responses to earlier treatments."""
    told = [t for t in case.history.acne_treatments if t.response in INFORMATIVE and acts_on_acne(t.drug_class)]
    if not told:
        return draws
    falls = [predicted_fall(treatment, draws.local, case.patient.sex) for treatment in told]
    chosen = reweighted(draws.n, prior_response_weights(told, falls, draws.local), draws.seed)
    learnt = {name: draws.local[name][chosen] for block in LEARNS for name in load_block(block)}
    return replace(draws, local={**draws.local, **learnt})
