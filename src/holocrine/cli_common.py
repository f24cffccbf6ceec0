"""What every verb shares: exit codes, JSON on standard output, the console on standard error, whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cyclopts import Token

if TYPE_CHECKING:
    from rich.console import Console

DONE, THE_ANSWER_IS_NO, BAD_INPUT, INTERNAL_FAILURE = 0, 1, 2, 3


def whole_number(_type: object, tokens: Sequence[Token]) -> int:
    """Digits only: a seed of 1.5 must not quietly become 2."""
    text = tokens[0].value
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("a whole number from 0 to 2^63 - 1 is needed")
    return int(text)


def console() -> Console:
    """The console of messages: standard error."""
    from rich.console import Console

    return Console(stderr=True)


def print_json(document: dict[str, Any] | list[Any]) -> None:
    """One JSON document on standard output."""
    import json

    print(json.dumps(document, ensure_ascii=False, allow_nan=False, indent=2))
