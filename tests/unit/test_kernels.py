"""Compiled modules: named after everything they depend on, kept in the cache folder, made once, right or not at all."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from holocrine.errors import InternalError
from holocrine.modelling.cache import cache_folder
from holocrine.modelling.declaration import Model
from holocrine.solvers import kernels
from holocrine.solvers.kernels import kernel_module, made_by

from ..reaction import REACTION


def faster() -> Model:
    first, *others = REACTION.states
    return dataclasses.replace(REACTION, states=(dataclasses.replace(first, rate=f"2*({first.rate})"), *others))


def test_hash_follows_the_declaration() -> None:
    renamed = dataclasses.replace(REACTION, name="reaction2")
    fewer = dataclasses.replace(REACTION, outputs=REACTION.outputs[:1])
    models = (REACTION, renamed, faster(), fewer)
    assert len({model.hash for model in models}) == 4
    assert len({made_by(model) for model in models}) == 4
    assert made_by(dataclasses.replace(REACTION)) == made_by(REACTION)


def test_fingerprint_follows_compiler_and_source(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new Numba, or a change in any module that has a part in the kernels, makes new ones."""
    usual = made_by.__wrapped__(REACTION)
    with monkeypatch.context() as patch:
        patch.setattr(kernels.numba, "__version__", "0.0")
        assert made_by.__wrapped__(REACTION) != usual
    with monkeypatch.context() as patch:
        patch.setattr(kernels, "_MADE_BY", kernels._MADE_BY[1:])
        assert made_by.__wrapped__(REACTION) != usual
    modules = {name.rsplit(".", 1)[1] for name in kernels._MADE_BY}
    assert {"straightline", "codegen", "lane_math", "rodas5p", "lanes", "kernels"} <= modules


def test_file_carries_model_and_fingerprint() -> None:
    module = kernel_module(REACTION)
    assert module.__file__ is not None
    path = Path(module.__file__)
    assert path.parent == cache_folder()
    assert path.stem == f"model_reaction_{made_by(REACTION)}"
    assert REACTION.hash in path.read_text()
    assert kernel_module(REACTION) is module, "loaded once per process"


def test_sizes_are_those_of_the_model() -> None:
    module = kernel_module(REACTION)
    assert (module.STATES, module.CONSTANTS, module.OUTPUTS, module.INTERPOLATED) == (3, 3, 3, 3)


def test_wrong_unit_never_reaches_the_compiler() -> None:
    first, *others = REACTION.constants
    wrong = dataclasses.replace(REACTION, constants=(dataclasses.replace(first, unit="1"), *others), name="wrong")
    with pytest.raises(InternalError, match="model wrong: dA/dt"):
        kernel_module(wrong)
    assert not list(cache_folder().glob("model_wrong_*"))
