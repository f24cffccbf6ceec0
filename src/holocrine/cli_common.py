"""What every verb shares: exit codes, JSON on standard output, the console on standard error, whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cyclopts import Token

from holocrine.domain.seed import SEED
from holocrine.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console

DONE, THE_ANSWER_IS_NO, BAD_INPUT, INTERNAL_FAILURE = 0, 1, 2, 3


def whole_number(_type: object, tokens: Sequence[Token]) -> int:
    """Digits only: a seed of 1.5 must not quietly become 2."""
    text = tokens[0].value
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("a whole number from 0 to 2^63 - 1 is needed")
    return int(text)


def seed_or_default(seed: int | None) -> int:
    """The seed asked for, or the usual one. Raises InputError when it is out of range."""
    if seed is not None and not 0 <= seed < 2**63:
        raise InputError("--seed must be a whole number from 0 to 2^63 - 1.")
    return SEED if seed is None else seed


@contextmanager
def progress(total: float) -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error that is told what is being done and how much is; nothing when that is no terminal."""
    screen = console()
    if not screen.is_terminal:
        yield lambda _what, _done: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("starting", total=total)
        yield lambda what, done: bar.update(task, completed=done, description=what)


def console() -> Console:
    """The console of messages: standard error."""
    from rich.console import Console

    return Console(stderr=True)


def print_json(document: dict[str, Any] | list[Any]) -> None:
    """One JSON document on standard output."""
    import json

    print(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))
