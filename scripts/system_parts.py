"""Parts of a system's page that follow from declarations and tables alone: equations, formulas, parameters."""

from __future__ import annotations

import fnmatch
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from system_list import System

from holocrine.domain.evidence import ParameterEntry
from holocrine.knowledge.parameters import Block, Parameter, load_block, load_parameters, load_readings
from holocrine.modelling.declaration import Model, compose
from holocrine.modelling.equations import chapter
from holocrine.report.wording import significant

Table = Mapping[str, Parameter]


def load_tables() -> dict[str, Table]:
    """Every packaged parameter table by its name: "main", "readings" and the blocks."""
    blocks: dict[str, Table] = {block: load_block(block) for block in get_args(Block)}
    return {"main": load_parameters(), **blocks, "readings": load_readings()}


def models_of(system: System) -> list[Model]:
    """The declared models of a system; a piece named "module:function(argument)" is shown as a model of its own."""
    found = []
    for path in system.models:
        module, _, name = path.partition(":")
        function, _, argument = name.rstrip(")").partition("(")
        item = getattr(importlib.import_module(f"holocrine.{module}"), function)
        if argument:
            piece = item(argument)
            item = compose(f"{argument} terminal", (piece,), tuple(state.symbol for state in piece.states))
        found.append(item)
    return found


def equations(models: Iterable[Model]) -> Iterator[str]:
    """Equations, states and assigned quantities; of every constant where its numbers stand."""
    for model in models:
        text, _, constants = chapter(model, {}).partition("| Constant |")
        yield text.replace("## Model", "### Model")
        rows = [line.strip("| ").split(" | ") for line in constants.splitlines()[2:] if line.startswith("|")]
        lines = [f"| {' | '.join([*row[:3], _source(row[-1])])} |\n" for row in rows]
        yield f"| Constant | Unit | Meaning | Number |\n|---|---|---|---|\n{''.join(lines)}\n"


def _source(text: str) -> str:
    return f"`{text}`" if re.fullmatch(r"[a-z0-9_A-Z]+", text) else text


def formulas(system: System) -> str:
    """Read-outs given by formulas, as the functions' own words."""
    lines = []
    for path in system.formulas:
        module, _, name = path.partition(":")
        words = inspect.getdoc(getattr(importlib.import_module(f"holocrine.{module}"), name)) or ""
        lines.append(f"- `{name}`: {plain(' '.join(words.split()))}\n")
    return "".join(lines)


def parameters_of(system: System, models: Sequence[Model], tables: Mapping[str, Table]) -> list[Parameter]:
    """The rows behind a system: those its models' constants name, then those of its patterns."""
    found: dict[str, Parameter] = {}
    for model in models:
        for constant in model.constants:
            found |= _behind(constant.source, tables)
    for pattern in system.parameters:
        table, _, name = pattern.partition(":")
        chosen = {row: tables[table][row] for row in tables[table] if fnmatch.fnmatchcase(row, name)}
        assert chosen, f"{system.key}: no parameter {pattern}"
        found |= chosen
    return list(found.values())


def _behind(source: str, tables: Mapping[str, Table]) -> dict[str, Parameter]:
    """The row a constant names, or the rows of its family, which differ between terminals or sexes."""
    known = {name: row for table in ("readings", *tables) for name, row in tables[table].items()}
    if source in known:
        return {source: known[source]}
    if not re.fullmatch(r"[a-zA-Z0-9_]+", source):
        return {}
    return {name: row for name, row in known.items() if name.startswith(f"{source}_")}


def parameter_table(rows: Sequence[Parameter], entries: Mapping[str, ParameterEntry]) -> str:
    """Rows with value, fitted value where there is one, grade and source."""
    head = "| parameter | symbol | meaning | unit | value (90% interval) | after the fit | grade | source |\n"
    lines = [head, "|---|---|---|---|---|---|---|---|\n"]
    for row in rows:
        fixed = row.distribution == "fixed"
        prior = _number(row.value, *(() if fixed else (row.low90, row.high90)))
        cells = (f"`{row.name}`", f"`{row.symbol}`", row.meaning, row.unit, prior, _fitted(entries.get(row.name)))
        lines.append(f"| {' | '.join([*(_cell(c) for c in cells), row.grade, _cell(_basis(row))])} |\n")
    return "".join(lines)


def _basis(row: Parameter) -> str:
    link = f" ([{row.doi}](https://doi.org/{row.doi}))" if row.doi else ""
    words = [f"{plain(row.source)}{link}" if row.source else "", plain(f"assumption: {row.assumption}")]
    return "; ".join(word for word in words[: 2 if row.assumption else 1] if word)


def _fitted(entry: ParameterEntry | None) -> str:
    if entry is None or entry.posterior_median is None:
        return ""
    ends = [value for value in (entry.posterior_low90, entry.posterior_high90) if value is not None]
    return _number(entry.posterior_median, *ends)


def _number(value: float, *ends: float) -> str:
    interval = f" ({' to '.join(significant(end, 3) for end in ends)})" if ends else ""
    return significant(value, 3) + interval


def _cell(text: Any) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", str(text))


def plain(text: str) -> str:
    """Text whose characters Markdown would read as markup are escaped; `code` stays as it is."""
    parts = text.split("`")
    escaped = [re.sub(r"([*_<>\[\]|])", r"\\\1", part) if i % 2 == 0 else part for i, part in enumerate(parts)]
    return "`".join(escaped)
