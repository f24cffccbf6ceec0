"""The cache folder: whole files or none, damage is repaired, and doing without it only costs time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from holocrine.errors import SolverError
from holocrine.modelling import cache
from holocrine.modelling.cache import cache_folder, cached_arrays, cached_module, fingerprint, write_atomically


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path / "made" / "on demand"))
    return cache_folder()


@pytest.fixture
def unusable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that cannot be made, not even by root: its parent is a file."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path / "file" / "cache"))
    return tmp_path


class Maker:
    """Counts how often the arrays were computed."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.calls += 1
        return {"values": np.arange(6.0).reshape(2, 3), "shares": np.array([0.25])}


def test_computed_once_then_read(folder: Path) -> None:
    make = Maker()
    first, second = cached_arrays("a", make), cached_arrays("a", make)
    assert make.calls == 1
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[key], second[key]) for key in first)
    assert [path.name for path in folder.iterdir()] == ["a.npz"], "no temporary file may stay behind"


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.98])
def test_cut_off_file_is_made_again(folder: Path, share: float) -> None:
    make = Maker()
    cached_arrays("a", make)
    whole = (folder / "a.npz").read_bytes()
    (folder / "a.npz").write_bytes(whole[: int(share * len(whole))])
    assert np.array_equal(cached_arrays("a", make)["values"], make()["values"])
    assert (folder / "a.npz").read_bytes() == whole
    calls = make.calls
    cached_arrays("a", make)
    assert make.calls == calls, "the repaired file is used again"


@pytest.mark.parametrize("content", [b"not an archive", b"PK\x03\x04 almost an archive", b"\x93NUMPY\x01\x00"])
def test_foreign_file_is_made_again(folder: Path, content: bytes) -> None:
    (folder / "a.npz").write_bytes(content)
    make = Maker()
    assert np.array_equal(cached_arrays("a", make)["values"], make()["values"])


def test_flipped_bytes_are_noticed(folder: Path) -> None:
    make = Maker()
    cached_arrays("a", make)
    whole = bytearray((folder / "a.npz").read_bytes())
    start = whole.index(np.arange(6.0).tobytes())
    whole[start + 8] ^= 0xFF
    (folder / "a.npz").write_bytes(whole)
    assert np.array_equal(cached_arrays("a", make)["values"], np.arange(6.0).reshape(2, 3))
    assert make.calls == 2


@pytest.mark.usefixtures("unusable")
def test_without_a_folder_arrays_are_computed_every_time() -> None:
    make = Maker()
    for _ in range(2):
        assert np.array_equal(cached_arrays("a", make)["values"], np.arange(6.0).reshape(2, 3))
    assert make.calls == 2


@pytest.mark.usefixtures("unusable")
def test_without_a_folder_modules_still_load() -> None:
    assert cached_module("holocrine_test_unwritable", lambda: "ANSWER = 7\n").ANSWER == 7


def test_module_is_generated_once(folder: Path) -> None:
    calls = []

    def source() -> str:
        calls.append(1)
        return "ANSWER = 42\n"

    assert [cached_module("holocrine_test_kernel", source).ANSWER for _ in range(2)] == [42, 42]
    assert len(calls) == 1
    assert (folder / "holocrine_test_kernel.py").read_text() == "ANSWER = 42\n"


def test_failed_write_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "a.txt"
    write_atomically(path, b"old")

    def refuse(source: object, target: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(cache.os, "replace", refuse)
    with pytest.raises(OSError, match="disk full"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(folder.iterdir()) == [path]


def test_fingerprint_follows_source_and_inputs() -> None:
    modules = ("holocrine.solvers.diffusion",)
    values = np.arange(3.0)
    same = fingerprint(modules, values, "forehead", 0.02)
    assert same == fingerprint(modules, values.copy(), "forehead", 0.02)
    others = [
        fingerprint(("holocrine.solvers.rodas5p",), values, "forehead", 0.02),
        fingerprint(modules, values + 1e-12, "forehead", 0.02),
        fingerprint(modules, values, "cheek", 0.02),
        fingerprint(modules, values, "forehead", 0.020001),
        fingerprint(modules, values, "forehead", None),
    ]
    assert len({same, *others}) == 6


def test_fingerprint_tells_arrays_of_other_shape_or_kind_apart() -> None:
    values = np.zeros(4)
    kinds = [values, values.reshape(2, 2), np.zeros(4, dtype=np.int64)]
    assert len({fingerprint((), item) for item in kinds}) == 3
    assert fingerprint((), np.array([1.0]), np.array([2.0, 3.0])) != fingerprint(
        (), np.array([1.0, 2.0]), np.array([3.0])
    )


def test_unknown_module_is_an_error() -> None:
    with pytest.raises(SolverError, match=r"holocrine\.nowhere"):
        fingerprint(("holocrine.nowhere",))
