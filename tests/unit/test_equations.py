"""The page of equations: complete, printed as declared, and up to date."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from holocrine.errors import InternalError
from holocrine.knowledge.parameters import load_parameters
from holocrine.modelling.declaration import Assigned, Constant, Model, Piece, State, compose
from holocrine.modelling.equations import chapter, document
from holocrine.models.muscle import MUSCLE
from holocrine.models.onset import LEBEDA
from holocrine.models.sebum import SEBUM
from holocrine.models.sweat import SWEAT

ROOT = Path(__file__).resolve().parents[2]
PARAMETERS = load_parameters()
MODELS = (MUSCLE, SWEAT, SEBUM, LEBEDA)


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("equations_script", ROOT / "scripts" / "equations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def probe(rate: str = "k_in*(1 - drive) - lambda_*EC50*y") -> Model:
    return compose(
        "probe",
        (
            Piece(
                states=(State("y", "1", rate, 0.5, "a | b"),),
                constants=(
                    Constant("k_in", "1/day", "way in", "snap25_half_life"),
                    Constant("lambda_", "1/day", "way out", "light_chain_half_life"),
                    Constant("EC50", "1", "half", "Someone 1999"),
                ),
                assigned=(Assigned("drive", "1", "y**2/(1 + y)", "drive"),),
            ),
        ),
        ("y", "drive"),
    )


def test_page_in_the_documents_is_up_to_date() -> None:
    page = (ROOT / "docs" / "equations.md").read_text(encoding="utf-8")
    assert page == script().page(), "run python scripts/equations.py --write"


def test_check_notices_an_outdated_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = script()
    monkeypatch.setattr(module, "PAGE", tmp_path / "equations.md")
    monkeypatch.setattr(sys, "argv", ["equations.py", "--check"])
    assert module.main() == 1
    assert "out of date" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["equations.py", "--write"])
    assert module.main() == 0
    monkeypatch.setattr(sys, "argv", ["equations.py", "--check"])
    assert module.main() == 0
    module.PAGE.write_text("old")
    assert module.main() == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_symbol_has_its_line(model: Model) -> None:
    text = chapter(model, PARAMETERS)
    blocks = re.findall(r"```math\n(.*?)\n```", text, flags=re.DOTALL)
    assert len(blocks) == len(model.states) + len(model.assigned)
    for item in (*model.states, *model.constants, *model.assigned):
        assert item.meaning in text
    rows = [line for line in text.splitlines() if line.startswith("| $")]
    assert len(rows) == len(model.states) + len(model.constants) + len(model.assigned)
    assert model.hash in text
    assert all(block.count("{") == block.count("}") for block in blocks)


def test_symbols_are_printed_as_in_print() -> None:
    text = chapter(probe(), PARAMETERS)
    for printed in (r"k_{\mathrm{in}}", r"\lambda", r"\mathrm{EC}_{50}", r"\mathrm{drive}", r"a \| b"):
        assert printed in text
    assert r"\frac{\mathrm{d} y}{\mathrm{d} t} =" in text
    assert r"\lambda_" not in text


def test_constants_stand_beside_their_rows() -> None:
    text = chapter(probe(), PARAMETERS)
    row = PARAMETERS["snap25_half_life"]
    assert f"{row.value:g} day ({row.low90:g} to {row.high90:g}) | {row.grade} |" in text
    assert row.basis in text
    for terminal in ("motor", "sudomotor", "sebaceous"):
        member = PARAMETERS[f"light_chain_half_life_{terminal}"]
        assert f"`{member.name}`: {member.value:g} day" in text
    assert "Someone 1999" in text


def test_unknown_symbol_is_refused_by_name() -> None:
    with pytest.raises(InternalError, match="model probe: the rate of y names unknown symbols other"):
        chapter(probe("k_in*other"), PARAMETERS)


def test_document_keeps_the_order_of_models() -> None:
    text = document(MODELS, PARAMETERS)
    assert re.findall(r"## Model `(\w+)`", text) == [model.name for model in MODELS]
