"""Reads the tables packaged with Holocrine; the only door to `knowledge/data`."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
from importlib.resources import files
from typing import Any

from holocrine.errors import KnowledgeError


def read_bytes(name: str) -> bytes:
    """The packaged file `name` as stored; KnowledgeError when it is not packaged."""
    try:
        return files("holocrine.knowledge").joinpath("data", name).read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise KnowledgeError(f"the packaged file {name} is missing") from error


def is_packaged(name: str) -> bool:
    """Whether a file `name` is packaged."""
    return files("holocrine.knowledge").joinpath("data", name).is_file()


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a packaged CSV as text, stripped; an empty cell is the empty string.

    Raises KnowledgeError naming every row whose number of cells differs from the header's.
    """
    lines = list(csv.reader(io.StringIO(read_bytes(name).decode("utf-8"))))
    if not lines:
        raise KnowledgeError(f"{name}: the table is empty")
    header, rows = lines[0], [line for line in lines[1:] if line]
    ragged = [f"row {number}: {len(row)} cells" for number, row in enumerate(rows, 2) if len(row) != len(header)]
    if len(set(header)) != len(header):
        ragged.append("a column name occurs twice")
    if ragged:
        raise KnowledgeError(f"{name} ({len(header)} columns): " + "; ".join(ragged))
    return [dict(zip(header, (cell.strip() for cell in row), strict=True)) for row in rows]


def read_toml(name: str) -> dict[str, Any]:
    """A packaged TOML file; KnowledgeError when it does not parse."""
    try:
        return tomllib.loads(read_bytes(name).decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{name}: {error}") from error


def table_hash(*names: str) -> str:
    """SHA-256 (hex) over the named files in sorted order, names included; identifies the knowledge used."""
    digest = hashlib.sha256()
    for name in sorted(set(names)):
        content = read_bytes(name)
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
