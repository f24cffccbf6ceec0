"""Keep docs/systems.md and docs/systems/ true: the nineteen systems, each with equations, numbers and comparisons.

python scripts/systems.py --write    write the pages and their figures
python scripts/systems.py --check    exit 1 if any of them is out of date
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from system_figures import bars, course_figures, forests, key_figure
from system_list import System, load_systems
from system_own import OwnComparisons
from system_parts import equations, formulas, load_tables, models_of, parameter_table, parameters_of
from system_rows import merged, rows_of, table_of

from holocrine.domain.evidence import ParameterEntry
from holocrine.domain.forecast import Forecast
from holocrine.domain.plan import Override
from holocrine.domain.validation import ObservationScore, Validation
from holocrine.execution.person_draws import fitted_parameters
from holocrine.knowledge.claims import load_claims
from holocrine.knowledge.evidence import Evidence, packaged_evidence
from holocrine.knowledge.parameters import load_hypotheses
from holocrine.knowledge.posterior import load_posterior
from holocrine.knowledge.rules import rules
from holocrine.learning import evidence_parameters, processors, validate
from holocrine.services import assess, load_case, plan

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"
ACCEPTED = (Override(rule_id="SD-23", reason="looser harm limits of the example", author="the documents"),)
WRITTEN = "<!-- written by `python scripts/systems.py --write` from the declarations, the tables and the posterior -->"
HEAD = """# The nineteen systems

{written}

One toxin, many targets: what Holocrine simulates, and one command that shows each. Paths are those of a clone; `-o`
names a folder or file to write to. *Look for* is a piece of the output; a test runs every command and finds it. Grades
of evidence run from A (best) to D (assumption); where a system reads out several things, the grade is that of the
first. Each page has the equations, every number with its source, what it is compared with, and the limits.

| # | system | command | look for | grade |
|---|---|---|---|---|
"""
COMPARED = """## Compared with

