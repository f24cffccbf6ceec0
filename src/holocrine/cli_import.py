"""The verb `import`: a clinic's spreadsheet, or a person as a FHIR bundle, into the record; all of it, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from holocrine.cli_common import BAD_INPUT, DONE, print_json
from holocrine.cli_store import STORE_DEFAULTS, Author, StoreOptions, author_or_login, now

if TYPE_CHECKING:
    from holocrine.domain.exchange import Imported

import_ = App(name="import", help="Take over from other software: everything in a file, or nothing of it.")

SHOWN = 50
"""Lines of each kind on a terminal; --json has all."""

DryRun = Annotated[bool, Parameter(negative="", help="Say what would be written, and write nothing.")]


@import_.command
def csv(
    file: Annotated[Path, Parameter(help="Spreadsheet saved as CSV, 20 MB at most.")],
    *,
    mapping: Annotated[Path, Parameter(help="TOML file: which column is which field (holocrine.csv-mapping/1).")],
    dry_run: DryRun = False,
    author: Author = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Add what the rows of a spreadsheet hold; with a faulty cell, name every one by row and column and write nothing.

    What is in the record already is passed over and named.

    Example: holocrine import csv readings.csv --mapping mapping.toml --dry-run
    """
    from holocrine import sharing
    from holocrine.exchange.spreadsheet.table import MAX_BYTES
    from holocrine.record.files import read_bytes, read_text

    answer = sharing.import_csv(
        read_bytes(file, MAX_BYTES),
        str(file),
        read_text(mapping),
        str(mapping),
        common.store,
        author=author_or_login(author),
        at=now(),
        key=common.key,
        dry_run=dry_run,
    )
    return _tell(answer, file, common)


@import_.command
def fhir(
    file: Annotated[Path, Parameter(help="FHIR R4 bundle of one person in JSON, 64 MB at most.")],
    *,
    pseudonym: Annotated[
        str | None, Parameter(help="Name of the person in the record; needed where the bundle has none of ours.")
    ] = None,
    dry_run: DryRun = False,
    author: Author = None,
    common: StoreOptions = STORE_DEFAULTS,
) -> int:
    """Add the person of a FHIR bundle with all that can be read, and list all that cannot.

    Example: holocrine import fhir amber-29.json --dry-run
    """
    from holocrine import sharing
    from holocrine.exchange.fhir.json_text import MAX_BYTES
    from holocrine.record.files import read_bytes

    answer = sharing.import_fhir(
        read_bytes(file, MAX_BYTES),
        str(file),
        common.store,
        author=author_or_login(author),
        at=now(),
        pseudonym=pseudonym,
        key=common.key,
        dry_run=dry_run,
    )
    return _tell(answer, file, common)


def _tell(answer: Imported, file: Path, common: StoreOptions) -> int:
    from holocrine.report.wording import count

    if common.json:
        print_json(answer.model_dump(mode="json", by_alias=True))
    else:
        print("\n".join(_lines(answer)))
    if not answer.faults:
        return DONE
    number = count(len(answer.faults) + answer.faults_not_listed, "faulty cell")
    print(f"holocrine: {file}: {number}; nothing was written. Correct the file or the mapping.", file=sys.stderr)
    return BAD_INPUT


def _lines(answer: Imported) -> Iterator[str]:
    from holocrine.report.wording import count

    faults = [f"row {each.row}, {each.column}: {each.problem}" for each in answer.faults]
    unread = list(_grouped(answer))
    written = [f"{each.id} ({each.patient})" for each in answer.written]
    for lines, hidden in ((faults, answer.faults_not_listed), (unread, 0), (written, 0)):
        yield from lines[:SHOWN]
        if more := len(lines) - len(lines[:SHOWN]) + hidden:
            yield f"... and {more} more; --json lists them."
    if not faults:
        done = "would be written" if answer.dry_run else "written"
        yield f"{count(len(written), 'entry', 'entries')} {done}."


def _grouped(answer: Imported) -> Iterator[str]:
    """What was not taken over, the same things of several resources in one line."""
    where: dict[tuple[str, str], list[str]] = {}
    for each in answer.unread:
        where.setdefault((each.path, each.reason), []).append(each.resource)
    for (path, reason), places in where.items():
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"Not taken over: {path} ({places[0]}{more}): {reason}"
