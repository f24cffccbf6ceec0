"""What is said of every system of the mission: read from systems.toml beside this file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TEXTS = Path(__file__).with_name("systems.toml")


@dataclass(frozen=True)
class System:
    """One row of docs/systems.md and one page.

    `command` shows it and prints `shows`. `models` and `formulas` are "module:name" of declarations and functions
    below `holocrine`; `parameters` are patterns "table:name*" beyond those the models name. `targets` are those of the
    evidence tables whose rows it is compared with; `outcomes` and `arms` are regular expressions that narrow them down.
    `course` is an example whose forecast of `quantities` is drawn. `no_number` says that no adequate number was found,
    and what was searched.
    """

    number: int
    key: str
    title: str
    command: str
    shows: str
    look: str
    grade: str
    about: str
    limits: tuple[str, ...]
    models: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    outcomes: str = ""
    arms: str = ""
    course: str = ""
    quantities: tuple[str, ...] = ()
    no_number: str = ""
    further: tuple[str, ...] = field(default=())

    @property
    def page(self) -> str:
        """Name of its page in docs/systems, without the ending."""
        return f"{self.number:02d}-{self.key}"


def load_systems() -> tuple[System, ...]:
    """All systems in the mission's order. Raises TypeError when an entry has a field too many or too few."""
    entries = tomllib.loads(TEXTS.read_text(encoding="utf-8"))["system"]
    made = [_system(entry) for entry in entries]
    assert [system.number for system in made] == list(range(1, len(made) + 1))
    return tuple(made)


def _system(entry: dict[str, Any]) -> System:
    fields: dict[str, Any] = {}
    for name, value in entry.items():
        fields[name] = tuple(value) if isinstance(value, list) else value
    return System(**fields)