Numbers are predictions of the model as packaged ({status}). Held-out rows were seen by no fit.
"""
OWN = """What has no arm in the evidence tables is computed from the same draws: its interval holds the spread of
parameters and persons, without that of studies and samples. *Fitted* means there that the number has set a parameter.
"""


@dataclass(frozen=True)
class Sources:
    """What the pages are made of; computed on first use."""

    systems: tuple[System, ...]
    evidence: Evidence

    @cached_property
    def validation(self) -> Validation:
        """Every published observation beside its prediction."""
        return validate(workers=processors())

    @cached_property
    def own(self) -> OwnComparisons:
        """Comparisons that no study arm stands behind."""
        return OwnComparisons(self.evidence)

    @cached_property
    def entries(self) -> Mapping[str, ParameterEntry]:
        """Parameters with their fitted values, by name."""
        return {entry.name: entry for entry in evidence_parameters()}

    def forecast(self, example: str) -> Forecast:
        """The forecast that `plan` gives for an example, looser harm limits accepted as in the command of its row."""
        case = load_case(EXAMPLES / f"{example}.toml")
        answer = plan(case, ACCEPTED if assess(case).verdict == "ask" else ())
        assert answer.forecast is not None
        return answer.forecast


def index(systems: tuple[System, ...]) -> str:
    """docs/systems.md."""
    rows = [
        f"| {s.number} | [{s.title}](systems/{s.page}.md): {s.look} | `{s.command}` | `{s.shows}` | {s.grade} |\n"
        for s in systems
    ]
    return HEAD.format(written=WRITTEN) + "".join(rows)


def static_parts(system: System) -> str:
    """Equations and formulas of a page: what follows from the code alone."""
    models = models_of(system)
    words = formulas(system)
    if not models and not words:
        return ""
    listed = f"Read-outs by formula:\n\n{words}\n" if words else ""
    return f"## Equations\n\n{listed}{''.join(equations(models))}"


def pages(sources: Sources) -> dict[str, str]:
    """Every file below docs/ by its name."""
    files = {"systems.md": index(sources.systems), "systems/key.svg": key_figure()}
    for system in sources.systems:
        figures = dict(_figures(system, sources))
        files |= {f"systems/{name}.svg": figure for name, figure in figures.items()}
        files[f"systems/{system.page}.md"] = _page(system, sources, list(figures))
    return files


def _page(system: System, sources: Sources, figures: list[str]) -> str:
    rows = parameters_of(system, models_of(system), load_tables())
    table = parameter_table(rows, sources.entries)
    limits = "".join(f"- {limit}\n" for limit in system.limits)
    parts = [
        f"# {system.number}. {system.title[0].upper()}{system.title[1:]}\n\n{WRITTEN}\n\n{system.about}\n",
        f"Evidence grade: {system.grade}. Show it:\n\n```sh\n{system.command}\n```\n",
        _compared(system, sources, figures),
        f"## Limits\n\n{limits}",
        static_parts(system).rstrip("\n") + "\n",
        f"## Parameters\n\nAn empty cell after the fit: no fitted result touches it.\n\n{table}" if rows else "",
        "[All systems](../systems.md)\n",
    ]
    return "\n".join(part for part in parts if part.strip())


def _compared(system: System, sources: Sources, figures: list[str]) -> str:
    text = COMPARED.format(status=fitted_parameters().status)
    if system.no_number:
        text += f"\n**No adequate number found.** {system.no_number.format(searched=_searched(system, sources))}\n"
    compared = _rows(system, sources)
    if compared:
        own = sources.own.by_system.get(system.number, [])
        explained = f"\n{OWN}" if any(row in own for row in compared) else ""
        text += f"{explained}\n{table_of(compared, sources.evidence)}"
    for note in (*system.further, *(_weights() if system.key == "sebum" else ())):
        text += f"\n{note}\n"
    drawn = "".join(f"\n![{system.title}: model and data]({name}.svg)\n" for name in figures)
    key = "\n![Key to the plots](key.svg)\n" if any(re.fullmatch(rf"{system.page}(-\d)?", f) for f in figures) else ""
    return text + drawn + key


def _weights() -> Iterator[str]:
    """The explanations of the sebum effect with their weights before and after the fit."""
    before = load_hypotheses()
    after = load_posterior().weighted(before)
    yield "Weights of the explanations before and after the fit:\n\n" + "\n".join(
        f"- {one.id}, {one.label}: {one.weight:.2f}, {other.weight:.2f}"
        for one, other in zip(before, after, strict=True)
    )


def _searched(system: System, sources: Sources) -> str:
    """How many rows of the evidence tables concern the targets of a system, context included."""
    rows = [row for row in sources.evidence.observations.values() if row.target in system.targets]
    studies = {sources.evidence.study_of(row).study_id for row in rows}
    return f"the evidence tables, {' and '.join(system.targets)}: {len(rows)} rows of {len(studies)} studies"


def _rows(system: System, sources: Sources) -> list[ObservationScore]:
    everything = sources.validation.observations
    listed = rows_of(system, everything, sources.evidence) if system.targets else []
    predicted = {row.observation_id: row for row in everything if row.supported}
    own = sources.own.by_system.get(system.number, [])
    return merged(listed, [predicted.get(row.observation_id, row) for row in own])


def _figures(system: System, sources: Sources) -> Iterator[tuple[str, str]]:
    if system.course:
        yield from course_figures(system.page, sources.forecast(system.course), system.quantities)
    if system.key == "candidacy":
        counts = Counter(rule.effect.replace("_", " ") for rule in rules())
        yield bars(system.page, "Rules by what they do", dict(counts.most_common()))
    if system.key == "claims":
        counts = Counter(claim.grade for claim in load_claims())
        yield bars(system.page, "Claims by grade", dict(counts.most_common()))
    yield from forests(system.page, system.title, _rows(system, sources))


def main() -> int:
    """Write or check the pages; returns the exit code."""
    parser = argparse.ArgumentParser(description="Write docs/systems.md and docs/systems/ from model and tables.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--write", action="store_true", help="write the pages")
    action.add_argument("--check", action="store_true", help="exit 1 if a page is out of date")
    asked = parser.parse_args()
    files = pages(Sources(load_systems(), packaged_evidence()))
    there = {f"systems/{path.name}" for path in (DOCS / "systems").glob("*")} if (DOCS / "systems").exists() else set()
    stale = there - set(files)
    if asked.write:
        (DOCS / "systems").mkdir(exist_ok=True)
        for name, text in files.items():
            (DOCS / name).write_text(text, encoding="utf-8")
        for name in stale:
            (DOCS / name).unlink()
        return 0
    old = sorted(stale | {name for name, text in files.items() if _text(DOCS / name) != text})
    if old:
        print(f"out of date: {', '.join(old)}; run python scripts/systems.py --write", file=sys.stderr)
    return 1 if old else 0


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
