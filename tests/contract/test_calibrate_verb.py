"""`holocrine calibrate` on tables small enough to fit in seconds: the file, resuming, other seeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.evidence import HALO, observation, write_tables

from holocrine.execution import fitting
from holocrine.inference.calibration import Size
from holocrine.knowledge.evidence import read_evidence
from holocrine.knowledge.posterior import Posterior, read_posterior

Command = Callable[..., Any]
SIZE = Size(runs=2, particles=64)


class StoppedError(Exception):
    """Raised in the middle of a fit."""


def tables(folder: Path) -> Path:
    """Two studies of how many units abobotulinumtoxinA make the halo of one unit onabotulinumtoxinA."""
    arms, rows = [], []
    for number, ratio in ((1, "1.3"), (2, "1.6")):
        study = {"study_id": f"R{number}"}
        arms += [HALO | study | {"arm_id": f"R{number}-ONA"}]
        arms += [HALO | study | {"arm_id": f"R{number}-ABO", "product": "abobotulinumtoxinA"}]
        said = {"unit": "units per unit", "statistic": "ratio", "value": ratio, "contrast_arm_id": f"R{number}-ONA"}
        rows.append(observation(number, f"R{number}-ABO", outcome="dose ratio for equal halos", target="sweat", **said))
    return write_tables(folder, arms, rows)


def fitted(folder: Path, seed: int, tell: fitting.Tell = lambda _part, _share: None) -> Posterior:
    evidence = read_evidence(folder)
    return fitting.carry_out(folder, evidence.hash, seed=seed, size=SIZE, workers=1, tell=tell)


def test_the_command_writes_a_posterior_that_learned(holocrine_command: Command, tmp_path: Path) -> None:
    file = tmp_path / "posterior.npz"
    options = ("--runs", "2", "--particles", "64", "--seed", "3", "-o", str(file), "--json")
    ran = holocrine_command("calibrate", "--evidence", str(tables(tmp_path)), *options)
    assert ran.code == 0, ran.err
    made = read_posterior(file)
    assert ran.document["posterior"] == made.identifier
    assert made.about["fitted_rows"] == 2
    ratio = 1.0 / np.exp(made.scores["H1"][:, made.names.index("skin_potency_abobotulinumtoxinA")].mean() * 0.42) / 0.4
    assert 1.2 < ratio < 2.5  # between the prior's 2.5 and what was reported
    assert holocrine_command("calibrate", "--runs", "1").code == 2


def test_an_interrupted_fit_goes_on_to_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tables(tmp_path)
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path / "whole"))
    whole = fitted(folder, 5)
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path / "broken"))
    heard = 0

    def stop(part: str, share: float) -> None:
        nonlocal heard
        heard += 1
        if heard == 7:
            raise StoppedError(f"{part} {share}")

    with pytest.raises(StoppedError):
        fitted(folder, 5, stop)
    assert fitted(folder, 5).to_bytes() == whole.to_bytes()


def test_another_seed_says_the_same_within_its_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLOCRINE_CACHE", str(tmp_path / "cache"))
    folder = tables(tmp_path)
    one, other = fitted(folder, 5), fitted(folder, 6)
    assert one.to_bytes() != other.to_bytes()
    for h in one.scores:
        means = [made.scores[h].reshape(2, 64, -1).mean(axis=1) for made in (one, other)]
        error = np.hypot(*(mean.std(axis=0, ddof=1) / np.sqrt(2.0) for mean in means))
        floor = 2.0 / np.sqrt(128.0)  # two runs alone measure their own error badly
        assert np.all(np.abs(means[0].mean(axis=0) - means[1].mean(axis=0)) < 3.0 * np.maximum(error, floor / 3.0))
