"""The report and the protocol summary of a trial: complete, escaped, self-contained, no machine words."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from tests.trial_designs import SALINE, TOXIN, TREATED, design_of

from holocrine.domain.trial import TrialDesign
from holocrine.domain.trial_answer import (
    Influence,
    Information,
    Power,
    Quality,
    SizeNeeded,
    TrialAnswer,
    TrialProvenance,
)
from holocrine.domain.trial_estimand import estimands
from holocrine.report.trial_page import trial_page
from holocrine.report.trial_protocol import protocol_page
from holocrine.report.trial_words import trial_lines

SCENARIOS: tuple[Any, ...] = ("no effect", "H1", "H2", "H3", "H3b", "all")
HALF = TREATED | {"name": "half <dose>", "toxin": TOXIN | {"units_per_point": 0.5}}


def power_of(scenario: str, patients: int) -> float:
    return 0.05 if scenario in ("no effect", "H3") else 0.4 + patients / 100.0


def qualities(arm: str) -> tuple[Quality, ...]:
    numbers = {"truth": -0.2, "bias": 0.01, "bias_error": 0.004, "coverage": 0.94, "coverage_error": 0.01}
    rest: dict[str, Any] = {**numbers, "width": 0.4, "estimated": 1.0, "scale": "log ratio"}
    return tuple(Quality(endpoint="sebum", arm=arm, scenario=scenario, **rest) for scenario in SCENARIOS[:-1])


def informed() -> tuple[Information, ...]:
    numbers = {"believed": 0.7, "error": 0.02, "settled": 0.5, "misled": 0.0, "bayes_factor": 4.0, "bits": 0.4}
    rows = [(n, week, h) for n in (20, 40) for week in (4.0, 8.0) for h in SCENARIOS[1:-1]]
    return tuple(Information(patients=n, week=week, hypothesis=h, **numbers) for n, week, h in rows)


def answer_of(design: TrialDesign) -> TrialAnswer:
    arms = [design.arm_names[arm] for arm in design.contrasts]
    return TrialAnswer(
        name=design.name,
        question=design.question,
        patients=design.patients,
        reference=design.reference,
        weights={"H1": 0.6, "H2": 0.1, "H3": 0.2, "H3b": 0.1},
        estimands=estimands(design),
        power=tuple(
            Power(endpoint="sebum", arm=arm, scenario=s, patients=n, power=power_of(s, n), error=0.02, trials=64)
            for arm in (*arms, "any")
            for s in SCENARIOS
            for n in (20, 40)
        ),
        needed=tuple(SizeNeeded(scenario=s, target=80.0, patients=None if s == "H3" else 38) for s in SCENARIOS[1:]),
        quality=qualities(arms[0]),
        information=informed(),
        influence=tuple(
            Influence(
                input=name,
                low=0.0,
                high=40.0,
                unit="%",
                first=0.3,
                first_lo90=0.1,
                first_hi90=0.5,
                total=0.4,
                total_lo90=0.2,
                total_hi90=0.6,
            )
            for name in ("drop-out", "effect")
        ),
        provenance=TrialProvenance(
            package_version="1",
            design_hash="d",
            posterior="p",
            acne_posterior="a",
            parameter_hash="h",
            seed=1,
            parts=40,
            trials_per_part=8,
            patients_simulated=1000,
        ),
        files=("report.html", "data/dm.parquet"),
    )


DESIGN = design_of(arm=(TREATED, HALF, SALINE))


def test_the_report_holds_every_part_and_nothing_from_outside() -> None:
    page = trial_page(DESIGN, answer_of(DESIGN), "H1")
    for heading in ("power", "estimands", "endpoints", "quality", "information", "influence", "data", "methods"):
        assert f'id="{heading}"' in page
    assert "half &lt;dose&gt;" in page
    assert "<dose>" not in page
    assert not re.search(r"<script|src=|href=|https?://(?!www\.w3\.org)", page)
    assert page.count("<svg") == 3
    assert "over 1,000" in page
    assert not re.search(r"\bIU\b|\b\d+ ?U\b|nan", re.sub(r"<style>.*?</style>", "", page, flags=re.S))


def test_only_the_overall_power_stands_for_the_design() -> None:
    lines = "\n".join(trial_lines(answer_of(DESIGN)))
    assert "Power with 40 patients: 80%" in lines
    assert "80% power, H1, cholinergic: about 38 patients" in lines
    assert "Type I error: 5%" in lines


@pytest.mark.parametrize("layout", ["parallel", "split_face"])
def test_the_protocol_tells_arms_estimands_and_size(layout: str) -> None:
    paired = layout == "split_face"
    endpoint = {"name": "sebum", "measure": "sebum", "reading": "change", "week": 4.0}
    design = design_of(
        layout=layout, arm=(TREATED, SALINE), endpoint=(endpoint | {"analysis": "paired" if paired else "ancova"},)
    )
    page = protocol_page(design, answer_of(design))
    assert "20 points of 1 unit onabotulinumtoxinA in 0.05 mL (intradermal) in week 0" in page
    assert ("split face" in page) == paired
    assert "40 patients give a power of 80%" in page
    assert "320 virtual trials" in page


def test_a_legend_stays_above_the_axis_and_names_do_not_touch() -> None:
    page = trial_page(DESIGN, answer_of(DESIGN), "H1")
    drawing = page[page.index("power-curves-title") : page.index("</svg>")]
    names = ("no effect at all", "H1, cholinergic", "H2, direct", "H3, none on the gland", "H3b, redistribution")
    heights = sorted(float(m) for n in names for m in re.findall(rf'y="([\d.]+)"[^>]*>{re.escape(n)}<', drawing))
    assert len(heights) == len(names)
    assert all(b - a >= 13.9 for a, b in itertools.pairwise(heights))
    assert heights[-1] <= 290.0
