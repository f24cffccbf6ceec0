"""What the population fit left of the uncertainty: joint draws of typical values, and weights of the explanations."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.domain.vocabulary import HypothesisId
from holocrine.errors import FileError, KnowledgeError
from holocrine.knowledge.array_file import packed, unpacked
from holocrine.knowledge.load import read_bytes
from holocrine.knowledge.parameters import Hypothesis

Array = NDArray[np.float64]

SCHEMA = "holocrine.posterior/1"
PACKAGED = "posterior.npz"
UNDETERMINED = float(np.log(3.0))
"""Log Bayes factors smaller than this leave two explanations undetermined."""
LARGEST_BYTES = 20_000_000


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of typical values under each explanation of the sebum effect.

    `scores[h]` (draws, names): how many prior SDs each typical value lies from the parameter table's, jointly drawn;
    draws of one run lie side by side. `centres`, `spreads` (names,) are the table's values and those SDs on the normal
    scale, so that a table that has changed since is noticed. `log_evidence[h]` (runs,) is the log evidence of each
    explanation over the mean of all, in nats, per run. `about` says how it came to be (hashes, seed, diagnostics).
    """

    names: tuple[str, ...]
    centres: Array
    spreads: Array
    scores: Mapping[HypothesisId, Array]
    log_evidence: Mapping[HypothesisId, Array]
    about: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def identifier(self) -> str:
        """Name of this posterior: the first 12 hex digits of a hash over all its numbers."""
        digest = hashlib.sha256(json.dumps([self.names, self.about], sort_keys=True).encode())
        for array in (*self.scores.values(), *self.log_evidence.values()):
            digest.update(np.ascontiguousarray(array, dtype=np.float32).tobytes())
        return digest.hexdigest()[:12]

    def log_bayes_factor(self, one: HypothesisId, other: HypothesisId) -> tuple[float, float]:
        """Log Bayes factor of `one` over `other`, nats, and its Monte-Carlo standard error."""
        difference = self.log_evidence[one] - self.log_evidence[other]
        error = float(difference.std(ddof=1) / np.sqrt(difference.size)) if difference.size > 1 else float("inf")
        return float(difference.mean()), error

    def weights(self, prior: Mapping[HypothesisId, float]) -> dict[HypothesisId, float]:
        """Posterior weights of the explanations under prior weights."""
        logs = {h: np.log(max(weight, 1e-300)) + float(self.log_evidence[h].mean()) for h, weight in prior.items()}
        top = max(logs.values())
        total = sum(np.exp(value - top) for value in logs.values())
        return {h: float(np.exp(value - top) / total) for h, value in logs.items()}

    def weighted(self, hypotheses: tuple[Hypothesis, ...]) -> tuple[Hypothesis, ...]:
        """The explanations with posterior instead of prior weights."""
        weights = self.weights({h.id: h.weight for h in hypotheses})
        return tuple(replace(h, weight=weights[h.id]) for h in hypotheses)

    def column(self, hypothesis: HypothesisId, name: str) -> Array | None:
        """Scores (draws,) of one parameter under an explanation; None when it was not part of the fit."""
        if name not in self.names:
            return None
        return self.scores[hypothesis][:, self.names.index(name)]

    def to_bytes(self) -> bytes:
        """The file: a zip of arrays, the same bytes for the same posterior."""
        arrays: dict[str, NDArray[Any]] = {
            "names": np.array(self.names),
            "centres": self.centres,
            "spreads": self.spreads,
            "about": np.array(json.dumps({"schema": SCHEMA, **self.about}, sort_keys=True)),
        }
        for h in self.scores:
            arrays[f"scores_{h}"] = self.scores[h].astype(np.float32)
            arrays[f"log_evidence_{h}"] = self.log_evidence[h]
        return packed(arrays)


def from_bytes(data: bytes, where: str) -> Posterior:
    """The posterior in a file's bytes. Raises FileError when it is none."""
    try:
        arrays = unpacked(data)
        about = json.loads(str(arrays["about"]))
        if about.pop("schema") != SCHEMA:
            raise KeyError("schema")
        known: tuple[HypothesisId, ...] = ("H1", "H2", "H3", "H3b")
        return Posterior(
            names=tuple(str(name) for name in arrays["names"]),
            centres=arrays["centres"].astype(np.float64),
            spreads=arrays["spreads"].astype(np.float64),
            scores={h: arrays[f"scores_{h}"].astype(np.float64) for h in known},
            log_evidence={h: arrays[f"log_evidence_{h}"].astype(np.float64) for h in known},
            about=about,
        )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise FileError(
            f"{where}: not a posterior ({SCHEMA}). Give a file that `holocrine calibrate` wrote."
        ) from error


def read_posterior(path: Path) -> Posterior:
    """A posterior that `holocrine calibrate` wrote. Raises FileError."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileError(f"{path}: larger than {LARGEST_BYTES // 1_000_000} MB, so not a posterior. Check the path.")
        return from_bytes(path.read_bytes(), str(path))
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}). Give the path of a posterior file.") from error


@lru_cache(maxsize=1)
def load_posterior() -> Posterior:
    """The packaged posterior. Raises KnowledgeError when it is damaged."""
    try:
        return from_bytes(read_bytes(PACKAGED), PACKAGED)
    except FileError as error:
        raise KnowledgeError(str(error)) from error


def status_of(posterior: Posterior) -> str:
    """What a forecast rests on, in words."""
    return f"population posterior {posterior.identifier}, fitted to {posterior.about['fitted_rows']} published results"


def decided(posterior: Posterior) -> str:
    """Whether the data decide between the explanations of the sebum effect, in words."""
    ids = tuple(posterior.scores)
    pairs = [(one, other) for number, one in enumerate(ids) for other in ids[number + 1 :]]
    open_pairs = [pair for pair in pairs if abs(posterior.log_bayes_factor(*pair)[0]) < UNDETERMINED]
    if len(open_pairs) == len(pairs):
        return "undetermined, all Bayes factors lie between 1/3 and 3"
    return f"{len(open_pairs)} of {len(pairs)} pairs undetermined (Bayes factor between 1/3 and 3)"
