"""What tests of the whole path share: the command in a process of its own, small draws, the examples."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holocrine.anatomy.face import Face, build_face
from holocrine.domain.patient import FaceMeasurements
from holocrine.knowledge.parameters import load_hypotheses, load_parameters
from holocrine.simulation.block_draws import with_blocks
from holocrine.simulation.draws import Draws, draw
from holocrine.simulation.library import KernelLibrary
from holocrine.simulation.response import responses
from holocrine.simulation.scene import scene
from holocrine.simulation.simulator import Person, Simulator, simulator

PATIENCE = 300.0
"""Seconds after which a command counts as stuck: many times the longest one on a busy machine."""


@dataclass(frozen=True)
class Ran:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as one JSON document; fails when there is anything else on it."""
        return json.loads(self.out)


Command = Callable[..., Ran]


@pytest.fixture(scope="session")
def holocrine_command() -> Command:
    """`holocrine_command("assess", path, cwd=...)` runs the command line in a process of its own."""

    def run(*arguments: object, cwd: Path | None = None) -> Ran:
        line = [sys.executable, "-m", "holocrine.cli", *(str(argument) for argument in arguments)]
        done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=cwd, timeout=PATIENCE)
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


BLAS_THREADS = os.environ.get("OPENBLAS_NUM_THREADS")
"""What numpy of this process was loaded with; the command line sets the variable when it is imported."""


@pytest.fixture
def blas_as_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is started sums in the same order as this one."""
    if BLAS_THREADS is None:
        monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    else:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", BLAS_THREADS)


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the example cases; the protocols are in `protocols` below it."""
    return Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="session")
def small_draws() -> Draws:
    """32 draws over 16 spatial ones: enough for laws that hold draw by draw."""
    return with_blocks(draw(load_parameters(), load_hypotheses(), seed=3, n=32, n_spatial=16))


@pytest.fixture(scope="session")
def small_library(small_draws: Draws) -> KernelLibrary:
    """Kernels of the small draws."""
    return KernelLibrary(small_draws.spatial)


@pytest.fixture(scope="session")
def female_face() -> Face:
    """The typical female face."""
    return build_face("female", FaceMeasurements())


@pytest.fixture(scope="session")
def small_simulator(small_draws: Draws, small_library: KernelLibrary, female_face: Face) -> Simulator:
    """A forehead never treated before, in the hands of an expert, over 27 weeks."""
    person = Person(scene(female_face, ("forehead",)), "expert")
    return simulator(person, small_draws, small_library, responses(small_draws, np.arange(27.0)))
