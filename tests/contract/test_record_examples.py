"""The record's commands of the README, on the files they name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_the_tour_of_the_record(tmp_path: Path, examples: Path, holocrine_command: Callable[..., Any]) -> None:
    store = ("--store", str(tmp_path / "record.db"))
    for kind, file in (("patient", "patient"), ("treatment", "treatment"), ("observation", "readings")):
        done = holocrine_command("record", "add", kind, str(examples / "record" / f"{file}.toml"), *store)
        assert done.code == 0, done.err
    assert json.loads(holocrine_command("record", "verify", "--json", *store).out)["valid"] is True
    assert "2 points: F1, F2" in holocrine_command("record", "recall", "C1234 A", *store).out
