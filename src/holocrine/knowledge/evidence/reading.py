"""Read the three evidence tables of a directory, or those packaged with Holocrine; all faults in one message."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from holocrine.errors import FileError, InputError, KnowledgeError
from holocrine.knowledge.evidence import parsing
from holocrine.knowledge.evidence.cells import Fault
from holocrine.knowledge.evidence.lint import Parsed, lint
from holocrine.knowledge.evidence.records import Evidence
from holocrine.knowledge.evidence.sheets import ARMS, OBSERVATIONS, STUDIES, TABLES, read_sheet
from holocrine.knowledge.load import read_bytes

MAX_BYTES = 20_000_000
"""The packaged tables have less than a megabyte; a larger file is another file."""


def read_evidence(directory: Path, *, strict: bool = False) -> Evidence:
    """The evidence in studies.csv, arms.csv and observations.csv of `directory`.

    `strict` also refuses words that the model does not know and context rows without a reason.
    Raises FileError when a file is missing, too large, not UTF-8 or not CSV; otherwise InputError with every
    fault of all three files.
    """
    contents: dict[str, bytes] = {}
    problems = []
    for table in TABLES:
        try:
            contents[table.file] = _read_limited(directory / table.file)
        except FileError as error:
            problems.append(str(error))
    if problems:
        raise FileError("\n".join(problems))
    return _evidence(contents, str(directory), strict=strict)


@cache
def packaged_evidence() -> Evidence:
    """The evidence packaged with Holocrine, read strictly. Raises KnowledgeError listing every fault."""
    contents = {table.file: read_bytes(f"evidence/{table.file}") for table in TABLES}
    try:
        return _evidence(contents, "the packaged evidence", strict=True)
    except InputError as error:
        raise KnowledgeError(str(error)) from error


def _evidence(contents: Mapping[str, bytes], where: str, *, strict: bool) -> Evidence:
    faults: list[Fault] = []
    try:
        studies, arms, observations = (read_sheet(table, contents[table.file], faults) for table in TABLES)
    except FileError as error:
        raise FileError(f"{where}: {error}") from error
    parsed = Parsed(
        [(row, parsing.study(row, studies.ids)) for row in studies.rows],
        [(row, parsing.arm(row, studies.ids)) for row in arms.rows],
        [(row, parsing.observation(row, arms.ids)) for row in observations.rows],
    )
    lint(parsed, strict=strict)
    if faults:
        raise InputError(_listed(faults, where))
    return Evidence(
        MappingProxyType({study.study_id: study for _, study in parsed.studies}),
        MappingProxyType({arm.arm_id: arm for _, arm in parsed.arms}),
        MappingProxyType({observation.observation_id: observation for _, observation in parsed.observations}),
        _hash(contents),
    )


def _read_limited(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        needed = f"A directory of evidence has {STUDIES.file}, {ARMS.file} and {OBSERVATIONS.file}"
        raise FileError(f"{file}: cannot be read ({error.strerror}). {needed}: check the path.") from error
    if len(content) > MAX_BYTES:
        raise FileError(f"{file}: the file has more than {MAX_BYTES:,} bytes. Check that it is the right one.")
    return content


def _listed(faults: list[Fault], where: str) -> str:
    order = [table.file for table in TABLES]
    lines = [str(fault) for fault in sorted(faults, key=lambda fault: (order.index(fault.file), fault.line))]
    count = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    return "\n".join([f"{where}: {count} in the evidence tables. Correct each line named here and read again.", *lines])


def _hash(contents: Mapping[str, bytes]) -> str:
    """16 hex digits over names and contents of the three files, the same for every kind of line ending."""
    digest = hashlib.sha256()
    for table in TABLES:
        content = contents[table.file].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        digest.update(f"{table.file}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]
