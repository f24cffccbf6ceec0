"""Saved pieces of a trial: what is finished is kept, so that a killed run goes on where it was."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np

from holocrine.domain.trial import TrialDesign
from holocrine.execution.fitting import BLOCK_SOURCES
from holocrine.execution.trial_work import Arrays, Piece
from holocrine.execution.trial_workers import Done
from holocrine.modelling.cache import cache_folder, fingerprint, write_atomically
from holocrine.trials.worlds import Knowledge

Run = Callable[[Iterable[Piece]], Iterator[Done]]
"""Works on pieces somewhere."""
ROOMS = ("trials", "trials.analysis", "population", "simulation", "domain", "solvers")
SOURCES = (
    *BLOCK_SOURCES,
    *(
        f"holocrine.{room}.{module.name}"
        for room in ROOMS
        for module in iter_modules(import_module(f"holocrine.{room}").__path__)
        if not module.ispkg
    ),
)
"""Whatever changes what a piece holds."""


@dataclass(frozen=True)
class Saved:
    """The pieces of one design and seed, in a folder of the cache."""

    folder: Path

    @classmethod
    def of(cls, design: TrialDesign, knowledge: Knowledge, seed: int) -> Saved:
        """The folder for these; its name changes with everything that pieces depend on."""
        acne = "none" if knowledge.acne is None else knowledge.acne.identifier
        tables = (knowledge.unknowns.parameters.hash, knowledge.acne_unknowns.parameters.hash)
        readings = (knowledge.unknowns.readings.hash, knowledge.acne_unknowns.readings.hash)
        rest = (repr(knowledge.people), repr(knowledge.unknowns.variability), repr(knowledge.hypotheses))
        asked = design.model_dump_json(exclude={"name", "question"})
        key = fingerprint(SOURCES, asked, seed, knowledge.posterior.identifier, acne, *tables, *readings, *rest)
        return cls(cache_folder() / f"trial_{key}")

    def path(self, piece: Piece) -> Path:
        """Where a piece is kept."""
        return self.folder / f"{piece.name}.npz"

    def load(self, piece: Piece) -> Arrays | None:
        """A finished piece; None when it is missing or damaged."""
        try:
            with np.load(self.path(piece), allow_pickle=False) as file:
                return {name: file[name] for name in file.files}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            return None

    def finish(self, pieces: Iterable[Piece], run: Run) -> Iterator[Piece]:
        """Have every piece that is missing worked on and saved; names each as it is there, the saved ones first."""
        missing = []
        for piece in pieces:
            if self.load(piece) is None:
                missing.append(piece)
            else:
                yield piece
        if not missing:
            return
        self.folder.mkdir(exist_ok=True)
        for piece, found in run(missing):
            buffer = io.BytesIO()
            np.savez(buffer, **found)  # type: ignore[arg-type]  # its keywords are array names
            write_atomically(self.path(piece), buffer.getvalue())
            yield piece

    def forget(self, pieces: Iterable[Piece]) -> None:
        """Delete pieces that are not needed any more, and the folder when nothing else is in it."""
        for piece in pieces:
            self.path(piece).unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()
