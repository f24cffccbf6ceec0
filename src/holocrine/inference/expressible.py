"""How much of the published evidence the model can express: rows with a prediction, by topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from holocrine.inference.arms.asking import ask
from holocrine.inference.arms.given import NotModelledError
from holocrine.inference.blocks.asking import ask_block
from holocrine.inference.blocks.belonging import block_of
from holocrine.knowledge.evidence import Evidence


@dataclass(frozen=True)
class TopicShare:
    """Rows of one topic, how many of them the model expresses, and how often each reason keeps it from the others."""

    topic: str
    rows: int
    expressed: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Expressed rows over all rows, from 0 to 1."""
        return self.expressed / self.rows


def expressible_shares(evidence: Evidence, topics: Mapping[str, str]) -> tuple[TopicShare, ...]:
    """What the model expresses of the rows in `topics` (topic by observation id), a topic each, in alphabetical order.

    A row counts as expressed when it asks a question of the model, so context rows never do.
    Raises KeyError for an id that is not in `evidence`.
    """
    reasons = {row: _reason(row, evidence) for row in topics}
    found = []
    for topic in sorted(set(topics.values())):
        mine = [reasons[row] for row, of in topics.items() if of == topic]
        missing = Counter(reason for reason in mine if reason)
        found.append(TopicShare(topic, len(mine), len(mine) - missing.total(), tuple(missing.most_common())))
    return tuple(found)


def _reason(observation_id: str, evidence: Evidence) -> str:
    """Why the model does not express a row; empty if it does."""
    observation = evidence.observations[observation_id]
    block = block_of(observation, evidence)
    try:
        if block == "toxin":
            ask(observation, evidence)
        else:
            ask_block(observation, evidence, block)
    except NotModelledError as reason:
        return str(reason)
    return ""
