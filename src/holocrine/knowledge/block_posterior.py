"""What a block's fit left of the uncertainty: joint draws of the typical values of its parameters and readings."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holocrine.errors import FileError, KnowledgeError
from holocrine.knowledge.array_file import packed, unpacked
from holocrine.knowledge.fitted_blocks import FITTED_BLOCKS, FittedBlock
from holocrine.knowledge.load import is_packaged, read_bytes
from holocrine.knowledge.posterior import LARGEST_BYTES

Array = NDArray[np.float64]

SCHEMA = "holocrine.block-posterior/1"


@dataclass(frozen=True, eq=False)
class BlockPosterior:
    """Draws of typical values of one block.

    `scores` (draws, names): how many prior SDs each typical value lies from the table's, jointly drawn; draws of one
    run lie side by side. `centres`, `spreads` (names,) are the table's values and those SDs on the normal scale.
    `about` says how it came to be (hashes, seed, diagnostics).
    """

    block: FittedBlock
    names: tuple[str, ...]
    centres: Array
    spreads: Array
    scores: Array
    about: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def identifier(self) -> str:
        """Name of this posterior: the first 12 hex digits of a hash over all its numbers."""
        digest = hashlib.sha256(json.dumps([self.block, self.names, self.about], sort_keys=True).encode())
        digest.update(np.ascontiguousarray(self.scores, dtype=np.float32).tobytes())
        return digest.hexdigest()[:12]

    def column(self, name: str) -> Array | None:
        """Scores (draws,) of one parameter; None when it was not part of the fit."""
        return self.scores[:, self.names.index(name)] if name in self.names else None

    def to_bytes(self) -> bytes:
        """The file: a zip of arrays, the same bytes for the same posterior."""
        return packed(
            {
                "names": np.array(self.names),
                "centres": self.centres,
                "spreads": self.spreads,
                "scores": self.scores.astype(np.float32),
                "about": np.array(json.dumps({"schema": SCHEMA, "block": self.block, **self.about}, sort_keys=True)),
            }
        )


def from_bytes(data: bytes, where: str) -> BlockPosterior:
    """The posterior in a file's bytes. Raises FileError when it is none."""
    try:
        arrays = unpacked(data)
        about = json.loads(str(arrays["about"]))
        schema, block = about.pop("schema"), about.pop("block")
        if schema != SCHEMA or block not in FITTED_BLOCKS:
            raise KeyError(schema)
        return BlockPosterior(
            block=block,
            names=tuple(str(name) for name in arrays["names"]),
            centres=arrays["centres"].astype(np.float64),
            spreads=arrays["spreads"].astype(np.float64),
            scores=arrays["scores"].astype(np.float64),
            about=about,
        )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        message = f"{where}: not a block's posterior ({SCHEMA}). Give a file that `holocrine calibrate --block` wrote."
        raise FileError(message) from error


def read_block_posterior(path: Path) -> BlockPosterior:
    """A posterior that `holocrine calibrate --block` wrote. Raises FileError."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise FileError(f"{path}: larger than {LARGEST_BYTES // 1_000_000} MB, so not a posterior. Check the path.")
        return from_bytes(path.read_bytes(), str(path))
    except OSError as error:
        raise FileError(f"{path}: cannot be read ({error.strerror}). Give the path of a posterior file.") from error


@lru_cache(maxsize=len(FITTED_BLOCKS))
def load_block_posterior(block: FittedBlock) -> BlockPosterior | None:
    """The packaged posterior of a block; None while there is none and the prior stands in.

    Raises KnowledgeError when it is damaged.
    """
    name = f"posterior_{block}.npz"
    if not is_packaged(name):
        return None
    try:
        return from_bytes(read_bytes(name), name)
    except FileError as error:
        raise KnowledgeError(str(error)) from error


def block_posteriors() -> dict[FittedBlock, BlockPosterior]:
    """The packaged posteriors of all blocks that have one."""
    found = {block: load_block_posterior(block) for block in FITTED_BLOCKS}
    return {block: posterior for block, posterior in found.items() if posterior is not None}


def status_of_blocks(posteriors: Mapping[FittedBlock, BlockPosterior]) -> str:
    """What the blocks of a forecast rest on, in words."""
    parts = []
    for block in FITTED_BLOCKS:
        used = posteriors.get(block)
        how = "prior, not yet calibrated" if used is None else f"{used.identifier}, {used.about['fitted_rows']} results"
        parts.append(f"{block}: {how}")
    return "; ".join(parts)
