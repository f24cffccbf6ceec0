"""The errors Holocrine raises, drawn as a tree.

HolocrineError
|-- InputError          the user's file or option is wrong: exit code 2, nothing is written
|   |-- FieldError      one field of one file
|   `-- FileError       the file cannot be read at all
`-- InternalError       our fault: exit code 3
    |-- KnowledgeError  packaged tables are inconsistent
    `-- SolverError     a numerical method could not finish
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HolocrineError(Exception):
    """Root of every error raised on purpose."""


class InputError(HolocrineError):
    """Something the user gave is wrong; the message says what, where, what is allowed, what to do."""


class FileError(InputError):
    """A file is missing, unreadable or not in the expected format."""


class FieldError(InputError):
    """One field of one file is unknown, missing or impossible.

    `where` is the file, `field` the dotted path inside it, `allowed` the permitted values in words.
    """

    def __init__(self, problem: str, *, where: str, field: str, allowed: str, remedy: str) -> None:
        self.problem = problem
        self.where = where
        self.field = field
        self.allowed = allowed
        self.remedy = remedy
        super().__init__(f"{where}: {field}: {problem}. Allowed: {allowed}. {remedy}")


class InternalError(HolocrineError):
    """A defect of Holocrine itself."""


class KnowledgeError(InternalError):
    """A packaged table breaks its own rules; lists every fault found."""


class SolverError(InternalError):
    """A numerical method failed; the message names the cause."""


def nearest_match(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed word closest to `word`, or None when nothing is close."""
    matches = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return matches[0] if matches else None
