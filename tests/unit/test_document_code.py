"""The Python in the documents and examples runs as it stands."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = re.compile(r"```python\n(?P<code>.*?)```", re.DOTALL)


@pytest.mark.slow
def test_engine_page(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    for code in CODE.findall(text):
        exec(compile(code, "docs/engine.md", "exec"), {})
    assert "1.101" in capsys.readouterr().out  # (10 mg/5 mg)*k_e/(k_e - k)*(exp(-0.7) - exp(-7)) after a week


@pytest.mark.slow
def test_population_example(capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(ROOT / "examples" / "python" / "population.py"))
    treated, untreated = capsys.readouterr().out.split("none:")
    assert "one session: 2000 patients" in treated
    weeks = [line.split() for line in untreated.splitlines() if "(" in line and "to" in line and "median" not in line]
    assert len({row[1] for row in weeks}) == 1  # nothing moves without a session
